// A server on the simulated device, with the clients that people have: curl, openssl s_client, Node's TLS and thimble's own.
import { spawn, spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import { certificatesFrom, connect } from "../../hosts/node/index.js";
import { apps } from "../../sim/paths.js";
import { makePki, type Pki } from "../../sim/pki.js";
import { BuildError, buildHost, runXs, XS_EXIT, type XsResult } from "../../sim/xs/run.js";

const bytesOf = (bytes: Uint8Array) => `new Uint8Array([${bytes.join(",")}])`;

interface Device {
  readonly port: number;
  output(): string;
  readonly ended: Promise<XsResult>;
}

describe("an HTTPS and echo server on the simulated device", function () {
  this.timeout(120_000);
  let folder = "";
  let pki: Pki;
  let imports: Record<string, string>;

  before(async function () {
    try {
      await buildHost();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-server-"));
    pki = makePki(folder, 2);
    const key = createPrivateKey(pki.key).export({ format: "der", type: "pkcs8" });
    const identity = join(folder, "identity.js");
    const chain = certificatesFrom(pki.chain, "chain").map(bytesOf).join(",");
    writeFileSync(identity, `export const certificates = [${chain}];\nexport const privateKey = ${bytesOf(key)};\n`);
    imports = { "sim:identity": identity };
  });

  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the device; it ends after so many clients. */
  async function serve(clients: number): Promise<Device> {
    let output = "";
    let found: (port: number) => void = () => undefined;
    const listening = new Promise<number>((done) => {
      found = done;
    });
    const ended = runXs({
      main: join(apps, "echo-server.js"),
      map: { imports },
      config: { address: "127.0.0.1", port: 0, receiveBuffer: 2048, sendBuffer: 512, clients },
      chunkBytes: 78_848,
      slots: 4928,
      stackSlots: 512,
      timeout: 60_000,
      onOutput: (text) => {
        output += text;
        const port = /listening on (\d+)/.exec(output)?.[1];
        if (port !== undefined) found(Number(port));
      },
    });
    const port = await Promise.race([
      listening,
      ended.then(() => {
        throw new Error(`the device ended: ${output}`);
      }),
    ]);
    return { port, output: () => output, ended };
  }

  /** Waits until the device has said it. */
  async function told(device: Device, text: RegExp): Promise<void> {
    for (let i = 0; !text.test(device.output()); i++) {
      if (i > 500) throw new Error(`not told: ${text}; it said: ${device.output()}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  async function finished(device: Device): Promise<void> {
    const result = await device.ended;
    expect(result.status, device.output()).to.equal(XS_EXIT.done);
  }

  function has(command: string, argument: string): boolean {
    if (spawnSync(command, [argument]).error === undefined) return true;
    console.log(`      skipped: ${command} not found`);
    return false;
  }

  /** Echoes by Node's client, in records that the device has room for. */
  async function echo(port: number, data: Buffer): Promise<Buffer> {
    const socket = connectTls({ port, host: "127.0.0.1", ca: pki.root, servername: "localhost", ALPNProtocols: ["echo"] });
    await once(socket, "secureConnect");
    socket.setMaxSendFragment(1024);
    socket.write(data);
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of socket) {
      parts.push(part);
      length += (part as Buffer).length;
      if (length >= data.length) break;
    }
    socket.end();
    return Buffer.concat(parts);
  }

  async function plain(port: number, text: string): Promise<Socket> {
    const socket = connectTcp(port, "127.0.0.1").resume();
    socket.on("error", () => undefined);
    await once(socket, "connect");
    if (text !== "") socket.write(text);
    return socket;
  }

  it("curl reads a page", async function () {
    if (!has("curl", "--version")) this.skip();
    const device = await serve(2);
    for (let i = 0; i < 2; i++) {
      const curl = spawn("curl", ["-sS", "--cacert", join(folder, "root.pem"), `https://localhost:${device.port}/`]);
      let page = "";
      for await (const part of curl.stdout) page += part;
      expect(page).to.equal("Hello from a device that is served by thimble.\n");
    }
    await finished(device);
    expect(device.output()).to.contain("alpn http/1.1, name localhost");
  });

  it("openssl s_client gets back what it sends", async function () {
    if (!has("openssl", "version")) this.skip();
    const device = await serve(1);
    const args = ["s_client", "-connect", `127.0.0.1:${device.port}`, "-CAfile", join(folder, "root.pem"), "-verify_return_error"];
    const client = spawn("openssl", [...args, "-servername", "localhost", "-groups", "X25519", "-quiet", "-no_ign_eof"]);
    let text = "";
    client.stdout.on("data", (part) => {
      text += part;
      if (text.includes("turn\n")) client.stdin.end();
    });
    client.stdin.write("to the device and in turn\n");
    await once(client, "close");
    expect(text).to.contain("to the device and in turn\n");
    await finished(device);
  });

  it("Node's client: 20,000 bytes through 2,048 + 512 bytes of buffers", async () => {
    const device = await serve(1);
    const data = Buffer.alloc(20_000, "0123456789abcdef");
    expect((await echo(device.port, data)).equals(data)).to.equal(true);
    await finished(device);
  });

  it("thimble's own client", async () => {
    const device = await serve(1);
    const socket = connect({ host: "127.0.0.1", port: device.port, servername: "localhost", ca: pki.root, sendBuffer: 1024 });
    socket.write("thimble to thimble");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(String(data)).to.equal("thimble to thimble");
    socket.end();
    await finished(device);
  });

  it("two clients at once", async () => {
    const device = await serve(2);
    const data = [Buffer.alloc(3000, "a"), Buffer.alloc(3000, "b")];
    const back = await Promise.all(data.map((one) => echo(device.port, one)));
    expect(back.every((one, i) => one.equals(data[i] as Buffer))).to.equal(true);
    await finished(device);
  });

  it("bad clients are told apart and hold up nobody", async () => {
    const device = await serve(2);
    const silent: Socket[] = [];
    for (let i = 0; i < 6; i++) silent.push(await plain(device.port, ""));
    const http = await plain(device.port, "GET / HTTP/1.1\r\nHost: device\r\n\r\n");
    await once(http, "close");
    await told(device, /a client failed: unexpected_message: the peer sent plain text, not TLS: "GET \/ HTTP/);
    const slow = await plain(device.port, "\x16\x03\x01");
    expect(String(await echo(device.port, Buffer.from("meanwhile")))).to.equal("meanwhile");
    await once(slow, "close");
    await told(device, /a client failed: timed_out: the handshake was not finished within 2000 ms/);
    await once(silent[5] as Socket, "close");
    await told(device, /a client failed: timed_out: the client sent nothing within 2000 ms/);
    const stranger = connect({ host: "127.0.0.1", port: device.port, servername: "other.example", ca: pki.root });
    const [error] = (await once(stranger, "error")) as [Error];
    expect(error.message).to.contain("other.example");
    expect(String(await echo(device.port, Buffer.from("and after")))).to.equal("and after");
    await finished(device);
  });
});
