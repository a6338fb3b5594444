// thimble's client with Node's TLS server (its OpenSSL), and with servers that are none.
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { connect } from "../../hosts/node/index.js";
import { type Leaf, OpensslCa, opensslVersion } from "./openssl-ca.js";
import { endingProxy, nodeServer, type Running, type Talk, talk, tcpServer } from "./servers.js";

describe("Node's TLS server", function () {
  this.timeout(20000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let trusted: Buffer;
  let servers: Running[] = [];

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}, which makes the certificates`);
      this.skip();
    }
    ca = new OpensslCa();
    leaf = ca.leaf();
    trusted = readFileSync(ca.rootFile);
  });

  after(() => ca?.remove());

  afterEach(async () => {
    const running = servers;
    servers = [];
    for (const one of running) await one.stop();
  });

  const started = async (server: Promise<Running>): Promise<number> => {
    const running = await server;
    servers.push(running);
    return running.port;
  };

  function ended(result: Talk, alert: string, reason: RegExp, origin: "self" | "peer" = "self"): void {
    if (result.error === null) throw new Error(`${alert} expected, the connection went well`);
    expect(result.error.alert).to.equal(alert);
    expect(result.error.reason).to.match(reason);
    expect(result.error.origin).to.equal(origin);
    expect(result.received).to.equal("");
  }

  for (const [ciphers, id] of [
    ["TLS_CHACHA20_POLY1305_SHA256", 0x1303],
    ["TLS_AES_128_GCM_SHA256", 0x1301],
  ] as const)
    it(`${ciphers}, SNI and ALPN`, async () => {
      let seen: string | false | null = null;
      const port = await started(
        nodeServer(leaf, { ciphers, ALPNProtocols: ["http/1.1"] }, (socket) => {
          seen = (socket as unknown as { servername: string | false }).servername;
          socket.pipe(socket);
        }),
      );
      const result = await talk({ port, ca: trusted, alpn: ["http/1.1"] }, "to and fro", "to and fro");
      expect(result.error).to.equal(null);
      expect(result.suite).to.equal(id);
      expect(result.alpn).to.equal("http/1.1");
      expect(seen).to.equal("localhost");
    });

  it("no common ALPN name", async () => {
    const port = await started(nodeServer(leaf, { ALPNProtocols: ["mqtt"] }, () => {}));
    ended(await talk({ port, ca: trusted, alpn: ["h2"] }, "x", "x"), "no_application_protocol", /./, "peer");
  });

  it("300 KB each way", async () => {
    const port = await started(nodeServer(leaf, {}, (socket) => socket.pipe(socket)));
    const message = "0123456789abcdef".repeat(19200);
    const result = await talk({ port, ca: trusted }, `${message}END`, "END");
    expect(result.error).to.equal(null);
    expect(result.received === `${message}END`).to.equal(true);
  });

  it("300 KB out through buffers of a device", async () => {
    let count = 0;
    const port = await started(
      nodeServer(leaf, {}, (socket) =>
        socket.on("data", (chunk: Buffer) => {
          count += chunk.length;
          if (count === 307200) socket.write("all");
        }),
      ),
    );
    const result = await talk({ port, ca: trusted, receiveBuffer: 2048, sendBuffer: 512 }, "0123456789abcdef".repeat(19200), "all");
    expect(result.error).to.equal(null);
    expect(count).to.equal(307200);
  });

  for (const receiveBuffer of [600, 2048, 4200])
    it(`100 KB into a receive buffer of ${receiveBuffer} bytes: OpenSSL honours max_fragment_length`, async () => {
      const port = await started(
        nodeServer(leaf, {}, (socket) => socket.on("data", () => socket.write(`${"0123456789abcdef".repeat(6400)}END`))),
      );
      const result = await talk({ port, ca: trusted, receiveBuffer }, "go", "END");
      expect(result.error).to.equal(null);
      expect(result.received).to.have.length(102403);
    });

  it("the server ends first: all is read", async () => {
    const port = await started(nodeServer(leaf, {}, (socket) => socket.on("data", () => socket.end("the whole of it"))));
    const result = await talk({ port, ca: trusted }, "x", "");
    expect(result.error).to.equal(null);
    expect(result.received).to.equal("the whole of it");
  });

  it("the transport ends without close_notify: truncated, and what came is given out", async () => {
    const server = await started(nodeServer(leaf, {}, (socket) => socket.on("data", () => socket.write("half of"))));
    const port = await started(endingProxy(server, 300));
    const result = await talk({ port, ca: trusted }, "x", "");
    expect(result.error).to.not.equal(null);
    expect(result.error!.alert).to.equal("connection_lost");
    expect(result.error!.reason).to.match(/close_notify/);
    expect(result.received).to.equal("half of");
  });

  it("TLS 1.2 alone", async () => {
    const port = await started(nodeServer(leaf, { maxVersion: "TLSv1.2" }, () => {}));
    const { error } = await talk({ port, ca: trusted }, "x", "x");
    expect(error!.alert).to.be.oneOf(["protocol_version", "handshake_failure"]);
    expect(error!.origin).to.equal("peer");
  });

  describe("servers that are none", () => {
    it("HTTP in clear", async () => {
      const http = createHttpServer((_request, response) => response.end("hello"));
      await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
      const result = await talk({ port: (http.address() as AddressInfo).port, ca: trusted }, "x", "x");
      http.close();
      ended(result, "unexpected_message", /HTTP\/1\.1 400/);
    });

    it("a port that closes at once", async () => {
      const port = await started(tcpServer((socket) => socket.end()));
      ended(await talk({ port, ca: trusted }, "x", "x"), "connection_lost", /./, "peer");
    });

    it("one that greets first, as mail servers do", async () => {
      const port = await started(tcpServer((socket) => socket.write("220 mail.test ESMTP\r\n")));
      ended(await talk({ port, ca: trusted }, "x", "x"), "unexpected_message", /220 mail/);
    });

    it("silence: the handshake time-out", async () => {
      const port = await started(tcpServer(() => {}));
      const begin = Date.now();
      ended(await talk({ port, ca: trusted, handshakeTimeout: 300 }, "x", "x"), "timed_out", /./);
      expect(Date.now() - begin).to.be.within(250, 3000);
    });

    it("silence after the first bytes of an answer", async () => {
      const port = await started(tcpServer((socket) => socket.once("data", () => socket.write(Buffer.from([22, 3, 3])))));
      ended(await talk({ port, ca: trusted, handshakeTimeout: 300 }, "x", "x"), "timed_out", /./);
    });

    it("nobody listens: the transport's own error", async () => {
      const port = await started(tcpServer(() => {}));
      await servers.pop()!.stop();
      const error = await new Promise<NodeJS.ErrnoException>((done) => {
        connect({ host: "127.0.0.1", port, ca: trusted }).on("error", done);
      });
      expect(error.code).to.equal("ECONNREFUSED");
    });
  });

  it("lives on: a good connection after each bad one", async () => {
    const good = await started(nodeServer(leaf, {}, (socket) => socket.pipe(socket)));
    const none = await started(tcpServer((socket) => socket.end("nonsense")));
    for (let i = 0; i < 5; i++) {
      expect((await talk({ port: none, ca: trusted }, "x", "x")).error).to.not.equal(null);
      expect((await talk({ port: good, ca: trusted }, "ping", "ping")).received).to.equal("ping");
    }
  });
});
