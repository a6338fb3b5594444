// Exporters with OpenSSL and with node:tls, both ways; the client on XS too.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTls, type TLSSocket as NodeTLSSocket } from "node:tls";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { client12, connect, createServer, server12, type TLSSocket } from "../../hosts/node/index.js";
import { apps } from "../../sim/paths.js";
import { runXs } from "../../sim/xs/run.js";
import { tlsExporter } from "../../src/schedule/exporter.js";
import { hostOrNull } from "../sim/program.js";
import { type Leaf, OpensslCa, opensslVersion } from "./openssl-ca.js";
import { opensslServer } from "./servers.js";

const LABEL = "EXPORTER-test";
const CONTEXT = Buffer.from("context");
const BINDING = "EXPORTER-Channel-Binding";

describe("exporters and real peers", function () {
  this.timeout(30000);
  let ca: OpensslCa;
  let leaf: Leaf;
  const ends: (() => unknown)[] = [];

  before(function () {
    if (opensslVersion().version === null) this.skip();
    ca = new OpensslCa();
    leaf = ca.leaf();
  });
  after(() => ca?.remove());
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  const own = () => ({ cert: readFileSync(leaf.chainFile), key: readFileSync(leaf.keyFile) });

  async function portOf(server: ReturnType<typeof createTls>): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  /** Both ends of one connection, with node:tls as the server. */
  async function nodeServer(): Promise<{ port: number; socket: Promise<NodeTLSSocket> }> {
    const server = createTls({ ...own(), minVersion: "TLSv1.3" }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write("y"));
    });
    const socket = once(server, "secureConnection").then(([one]) => one as NodeTLSSocket);
    return { port: await portOf(server), socket };
  }

  it("our client, node:tls's server: the same bytes for all labels and contexts", async () => {
    const { port, socket } = await nodeServer();
    const client = connect({ host: "127.0.0.1", servername: "localhost", port, ca: readFileSync(ca.rootFile) });
    expect(() => client.exportKeyingMaterial(32, LABEL)).to.throw(/before the handshake is complete/);
    await once(client, "secureConnect");
    const server = await socket;
    for (const [length, label, context] of [
      [32, LABEL, CONTEXT],
      [100, LABEL, CONTEXT],
      [32, LABEL, Buffer.alloc(0)],
      [48, "EXPERIMENTAL", Buffer.alloc(300, 7)],
    ] as const)
      expect(client.exportKeyingMaterial(length, label, context).toString("hex")).to.equal(
        server.exportKeyingMaterial(length, label, context).toString("hex"),
      );
    const binding = Buffer.from(tlsExporter(client.connection)).toString("hex");
    expect(client.exportKeyingMaterial(32, BINDING).toString("hex")).to.equal(binding);
    expect(server.exportKeyingMaterial(32, BINDING, undefined as unknown as Buffer).toString("hex")).to.equal(binding);
    client.destroy();
  });

  it("our server, node:tls's client", async () => {
    const server = createServer(own());
    const there = once(server, "secureConnection").then(([one]) => one as TLSSocket);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const client = connectTls({ port, host: "127.0.0.1", servername: "localhost", ca: readFileSync(ca.rootFile) });
    client.on("error", () => {});
    await once(client, "secureConnect");
    const socket = await there;
    socket.on("error", () => {});
    expect(socket.exportKeyingMaterial(64, LABEL, CONTEXT).toString("hex")).to.equal(
      client.exportKeyingMaterial(64, LABEL, CONTEXT).toString("hex"),
    );
    client.destroy();
  });

  it("TLS 1.2: node:tls's server, and its client, with and without a context", async () => {
    const server = createTls({ ...own(), maxVersion: "TLSv1.2" }, (socket) => socket.on("error", () => {}));
    const far = once(server, "secureConnection").then(([one]) => one as NodeTLSSocket);
    const client = connect({
      host: "127.0.0.1",
      servername: "localhost",
      port: await portOf(server),
      ca: readFileSync(ca.rootFile),
      tls12: client12,
    });
    await once(client, "secureConnect");
    const there = await far;
    const ours = createServer({ ...own(), tls12: server12 });
    const near = once(ours, "secureConnection").then(([one]) => one as TLSSocket);
    ours.listen(0, "127.0.0.1");
    await once(ours, "listening");
    ends.push(() => ours.close());
    const { port } = ours.address() as AddressInfo;
    const node = connectTls({ port, host: "127.0.0.1", servername: "localhost", ca: readFileSync(ca.rootFile), maxVersion: "TLSv1.2" });
    node.on("error", () => {});
    await once(node, "secureConnect");
    const here = await near;
    here.on("error", () => {});
    for (const context of [undefined, Buffer.alloc(0), CONTEXT, Buffer.alloc(300, 7)]) {
      const none = context as Buffer;
      expect(client.exportKeyingMaterial(70, LABEL, context).toString("hex")).to.equal(
        there.exportKeyingMaterial(70, LABEL, none).toString("hex"),
      );
      expect(here.exportKeyingMaterial(70, LABEL, context).toString("hex")).to.equal(
        node.exportKeyingMaterial(70, LABEL, none).toString("hex"),
      );
    }
    client.destroy();
    node.destroy();
  });

  /** OpenSSL prints "Keying material: HEX" for the label without a context. */
  const material = async (child: ReturnType<typeof spawn>): Promise<string> => {
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
    for (let i = 0; i < 100; i++) {
      const found = /Keying material: ([0-9A-F]+)/.exec(output);
      if (found !== null) return found[1]!.toLowerCase();
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no keying material in: ${output}`);
  };

  const KEYMAT = ["-keymatexport", LABEL, "-keymatexportlen", "40"];

  it("our client, openssl s_server -keymatexport", async () => {
    const child = await opensslServer(ca, leaf, KEYMAT);
    ends.push(() => child.stop());
    const { port } = child;
    const client = connect({ host: "127.0.0.1", servername: "localhost", port, ca: readFileSync(ca.rootFile) });
    await once(client, "secureConnect");
    const exported = client.exportKeyingMaterial(40, LABEL).toString("hex").toUpperCase();
    for (let i = 0; i < 100 && !child.output().includes("Keying material: "); i++) await new Promise((done) => setTimeout(done, 50));
    expect(child.output()).to.contain(`Keying material: ${exported}`);
    client.destroy();
  });

  it("our server, openssl s_client -keymatexport", async () => {
    const server = createServer(own());
    const there = once(server, "secureConnection").then(([one]) => one as TLSSocket);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", ca.rootFile, ...KEYMAT]);
    ends.push(() => child.kill());
    const printed = material(child);
    const socket = await there;
    socket.on("error", () => {});
    expect(socket.exportKeyingMaterial(40, LABEL).toString("hex")).to.equal(await printed);
    socket.destroy();
  });

  it("the client on XS, node:tls's server", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const trust = join(folder, "trust.js");
    const roots = certificatesFrom(readFileSync(ca.rootFile), "root").map((der) => `new Uint8Array([${der.join(",")}])`);
    writeFileSync(trust, `export const certificates = [${roots.join(",")}];`);
    const { port, socket } = await nodeServer();
    const exported = socket.then((one) => [
      one.exportKeyingMaterial(40, LABEL, CONTEXT),
      one.exportKeyingMaterial(32, BINDING, Buffer.alloc(0)),
    ]);
    const result = await runXs({
      main: join(apps, "exporter.js"),
      map: { imports: { "sim:trust": trust } },
      config: { port },
      timeout: 20_000,
    });
    expect(result.stderr).to.equal("");
    expect(result.stdout.trim().split("\n")).to.deep.equal((await exported).map((bytes) => bytes.toString("hex")));
  });
});
