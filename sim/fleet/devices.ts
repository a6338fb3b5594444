// The devices of a fleet: one process builds their flash, each device is a fork of it (sim/xs/fleet.c).
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SimError } from "../errors.js";
import { argumentsOf, buildHost, readStats, type XsOptions, type XsResult } from "../xs/run.js";

export interface DeviceEvents {
  started(device: number, pid: number): void;
  /** The app called measure.mark(name). */
  marked(device: number, name: string): void;
  ended(device: number, result: XsResult): void;
}

/** Between being asked to end and being made to. */
const GRACE = 4000;

export class Devices {
  /** Of the process that has the flash. */
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly events: DeviceEvents;
  private readonly pids = new Map<number, number>();
  /** Started, and not ended yet. */
  private readonly open = new Set<number>();
  private readonly overdue = new Set<number>();
  private readonly closed: Promise<void>;
  private closing = false;
  /** Why no device can run any more; "": they can. */
  private gone = "";

  /** Answers once the flash is there. */
  static async open(options: XsOptions, folder: string, events: DeviceEvents): Promise<Devices> {
    const host = await buildHost();
    const args = ["--fleet", folder, ...argumentsOf(host, options, folder)];
    // Of a group of its own, so that the terminal's Ctrl-C ends devices only through us.
    const child = spawn(host.program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const devices = new Devices(child, folder, events);
    await devices.ready();
    return devices;
  }

  private constructor(child: ChildProcess, folder: string, events: DeviceEvents) {
    this.child = child;
    this.pid = child.pid ?? 0;
    this.folder = folder;
    this.events = events;
    this.closed = new Promise((done) =>
      child.on("close", (status, signal) => {
        this.gone = `the process that the devices are forks of has ended (${signal ?? `status ${status}`})`;
        if (!this.closing) for (const device of [...this.open]) this.lose(device);
        done();
      }),
    );
    child.stdin?.on("error", () => {}); // it has ended, which ready() and close() see
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = "";
      this.child.stderr?.on("data", (bytes: Buffer) => {
        said += bytes.toString();
      });
      const ended = (): void =>
        reject(
          new SimError(
            said
              .trim()
              .split("\n")
              .pop()
              ?.replace(/^thimble-xs: /, "") || "the devices cannot be started",
          ),
        );
      this.child.on("error", reject);
      this.child.on("close", ended);
      createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
        if (line === "ready") resolve();
        else this.take(line);
      });
    });
  }

  private take(line: string): void {
    const [verb, number, ...rest] = line.split(" ");
    const [device, word] = [Number(number), rest.join(" ")];
    if (verb === "started") {
      this.pids.set(device, Number(word));
      this.events.started(device, Number(word));
    } else if (verb === "mark") this.events.marked(device, word);
    else if (verb === "ended") {
      this.pids.delete(device);
      this.open.delete(device);
      this.events.ended(device, this.resultOf(device, Number(word)));
    }
  }

  private lose(device: number): void {
    this.pids.delete(device);
    this.open.delete(device);
    this.events.ended(device, { status: -1, timedOut: false, stdout: "", stderr: this.gone, stats: null });
  }

  private resultOf(device: number, status: number): XsResult {
    const read = (kind: string): string => {
      try {
        return readFileSync(join(this.folder, `${device}.${kind}`), "utf8");
      } catch {
        return ""; // it ended before it printed anything
      }
    };
    const timedOut = this.overdue.delete(device);
    return { status, timedOut, stdout: read("out"), stderr: read("err"), stats: readStats(join(this.folder, `${device}.json`)) };
  }

  /** A device has a number from 0; one that has ended can be started again. */
  start(device: number): void {
    this.open.add(device);
    if (this.gone !== "") setImmediate(() => this.lose(device));
    else this.child.stdin?.write(`${device}\n`);
  }

  /** Its time is over: it says what holds it, and ends. */
  timeOut(device: number): void {
    const pid = this.pids.get(device);
    if (pid === undefined) return;
    this.overdue.add(device);
    this.signal(pid, "SIGTERM");
    setTimeout(() => this.pids.get(device) === pid && this.signal(pid, "SIGKILL"), GRACE).unref();
  }

  /** As at a terminal: each tells its figures, and ends. */
  interrupt(): void {
    for (const pid of this.pids.values()) this.signal(pid, "SIGINT");
  }

  private signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended, and its line is on the way
    }
  }

  running(): readonly number[] {
    return [...this.pids.values()];
  }

  /** Devices that still run end too. */
  async close(): Promise<void> {
    this.closing = true;
    this.child.stdin?.end();
    await this.closed;
  }
}
