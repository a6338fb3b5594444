// The package as somebody has it who installed it: packed, unpacked elsewhere, with the packages that it asks for beside it.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type Ended, hostOrNull } from "../sim/program.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const APP = `
import { twice } from "./twice.js";
import Timer from "timer";
import { AnchorList } from "thimble-tls/x509/anchors";
Timer.set(() => console.log("app:", twice(21), typeof AnchorList), 1);
`;

describe("the installed package", function () {
  this.timeout(120_000);
  let folder = "";

  function run(command: string, args: readonly string[], env: Record<string, string> = {}, cwd = folder): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, stdout, stderr }));
    });
  }

  function install(name: string): void {
    const at = join(folder, "node_modules", name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(root, "node_modules", name), at);
  }

  const sim = (...args: string[]): Promise<Ended> =>
    run(process.execPath, ["node_modules/thimble-tls/dist/hosts/node/cli/thimble.cjs", "sim", ...args], {
      THIMBLE_BUILD: process.env.THIMBLE_BUILD ?? join(root, "build/xs"),
    });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "thimble-installed-"));
    const packed = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {}, root);
    expect(packed.status, packed.stderr).to.equal(0);
    const file = readdirSync(folder).find((name) => name.endsWith(".tgz")) as string;
    const target = join(folder, "node_modules/thimble-tls");
    mkdirSync(target, { recursive: true });
    const unpacked = await run("tar", ["-xzf", file, "--strip-components=1", "-C", target]);
    expect(unpacked.status, unpacked.stderr).to.equal(0);
    for (const name of ["@noble", "commander", "send"]) install(name);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "app.ts"), APP);
    writeFileSync(join(folder, "twice.ts"), "export const twice = (n: number): number => 2 * n;\n");
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("has the command thimble sim, which tells its options", async () => {
    const { status, stdout } = await sim("--help");
    expect(stdout).to.contain("Usage: sim [APP] [options]").and.to.contain("--board <NAME>");
    expect(status).to.equal(0);
  });

  it("says which packages the simulator needs, and then runs an app and a reading over TLS", async function () {
    const both = await sim("app.ts");
    expect(both.stderr).to.equal("sim: the simulator needs packages more: npm install --save-dev --ignore-scripts @agoric/xsnap esbuild\n");
    expect(both.status).to.equal(2);
    install("esbuild");
    const one = await sim("app.ts");
    expect(one.stderr).to.equal("sim: the simulator needs a package more: npm install --save-dev --ignore-scripts @agoric/xsnap\n");
    expect([one.status, (await sim()).status]).to.deep.equal([2, 2]);
    install("@agoric/xsnap");
    if ((await hostOrNull()) === null) this.skip();
    const ended = await sim("app.ts", "--no-instructions");
    expect(ended.stdout, ended.stderr).to.contain("  app: 42 function\n");
    expect(ended.status).to.equal(0);
    const chart = await sim("--report", "x.html");
    expect(chart.stderr).to.equal(
      "sim: the simulator needs packages more: npm install --save-dev --ignore-scripts @observablehq/plot linkedom\n",
    );
    expect(chart.status).to.equal(2);
    const example = await sim("node_modules/thimble-tls/examples/reading.ts", "--server", "own", "--no-instructions");
    expect(example.stdout, example.stderr).to.contain('  {"accepted":1}\n');
    expect(example.status).to.equal(0);
  });

  it("has types for the app's editor", async () => {
    install("@moddable/typings");
    const options = { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", strict: true, noEmit: true, skipLibCheck: true };
    const write = (): void =>
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: { ...options, types: ["thimble-tls/sim/device"] },
          include: ["*.ts", "node_modules/thimble-tls/examples/*.ts"],
          exclude: [],
        }),
      );
    write();
    const tsc = (): Promise<Ended> => run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
    const good = await tsc();
    expect(good.stdout).to.equal("");
    expect(good.status).to.equal(0);
    const socket = (call: string): string =>
      `import TCP from "embedded:io/socket/tcp";
      import TLSSocket from "embedded:io/socket/tcp/tls";
      export const socket = new TLSSocket({ address: "192.0.2.1", port: 443, TCP: { io: TCP as never }, host: "a.example",
        secure: { protocolVersion: 0x303, certificate: new ArrayBuffer(1), applicationLayerProtocolNegotiation: "http/1.1" },
        onReadable(count) { const all = this.read(); const some = this.read(count); this.read(new Uint8Array(4)); return void [all, some]; },
        onWritable(count) { this.write(new Uint8Array(count), { more: true, byteLength: count }); },
        onError(error) { console.log(error.alert, error.reason, error.name); },
      });
      ${call}`;
    writeFileSync(join(folder, "socket.ts"), socket("socket.close();"));
    expect((await tsc()).stdout).to.equal("");
    writeFileSync(join(folder, "socket.ts"), socket('socket.write("text");'));
    expect((await tsc()).stdout).to.contain("socket.ts(9,20): error TS2345");
    writeFileSync(join(folder, "socket.ts"), "export {};");
    writeFileSync(join(folder, "wrong.ts"), 'import host from "sim:host"; host.exit("now");');
    expect((await tsc()).stdout).to.contain("wrong.ts(1,40): error TS2345");
  });
});
