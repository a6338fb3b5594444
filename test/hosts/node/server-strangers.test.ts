import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { expect } from "chai";
import { TLSError } from "../../../hosts/node/index.js";
import { clientError, echo, ServerFixture, whole } from "./server-fixture.js";

/** A busy machine takes its time: mocha's time-out ends what never comes. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 10));
}

describe("hosts/node createServer with clients that are none", () => {
  let fixture: ServerFixture;

  before(() => {
    fixture = new ServerFixture();
  });

  after(() => fixture.ca.remove());

  afterEach(() => fixture.end());

  it("plain HTTP is told so", async () => {
    const { port, server } = await fixture.serve({}, echo);
    const failed = clientError(server);
    (await fixture.tcp(port)).write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect((await failed).message).to.match(/plain text, not TLS: "GET \/ HTTP/);
  });

  it("a client that sends nothing, one byte a while, or half a ClientHello", async () => {
    const { port, server } = await fixture.serve({ handshakeTimeout: 150 }, echo);
    let failed = clientError(server);
    await fixture.tcp(port);
    expect((await failed).message).to.equal("timed_out: the client sent nothing within 0.15 s");
    failed = clientError(server);
    const slow = await fixture.tcp(port);
    const bytes = [22, 3, 1, 1, 0, 1, 0, 0, 252];
    const timer = setInterval(() => slow.write(Buffer.of(bytes.shift() ?? 0)), 30);
    expect((await failed).message).to.match(/^timed_out: the client sent [1-6] bytes, no whole ClientHello, within 0.15 s$/);
    clearInterval(timer);
    expect(server.handshakes).to.equal(0);
    expect(server.silent).to.equal(0);
  });

  it("a client that stops in the middle of the handshake", async () => {
    const { port, server } = await fixture.serve({ handshakeTimeout: 400 }, echo);
    const failed = clientError(server);
    const hello = await firstRecord();
    (await fixture.tcp(port)).write(hello);
    await until(() => server.handshakes === 1);
    const error = await failed;
    expect(error).to.be.instanceOf(TLSError);
    expect(error.message).to.match(/^timed_out: the handshake was not finished within 0\.\d+ s$/);
    expect(server.handshakes).to.equal(0);
  });

  it("a client that ends after some bytes, or resets", async () => {
    const { port, server } = await fixture.serve({}, echo);
    let failed = clientError(server);
    (await fixture.tcp(port)).end(Buffer.of(22, 3, 1));
    expect((await failed).message).to.match(/connection_lost/);
    failed = clientError(server);
    (await fixture.tcp(port)).resetAndDestroy();
    expect((await failed).message).to.match(/ECONNRESET|before its ClientHello/);
    expect(server.silent).to.equal(0);
  });

  it("a thousand half-open connections: bounded, and others are served", async function () {
    this.timeout(30_000);
    const { port, server } = await fixture.serve(
      { maxSilent: 200, maxHandshakes: 10, handshakeTimeout: 20_000, allowHalfOpen: true },
      echo,
    );
    server.on("tlsClientError", () => undefined);
    for (let i = 0; i < 1000; i++) {
      const socket = await fixture.tcp(port);
      if (i % 2 === 1) socket.write(Buffer.of(22, 3, 1, 2));
    }
    await until(() => server.refused === 800);
    expect(server.silent).to.equal(200);
    expect(server.handshakes).to.equal(0);
    for (let i = 0; i < 3; i++) {
      const socket = fixture.client(port);
      socket.end("still here");
      expect(String(await whole(socket))).to.equal("still here");
    }
  });

  it("handshakes above the cap are refused; those under way and those that are open go on", async () => {
    const { port, server } = await fixture.serve({ maxHandshakes: 2, handshakeTimeout: 2000, allowHalfOpen: true }, echo);
    server.on("tlsClientError", () => undefined);
    const open = fixture.client(port);
    await once(open, "secureConnect");
    const hello = await firstRecord();
    for (let i = 0; i < 2; i++) (await fixture.tcp(port)).write(hello);
    await until(() => server.handshakes === 2);
    const refused = await fixture.tcp(port);
    refused.write(hello);
    await once(refused, "close");
    expect(server.refused).to.equal(1);
    open.end("open");
    expect(String(await whole(open))).to.equal("open");
    await until(() => server.handshakes === 0);
    const later = fixture.client(port);
    later.end("later");
    expect(String(await whole(later))).to.equal("later");
  });

  /** A ClientHello of Node's. */
  async function firstRecord(): Promise<Buffer> {
    const server = createTcpServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = fixture.client((server.address() as AddressInfo).port);
    const [peer] = (await once(server, "connection")) as [Socket];
    const [hello] = (await once(peer, "data")) as [Buffer];
    peer.on("error", () => undefined).destroy();
    socket.destroy();
    server.close();
    return hello;
  }
});
