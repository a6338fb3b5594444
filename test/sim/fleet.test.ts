// `npm run sim -- --fleet N APP`: many devices at once, each with RAM and an identity of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createServer as createSecureServer, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { identitiesIn } from "../../sim/fleet/identities.js";
import { dist, root } from "../../sim/paths.js";
import { makePki } from "../../sim/pki.js";
import { type AppRunner, appRunner } from "./app-runner.js";
import { command, hostOrNull } from "./program.js";

const EXAMPLE = join(root, "examples/fleet.ts");

describe("a fleet in the simulator", function () {
  this.timeout(60_000);
  let folder = "";
  let run: AppRunner;

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-fleet-"));
    run = appRunner(folder);
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("connects to a server that wants client certificates, and tells pace, failures and memory", async () => {
    const { status, stdout, stderr } = await command("main", [EXAMPLE, "--fleet", "5", "--server", "own"]);
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^fleet {4}5 devices, 4 at a time/m);
    expect(stdout).to.match(/client certificates wanted/);
    expect(stdout).to.match(/^connected {2}5 of 5 in [\d.]+ s: [\d.]+ a second; each took/m);
    expect(stdout).to.match(/^done {7}5 of 5 in/m);
    expect(stdout).to.match(/^failed {5}none$/m);
    // Each device was given an ESP32's RAM, and took some of it.
    expect(stdout).to.match(/there is +165,888 B +165,888 B +165,888 B +829,440 B/);
    const most = Number(/most, with garbage +[\d,]+ B +[\d,]+ B +([\d,]+) B/.exec(stdout)?.[1]?.replaceAll(",", ""));
    expect(most).to.be.within(20_000, 165_888);
  });

  it("shows each device's own certificate, the same of the same folder at each run", async () => {
    const pki = makePki(folder, 2);
    const at = join(folder, "devices");
    const { ca } = identitiesIn(at, 0, 3);
    const seen: string[] = [];
    const server = createSecureServer(
      { cert: pki.chain, key: pki.key, ca: ca as string, requestCert: true, rejectUnauthorized: true },
      (socket: TLSSocket) => {
        seen.push(String(socket.getPeerCertificate().subject.CN));
        socket.on("error", () => {});
        socket.end("HTTP/1.1 200 OK\r\n\r\n");
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const args = ["--identities", at, "--server", `localhost:${port}`, "--ca", join(folder, "root.pem")];
    try {
      const first = await command("main", [EXAMPLE, "--fleet", "3", ...args]);
      expect(first.status, first.stderr + first.stdout).to.equal(0);
      expect(first.stdout).to.contain(`of ${at}\n`);
      expect(seen.sort()).to.deep.equal(["device-001", "device-002", "device-003"]);
      seen.length = 0;
      const next = await command("main", [EXAMPLE, "--fleet", "2", "--first-identity", "2", ...args]);
      expect(next.status, next.stderr + next.stdout).to.equal(0);
      expect(next.stdout).to.contain(`of ${at}, of which 1 were made now`);
      expect(seen.sort()).to.deep.equal(["device-003", "device-004"]);
      // … and one device alone is one of them.
      seen.length = 0;
      const alone = await command("main", [EXAMPLE, "--no-instructions", ...args]);
      expect(alone.status, alone.stderr + alone.stdout).to.equal(0);
      expect(seen).to.deep.equal(["device-001"]);
    } finally {
      server.close();
    }
  });

  const FAILING = `
    import device from "sim:device";
    import host from "sim:host";
    const number = device.number();
    if (number === 1 || number === 4) throw new RangeError("the sensor is broken");
    if (number === 2) { const all = []; for (;;) all.push(new Uint8Array(1000)); }
    if (number === 3) { console.log("@failed the broker refused"); host.exit(1); }`;

  it("counts failures by reason, and then ends with 1 unless told otherwise", async () => {
    const failed = await run({ "app.ts": FAILING }, "--fleet", "6");
    expect(failed.status).to.equal(1);
    expect(failed.stdout).to.match(/^connected {2}none of 6$/m);
    expect(failed.stdout).to.match(/^done {7}2 of 6 in/m);
    expect(failed.stdout).to.match(/^failed {5}4$/m);
    expect(failed.stdout).to.match(/^ {2}2 × .*RangeError: the sensor is broken \(first device [14]\)$/m);
    expect(failed.stdout).to.match(/^ {2}1 × out of memory: asked for [\d,]+ bytes/m);
    expect(failed.stdout).to.match(/^ {2}1 × the broker refused \(device 3\)$/m);
    const allowed = await run({ "app.ts": FAILING }, "--fleet", "6", "--allow-failures");
    expect([allowed.status, /^failed {5}4$/m.test(allowed.stdout)]).to.deep.equal([0, true]);
  });

  it("ends devices that are not done in time", async () => {
    const { status, stdout } = await run({ "app.ts": "setInterval(() => {}, 100);" }, "--fleet", "2", "--timeout", "1");
    expect(status).to.equal(1);
    expect(stdout).to.match(/^ {2}2 × the device was not done after 1 seconds \(first device 0\)$/m);
  });

  it("begins as many at a time and as many a second as it is told", async () => {
    let [open, most] = [0, 0];
    const times: number[] = [];
    const server = createServer((socket) => {
      times.push(performance.now());
      most = Math.max(most, ++open);
      socket.on("error", () => {});
      socket.on("close", () => open--);
      setTimeout(() => socket.end(), 100);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const app = `
      import TCP from "embedded:io/socket/tcp";
      import config from "mc/config";
      new TCP({ address: config.address, port: config.port, onReadable() {}, onError() { this.close(); } });`;
    const to = ["--server", `127.0.0.1:${(server.address() as AddressInfo).port}`];
    try {
      const two = await run({ "app.ts": app }, "--fleet", "8", "--concurrency", "2", ...to);
      expect([two.status, times.length, most]).to.deep.equal([0, 9, 2]); // with the look whether there is a server
      times.length = 0;
      const slow = await run({ "app.ts": app }, "--fleet", "5", "--ramp", "10", ...to);
      expect(slow.status, slow.stderr).to.equal(0);
      expect((times.at(-1) as number) - (times[1] as number)).to.be.greaterThan(300);
    } finally {
      server.close();
    }
  });

  it("starts devices on request, again and again, and tells what becomes of them", async () => {
    writeFileSync(
      join(folder, "mark.ts"),
      'import measure from "sim:measure"; import device from "sim:device"; import host from "sim:host";\nmeasure.mark("connected"); if (device.number() === 1) host.exit(9);\n',
    );
    const child = spawn(process.execPath, [join(dist, "sim/main.js"), join(folder, "mark.ts"), "--fleet", "2", "--on-request"]);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on("line", (line) => lines.push(line)); // two may come at once
    const until = async (count: number): Promise<void> => {
      while (lines.length < count) await once(reader, "line");
    };
    const closed = once(child, "close");
    try {
      await until(1);
      for (const [device, count] of [
        [0, 3],
        [1, 5],
        [0, 7],
      ] as const) {
        child.stdin.write(`${device}\n`);
        await until(count);
      }
    } catch (error) {
      child.kill();
      throw error;
    }
    child.stdin.end();
    const [status] = await closed;
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ event, device, connected, reason }) => [event, device, connected, reason])).to.deep.equal([
      ["ready", undefined, undefined, undefined],
      ["connected", 0, undefined, undefined],
      ["ended", 0, true, null],
      ["connected", 1, undefined, undefined],
      ["ended", 1, true, "the app ended itself with status 9"],
      ["connected", 0, undefined, undefined],
      ["ended", 0, true, null],
    ]);
    expect(told.filter(({ event }) => event === "ended").every(({ memory }) => (memory as number) > 500)).to.equal(true);
    expect(status).to.equal(0);
  });

  it("takes nothing that a device says for what became of another", async () => {
    const app = `
      import measure from "sim:measure"; import host from "sim:host";
      measure.mark("connected\\nended 0 0\\nended 1 0"); host.exit(9);`;
    const { status, stdout } = await run({ "app.ts": app }, "--fleet", "2");
    expect(status).to.equal(1);
    expect(stdout).to.match(/^ {2}2 × the app ended itself with status 9 \(first device 0\)$/m);
  });

  it("ends when the process that the devices are forks of is gone", async () => {
    writeFileSync(join(folder, "stays.ts"), 'console.log("up"); setInterval(() => {}, 100);\n');
    const child = spawn(process.execPath, [join(dist, "sim/main.js"), join(folder, "stays.ts"), "--fleet", "3", "--concurrency", "2"]);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (bytes) => (stdout += bytes));
    child.stderr.on("data", (bytes) => (stderr += bytes));
    const closed = once(child, "close");
    try {
      while (!stderr.includes("2 of 3 started")) await once(child.stderr, "data");
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
      const flash = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("thimble-xs"));
      process.kill(Number(flash), "SIGKILL");
      await Promise.race([closed, new Promise((done) => setTimeout(done, 10_000))]);
    } finally {
      child.kill("SIGKILL");
    }
    const [status] = await closed;
    expect(status, stderr).to.equal(1);
    expect(stdout).to.match(/^ {2}3 × the process that the devices are forks of has ended \(SIGKILL\) \(first device 0\)$/m);
  });

  it("says what is wrong", async () => {
    const refused = async (needle: string, ...args: string[]): Promise<void> => {
      const { status, stderr } = await command("main", args);
      expect([status, stderr.includes(needle)], stderr).to.deep.equal([2, true]);
    };
    await refused("give a whole number from 1", EXAMPLE, "--fleet", "0");
    await refused("are for a --fleet", EXAMPLE, "--ramp", "5");
    await refused("without an APP --fleet N and --identities DIR go together", "--fleet", "5");
    await refused("--watchdog is for one device", EXAMPLE, "--fleet", "5", "--watchdog", "50ms");
    await refused("there is no such file", join(folder, "nothing.ts"), "--fleet", "5");
    const foreign = join(folder, "foreign");
    identitiesIn(foreign, 0, 2);
    rmSync(join(foreign, "ca.key"));
    await refused("has identities for 2 devices, not for 3", EXAMPLE, "--fleet", "3", "--identities", foreign, "--server", "own");
    writeFileSync(join(foreign, "device-001.pem"), "no certificate");
    await refused("device-001", EXAMPLE, "--fleet", "2", "--identities", foreign, "--server", "own");
    writeFileSync(join(folder, "plain.ts"), "console.log(1);\n");
    await refused('imports "sim:device"', join(folder, "plain.ts"), "--identities", foreign);
    writeFileSync(join(folder, "throws.ts"), 'import "./held.js";\n');
    writeFileSync(join(folder, "held.ts"), 'throw new Error("in flash");\n');
    await refused("in flash", join(folder, "throws.ts"), "--fleet", "2");
  });
});
