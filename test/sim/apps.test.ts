// `npm run sim -- APP`: a user's app, as TypeScript outside of this repository, on the simulated device.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dist } from "../../sim/paths.js";
import { hasValgrind } from "../../sim/xs/run.js";
import { type AppRunner, appRunner, said } from "./app-runner.js";
import { command, hostOrNull } from "./program.js";

/** The server sends back what it gets, and so many bytes to who says "big". */
const BIG = 3000;

describe("a user's app in the simulator", function () {
  this.timeout(60_000);
  let folder = "";
  let run: AppRunner;
  let echo: Server;
  let port = 0;

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
    run = appRunner(folder);
    echo = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => socket.write(bytes.toString() === "big" ? Buffer.alloc(BIG, "x") : bytes));
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
    port = (echo.address() as AddressInfo).port;
  });
  after(() => {
    echo?.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const CLIENT = `
    import TCP from "embedded:io/socket/tcp";
    import config from "mc/config";
    const began = Date.now();
    let most = 0, sum = 0, sent = false;
    const socket = new TCP({
      address: config.address, port: config.port,
      onWritable() {
        if (sent) return;
        sent = true;
        console.log("app: connected", Date.now() - began);
        socket.write(ArrayBuffer.fromString(config.send ?? "big"));
      },
      onReadable(count: number) {
        most = Math.max(most, count);
        sum += count;
        socket.read(count);
        if (sum === ${BIG}) {
          console.log("app: all", Date.now() - began, most);
          socket.close();
        }
      },
      onError() { console.log("app: lost", sum); },
    });`;
  const here = (): string[] => ["--server", `127.0.0.1:${port}`];

  it("is TypeScript in modules, with timers and a console", async () => {
    const ended = await run({
      "app.ts": `
        import Timer from "timer";
        import { Level, name } from "./lib/names.js"; import json from "./data.json";
        class Counter { constructor(private count: number) {} next(): number { return ++this.count; } }
        const counter = new Counter(Level.High);
        console.log(\`app: \${name} \${counter.next()} \${json.value}\`);
        const ticker = Timer.repeat(() => {
          console.log("app: tick", counter.next());
          if (counter.next() > 6) Timer.clear(ticker);
        }, 5);
        setTimeout(() => console.log("app: late"), 60);
        Promise.resolve().then(() => console.log("app: job"));`,
      "lib/names.ts": `export { name } from "./deeper"; export enum Level { Low, High }`,
      "lib/deeper.ts": `export const name: string = "names";`,
      "data.json": `{ "value": 7 }`,
    });
    expect(said(ended)).to.deep.equal(["names 2 7", "job", "tick 3", "tick 5", "tick 7", "late"]);
    expect(ended.status, ended.stderr).to.equal(0);
    expect(ended.stdout).to.match(/peak, all that lived +[\d,]+ B +[\d,]+ \([\d,]+ B\)/);
  });

  it("listens and connects with ECMA-419 sockets", async () => {
    const ended = await run({
      "app.ts": `
        import Listener from "embedded:io/socket/listener";
        import TCP from "embedded:io/socket/tcp";
        const listener = new Listener({ port: 0, address: "127.0.0.1", onReadable() {
          const peer = new TCP({ from: listener.read(), onReadable(n: number) { peer.write(peer.read(n)); }, onError() { listener.close(); } });
        } });
        const client = new TCP({ address: "127.0.0.1", port: listener.port,
          onWritable() { if (client.format !== "number") { client.write(ArrayBuffer.fromString("hello")); client.format = "number"; } },
          onReadable() { console.log("app:", String.fromCharCode(client.read())); client.close(); } });`,
    });
    expect(said(ended)).to.deep.equal(["h"]);
    expect(ended.status, ended.stderr).to.equal(0);
  });

  it("finds names: those that it was given, those of this machine, and none", async () => {
    const app = `
      import Net from "net";
      import Resolver from "embedded:network/dns/resolver/udp";
      const resolver = new Resolver({ servers: ["192.0.2.1"] });
      const names = ["broker.example", "localhost", "nowhere.invalid", "127.0.0.9"];
      const next = () => {
        const host = names.shift();
        if (host === undefined) return;
        Net.resolve(host, (name, address) => {
          console.log("app: net", name, address ?? "none");
          resolver.resolve({ host,
            onResolved(name, address) { console.log("app: dns", name, address, this === resolver); next(); },
            onError(name) { console.log("app: dns", name, "none"); next(); } });
        });
        console.log("app: asked");
      };
      next();`;
    const ended = await run({ "app.ts": app }, "--resolve", "broker.example:192.0.2.7");
    expect(said(ended).filter((line) => line !== "asked")).to.deep.equal([
      "net broker.example 192.0.2.7",
      "dns broker.example 192.0.2.7 true",
      "net localhost 127.0.0.1",
      "dns localhost 127.0.0.1 true",
      "net nowhere.invalid none",
      "dns nowhere.invalid none",
      "net 127.0.0.9 127.0.0.9",
      "dns 127.0.0.9 127.0.0.9 true",
    ]);
    expect(said(ended)[0], "never answered from inside of the call").to.equal("asked");
    const plain = await run({ "app.ts": app });
    expect(said(plain)).to.include.members(["net broker.example none", "net nowhere.invalid none", "net 127.0.0.9 127.0.0.9"]);
    expect([ended.status, plain.status]).to.deep.equal([0, 0]);
  });

  it("turns strings into UTF-8 and back, as the SDK's engine does", async () => {
    const ended = await run({
      "app.ts": `
        const text = "a\\0é€😀";
        const bytes = new Uint8Array(ArrayBuffer.fromString(text));
        console.log("app:", bytes.join(), String.fromArrayBuffer(bytes.buffer) === text);
        const bad = [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]];
        for (const list of bad) try { String.fromArrayBuffer(Uint8Array.from(list).buffer); } catch (error) { console.log("app:", error.name); }`,
    });
    expect(said(ended)).to.deep.equal([`${[...Buffer.from("a\0é€😀")].join()} true`, ...new Array(5).fill("TypeError")]);
  });

  it("has a clock that is not set until the app sets it", async () => {
    const app = `
      import Time from "time";
      import { clock } from "thimble-tls/moddable/clock";
      console.log("app:", new Date().getUTCFullYear(), clock.seconds());
      const before = Time.ticks;
      Time.set(1800000000);
      console.log("app:", clock.seconds(), Time.delta(before) < 1000);
      setTimeout(() => console.log("app:", Date.now() - 1800000000000 >= 20, clock.seconds() - 1800000000), 20);`;
    expect(said(await run({ "app.ts": app }, "--clock", "unset"))).to.deep.equal(["1970 -1", "1800000000 true", "true 0"]);
    expect(said(await run({ "app.ts": app }, "--clock", "2030-06-01"))[0]).to.equal("2030 1906502400");
    const now = said(await run({ "app.ts": app }))[0] as string;
    expect(Number(now.split(" ")[1])).to.be.closeTo(Date.now() / 1000, 60);
  });

  it("has the RAM of a board, in two heaps or in one block", async () => {
    const app = (bytes: number): string => `const kept = new Uint8Array(${bytes}); console.log("app: kept", kept.length);`;
    for (const [board, ram, fits, tooMuch] of [
      ["esp32", "78,848 B of chunks, 4,928 slots, 512", 78_000, 79_000],
      ["esp32-s3", "78,848 B of chunks, 4,928 slots, 512", 78_000, 79_000],
      ["esp32-c6", "78,848 B of chunks, 4,928 slots, 512", 78_000, 79_000],
      ["esp32-c3", "94,208 B for chunks, slots and 384", 76_000, 81_000],
      ["pico", "131,072 B for chunks, slots and 512", 112_000, 116_000],
    ] as const) {
      const [good, bad] = await Promise.all([
        run({ "app.ts": app(fits) }, "--board", board),
        run({ "app.ts": app(tooMuch) }, "--board", board),
      ]);
      expect(good.stdout, board).to.contain(`device   ${board}: XS`).and.to.contain(`RAM: ${ram}`);
      expect(said(good), `${board}: ${good.stderr}`).to.deep.equal([`kept ${fits}`]);
      expect(bad.stderr, board).to.contain(`sim: out of memory: asked for ${tooMuch.toLocaleString("en-US")} bytes of chunk`);
      expect([good.status, bad.status], board).to.deep.equal([0, 1]);
    }
    const own = await run({ "app.ts": app(50_000) }, "--ram", "50000");
    expect(own.stderr).to.match(/all in 50,000 bytes; running: ArrayBuffer < Uint8Array \(--ram\)/);
    expect(said(await run({ "app.ts": app(90_000) }, "--board", "esp32-c3", "--chunks", "100000", "--slots", "400"))).to.deep.equal([
      "kept 90000",
    ]);
  });

  describe("on a network that", () => {
    const numbers = (line: string | undefined): number[] => (line ?? "").split(" ").slice(1).map(Number);

    it("is slow", async () => {
      const ended = await run({ "app.ts": CLIENT }, ...here(), "--latency", "60");
      const [connected, all] = said(ended);
      expect(numbers(connected)[0], ended.stderr).to.be.at.least(120);
      expect(numbers(all)[0]).to.be.at.least(240);
    });

    it("stalls", async () => {
      const ended = await run({ "app.ts": CLIENT }, ...here(), "--stall", "1000:100");
      expect(numbers(said(ended)[1])[0], ended.stderr)
        .to.be.at.least(200)
        .and.below(2000);
      expect(ended.stdout).to.contain("network  100 ms of silence after each 1,000 B");
    });

    it("brings tiny pieces", async () => {
      const ended = await run({ "app.ts": CLIENT }, ...here(), "--segment", "11");
      expect(numbers(said(ended)[1])[1], ended.stderr).to.equal(11);
    });

    it("loses its link, for good or for a while", async () => {
      const lost = await run(
        { "app.ts": `${CLIENT}\nsetTimeout(() => { console.log("app: came", sum); socket.close(); }, 400);` },
        ...here(),
        "--lose-link",
        "1234",
      );
      expect(said(lost).slice(1), lost.stderr).to.deep.equal(["came 1234"]);
      const back = await run({ "app.ts": CLIENT }, ...here(), "--lose-link", "1234:300");
      expect(numbers(said(back)[1])[0], back.stderr).to.be.at.least(300);
      expect([lost.status, back.status]).to.deep.equal([0, 0]);
    });

    it("refuses", async () => {
      const refused = await run(
        {
          "app.ts": `import TCP from "embedded:io/socket/tcp"; new TCP({ host: "here.example", port: 1, onError(why) { console.log("app:", why); } });`,
        },
        "--resolve",
        "here.example:127.0.0.1",
      );
      expect(said(refused)).to.deep.equal(["Connection refused"]);
    });
  });

  describe("watchdog", () => {
    const BUSY = `
      function spin(times: number): number { let sum = 0n; for (let i = 0; i < times; i++) sum += BigInt(i); return Number(sum); }
      function busy() { spin(3000); }
      setTimeout(() => {}, 1); setTimeout(busy, 5); setTimeout(() => {}, 10);`;

    it("counts the instructions of the longest callback, the same at each run, and names it", async function () {
      if (!hasValgrind()) this.skip();
      const told = /at most ([\d.]+ M) instructions \(x86-\d\d\): (a timer callback; mostly (?:BigInt < )?spin < busy)/;
      const [first, second] = await Promise.all([
        run({ "app.ts": BUSY }, "--watchdog", "100M"),
        run({ "app.ts": BUSY }, "--watchdog", "100M"),
      ]);
      expect(first.stdout, first.stderr).to.match(told);
      expect(told.exec(second.stdout)?.[0]).to.equal(told.exec(first.stdout)?.[0]);
      expect([first.status, second.status]).to.deep.equal([0, 0]);
      const longer = await run({ "app.ts": BUSY.replace("3000", "6000") }, "--watchdog", "100M");
      const ratio = Number.parseFloat(told.exec(longer.stdout)?.[1] ?? "") / Number.parseFloat(told.exec(first.stdout)?.[1] ?? "");
      expect(ratio).to.be.within(1.8, 2.2);
    });

    it("fails a run whose callback takes longer than it may", async function () {
      if (!hasValgrind()) this.skip();
      const { status, stderr } = await run({ "app.ts": BUSY }, "--watchdog", "1M");
      expect(stderr).to.match(/^sim: watchdog: the event loop was held for longer than 1 M instructions/m);
      expect(status).to.equal(1);
    });

    it("ends a callback that does not return", async () => {
      const { status, stderr } = await run(
        { "app.ts": "function forever() { for (;;); }\nsetTimeout(forever, 1);" },
        "--watchdog",
        "200ms",
      );
      expect(stderr).to.match(
        /^sim: watchdog: the event loop was held for more than 200 ms, and a timer callback did not return; running: forever$/m,
      );
      expect(status).to.equal(1);
    });
  });

  it("gets its configuration, and where its server is", async () => {
    const config = join(folder, "config.json");
    writeFileSync(config, '{ "send": "text", "port": 9 }');
    const ended = await run(
      {
        "app.ts":
          'import config from "mc/config"; console.log("app:", ...Object.keys(config).sort().map((key) => key + "=" + config[key]));',
      },
      ...here(),
      "--config",
      config,
    );
    expect(said(ended)).to.deep.equal(["address=127.0.0.1 host=127.0.0.1 port=9 send=text serverName=127.0.0.1"]);
  });

  it("is ended at the terminal, and tells its figures", async () => {
    const app = join(folder, "server.ts");
    writeFileSync(app, 'import Listener from "embedded:io/socket/listener"; console.log("app: port", new Listener({ port: 0 }).port);');
    const child = spawn(process.execPath, [join(dist, "sim/main.js"), app], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!stdout.includes("app: port") && `${stdout}${text}`.includes("app: port")) process.kill(-(child.pid as number), "SIGINT");
      stdout += text;
    });
    const [status] = (await once(child, "close")) as [number];
    expect(status).to.equal(0);
    expect(stdout).to.contain("at the end");
  });

  it("posts a reading over TLS: the example", async () => {
    const ended = await command("main", [
      "examples/reading.ts",
      "--server",
      "own",
      "--no-instructions",
      "--board",
      "esp32-c3",
      "--segment",
      "100",
    ]);
    expect(ended.stdout, ended.stderr).to.contain('  {"accepted":1}\n');
    expect(ended.status).to.equal(0);
    const unset = await command("main", ["examples/reading.ts", "--server", "own", "--no-instructions", "--clock", "unset"]);
    expect(unset.stdout).to.contain("the clock is not set");
    expect(unset.status).to.equal(1);
  });
});
