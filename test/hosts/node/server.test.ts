import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { get } from "node:https";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, type TLSSocket as NodeTLSSocket, connect as nodeConnect } from "node:tls";
import { expect } from "chai";
import { connect, createServer, type Server, type ServerOptions, TLSError, type TLSSocket } from "../../../hosts/node/index.js";
import { TestCA } from "./test-ca.js";

describe("hosts/node createServer", () => {
  let ca: TestCA;
  const servers: Server[] = [];
  const sockets: { destroy(): unknown }[] = [];

  before(() => {
    ca = new TestCA();
  });

  after(() => ca.remove());

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  const own = () => ({ cert: ca.chain, key: ca.key });

  async function listening(
    options: Partial<ServerOptions>,
    onSocket: (socket: TLSSocket) => void,
  ): Promise<{ server: Server; port: number }> {
    const server = createServer({ ...own(), ...options }, (socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, port: (server.address() as AddressInfo).port };
  }

  const echo = (socket: TLSSocket) => socket.pipe(socket);

  function client(port: number, options: ConnectionOptions = {}): NodeTLSSocket {
    const socket = nodeConnect({ port, host: "127.0.0.1", ca: readFileSync(ca.rootFile), servername: "localhost", ...options });
    socket.on("error", () => undefined);
    sockets.push(socket);
    return socket;
  }

  async function tcp(port: number): Promise<Socket> {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async function whole(socket: NodeJS.ReadableStream): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  const clientError = async (server: Server): Promise<Error> => ((await once(server, "tlsClientError")) as [Error])[0];
  const nextTurn = () => new Promise((done) => setTimeout(done, 20));

  it("serves Node's client: names, protocol, suite, group", async () => {
    const { port } = await listening({ alpn: ["b", "a"] }, (socket) => {
      const { servername, alpnProtocol, authorized, encrypted, remoteAddress } = socket;
      const told = [servername, alpnProtocol, authorized, encrypted, remoteAddress, socket.getProtocol()];
      socket.end(JSON.stringify([...told, socket.getCipher()?.name, socket.getEphemeralKeyInfo()?.name]));
    });
    const socket = client(port, { ALPNProtocols: ["a", "c"], ecdhCurve: "X25519", ciphers: "TLS_CHACHA20_POLY1305_SHA256" });
    expect(JSON.parse(String(await whole(socket)))).to.deep.equal([
      "localhost",
      "a",
      false,
      true,
      "127.0.0.1",
      "TLSv1.3",
      "TLS_CHACHA20_POLY1305_SHA256",
      "x25519",
    ]);
    expect(socket.authorized).to.equal(true);
    expect(socket.alpnProtocol).to.equal("a");
  });

  it("carries megabytes both ways, and waits for a slow reader", async () => {
    const { port } = await listening({ allowHalfOpen: true }, echo);
    const data = randomBytes(3_000_000);
    const socket = client(port);
    socket.pause();
    socket.end(data);
    await new Promise((done) => setTimeout(done, 200));
    expect((await whole(socket)).equals(data)).to.equal(true);
  });

  it("stops reading where the app does not read", async () => {
    let held: TLSSocket | null = null;
    const { port } = await listening({}, (socket) => {
      held = socket;
    });
    const socket = client(port);
    await once(socket, "secureConnect");
    const pushed = new Promise<boolean>((done) => {
      const chunk = Buffer.alloc(65_536);
      let sent = 0;
      const more = () => {
        while (socket.write(chunk)) {
          sent += chunk.length;
          if (sent > 64 << 20) return done(true);
        }
        setTimeout(() => done(false), 300);
      };
      more();
    });
    expect(await pushed).to.equal(false);
    expect((held as TLSSocket | null)?.readableLength).to.be.below(200_000);
  });

  it("is what Node's http server stands on", async () => {
    const http = createHttpServer((request, response) =>
      response.end(`hello ${request.url} ${(request.socket as unknown as TLSSocket).servername}`),
    );
    http.keepAliveTimeout = 200;
    const { port } = await listening({ allowHalfOpen: true, alpn: ["http/1.1"] }, (socket) => http.emit("connection", socket));
    for (const path of ["/a", "/b"]) {
      const [response] = await once(
        get({ port, host: "127.0.0.1", ca: readFileSync(ca.rootFile), servername: "localhost", path }),
        "response",
      );
      expect(String(await whole(response))).to.equal(`hello ${path} localhost`);
    }
  });

  it("speaks with thimble's own client", async () => {
    const { port } = await listening({ allowHalfOpen: true }, echo);
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: readFileSync(ca.rootFile), allowHalfOpen: true });
    sockets.push(socket);
    socket.end("to and fro");
    expect(String(await whole(socket))).to.equal("to and fro");
  });

  it("small buffers and slices", async () => {
    const { port } = await listening({ receiveBuffer: 2048, sendBuffer: 512, sliceSteps: 20, allowHalfOpen: true }, echo);
    const socket = client(port);
    socket.setMaxSendFragment(512);
    const data = randomBytes(50_000);
    socket.end(data);
    expect((await whole(socket)).equals(data)).to.equal(true);
  });

  describe("virtual servers", () => {
    const named = (name: string) => ({ cert: ca.text(`${name}.pem`) + ca.text("inter.pem"), key: ca.text(`${name}.key`), alpn: [name] });
    const say = (socket: TLSSocket) => socket.end(`${socket.servername ?? "none"} ${socket.alpnProtocol}`);
    const ask = async (port: number, servername: string): Promise<string> => {
      const socket = client(port, { servername, ALPNProtocols: ["one", "any", "rest"] });
      let failure = "";
      socket.on("error", (error: Error & { code?: string }) => {
        failure = error.code ?? "";
      });
      let subject = "";
      socket.on("secureConnect", () => {
        subject = String(socket.getPeerCertificate().subject.CN);
      });
      const text = await whole(socket).catch(() => "");
      return failure === "" ? `${text} ${subject}` : failure;
    };

    before(() => {
      ca.leaf("one", ["DNS:one.example"]);
      ca.leaf("any", ["DNS:*.example", "DNS:two.example"]);
      ca.leaf("rest", ["DNS:rest.test", "IP:127.0.0.1"]);
    });

    it("exact, wildcard, default", async () => {
      const hosts = { "one.example": named("one"), "*.example": named("any") };
      const { port } = await listening({ hosts, ...named("rest") }, say);
      expect(await ask(port, "one.example")).to.equal("one.example one one");
      expect(await ask(port, "two.example")).to.equal("two.example any any");
      expect(await ask(port, "rest.test")).to.equal("rest.test rest rest");
      expect(await ask(port, "")).to.equal("none rest rest");
    });

    it("without a default an unknown name is refused", async () => {
      const server = createServer({ hosts: { "one.example": named("one") } });
      servers.push(server);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const failed = clientError(server);
      expect(await ask((server.address() as AddressInfo).port, "other.example")).to.match(/UNRECOGNIZED_NAME/);
      expect(await failed).to.include({ alert: "unrecognized_name" });
    });
  });

  describe("client authentication", () => {
    const withCert = (name: string) => ({ cert: ca.text(`${name}.pem`) + ca.text("inter.pem"), key: ca.text(`${name}.key`) });
    const clientCa = () => readFileSync(ca.rootFile);

    before(() => ca.leaf("device", [], "clientAuth"));

    it("required and given", async () => {
      const { port } = await listening({ clientCa: clientCa(), requireClientCert: true }, (socket) =>
        socket.end(String(socket.authorized)),
      );
      expect(String(await whole(client(port, withCert("device"))))).to.equal("true");
    });

    it("required and not given, or of another authority: refused with the reason", async () => {
      const { port, server } = await listening({ clientCa: clientCa(), requireClientCert: true }, echo);
      const none = clientError(server);
      client(port);
      expect((await none).message).to.match(/certificate_required: .*the client sent none/);
      const other = await listening({ clientCa: readFileSync(ca.strangerFile), requireClientCert: true }, echo);
      const unknown = clientError(other.server);
      client(other.port, withCert("device"));
      expect(await unknown).to.include({ alert: "unknown_ca", origin: "self" });
    });

    it("asked: both are served", async () => {
      const { port } = await listening({ clientCa: clientCa() }, (socket) => socket.end("served"));
      expect(String(await whole(client(port)))).to.equal("served");
      expect(String(await whole(client(port, withCert("device"))))).to.equal("served");
    });
  });

  describe("clients that are none", () => {
    it("plain HTTP is told so", async () => {
      const { port, server } = await listening({}, echo);
      const failed = clientError(server);
      (await tcp(port)).write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      expect((await failed).message).to.match(/plain text, not TLS: "GET \/ HTTP/);
    });

    it("a client that sends nothing, one byte a while, or half a ClientHello", async () => {
      const { port, server } = await listening({ handshakeTimeout: 150 }, echo);
      let failed = clientError(server);
      await tcp(port);
      expect((await failed).message).to.equal("timed_out: the client sent nothing within 0.15 s");
      failed = clientError(server);
      const slow = await tcp(port);
      const bytes = [22, 3, 1, 1, 0, 1, 0, 0, 252];
      const timer = setInterval(() => slow.write(Buffer.of(bytes.shift() ?? 0)), 30);
      expect((await failed).message).to.match(/^timed_out: the client sent [1-6] bytes, no whole ClientHello, within 0.15 s$/);
      clearInterval(timer);
      expect(server.handshakes).to.equal(0);
      expect(server.silent).to.equal(0);
    });

    it("a client that stops in the middle of the handshake", async () => {
      const { port, server } = await listening({ handshakeTimeout: 200 }, echo);
      const failed = clientError(server);
      const hello = await firstRecord();
      (await tcp(port)).write(hello);
      await nextTurn();
      expect(server.handshakes).to.equal(1);
      const error = await failed;
      expect(error).to.be.instanceOf(TLSError);
      expect(error.message).to.match(/^timed_out: the handshake was not finished within 0\.\d+ s$/);
      expect(server.handshakes).to.equal(0);
    });

    it("a client that ends after some bytes, or resets", async () => {
      const { port, server } = await listening({}, echo);
      let failed = clientError(server);
      (await tcp(port)).end(Buffer.of(22, 3, 1));
      expect((await failed).message).to.match(/connection_lost/);
      failed = clientError(server);
      (await tcp(port)).resetAndDestroy();
      expect((await failed).message).to.match(/ECONNRESET|before its ClientHello/);
      expect(server.silent).to.equal(0);
    });

    it("a thousand half-open connections: bounded, and others are served", async function () {
      this.timeout(30_000);
      const { port, server } = await listening({ maxSilent: 200, maxHandshakes: 10, handshakeTimeout: 3000, allowHalfOpen: true }, echo);
      server.on("tlsClientError", () => undefined);
      for (let i = 0; i < 1000; i++) {
        const socket = await tcp(port);
        if (i % 2 === 1) socket.write(Buffer.of(22, 3, 1, 2));
      }
      await nextTurn();
      expect(server.silent).to.equal(200);
      expect(server.refused).to.equal(800);
      expect(server.handshakes).to.equal(0);
      for (let i = 0; i < 3; i++) {
        const socket = client(port);
        socket.end("still here");
        expect(String(await whole(socket))).to.equal("still here");
      }
    });

    it("handshakes above the cap are refused; those under way and those that are open go on", async () => {
      const { port, server } = await listening({ maxHandshakes: 2, handshakeTimeout: 500, allowHalfOpen: true }, echo);
      server.on("tlsClientError", () => undefined);
      const open = client(port);
      await once(open, "secureConnect");
      const hello = await firstRecord();
      for (let i = 0; i < 2; i++) (await tcp(port)).write(hello);
      await nextTurn();
      expect(server.handshakes).to.equal(2);
      const refused = await tcp(port);
      refused.write(hello);
      await once(refused, "close");
      expect(server.refused).to.equal(1);
      open.end("open");
      expect(String(await whole(open))).to.equal("open");
      await new Promise((done) => setTimeout(done, 600));
      expect(server.handshakes).to.equal(0);
      const later = client(port);
      later.end("later");
      expect(String(await whole(later))).to.equal("later");
    });

    /** A ClientHello of Node's. */
    async function firstRecord(): Promise<Buffer> {
      const { createServer: createTcpServer } = await import("node:net");
      const server = createTcpServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const socket = client((server.address() as AddressInfo).port);
      const [peer] = (await once(server, "connection")) as [Socket];
      const [hello] = (await once(peer, "data")) as [Buffer];
      peer.on("error", () => undefined).destroy();
      socket.destroy();
      server.close();
      return hello;
    }
  });

  it("an idle client is closed", async () => {
    let failure: Error | null = null;
    const { port } = await listening({ idleTimeout: 150 }, (socket) => {
      socket.on("error", (error) => {
        failure = error;
      });
    });
    const socket = client(port);
    await once(socket, "secureConnect");
    expect(String(await whole(socket))).to.equal("");
    expect((failure as Error | null)?.message).to.equal("timed_out: nothing was sent or received for 0.15 s");
  });

  it("close() takes no new clients, drops silent ones, and lets the others end", async () => {
    const { port, server } = await listening({ allowHalfOpen: true }, echo);
    const silent = await tcp(port);
    const socket = client(port);
    await once(socket, "secureConnect");
    const closed = once(server, "close");
    server.close();
    await once(silent, "close");
    socket.end("last");
    expect(String(await whole(socket))).to.equal("last");
    await closed;
  });

  it("says what is wrong before it listens", () => {
    const text = (name: string) => readFileSync(join(ca.folder, name), "utf8");
    const wrong: [Partial<ServerOptions>, RegExp][] = [
      [{}, /give `cert` and `key`/],
      [{ hosts: {} }, /give `cert` and `key`/],
      [{ cert: ca.chain }, /`cert` without its `key`/],
      [{ key: ca.key }, /`key` without its `cert`/],
      [{ identities: [] }, /`identities` is empty/],
      [{ cert: ca.chain, key: text("root.key") }, /key.*does not (belong|match|fit)/i],
      [{ cert: "", key: ca.key }, /cert: is empty/],
      [{ cert: ca.key, key: ca.key }, /cert, line 1: holds a PRIVATE KEY/],
      [{ cert: ca.chain, key: ca.chain }, /key: holds no private key|key.*CERTIFICATE/],
      [{ cert: "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----", key: ca.key }, /cert, line 2: not base64/],
      [{ ...own(), alpn: [] }, /`alpn` is empty/],
      [{ ...own(), alpn: ["x".repeat(256)] }, /alpn: name 0 has 256/],
      [{ ...own(), requireClientCert: true }, /`requireClientCert` needs `clientCa`/],
      [{ ...own(), clientCa: [] }, /clientCa: no certificate given/],
      [{ ...own(), hosts: { "Upper.example": own() } }, /Upper\.example/],
      [{ ...own(), hosts: { "a.example": {} } }, /hosts\["a\.example"\].*`identities` is empty/],
      [{ ...own(), hosts: { "a.example": { cert: ca.chain, key: text("root.key") } } }, /hosts\["a\.example"\]: key/],
      [{ ...own(), maxHandshakes: 0 }, /`maxHandshakes` is 0/],
      [{ ...own(), handshakeTimeout: -1 }, /`handshakeTimeout` is -1/],
      [{ ...own(), receiveBuffer: 10 }, /receiveBuffer is 10/],
      [{ ...own(), cookies: { key: new Uint8Array(5), lifetime: 10 } }, /cookies\.key has 5 bytes/],
    ];
    for (const [options, message] of wrong) expect(() => createServer(options as ServerOptions), String(message)).to.throw(message);
  });
});
