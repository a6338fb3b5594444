// The simulated device itself: what flash allows, where RAM ends, how counters count, how sockets and timers behave.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { BuildError, buildHost, countInstructions, hasValgrind, runXs, XS_EXIT, type XsOptions, type XsResult } from "../../sim/xs/run.js";

const FLASH = `
export const list = [1, 2, 3];
export const object = { inner: { a: 1 } };
export const bytes = new Uint8Array(4);
export const map = new Map([[1, 2]]);
export const expression = /b/g;
export const ZERO = 0n;
export const isZero = (x) => x === ZERO;
export const isZeroLiteral = (x) => x === 0n;
export const isFalsy = (x) => !x;
let counter = 0;
export const count = () => ++counter;
export class Named extends Error { constructor() { super("m"); this.name = "Named"; } }
`;

describe("the simulated device", function () {
  this.timeout(300_000);
  let folder = "";
  let is32Bit = false;

  before(async function () {
    try {
      is32Bit = (await buildHost()).is32Bit;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-device-"));
    writeFileSync(join(folder, "flash.js"), FLASH);
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }
  function run(text: string, options: Partial<XsOptions> = {}): Promise<XsResult> {
    return runXs({ main: file("main.js", text), timeout: 60_000, ...options });
  }
  async function output(text: string, options: Partial<XsOptions> = {}): Promise<string> {
    const result = await run(text, options);
    expect(result.stderr).to.equal("");
    expect(result.status).to.equal(XS_EXIT.done);
    return result.stdout.trim();
  }

  describe("flash", () => {
    it("costs the device nothing: it starts with no chunk and a few slots", async () => {
      const { stats } = await run('import "./flash.js";');
      expect(stats?.start.chunkBytes).to.equal(0);
      expect(stats?.start.slots).to.be.at.most(30);
      expect(stats?.namesAdded).to.equal(0);
    });

    for (const [name, statement] of [
      ["an array", "list[0] = 9"],
      ["an object", "object.b = 9"],
      ["an object in an object", "object.inner.a = 9"],
      ["a typed array", "bytes[0] = 9"],
      ["a typed array by fill", "bytes.fill(9)"],
      ["a buffer", "new DataView(bytes.buffer).setUint8(0, 9)"],
      ["a Map", "map.set(3, 4)"],
      ["a built-in", "Array.prototype.x = 1"],
      ["an instance of Error, whose prototype has the name", "new Named()"],
    ] as const) {
      it(`lets nobody write to ${name}`, async () => {
        const text = `import { list, object, bytes, map, Named } from "./flash.js";
          try { ${statement}; console.log("written"); } catch (e) { console.log(e instanceof TypeError); }`;
        expect(await output(text)).to.equal("true");
      });
    }

    it("stops a write that the engine itself does not refuse, and says where", async () => {
      const result = await run(
        'import { expression } from "./flash.js"; function search() { const found = expression.exec("abc"); return found; } search();',
      );
      expect(result.status).to.equal(XS_EXIT.flash);
      expect(result.stderr).to.match(/write to flash: address 0x[0-9a-f]+ .*running: exec < search/);
    });

    it("lets module variables change, in RAM", async () => {
      expect(await output('import { count } from "./flash.js"; count(); console.log(count());')).to.equal("2");
    });

    it("has the engine's flaw: a BigInt made at run time never equals a constant in flash", async () => {
      const text = `import { isZero, isZeroLiteral, isFalsy } from "./flash.js";
        console.log(isZero(BigInt(0)), isZeroLiteral(BigInt(0)), isFalsy(BigInt(0)));`;
      expect(await output(text)).to.equal("false true true");
    });

    it("cannot be made by a module that calls natives, waits or throws while it loads", async () => {
      for (const [body, reason] of [
        ["setTimeout(() => {}, 1);", "native function"],
        ["await 1;", "async module"],
        ['throw new Error("no way");', "no way"],
        ["let x = ;", "cannot be"],
      ] as const) {
        file("bad.js", body);
        const result = await run('import "./bad.js";');
        expect(result.status).to.equal(XS_EXIT.setup);
        expect(result.stderr).to.contain(reason).and.to.contain("bad.js");
      }
    });

    it("is where every module must be", async () => {
      file("late.js", "export const x = 1;");
      const late = await run('await import("./late.js");');
      expect(late.status).to.equal(XS_EXIT.uncaught);
      expect(late.stderr).to.contain("is not in flash");
      expect(await output('const { x } = await import("./late.js"); console.log(x);', { map: { parse: true } })).to.equal("1");
      const preload = { preload: [join(folder, "late.js")] };
      expect(await output('const { x } = await import("./late.js"); console.log(x);', { map: preload })).to.equal("1");
    });

    it("finds modules by map, and says which is missing", async () => {
      const map = { imports: { "a/": `${folder}/`, b: join(folder, "flash.js") } };
      expect(
        await output('import { list } from "b"; import { list as same } from "a/flash.js"; console.log(list === same);', { map }),
      ).to.equal("true");
      const missing = await run('import "c/d";');
      expect(missing.status).to.equal(XS_EXIT.setup);
      expect(missing.stderr).to.contain('module "c/d" is not mapped');
    });

    it("holds the configuration", async () => {
      expect(await output('import config from "mc/config"; console.log(config.host);', { config: { host: "h" } })).to.equal("h");
    });
  });

  describe("RAM", () => {
    it("ends when slots are used up", async () => {
      const result = await run("const a = []; for (;;) a.push({});", { slots: 2000 });
      expect(result.status).to.equal(XS_EXIT.memory);
      expect(result.stderr).to.match(
        /out of memory: asked for one more slot; in use: [\d,]+ of 78,848 bytes of chunks, 2,000 of 2,000 slots/,
      );
    });

    it("ends when chunks are used up", async () => {
      const result = await run("function hoard() { const a = []; for (;;) a.push(new Uint8Array(3000)); } hoard();", {
        chunkBytes: 20_000,
      });
      expect(result.status).to.equal(XS_EXIT.memory);
      expect(result.stderr).to.match(/asked for 3,000 bytes of chunk; in use: [\d,]+ of 20,000 bytes of chunks.*running: .*hoard/);
    });

    it("ends when the stack is used up", async () => {
      const result = await run("function deep(n) { return deep(n + 1) + 1; } deep(0);");
      expect(result.status).to.equal(XS_EXIT.stack);
      expect(result.stderr).to.match(/stack overflow: .* of 512 stack slots; running: deep < deep/);
    });

    it("collects before it ends", async () => {
      const result = await run("for (let i = 0; i < 1000; i++) new Uint8Array(1000);", { chunkBytes: 4000 });
      expect(result.status).to.equal(XS_EXIT.done);
      expect(result.stats?.collections).to.be.above(100);
      expect(result.stats?.highWater.chunkBytes).to.be.at.most(4000);
    });
  });

  describe("counters", () => {
    it("cost nothing and count everything", async () => {
      const text = `import measure from "sim:measure";
        const slots = measure.counter("allocatedSlots"), bytes = measure.counter("allocatedChunkBytes");
        measure.mark("a"); measure.begin("x"); measure.end("x");
        console.log(measure.counter("allocatedSlots") - slots, measure.counter("allocatedChunkBytes") - bytes);
        const view = new Uint8Array(100);
        console.log(measure.counter("allocatedSlots") - slots > 0, measure.counter("allocatedChunkBytes") - bytes > 100);`;
      expect(await output(text)).to.equal("0 0\ntrue true");
    });

    it("find the true peak and tell phases apart", async () => {
      const text = `import measure from "sim:measure";
        function work(size) { const b = new Uint8Array(size); return b.length; }
        measure.reset();
        for (let i = 0; i < 50; i++) work(1000);
        measure.mark("small");
        work(10000);
        measure.mark("large");
        measure.mark("nothing");`;
      const { stats } = await run(text, { peakEvery: 64 });
      const [small, large, nothing] = stats?.marks ?? [];
      const overhead = 64;
      expect(small?.peak?.largest.chunkBytes).to.be.within(1000, 1000 + overhead);
      expect(large?.peak?.largest.chunkBytes).to.be.within(10_000, 10_000 + overhead);
      expect(small?.allocated.chunkBytes).to.be.within(50_000, 52_000);
      expect(nothing?.allocated).to.deep.equal({ chunkBytes: 0, chunks: 0, slots: 0 });
      expect(stats?.peak?.bytes).to.be.above((large?.live?.bytes ?? 0) + 10_000 - 200);
      expect(stats?.collections).to.equal(0);
      const again = await run(text, { peakEvery: 64 });
      expect(again.stats).to.deep.equal(stats);
    });

    it("see the stack of code that allocates nothing", async () => {
      const text = `import measure from "sim:measure";
        function deep(n) { return n ? deep(n - 1) + 1 : 0; }
        const hold = new Uint8Array(500);
        measure.reset(); deep(20); measure.mark("deep"); measure.mark("flat"); hold[0] = 1;`;
      const [deep, flat] = (await run(text, { peakEvery: 64 })).stats?.marks ?? [];
      const stack = (deep?.peak?.stackBytes ?? 0) - (flat?.peak?.stackBytes ?? 0);
      expect(stack).to.be.above(20 * 8 * 16);
      expect((deep?.peak?.bytes ?? 0) - (flat?.peak?.bytes ?? 0)).to.be.within(stack, stack + 64);
      expect(deep?.allocated.slots).to.equal(0);
    });

    it("count instructions, the same at each run", async function () {
      if (!hasValgrind() || !is32Bit) this.skip();
      const main = file(
        "count.js",
        `import measure from "sim:measure";
        function work(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s; }
        measure.begin("loop"); work(100); measure.mark("first"); work(200); measure.end("loop");`,
      );
      const first = await countInstructions({ main });
      const loop = first.instructions.loop;
      expect(loop?.parts.map((part) => part.name)).to.deep.equal(["first", ""]);
      expect(loop?.parts[1]?.instructions).to.be.above(1.8 * (loop?.parts[0]?.instructions ?? 0));
      expect((await countInstructions({ main })).instructions).to.deep.equal(first.instructions);
    });
  });

  describe("natives", () => {
    it("call timers in order, repeat and clear", async () => {
      const text = `import Timer from "timer";
        Timer.set(() => console.log("b"), 20); setTimeout(() => console.log("a"), 5); Timer.set((id) => console.log("0", typeof id));
        let n = 0; const id = Timer.repeat(() => { if (++n === 3) { Timer.clear(id); console.log("repeated"); } }, 2);
        const never = setTimeout(() => console.log("never"), 10); clearTimeout(never); clearTimeout(never);
        Promise.resolve().then(() => console.log("job"));`;
      const lines = (await output(text)).split("\n");
      expect(lines[0]).to.equal("job");
      expect(lines[1]).to.equal("0 object");
      expect(lines.slice(2).sort()).to.deep.equal(["a", "b", "repeated"]);
      expect(lines.indexOf("a")).to.be.below(lines.indexOf("b"));
    });

    it("fix the clock and random bytes on request, with a warning", async () => {
      const text = `import host from "sim:host"; const b = new Uint8Array(8); host.fillRandom(b, 1, 3); console.log(Date.now(), b.join());`;
      const first = await run(text, { time: 1_700_000_000, insecureFixedRandom: 1 });
      expect(first.stdout).to.match(/^1700000000000 0,\d+,\d+,\d+,0,0,0,0$/m);
      expect(first.stderr).to.contain("random bytes are fixed");
      expect((await run(text, { time: 1_700_000_000, insecureFixedRandom: 1 })).stdout).to.equal(first.stdout);
      expect((await run(text)).stdout).not.to.equal((await run(text)).stdout);
    });

    it("end the device when a callback throws", async () => {
      const result = await run('setTimeout(() => { throw new RangeError("too far"); }, 1); setTimeout(() => console.log("lives"), 5);');
      expect(result.status).to.equal(XS_EXIT.uncaught);
      expect(result.stderr).to.contain("uncaught in a timer callback: RangeError: too far");
      expect(result.stdout).to.equal("");
    });
  });

  describe("sockets", () => {
    let server: Server;
    let accept: (socket: Socket) => void;
    let port = 0;

    before((done) => {
      server = createServer((socket) => {
        socket.on("error", () => {});
        accept(socket);
      });
      server.listen(0, "127.0.0.1", () => {
        port = (server.address() as { port: number }).port;
        done();
      });
    });
    after((done) => {
      server.close(() => done());
    });

    it("connect, write, read in pieces, and hear of the end after the last byte", async () => {
      accept = (socket) => socket.on("data", (data) => socket.end(Buffer.concat([data, Buffer.from("0123456789")])));
      const text = `import TCP from "embedded:io/socket/tcp"; import config from "mc/config";
        let inside = true, got = "";
        new TCP({ address: "127.0.0.1", port: config.port,
          onWritable(n) { if (got === "" && !this.sent) { this.sent = true; console.log(inside, n > 1000); this.write(Uint8Array.of(65, 66)); } },
          onReadable(n) {
            try { this.read(new Uint8Array(n + 1)); } catch (e) { console.log(e.name); }
            const view = new Uint8Array(Math.min(n, 5)); console.log(this.read(view)); got += String.fromCharCode(...view);
          },
          onError() { console.log(got); } });
        inside = false;`;
      expect((await output(text, { config: { port } })).split("\n")).to.include.members([
        "false true",
        "RangeError",
        "5",
        "2",
        "AB0123456789",
      ]);
    });

    it("throw would block when the send buffer is full, and go on when it is not", async () => {
      let received = 0;
      accept = (socket) => socket.on("data", (data) => (received += data.length));
      const text = `import TCP from "embedded:io/socket/tcp"; import config from "mc/config";
        const block = new Uint8Array(1000); let sent = 0, blocked = false;
        new TCP({ address: "127.0.0.1", port: config.port, onWritable(n) {
          if (n < 6000 && !blocked) { try { this.write(new Uint8Array(6000)); } catch (e) { blocked = e.message === "would block"; } }
          while (sent < 50000) { try { this.write(block); sent += 1000; } catch { return; } }
          this.close(); console.log(blocked, sent);
        } });`;
      expect(await output(text, { config: { port } })).to.equal("true 50000");
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(received).to.equal(50_000);
    });

    it("tell of a refused connection in onError, later", async () => {
      const text = `import TCP from "embedded:io/socket/tcp";
        let inside = true; new TCP({ address: "127.0.0.1", port: 1, onError(why) { console.log(inside, why); } }); inside = false;`;
      expect(await output(text)).to.equal("false Connection refused");
    });

    it("listen, hand over a connection, and speak in numbers", async () => {
      const text = `import TCP from "embedded:io/socket/tcp"; import Listener from "embedded:io/socket/listener";
        const listener = new Listener({ port: 0, address: "127.0.0.1", onReadable() {
          const from = this.read();
          new from.constructor({ from, target: "t", format: "number", onReadable() { const x = this.read(); this.write(x + 1); console.log(this.target, x); } });
        } });
        new TCP({ address: "127.0.0.1", port: listener.port, onWritable() { if (!this.sent) { this.sent = true; this.write(Uint8Array.of(7)); } },
          onReadable() { console.log(new Uint8Array(this.read())[0], typeof this.remotePort); this.close(); listener.close(); } });`;
      const result = await run(text, { timeout: 2000 });
      expect(result.stdout.trim()).to.equal("t 7\n8 number");
    });
  });
});
