// The example apps, as they are flashed, in the simulator: against nginx, mosquitto and OpenSSL.
import { spawn, spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { dist, root } from "../../sim/paths.js";
import { command, hostOrNull } from "../sim/program.js";
import { startMosquitto, startNginx } from "./configured.js";
import { found, freePort, needed, type RealServer, ServerFolder, start } from "./real-server.js";

/** What stands between the lines of a PEM file. */
const base64 = (pem: string): string[] =>
  [...pem.matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map((match) => (match[1] as string).replace(/\s/g, ""));

describe("example apps", function () {
  this.timeout(60_000);
  let folder: ServerFolder;
  let server: RealServer | null = null;

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    folder = new ServerFolder();
  });
  afterEach(async () => {
    await server?.stop();
    server = null;
  });
  after(() => folder?.remove());

  /** What the app says, with this in its mc/config. */
  async function run(app: string, config: object, ...more: string[]): Promise<string[]> {
    const file = folder.write(`${app}.json`, JSON.stringify({ host: "localhost", address: "127.0.0.1", ...config }));
    const { stdout, stderr } = await command("main", [`examples/${app}/main.ts`, "--config", file, "--no-instructions", ...more]);
    const lines = stdout.split("\n");
    const said = lines.slice(
      lines.findIndex((line) => line.startsWith("app ")) + 1,
      lines.findIndex((line) => line.startsWith("  Memory")),
    );
    return [...said.map((line) => line.trim()).filter((line) => line !== ""), ...(stderr === "" ? [] : [stderr])];
  }

  /** nginx honours no size extension: its records have 16 KB where there is so much to send. */
  function serveBy(nginx: string, port: number, location: string): Promise<RealServer> {
    return startNginx(nginx, port, folder, [
      `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder.cert};
    ssl_certificate_key ${folder.key};
    ssl_protocols TLSv1.3;
    ssl_session_cache shared:SSL:1m;
    location / { ${location} }
  }`,
    ]);
  }

  it("get: a page of nginx, then another over the resumed session", async function () {
    const nginx = needed(this, found("nginx"), "nginx");
    const port = await freePort();
    server = await serveBy(nginx, port, `return 200 "${"page ".repeat(100)}";`);
    const [root] = base64(readFileSync(folder.root, "utf8"));
    const flash = ["--storage", folder.at("flash")];
    const said = await run("get", { port, path: "/", root }, ...flash);
    expect(said).to.have.length(3);
    expect(said[0]).to.match(/^HTTP\/1\.1 200, \d{3} bytes$/);
    expect(said[1]).to.equal(`${said[0]}, resumed`);
    expect(said[2]).to.equal("done");
    expect(await run("get", { port, path: "/", root }, ...flash)).to.deep.equal([said[1], said[1], "done"]);
    const stranger = await run("get", { port, path: "/", root: base64(readFileSync(folder.ca.strangerFile, "utf8"))[0] });
    expect(stranger).to.have.length(1);
    expect(stranger[0]).to.match(/^failed: unknown_ca: /);
  });

  it("ota: 1 MB from nginx in records of 16 KB", async function () {
    const nginx = needed(this, found("nginx"), "nginx");
    const port = await freePort();
    const image = Buffer.alloc(1_048_576, "firmware ");
    writeFileSync(folder.at("image"), image);
    server = await serveBy(nginx, port, `root ${folder.path};`);
    const [root] = base64(readFileSync(folder.root, "utf8"));
    const sha256 = createHash("sha256").update(image).digest("hex");
    const app = (path: string, hash: string) => run("ota", { port, path, root, sha256: hash });
    expect(await app("/image", sha256)).to.deep.equal(["1048576 bytes, whole"]);
    expect(await app("/image", "00")).to.deep.equal([`1048576 bytes, of another file: ${sha256}`]);
    expect((await app("/none", sha256))[0]).to.match(/^failed: HTTP\/1\.1 404 /);
  });

  /** mc/config of a device with a certificate of its own. */
  function deviceConfig(port: number): object {
    folder.ca.leaf("sensor", [], "clientAuth");
    const certificates = [folder.ca.text("sensor.pem"), folder.ca.text("inter.pem")].map((pem) =>
      new X509Certificate(pem).raw.toString("base64"),
    );
    const [key] = base64(folder.ca.text("sensor.key"));
    const [authority] = base64(readFileSync(folder.root, "utf8"));
    return { port, alpn: "mqtt", client: "sensor-7", root: authority, certificate: certificates.join(","), key };
  }

  it("mqtt: mosquitto knows the device by its certificate", async function () {
    const mosquitto = needed(this, found("mosquitto"), "mosquitto");
    const port = await freePort();
    server = await startMosquitto(mosquitto, port, folder);
    expect(await run("mqtt", deviceConfig(port))).to.deep.equal(["connected: no ALPN", "published"]);
    expect(server.output())
      .to.contain("u'sensor'")
      .and.to.contain("PUBLISH from sensor-7 (d0, q1, r0, m1, 'readings/sensor-7', ... (4 bytes))");
  });

  it("mqtt: 12 KB of chunks and 400 slots above the app without TLS suffice", async function () {
    const mosquitto = needed(this, found("mosquitto"), "mosquitto");
    const port = await freePort();
    server = await startMosquitto(mosquitto, port, folder);
    const config = deviceConfig(port);
    // The app as it is, on TCP, with a broker that says the two things it waits for.
    const text = readFileSync(join(root, "examples/mqtt/main.ts"), "utf8");
    const plain = folder.write(
      "plain.ts",
      text
        .replace("thimble-tls/moddable/tls-socket", "embedded:io/socket/tcp")
        .replace('import { secure } from "./secure.js";', "const secure = undefined;"),
    );
    const broker = createServer((socket) =>
      socket.on("data", ([type]) => socket.write(Uint8Array.from(type === 0x10 ? [0x20, 2, 0, 0] : type === 0x32 ? [0x40, 2, 0, 1] : []))),
    );
    await new Promise<void>((ready) => broker.listen(0, "127.0.0.1", ready));
    const file = folder.write(
      "plain.json",
      JSON.stringify({ ...config, address: "127.0.0.1", port: (broker.address() as AddressInfo).port }),
    );
    const { stdout } = await command("main", [plain, "--config", file, "--no-instructions"]);
    broker.close();
    expect(stdout).to.contain("published");
    const [, chunks, slots] = /peak, all that lived\s+([\d,]+) B\s+([\d,]+)/.exec(stdout) ?? [];
    const above = (of: string | undefined, more: number): string => String(Number((of as string).replaceAll(",", "")) + more);
    const memory = ["--chunks", above(chunks, 12_288), "--slots", above(slots, 400)];
    expect(await run("mqtt", config, ...memory), memory.join(" ")).to.deep.equal(["connected: no ALPN", "published"]);
  });

  it("serve: curl finds each name with its certificate, and none for a third", async function () {
    const curl = needed(this, found("curl"), "curl");
    const port = await freePort();
    const names = { one: "one.example", two: "two.example" };
    const of = (name: string) => {
      folder.ca.leaf(name, [`DNS:${name}`]);
      const chain = [folder.ca.text(`${name}.pem`), folder.ca.text("inter.pem")].map((pem) =>
        new X509Certificate(pem).raw.toString("base64"),
      );
      return { certificate: chain.join(","), key: base64(folder.ca.text(`${name}.key`))[0] };
    };
    const [first, second] = [of(names.one), of(names.two)];
    const file = folder.write(
      "serve.json",
      JSON.stringify({ port, name: names.one, ...first, other: names.two, otherCertificate: second.certificate, otherKey: second.key }),
    );
    server = await start(port, process.execPath, [`${dist}/sim/main.js`, "examples/serve/main.ts", "--config", file, "--no-instructions"], {
      ready: "listening",
    });
    const ask = (name: string) =>
      spawnSync(curl, ["-sS", "-m", "10", "--cacert", folder.root, "--resolve", `${name}:${port}:127.0.0.1`, `https://${name}:${port}/`], {
        encoding: "utf8",
      });
    for (const name of Object.values(names)) expect(ask(name).stdout).to.equal(`this is ${name}\n`);
    expect(ask("three.example").stderr).to.match(/unrecognized name/);
  });

  it("psk: OpenSSL has the same key", async function () {
    const openssl = needed(this, found("openssl"), "openssl");
    const port = await freePort();
    const key = Buffer.alloc(32, 0x42);
    const args = ["s_server", "-accept", `127.0.0.1:${port}`, "-nocert", "-tls1_3", "-rev", "-psk_identity", "sensor-7"];
    const child = spawn(openssl, [...args, "-psk", key.toString("hex")], { stdio: ["pipe", "pipe", "ignore"] });
    try {
      await new Promise((ready) => child.stdout.once("data", ready));
      expect(await run("psk", { port, identity: "sensor-7", key: key.toString("base64") })).to.deep.equal([
        'answer: }5.12:"suislec","7-rosnes":"rosnes"{',
      ]);
      const [failed] = await run("psk", { port, identity: "sensor-7", key: Buffer.alloc(32).toString("base64") });
      expect(failed).to.match(/^failed: /);
    } finally {
      child.kill();
    }
  });
});
