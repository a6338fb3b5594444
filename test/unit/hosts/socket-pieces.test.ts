import { expect } from "chai";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import { ConnectionPool } from "../../../src/connection-pool.js";
import { type FakeTCP, FakeTimers, fakeTcp } from "./fake-tcp.js";
import { TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

function make(log: string[], name: string, timers: FakeTimers, pool?: ConnectionPool) {
  const network = fakeTcp();
  const socket = new SecureSocket(
    { address: "10.0.0.1", port: 443, TCP: network, ...callbacks(log, name) },
    pool === undefined ? new ToyConnection() : () => new ToyConnection(64, 32, 0, pool.take()),
    timers,
    1000,
    0,
    null,
    pool,
  );
  return { socket, network };
}

function callbacks(log: string[], name: string) {
  return {
    onReadable: (count: number) => log.push(`${name} readable ${count}`),
    onWritable: (count: number) => log.push(`${name} writable ${count}`),
    onError: ({ alert }: { alert: string }) => log.push(`${name} error ${alert}`),
  };
}

function opened() {
  const log: string[] = [];
  const timers = new FakeTimers();
  const { socket, network } = make(log, "first", timers);
  const tcp = network.sockets[0] as FakeTCP;
  tcp.writable(1000);
  tcp.deliver(toyRecord(TOY_HELLO));
  tcp.take();
  log.length = 0;
  return { log, timers, socket, tcp };
}

describe("hosts/moddable SecureSocket: pieces of a record", () => {
  it("waits for the last piece, and counts down what fits", () => {
    const { socket, tcp } = opened();
    expect(socket.write(Uint8Array.of(1), { more: true })).to.equal(29);
    expect(socket.write(Uint8Array.of(2, 3), { more: true, byteLength: 99 })).to.equal(27);
    expect(tcp.sent).to.deep.equal([]);
    expect(socket.write(Uint8Array.of(4))).to.be.at.least(0);
    expect(tcp.take()).to.deep.equal([TOY_DATA, 4, 1, 2, 3, 4]);
    socket.write(Uint8Array.of(5));
    expect(tcp.take()).to.deep.equal([TOY_DATA, 1, 5]);
  });

  it("grows where byteLength was too little, and ends with an empty piece", () => {
    const { socket, tcp } = opened();
    socket.write(Uint8Array.of(1), { more: true, byteLength: 2 });
    socket.write(new Uint8Array(10).fill(2), { more: true });
    socket.write(new Uint8Array(0));
    expect(tcp.take()).to.deep.equal([TOY_DATA, 11, 1, ...new Array<number>(10).fill(2)]);
  });

  it("a piece that does not fit would block, and takes nothing with it", () => {
    const { socket, tcp } = opened();
    socket.write(new Uint8Array(20), { more: true });
    expect(() => socket.write(new Uint8Array(11), { more: true })).to.throw("would block");
    expect(() => socket.write(new Uint8Array(11))).to.throw("would block");
    socket.write(Uint8Array.of(9));
    expect(tcp.take().slice(0, 2)).to.deep.equal([TOY_DATA, 21]);
  });

  it("what waits for more goes out before close()", () => {
    const { socket, tcp } = opened();
    socket.write(Uint8Array.of(7), { more: true });
    socket.close();
    expect(tcp.take().slice(0, 3)).to.deep.equal([TOY_DATA, 1, 7]);
  });

  it("refuses what are no bytes", () => {
    const { socket } = opened();
    for (const data of ["text", null, undefined, true]) expect(() => socket.write(data as never), String(data)).to.throw(TypeError);
  });
});

describe("hosts/moddable SecureSocket: taken over", () => {
  it("detach() leaves the connection, unread bytes and waiting pieces to a socket without callbacks", () => {
    const { log, socket, tcp, timers } = opened();
    tcp.deliver(toyRecord(TOY_DATA, [1, 2]));
    socket.write(Uint8Array.of(5), { more: true });
    const detached = socket.detach();
    expect(log).to.deep.equal(["first readable 2"]);
    expect(() => socket.detach()).to.throw("from is no open socket");
    expect(socket.read()).to.equal(undefined);
    socket.close();
    timers.advance(0);
    const last = new SecureSocket({ from: detached, ...callbacks(log, "last") });
    timers.advance(0);
    expect(log.slice(1)).to.deep.equal(["last writable 29", "last readable 2"]);
    last.write(Uint8Array.of(6));
    expect(tcp.take()).to.deep.equal([TOY_DATA, 2, 5, 6]);
  });

  it("in its handshake: the heir opens, the former is silent, the time-out goes with it", () => {
    for (const late of [false, true]) {
      const log: string[] = [];
      const timers = new FakeTimers();
      const { socket, network } = make(log, "former", timers);
      const tcp = network.sockets[0] as FakeTCP;
      tcp.writable(100);
      timers.advance(600);
      new SecureSocket({ from: socket, ...callbacks(log, "heir") });
      if (late) timers.advance(400);
      tcp.deliver(toyRecord(TOY_HELLO));
      timers.advance(0);
      timers.advance(5000);
      expect(log).to.deep.equal([late ? "heir error timed_out" : "heir writable 30"]);
    }
  });

  it("while it waits for its turn in a pool: the heir has its place", () => {
    const log: string[] = [];
    const timers = new FakeTimers();
    const pool = new ConnectionPool({ receiveBuffer: 64, sendBuffer: 32 });
    const first = make(log, "first", timers, pool);
    const second = make(log, "second", timers, pool);
    const third = make(log, "third", timers, pool);
    const heir = new SecureSocket({ from: second.socket, ...callbacks(log, "heir") });
    expect([first, second, third].map(({ network }) => network.sockets.length)).to.deep.equal([1, 0, 0]);
    first.socket.close();
    timers.advance(0);
    expect([second, third].map(({ network }) => network.sockets.length)).to.deep.equal([1, 0]);
    const tcp = second.network.sockets[0] as FakeTCP;
    tcp.writable(100);
    tcp.deliver(toyRecord(TOY_HELLO));
    expect(log).to.deep.equal(["heir writable 30"]);
    heir.close();
    timers.advance(0);
    expect(third.network.sockets.length).to.equal(1);
  });
});
