"""A fleet of simulated devices on as many machines as you like, under Locust: each user is a device, each worker has a flash of its own.

    npx thimble sim --fleet 200 --identities devices        # once: certificates, and devices/ca.pem for the server
    locust -f locustfile.py --config locust.conf --app app.ts --host broker.example:8883 --ca broker-ca.pem --identities devices --processes 2

On several machines: `--master` on one, `--worker --master-host …` on the others, each with a copy of the identities.
Statistics: "connect" is the time from a device's start to its mark "connected", "run" that to its end, with its memory in bytes as the size.
"""
import json
import os
import subprocess

import gevent.lock
from gevent.event import AsyncResult
from locust import User, constant, events, task
from locust.exception import StopUser

SIMULATOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../dist/sim/main.js")


@events.init_command_line_parser.add_listener
def arguments(parser):
    group = parser.add_argument_group("simulated devices (--host HOST:PORT is their server)")
    group.add_argument("--app", env_var="THIMBLE_APP", default="", help="main module of the app")
    group.add_argument("--devices", type=int, env_var="THIMBLE_DEVICES", default=100, help="devices that a worker has at most")
    group.add_argument("--identities", env_var="THIMBLE_IDENTITIES", default="", help="folder of NAME.pem and NAME.key; workers take turns at it")
    group.add_argument("--sim", env_var="THIMBLE_SIM", default="", help="more options of the simulator, as --sim='--board esp32-c3 --latency 50'")
    group.add_argument("--ca", env_var="THIMBLE_CA", default="", help="certificates that the devices trust")


class Fleet:
    """The simulator with this worker's devices. It is asked for them one by one (sim --on-request)."""

    def __init__(self, environment):
        options = environment.parsed_options
        first = getattr(environment.runner, "worker_index", 0) * options.devices
        command = ["node", SIMULATOR, options.app, "--fleet", str(options.devices), "--on-request", "--server", options.host, "--ca", options.ca]
        if options.identities:
            command += ["--identities", options.identities, "--first-identity", str(first)]
        command += options.sim.split()
        self.running = {}
        self.free = list(range(options.devices))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith('{"event":"ready"'):
            raise RuntimeError("the simulator did not start; what it said stands above")
        gevent.spawn(self.listen)

    def listen(self):
        for line in self.process.stdout:
            told = json.loads(line)
            connected, ended = self.running[told["device"]]
            if told["event"] == "connected":
                connected.set(told)
                continue
            del self.running[told["device"]]
            if not connected.ready():
                connected.set(None)
            ended.set(told)
        for connected, ended in self.running.values():
            lost = {"milliseconds": 0, "connected": False, "reason": "the simulator ended", "memory": None}
            connected.ready() or connected.set(None)
            ended.set(lost)

    def start(self, device):
        """What comes when it is connected (None: it never was), and when it has ended."""
        if device in self.running:  # of a user that was stopped
            self.running[device][1].wait()
        self.running[device] = connected, ended = AsyncResult(), AsyncResult()
        self.process.stdin.write(f"{device}\n")
        self.process.stdin.flush()
        return connected, ended

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Device(User):
    # Between its end and its next start.
    wait_time = constant(1)
    fleet = None
    lock = gevent.lock.Semaphore()
    device = None

    def on_start(self):
        with Device.lock:
            if Device.fleet is None:
                Device.fleet = Fleet(self.environment)
        if not Device.fleet.free:
            raise StopUser("this worker has no more devices: give more with --devices")
        self.device = Device.fleet.free.pop(0)

    def on_stop(self):
        if self.device is not None:
            Device.fleet.free.append(self.device)

    @task
    def boot(self):
        connected, ended = Device.fleet.start(self.device)
        begun = connected.get()
        if begun is not None:
            self.tell("connect", begun["milliseconds"])
        told = ended.get()
        reason = told["reason"]
        if begun is None:
            self.tell("connect", told["milliseconds"], reason or "it ended before it called measure.mark(\"connected\")")
        self.tell("run", told["milliseconds"], reason, told["memory"] or 0)

    def tell(self, name, milliseconds, reason=None, size=0):
        self.environment.events.request.fire(
            request_type="device",
            name=name,
            response_time=milliseconds,
            response_length=size,
            exception=None if reason is None else RuntimeError(reason),
            context={},
        )


@events.quitting.add_listener
def close(environment, **_):
    if Device.fleet is not None:
        Device.fleet.close()
