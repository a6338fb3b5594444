// The emulated microcontroller: exact replays, a hard limit of RAM, locked flash, clear ends; and the device as a server.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/index.js";
import { replayApp, serverApp } from "../../sim/mcu/app.js";
import { buildFirmware, type Firmware, missingTools } from "../../sim/mcu/build.js";
import { type FlashImage, flashImage } from "../../sim/mcu/flash-image.js";
import { heapsFor, type Need, needOf, PLENTY } from "../../sim/mcu/layout.js";
import { handshakeInstructions } from "../../sim/mcu/report.js";
import { type McuResult, runDevice } from "../../sim/mcu/run.js";
import { makePki } from "../../sim/pki.js";
import { command } from "./program.js";

describe("sim:mcu", function () {
  this.timeout(300_000);
  const common = { insecureFixedRandom: 0, time: 0, peer: null, timeout: 60_000 };
  let folder = "";
  let firmware: Firmware;
  let replay: FlashImage;
  let need: Need;

  before(async function () {
    const missing = missingTools();
    if (missing !== null) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-mcu-test-"));
    firmware = await buildFirmware();
    replay = flashImage(firmware, replayApp({ app: "measure-handshake", flight: "client13-chacha" }, folder));
    need = needOf(await runDevice(firmware, replay, { ...common, ...PLENTY, peakEvery: 64 }));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** The replayed handshake with so much RAM. */
  const replayIn = (kilobytes: number): Promise<McuResult> =>
    runDevice(firmware, replay, { ...common, ...heapsFor(kilobytes, need), ramKilobytes: kilobytes, peakEvery: 0 });

  /** A little app of its own. */
  function run(name: string, source: string, image?: (path: FlashImage) => FlashImage): Promise<McuResult> {
    const main = join(folder, `${name}.js`);
    writeFileSync(main, source);
    const made = flashImage(firmware, { main, imports: {} });
    return runDevice(firmware, image?.(made) ?? made, {
      ...common,
      ramKilobytes: 32,
      chunkBytes: 4096,
      slots: 256,
      stackSlots: 256,
      peakEvery: 0,
    });
  }

  it("replays a flight with exactly the same instructions, in 40 KB of RAM", async () => {
    const [first, second] = [await replayIn(40), await replayIn(40)];
    expect([first.status, first.output.trim()]).to.deep.equal([0, ""]);
    expect(handshakeInstructions(first)).to.equal(handshakeInstructions(second)).and.to.be.greaterThan(50e6);
    expect(first.instructions).to.equal(second.instructions);
  });

  it("runs in what it says that it needs, and not in 4 KB less", async () => {
    const kilobytes = Math.ceil(need.bytes / 1024);
    const enough = await replayIn(kilobytes);
    expect([enough.status, enough.output.trim()]).to.deep.equal([0, ""]);
    const less = await replayIn(kilobytes - 4);
    expect(less.status).to.equal(3);
    expect(less.output).to.match(/mcu: out of memory: asked for/);
  });

  it("stops at a write to flash", async () => {
    const held = join(folder, "held.js");
    writeFileSync(held, "export const expression = /b/;\n");
    const { status, output } = await run(
      "writes",
      'import { expression } from "./held.js";\ntrace("before\\n");\nexpression.exec("abc");\ntrace("after\\n");\n',
    );
    expect(output).to.contain("before").and.to.not.contain("after");
    expect(output).to.match(/mcu: write to flash: 0x80[0-9a-f]+, by code at 0x80/);
    expect(status).to.equal(5);
  });

  it("stops with a message when memory, the stack or the app ends", async () => {
    const endless = await run("endless", "const all = [];\nfor (;;) all.push(new Uint8Array(100));\n");
    expect([endless.status, /mcu: out of memory: asked for (\d+ bytes of chunk|one more slot)/.test(endless.output)]).to.deep.equal([
      3,
      true,
    ]);
    const deep = await run("deep", "const f = (n) => 1 + f(n + 1);\nf(0);\n");
    expect([deep.status, deep.output.includes("stack overflow")]).to.deep.equal([4, true]);
    const throwing = await run("throwing", 'throw new RangeError("no such thing");\n');
    expect([throwing.status, throwing.output.trim()]).to.deep.equal([1, "mcu: uncaught in a module or promise: RangeError: no such thing"]);
  });

  it("refuses a flash image of another firmware", async () => {
    const { status, output } = await run("stale", "trace('runs');\n", ({ path, use }) => {
      const bytes = readFileSync(path);
      bytes[10] = (bytes[10] as number) ^ 1;
      const stale = join(folder, "stale.flash");
      writeFileSync(stale, bytes);
      return { path: stale, use };
    });
    expect([status, output.trim()]).to.deep.equal([2, "mcu: the flash image was made by another program: make it anew"]);
  });

  it("talks to a real server, and says what it cost", async () => {
    const { status, stdout, stderr } = await command("mcu/main", ["--ram", "48"]);
    expect([status, stderr.replace(/^sim:mcu: .* …\n|^thimble-mcu: .*\n/gm, "")]).to.deep.equal([0, ""]);
    for (const row of ["← Certificate ", "→ record sent", "C stack", "XS stack", "chunks", "bytecode of thimble", "RV32IMC"])
      expect(stdout).to.contain(row);
  });

  it("finds names, and its network can be slow and come in pieces", async () => {
    const echo = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => socket.write(bytes));
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
    const app = `
      import Net from "net";
      import Resolver from "embedded:network/dns/resolver/udp";
      import TCP from "embedded:io/socket/tcp";
      import host from "sim:host";
      const began = host.milliseconds();
      Net.resolve("broker.example", (name, address) => {
        trace("net ", name, " ", address, host.milliseconds() - began >= 100 ? " late\\n" : " early\\n");
        new Resolver({}).resolve({ host: "nowhere.invalid", onResolved() { trace("found?\\n"); }, onError(name) {
          trace("dns ", name, " none\\n");
          let sent = false, got = 0, pieces = 0, most = 0;
          const socket = new TCP({ address, port: ${(echo.address() as AddressInfo).port},
            onWritable() { if (!sent) socket.write(new Uint8Array(100)); sent = true; },
            onReadable(count) { pieces++; most = Math.max(most, count); got += count; socket.read(count); if (got === 100) { trace("got in ", pieces, " of ", most, "\\n"); socket.close(); } },
            onError() { trace("lost\\n"); } });
        } });
      });`;
    const main = join(folder, "names.js");
    writeFileSync(main, app);
    try {
      const network = { shape: { latency: 60, stall: null, loss: null }, segment: 40, names: { "broker.example": "127.0.0.1" } };
      const { status, output } = await runDevice(firmware, flashImage(firmware, { main, imports: {} }), {
        ...{ ...common, network, ramKilobytes: 32, chunkBytes: 4096, slots: 400, stackSlots: 256, peakEvery: 0 },
      });
      expect(output.trim().split("\n")).to.deep.equal(["net broker.example 127.0.0.1 late", "dns nowhere.invalid none", "got in 3 of 40"]);
      expect(status).to.equal(0);
    } finally {
      echo.close();
    }
  });

  it("gets over a link that is lost for a while", async () => {
    const { status, stdout, stderr } = await command("mcu/main", ["--ram", "48", "--lose-link", "500:200", "--stall", "600:50"]);
    expect(status, stderr).to.equal(0);
    expect(stdout).to.contain("→ record sent");
  });

  it("ends clearly when a tool or the server is missing, or memory is too small", async () => {
    const empty = await command("mcu/main", ["--replay", "client13-chacha"], { PATH: folder });
    expect([empty.status, empty.stderr]).to.satisfy(
      ([status, text]: [number, string]) => status === 2 && text.includes("qemu-system-misc"),
    );
    const nobody = await command("mcu/main", ["--server", "127.0.0.1:1", "--ca", join("sim/flights/pki/root.pem")]);
    expect([nobody.status, nobody.stderr]).to.satisfy(
      ([status, text]: [number, string]) => status === 2 && text.includes("connection refused"),
    );
    const small = await command("mcu/main", ["--replay", "client13-chacha", "--ram", "20"]);
    expect([small.status, small.stderr]).to.satisfy(([status, text]: [number, string]) => status === 1 && text.includes("out of memory"));
    const unknown = await command("mcu/main", ["--replay", "nothing"]);
    expect([unknown.status, unknown.stderr]).to.satisfy(
      ([status, text]: [number, string]) => status === 2 && text.includes("client13-chacha"),
    );
  });

  it("is a server to curl", async function () {
    if (spawnSync("curl", ["--version"]).error !== undefined) {
      console.log("      skipped: curl is missing (apt-get install curl)");
      this.skip();
    }
    const pki = makePki(folder, 2);
    const privateKey = createPrivateKey(pki.key).export({ format: "der", type: "pkcs8" });
    const certificates = certificatesFrom(pki.chain, "chain");
    const image = flashImage(firmware, serverApp({ certificates, privateKey }, 2, folder));
    let port: (value: number) => void = () => {};
    const listening = new Promise<number>((done) => {
      port = done;
    });
    const ended = runDevice(firmware, image, {
      ...{ ...common, ramKilobytes: 64, chunkBytes: 24_000, slots: 1100, stackSlots: 512, peakEvery: 0 },
      onListening: (at) => port(at),
    });
    const at = await Promise.race([listening, ended.then(({ output }) => Promise.reject(new Error(`the device ended: ${output}`)))]);
    const curl = await ends(
      spawn("curl", ["-sS", "--cacert", join(folder, "root.pem"), "--resolve", `localhost:${at}:127.0.0.1`, `https://localhost:${at}/`]),
    );
    expect(curl).to.deep.equal([0, "Hello from a device that is served by thimble.\n"]);
    const openssl = spawn("openssl", [
      "s_client",
      "-connect",
      `127.0.0.1:${at}`,
      "-CAfile",
      join(folder, "root.pem"),
      "-verify_return_error",
      "-quiet",
    ]);
    openssl.stdin.write("GET / HTTP/1.0\r\n\r\n");
    expect((await ends(openssl))[1]).to.contain("Hello from a device");
    const { status, output } = await ended;
    expect([status, output.match(/server: alpn/g)?.length]).to.deep.equal([0, 2]);
  });
});

/** Exit code and standard output. */
async function ends(child: ChildProcess): Promise<[number | null, string]> {
  let text = "";
  child.stdout?.on("data", (bytes) => {
    text += String(bytes);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return [code, text];
}
