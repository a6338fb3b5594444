import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { expect } from "chai";
import { TIMED_OUT, TLSError } from "../../../hosts/node/errors.js";
import { RecordTrace } from "../../../hosts/node/record-trace.js";
import { TLSSocket, type TLSSocketOptions } from "../../../hosts/node/tls-socket.js";
import { bad_certificate } from "../../../src/alert.js";
import { TOY_ALERT, TOY_CLOSE, TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "../../unit/hosts/toy-connection.js";

const text = (s: string) => new TextEncoder().encode(s);

describe("hosts/node TLSSocket", () => {
  let server: Server;
  let sockets: Duplex[];
  let peers: Promise<Socket>;

  beforeEach(async () => {
    sockets = [];
    server = createServer({ allowHalfOpen: true });
    peers = once(server, "connection").then(([peer]) => peer as Socket);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  function open(options: TLSSocketOptions = {}, connection = new ToyConnection()) {
    const transport = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });
    const socket = new TLSSocket(transport, connection, options);
    sockets.push(socket);
    return { socket, connection };
  }

  async function accepted(): Promise<{ peer: Socket; bytes: () => number[] }> {
    const peer = await peers;
    const got: number[] = [];
    sockets.push(peer);
    peer.on("data", (data) => got.push(...data));
    peer.on("error", () => undefined);
    return { peer, bytes: () => got };
  }

  async function until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(condition(), "in time").to.equal(true);
  }

  it("opens, carries data both ways and ends in order", async () => {
    const { socket } = open({ servername: "example.com" });
    const { peer, bytes } = await accepted();
    await until(() => bytes().length === 2);
    expect(bytes()).to.deep.equal([TOY_HELLO, 0]);
    expect(socket.authorized).to.equal(false);
    peer.write(toyRecord(TOY_HELLO));
    await once(socket, "secureConnect");
    expect(socket.authorized).to.equal(true);
    expect(socket.getProtocol()).to.equal("TLSv1.3");
    expect(socket.servername).to.equal("example.com");
    expect(socket.alpnProtocol).to.equal(false);
    socket.write("abc");
    await until(() => bytes().length === 7);
    expect(bytes().slice(2)).to.deep.equal([TOY_DATA, 3, 97, 98, 99]);
    peer.write(toyRecord(TOY_DATA, text("hello")));
    const [data] = await once(socket, "data");
    expect(String(data)).to.equal("hello");
    peer.write(toyRecord(TOY_CLOSE));
    await once(socket, "close");
    expect(socket.errored).to.equal(null);
    await until(() => bytes().length === 9);
    expect(bytes().slice(7)).to.deep.equal([TOY_CLOSE, 0]);
  });

  it("holds back writes until the handshake is done, and long ones until there is room", async () => {
    const { socket } = open();
    const { peer, bytes } = await accepted();
    const big = Buffer.alloc(5000, 7);
    let flushed = false;
    socket.write(big, () => {
      flushed = true;
    });
    await until(() => bytes().length === 2);
    expect(flushed).to.equal(false);
    peer.write(toyRecord(TOY_HELLO));
    await until(() => flushed);
    const plain = () => {
      const all = bytes().slice(2);
      let count = 0;
      for (let i = 0; i < all.length; i += 2 + (all[i + 1] ?? 0)) count += all[i + 1] ?? 0;
      return count;
    };
    await until(() => plain() === 5000);
  });

  it("stops reading the transport when the app does not read", async () => {
    const { socket, connection } = open();
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    await once(socket, "secureConnect");
    const record = toyRecord(TOY_DATA, new Uint8Array(50));
    let sent = 0;
    for (let i = 0; i < 100_000 && peer.writableLength < 1_000_000; i++, sent += 50) peer.write(record);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.readableLength).to.be.at.most(socket.readableHighWaterMark + 64);
    expect(connection.appData()).to.be.greaterThan(0);
    let got = 0;
    socket.on("data", (data: Buffer) => {
      got += data.length;
    });
    await until(() => got === sent);
  });

  it("half close: end() sends close_notify and reading goes on", async () => {
    const { socket } = open({ allowHalfOpen: true });
    const { peer, bytes } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    socket.end("x");
    await until(() => bytes().length === 7);
    expect(bytes().slice(2)).to.deep.equal([TOY_DATA, 1, 120, TOY_CLOSE, 0]);
    const answer: string[] = [];
    socket.on("data", (data) => answer.push(String(data)));
    peer.write(toyRecord(TOY_DATA, text("late")));
    await until(() => answer.length === 1);
    expect(socket.destroyed).to.equal(false);
    peer.write(toyRecord(TOY_CLOSE));
    await once(socket, "close");
    expect(answer).to.deep.equal(["late"]);
  });

  it("goes on in slices of the event loop while there is work", async () => {
    const { socket, connection } = open({}, new ToyConnection(64, 32, 5));
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    await once(socket, "secureConnect");
    expect(connection.resumes).to.equal(5);
    socket.destroy();
  });

  it("sliceMilliseconds: as many slices in one turn as fit into the time", async () => {
    const { socket, connection } = open({ sliceMilliseconds: 60_000 }, new ToyConnection(64, 32, 500));
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    const seen: number[] = [];
    const look = () => {
      seen.push(connection.resumes);
      if (connection.resumes < 500) setImmediate(look);
    };
    look();
    await once(socket, "secureConnect");
    look();
    expect(new Set(seen)).to.deep.equal(new Set([0, 500]));
    socket.destroy();
  });

  it("a truncated connection is an error", async () => {
    const { socket } = open();
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    await once(socket, "secureConnect");
    peer.end();
    const [error] = await once(socket, "error");
    expect(error).to.be.instanceOf(TLSError);
    expect(error.reason).to.match(/^truncated/);
    expect(error.origin).to.equal("self");
  });

  it("the peer's alert is an error with alert, reason, origin and code", async () => {
    const { socket } = open();
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_ALERT, [bad_certificate]));
    const [error] = await once(socket, "error");
    expect(error).to.include({ code: "ERR_THIMBLE_BAD_CERTIFICATE", alert: "bad_certificate", origin: "peer", name: "TLSError" });
    expect(error.message).to.equal("bad_certificate from the peer: the peer sent it");
  });

  it("our alert reaches a peer that goes on sending", async () => {
    const { socket } = open();
    const { peer, bytes } = await accepted();
    peer.write(toyRecord(99));
    for (let i = 0; i < 100; i++) peer.write(new Uint8Array(1000));
    const [error] = await once(socket, "error");
    expect(error.code).to.equal("ERR_THIMBLE_UNEXPECTED_MESSAGE");
    await until(() => bytes().length === 5);
    expect(bytes().slice(2)).to.deep.equal([TOY_ALERT, 1, 10]);
  });

  it("a handshake that is not answered ends", async () => {
    const { socket } = open({ handshakeTimeout: 30 });
    const { peer, bytes } = await accepted();
    peer.write(Uint8Array.of(TOY_HELLO));
    const [error] = await once(socket, "error");
    expect(error.code).to.equal(TIMED_OUT);
    expect(error.message).to.equal("timed_out: the handshake was not finished within 0.03 s");
    await until(() => socket.closed);
    expect(bytes()).to.deep.equal([TOY_HELLO, 0]);
  });

  it("an idle connection ends, one that is used does not", async () => {
    const { socket } = open({ idleTimeout: 80 });
    const { peer } = await accepted();
    peer.write(toyRecord(TOY_HELLO));
    socket.resume();
    let over = false;
    socket.once("error", () => {
      over = true;
    });
    for (let i = 0; i < 8; i++) {
      peer.write(toyRecord(TOY_DATA, [1]));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(over).to.equal(false);
    const [error] = await once(socket, "error");
    expect(error.code).to.equal(TIMED_OUT);
  });

  it("a refused connection is the transport's own error", async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const socket = new TLSSocket(connect({ port, host: "127.0.0.1" }), new ToyConnection());
    const [error] = await once(socket, "error");
    expect(error.code).to.equal("ECONNREFUSED");
    server = createServer();
  });

  it("tells records when tracing", async () => {
    const lines: string[] = [];
    const trace = new RecordTrace("<", (line) => lines.push(line));
    const flight = Buffer.from([22, 3, 3, 0, 2, 1, 1, 23, 3, 3, 1, 0, ...new Uint8Array(256), 20, 3, 3, 0, 1, 1]);
    for (const byte of flight) trace.push(Uint8Array.of(byte));
    trace.push(flight);
    trace.push(new TextEncoder().encode("HTTP/1.1 400 Bad Request"));
    const once = ["< handshake, 2 bytes", "< application_data, 256 bytes", "< change_cipher_spec, 1 bytes"];
    expect(lines).to.deep.equal([...once, ...once, "< no TLS record (first byte 72)"]);
  });
});
