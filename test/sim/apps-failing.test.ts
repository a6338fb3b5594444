// How a user's app ends in the simulator when something is wrong with it or around it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { dist } from "../../sim/paths.js";
import { type AppRunner, appRunner } from "./app-runner.js";
import { command, hostOrNull } from "./program.js";

describe("a user's app that fails ends with a clear message:", function () {
  this.timeout(30_000);
  let folder = "";
  let run: AppRunner;
  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
    run = appRunner(folder);
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const cases: readonly (readonly [string, Record<string, string>, readonly string[], RegExp, number])[] = [
    [
      "that allocates without end",
      {
        "app.ts":
          "class Reading { value = 1; }\nconst kept = [];\nfunction keep() { for (;;) kept.push(new Reading()); }\nsetTimeout(keep, 1);",
      },
      [],
      /^sim: out of memory: asked for one more slot; in use: .*; running: .*keep.* \(--chunks, --slots\)\n {2}held by Reading × [\d,]{5,}: [\d,]+ slots/m,
      1,
    ],
    [
      "that makes its buffers too large",
      { "app.ts": "const kept = [];\nfunction keep() { for (;;) kept.push(new Uint8Array(9000)); }\nkeep();" },
      [],
      /^sim: out of memory: asked for 9,000 bytes of chunk; .*running: .*keep[^\n]*\n {2}held by ArrayBuffer\(9000\) × 8: \d+ slots and 72,0\d\d bytes/m,
      1,
    ],
    [
      "that recurses without end",
      { "app.ts": "function deeper(n: number): number { return 1 + deeper(n + 1); }\nsetTimeout(() => deeper(0), 1);" },
      [],
      /^sim: stack overflow: .*running: deeper < deeper.*\(--stack\)\n {2}held by deeper × \d\d+: \d+ slots/m,
      1,
    ],
    [
      "that throws at its start",
      { "app.ts": 'throw new RangeError("no good");' },
      [],
      /^sim: uncaught in a module or promise: RangeError: no good$/m,
      1,
    ],
    [
      "that throws in a callback",
      { "app.ts": 'setTimeout(() => { throw new Error("late"); }, 1);' },
      [],
      /^sim: uncaught in a timer callback: Error: late$/m,
      1,
    ],
    [
      "that rejects a promise",
      { "app.ts": 'Promise.reject(new Error("nobody"));' },
      [],
      /^sim: uncaught in a module or promise: Error: nobody$/m,
      1,
    ],
    [
      "a module of which throws while the firmware is built",
      { "app.ts": 'import "./part.js";', "part.ts": 'throw new Error("part");' },
      [],
      /^sim: \S+\/part\.ts cannot be put into flash: Error: part$/m,
      2,
    ],
    [
      "that changes what lies in flash",
      { "app.ts": 'import { list } from "./part.js";\nlist.push(1);', "part.ts": "export const list: number[] = [];" },
      [],
      /^sim: uncaught in a module or promise: TypeError: /m,
      1,
    ],
    ["that is no TypeScript", { "app.ts": "\nconst = 1;" }, [], /^sim: \S*app\.ts:2:7: Expected identifier/m, 2],
    [
      "that imports what is not there",
      { "app.ts": 'import "./none.js";' },
      [],
      /^sim: \S*app\.ts:1:8: Could not resolve "\.\/none\.js"/m,
      2,
    ],
    [
      "that imports what the simulator does not have",
      { "app.ts": 'import "pins/digital";' },
      [],
      /^sim: \S*app\.ts: the simulator has no module "pins\/digital"; it has timer, /m,
      2,
    ],
    [
      "that imports what this package does not have",
      { "app.ts": 'import "thimble-tls/none";' },
      [],
      /^sim: there is no module "thimble-tls\/none"; there are thimble-tls, /m,
      2,
    ],
    ["that trusts nobody", { "app.ts": 'import "sim:trust";' }, [], /^sim: the app imports "sim:trust".* give --ca FILE/m, 2],
    [
      "that is not done in time",
      { "app.ts": "setInterval(() => {}, 100);" },
      ["--timeout", "1"],
      /^sim: the device was not done after 1 seconds$/m,
      1,
    ],
    [
      "that holds the event loop when it is not done in time",
      { "app.ts": "function spin() { for (;;); }\nspin();" },
      ["--timeout", "1"],
      /^sim: the device was not done after 1 seconds: start did not return; running: spin$/m,
      1,
    ],
    [
      "that says itself that it failed",
      { "app.ts": 'import host from "sim:host"; host.exit(1);' },
      [],
      /^sim: the app ended itself with status 1$/m,
      1,
    ],
    [
      "whose configuration is missing",
      { "app.ts": "" },
      ["--config", "/nowhere.json"],
      /^sim: --config \/nowhere\.json: cannot be read \(ENOENT\)$/m,
      2,
    ],
    ["whose server is not there", { "app.ts": "" }, ["--server", "127.0.0.1:1"], /^sim: 127\.0\.0\.1:1: connection refused/m, 2],
    [
      "for an unknown board",
      { "app.ts": "" },
      ["--board", "pdp11"],
      /^sim: option '--board <NAME>' argument 'pdp11' is invalid\. Allowed choices are esp32, esp32-s3, esp32-c6, esp32-c3, pico\.$/m,
      2,
    ],
  ];
  for (const [what, files, args, why, status] of cases)
    it(what, async () => {
      const ended = await run(files, ...args);
      expect(ended.stderr).to.match(why);
      expect(ended.status).to.equal(status);
    });

  it("that is to run where no compiler is", async () => {
    const { status, stderr } = await command("main", [fileURLToPath(import.meta.url)], { CC: "/nowhere/gcc" });
    expect(stderr).to.match(/^sim: the C compiler "\/nowhere\/gcc" cannot be started\. On Debian: apt-get install [^\n]+\n$/);
    expect(status).to.equal(2);
  });

  it("that does not exist", async () => {
    const { status, stderr } = await command("main", ["/nowhere/app.ts"]);
    expect(stderr).to.equal("sim: /nowhere/app.ts: there is no such file\n");
    expect(status).to.equal(2);
  });

  it("a device ends with the program that started it, however that ends", async function () {
    if (process.platform !== "linux") return void this.skip();
    const app = join(folder, "endless.ts");
    writeFileSync(app, 'setInterval(() => undefined, 50);\ntrace("begun\\n");\n');
    const sim = spawn(process.execPath, [join(dist, "sim/main.js"), app, "--no-instructions"], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise<void>((begun) => sim.stdout.setEncoding("utf8").on("data", (text: string) => text.includes("begun") && begun()));
    const children = readFileSync(`/proc/${sim.pid}/task/${sim.pid}/children`, "utf8").trim().split(" ");
    const device = children.find((child) => readFileSync(`/proc/${child}/comm`, "utf8").startsWith("thimble-xs"));
    expect(device, "there is a device").to.match(/^\d+$/);
    sim.kill("SIGKILL");
    const until = Date.now() + 5000;
    while (existsSync(`/proc/${device}`) && Date.now() < until) await new Promise((later) => setTimeout(later, 20));
    expect(existsSync(`/proc/${device}`)).to.equal(false);
  });
});
