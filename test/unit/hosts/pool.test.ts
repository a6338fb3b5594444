// Sockets that share a pool: one handshake at a time, and memory only while there is something to read or to send.
import { expect } from "chai";
import { SecureListener } from "../../../hosts/moddable/secure-listener.js";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import type { SocketOptions } from "../../../hosts/moddable/socket-options.js";
import { ConnectionPool } from "../../../src/connection-pool.js";
import { FakeListener, type FakeTCP, FakeTimers, fakeTcp } from "./fake-tcp.js";
import { TOY_CLOSE, TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

const HELLO = toyRecord(TOY_HELLO);
const SIZES = { receiveBuffer: 64, sendBuffer: 32 };

/** Counts what is lent. */
class CountingPool extends ConnectionPool {
  lent = 0;
  most = 0;

  constructor(keep = 1) {
    super({ ...SIZES, keep });
  }

  override take(): Uint8Array {
    this.most = Math.max(this.most, ++this.lent);
    return super.take();
  }

  override give(buffer: Uint8Array): void {
    this.lent--;
    super.give(buffer);
  }
}

function made(count: number, callbacks: Partial<SocketOptions> = {}) {
  const pool = new CountingPool();
  const timers = new FakeTimers();
  const network = fakeTcp();
  const log: string[] = [];
  const connections: ToyConnection[] = [];
  const sockets: SecureSocket[] = [];
  for (let i = 0; i < count; i++)
    sockets.push(
      new SecureSocket(
        {
          address: "10.0.0.1",
          port: 443,
          TCP: network,
          onReadable: (n) => log.push(`${i} readable ${n}`),
          onWritable: () => log.push(`${i} writable`),
          onError: (failure) => log.push(`${i} ${failure.alert}`),
          ...callbacks,
        },
        () => {
          const connection = new ToyConnection(64, 32, 0, pool.take());
          connections.push(connection);
          return connection;
        },
        timers,
        1000,
        4000,
        null,
        pool,
      ),
    );
  return { pool, timers, tcps: network.sockets, log, connections, sockets };
}

function shake(tcp: FakeTCP | undefined): void {
  tcp?.writable(1000);
  tcp?.deliver(HELLO);
  tcp?.take();
}

describe("hosts/moddable pool", () => {
  it("handshakes go one after another; the next begins from the event loop", () => {
    const { pool, timers, tcps, log, connections } = made(3);
    expect(tcps.length).to.equal(1);
    expect(connections.length).to.equal(1);
    timers.advance(0);
    expect(tcps.length).to.equal(1);
    shake(tcps[0]);
    expect(log).to.deep.equal(["0 writable"]);
    expect(tcps.length).to.equal(1);
    timers.advance(0);
    expect(tcps.length).to.equal(2);
    shake(tcps[1]);
    timers.advance(0);
    shake(tcps[2]);
    expect(log).to.deep.equal(["0 writable", "1 writable", "2 writable"]);
    expect(connections.every((connection) => connection.parked)).to.equal(true);
    expect(pool.lent).to.equal(0);
    expect(pool.most).to.equal(1);
  });

  it("what comes and goes while it is parked", () => {
    const { pool, timers, tcps, log, connections, sockets } = made(1);
    shake(tcps[0]);
    log.length = 0;
    const connection = connections[0] as ToyConnection;
    const socket = sockets[0] as SecureSocket;
    const tcp = tcps[0] as FakeTCP;
    expect(connection.parked).to.equal(true);
    tcp.deliver(toyRecord(TOY_DATA, [1, 2, 3]));
    expect(log).to.deep.equal(["0 readable 3"]);
    expect(connection.parked).to.equal(false);
    expect(socket.read(2)).to.be.instanceOf(ArrayBuffer);
    timers.advance(0);
    expect(connection.parked).to.equal(false);
    expect(socket.read()).to.be.instanceOf(ArrayBuffer);
    timers.advance(0);
    expect(connection.parked).to.equal(true);
    expect(socket.write(Uint8Array.of(5, 6))).to.be.greaterThan(0);
    expect(tcp.take()).to.deep.equal([TOY_DATA, 2, 5, 6]);
    timers.advance(0);
    expect(connection.parked).to.equal(true);
    expect(pool.lent).to.equal(0);
    expect(pool.most).to.equal(1);
    tcp.deliver(toyRecord(TOY_CLOSE));
    expect(log).to.include("0 close_notify");
    expect(tcp.take()).to.deep.equal([TOY_CLOSE, 0]);
    expect(pool.lent).to.equal(0);
    expect(timers.count).to.equal(0);
  });

  it("a write that TCP has no room for keeps the memory until it is out", () => {
    const { timers, tcps, connections, sockets } = made(1);
    shake(tcps[0]);
    const tcp = tcps[0] as FakeTCP;
    tcp.writable(0);
    sockets[0]?.write(Uint8Array.of(1));
    timers.advance(0);
    expect(connections[0]?.parked).to.equal(false);
    tcp.writable(100);
    expect(connections[0]?.parked).to.equal(true);
  });

  it("close(), a time-out and a lost network end a parked socket as any other", () => {
    for (const end of ["close", "idle", "gone"]) {
      const { pool, timers, tcps, log, connections, sockets } = made(1);
      shake(tcps[0]);
      expect(connections[0]?.parked).to.equal(true);
      const tcp = tcps[0] as FakeTCP;
      if (end === "close") sockets[0]?.close();
      else if (end === "idle") timers.advance(6000);
      else tcp.gone();
      expect(tcp.closed, end).to.equal(true);
      if (end === "close") expect(tcp.take()).to.deep.equal([TOY_CLOSE, 0]);
      else expect(log).to.include(end === "idle" ? "0 timed_out" : "0 connection_lost");
      expect(pool.lent, end).to.equal(0);
      expect(timers.count, end).to.equal(0);
    }
  });

  it("one that fails, is closed or takes too long gives its turn and its memory back", () => {
    const { pool, timers, tcps, log, sockets } = made(4);
    tcps[0]?.gone();
    timers.advance(0);
    expect(tcps.length).to.equal(2);
    sockets[2]?.close();
    sockets[1]?.close();
    timers.advance(0);
    expect(tcps.length).to.equal(3);
    expect(log).to.deep.equal(["0 connection_lost"]);
    timers.advance(1000);
    expect(log).to.deep.equal(["0 connection_lost", "3 timed_out"]);
    expect(pool.lent).to.equal(0);
    expect(timers.count).to.equal(0);
  });

  it("one that is taken over just when its turn has come begins", () => {
    const { timers, tcps, sockets } = made(2);
    const heir = sockets[1]?.detach();
    shake(tcps[0]);
    const last = heir?.detach();
    timers.advance(0);
    expect(tcps.length).to.equal(2);
    last?.close();
    expect(tcps[1]?.closed).to.equal(true);
    expect(timers.count).to.equal(1); // the first one's watch
  });

  it("one that waits for its turn too long is told so, and never begins", () => {
    const { timers, tcps, log, sockets } = made(2);
    expect(sockets[1]?.available).to.equal(0);
    expect(sockets[1]?.read()).to.equal(undefined);
    expect(() => sockets[1]?.write(1)).to.throw(/before the first onWritable/);
    sockets[1]?.operationDone();
    timers.advance(1000);
    expect(log).to.deep.equal(["0 timed_out", "1 timed_out"]);
    expect(tcps.length).to.equal(1);
    expect(timers.count).to.equal(0);
  });

  it("a TCP class that throws when the turn has come goes to onError, and the next begins", () => {
    const pool = new CountingPool();
    const timers = new FakeTimers();
    const log: string[] = [];
    const first = { turn(): void {} };
    pool.enter(first);
    class Broken {
      constructor() {
        throw new Error("no sockets left");
      }
    }
    new SecureSocket(
      { address: "10.0.0.1", port: 443, TCP: { io: Broken as never }, onError: (failure) => log.push(failure.reason) },
      () => new ToyConnection(64, 32, 0, pool.take()),
      timers,
      1000,
      0,
      null,
      pool,
    );
    pool.leave(first);
    timers.advance(0);
    expect(log.join()).to.match(/no sockets left/);
    expect(pool.enter(first)).to.equal(true);
    expect(pool.lent).to.equal(0);
    expect(timers.count).to.equal(0);
  });

  it("a listener's clients wait for their turn with their TCP sockets alone", () => {
    const pool = new CountingPool();
    const timers = new FakeTimers();
    const log: string[] = [];
    let network: FakeListener | null = null;
    class Remembered extends FakeListener {
      constructor(given: FakeListener["options"]) {
        super(given);
        network = this;
      }
    }
    const listener = new SecureListener(
      { onReadable: (count) => log.push(`readable ${count}`), onClientError: (failure) => log.push(failure.reason) },
      Remembered as never,
      () => new ToyConnection(64, 32, 0, pool.take()),
      timers,
      { maxHandshakes: 3, maxSilent: 3, handshakeTimeout: 1000, idleTimeout: 0 },
      pool,
    );
    const clients = [0, 1, 2].map(() => (network as unknown as FakeListener).come());
    const speak = (client: FakeTCP) => {
      client.last.deliver(HELLO.slice(0, 1));
      client.last.writable(1000);
      client.last.tell();
    };
    for (const client of clients) speak(client);
    expect(pool.lent).to.equal(1);
    expect(listener.pending).to.equal(1);
    clients[0]?.last.deliver(HELLO.slice(1));
    expect(pool.lent).to.equal(0);
    timers.advance(0);
    expect(listener.pending).to.equal(2);
    clients[1]?.last.tell();
    clients[1]?.last.deliver(HELLO.slice(1));
    expect(pool.most).to.equal(1);
    timers.advance(1500);
    expect(log.filter((line) => line.startsWith("readable")).length).to.equal(2);
    expect(log.some((line) => /not finished/.test(line))).to.equal(true);
    expect(listener.read()).to.not.equal(undefined);
    listener.close();
    timers.advance(2000);
    expect(pool.lent).to.equal(0);
    expect(timers.count).to.equal(0);
  });
});
