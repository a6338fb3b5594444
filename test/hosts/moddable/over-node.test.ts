import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { createServer, type TLSSocket as NodeTLSSocket } from "node:tls";
import { expect } from "chai";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import type { SecureSocketOptions, Timers } from "../../../hosts/moddable/socket-options.js";
import type { TCPOptions, TCPSocket } from "../../../hosts/moddable/tcp.js";
import { anchorsFromFiles } from "../../../hosts/node/certificates.js";
import { nobleProvider } from "../../../hosts/node/provider-noble.js";
import { systemClock, systemRandom } from "../../../hosts/node/system.js";
import type { TLSAlert } from "../../../src/alert.js";
import { ClientConnection } from "../../../src/client.js";
import { TestCA } from "../node/test-ca.js";

/** An ECMA-419 TCP socket on a socket of Node, with a small send buffer as lwIP has it. */
class NodeTCP implements TCPSocket {
  readonly target: unknown;
  private readonly socket: Socket;
  private readonly options: TCPOptions<unknown>;
  private input = Buffer.alloc(0);
  private room = 0;

  constructor(options: TCPOptions<unknown>) {
    this.target = options.target;
    this.options = options;
    this.socket = connect({ ...hostOf(options), allowHalfOpen: true });
    this.socket.on("connect", () => this.writable());
    this.socket.on("data", (data) => {
      this.input = Buffer.concat([this.input, data]);
      options.onReadable.call(this, this.input.length);
    });
    this.socket.on("error", () => undefined);
    this.socket.on("end", () => options.onError.call(this));
  }

  read(buffer: Uint8Array): number {
    if (buffer.length > this.input.length) throw new Error("too much");
    buffer.set(this.input.subarray(0, buffer.length));
    this.input = this.input.subarray(buffer.length);
    return buffer.length;
  }

  write(buffer: Uint8Array): number {
    if (buffer.length > this.room) throw new Error("would block");
    this.room -= buffer.length;
    this.socket.write(Buffer.from(buffer), () => setImmediate(() => this.writable()));
    return this.room;
  }

  close(): void {
    this.socket.end();
    this.socket.removeAllListeners("data");
    this.socket.resume();
  }

  private writable(): void {
    this.room = 700;
    this.options.onWritable.call(this, this.room);
  }
}

function hostOf(options: TCPOptions<unknown>): { host: string; port: number } {
  if (options.from !== undefined) throw new Error("this one only connects");
  return { host: options.address, port: options.port };
}

const timers: Timers = {
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  repeat: (callback, milliseconds) => setInterval(callback, milliseconds),
  clear: (timer) => clearTimeout(timer),
};

describe("hosts/moddable SecureSocket with a real server", () => {
  let ca: TestCA;
  let server: Server;
  const sockets: NodeTLSSocket[] = [];

  before(() => {
    ca = new TestCA();
  });

  after(() => {
    ca.remove();
  });

  afterEach(() => {
    server.close();
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  async function open(
    onServer: (socket: NodeTLSSocket) => void,
    callbacks: Partial<SecureSocketOptions>,
    sliceSteps = 20,
  ): Promise<SecureSocket> {
    server = createServer({ key: ca.key, cert: ca.chain, ALPNProtocols: ["http/1.1"] }, (socket) => {
      socket.on("error", () => undefined);
      sockets.push(socket);
      onServer(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const config = {
      provider: nobleProvider,
      random: systemRandom,
      clock: systemClock,
      trust: anchorsFromFiles(ca.rootFile),
      serverName: "localhost",
      alpn: ["http/1.1"],
      sliceSteps,
    };
    const { port } = server.address() as AddressInfo;
    const options = { address: "127.0.0.1", port, TCP: { io: NodeTCP as never }, ...callbacks };
    return new SecureSocket(options, new ClientConnection(config), timers, 5000, 0);
  }

  it("echoes 100,000 bytes through 2,048 + 512 bytes of buffers, then ends in order", async () => {
    const data = randomBytes(100_000);
    const got: number[] = [];
    let sent = 0;
    const failure = await new Promise<TLSAlert>((resolve, reject) => {
      open(
        (socket) => {
          socket.setMaxSendFragment(1024);
          socket.pipe(socket);
        },
        {
          onWritable(count) {
            const now = Math.min(count, data.length - sent);
            if (now === 0) return;
            this.write(new Uint8Array(data.subarray(sent, sent + now)));
            sent += now;
          },
          onReadable(count) {
            const view = new Uint8Array(count);
            this.read(view);
            got.push(...view);
            if (got.length < data.length) return;
            expect(this.alpn).to.equal("http/1.1");
            this.close();
            resolve(null as never);
          },
          onError: resolve,
        },
      ).catch(reject);
    });
    expect(failure).to.equal(null);
    expect(Buffer.from(got).equals(data)).to.equal(true);
  });

  it("tells the server's orderly end", async () => {
    const failure = await new Promise<TLSAlert>((resolve, reject) => {
      open((socket) => setTimeout(() => socket.end(), 50), { onError: resolve }).catch(reject);
    });
    expect(failure).to.include({ alert: "close_notify", origin: "peer" });
  });
});
