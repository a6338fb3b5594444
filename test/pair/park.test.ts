// Parked connections: at rest they have no memory, and go on as if they always had it.
import { expect } from "chai";
import { connection_lost } from "../../src/alert.js";
import { ConnectionPool } from "../../src/connection-pool.js";
import { ascii, equal, text } from "../peer/bytes.js";
import { BothBench } from "./both.js";
import { Bench, CLOSED, FAILED, OPEN, type Pair } from "./pair.js";

const WANT_RECEIVE = 1;

describe("client and server: parking", () => {
  const bench = new Bench();

  /** Parks and gives other memory of the same size. */
  function changeMemory(pair: Pair): void {
    const { client } = pair;
    const old = client.park();
    expect(old.every((byte) => byte === 0)).to.equal(true);
    client.unpark(new Uint8Array(old.length));
  }

  function arrive(pair: Pair, wire: Uint8Array): void {
    pair.client.io.set(wire, pair.client.rxOffset);
    pair.client.received(wire.length);
  }

  it("what is given away is zeroed and what is kept has no memory", () => {
    const pair = bench.open({ echo: true });
    pair.write(ascii("a secret"));
    const { client } = pair;
    const { io } = client;
    expect(client.parkable).to.equal(true);
    expect(client.park()).to.equal(io);
    expect(io.every((byte) => byte === 0)).to.equal(true);
    expect(client.parked).to.equal(true);
    expect(client.parkable).to.equal(false);
    expect(client.io).to.have.length(0);
    expect(client.rxSpace()).to.equal(0);
    expect(client.txPending()).to.equal(0);
    expect(client.appData()).to.equal(0);
    expect(client.wants).to.equal(WANT_RECEIVE);
    expect(client.writeSpace()).to.be.greaterThan(300);
  });

  it("data goes both ways after parking, again and again, with each suite's record protection", () => {
    for (const suite of [0x1303, 0x1301]) {
      const pair = bench.open({ echo: true, suite, tickets: 1 });
      for (let i = 0; i < 3; i++) {
        changeMemory(pair);
        pair.write(ascii(`message ${i} `));
      }
      expect(text(pair.received)).to.equal("message 0 message 1 message 2 ");
      pair.client.close();
      pair.run();
      expect(pair.server.problems).to.deep.equal([]);
      expect(pair.server.closeNotify).to.equal(true);
    }
  });

  it("a server parks too; its io is the pool's", () => {
    const pool = new ConnectionPool({ keep: 1 });
    const both = new BothBench().opened();
    const first = both.server.park();
    pool.give(first);
    expect(pool.take()).to.equal(first);
    both.server.unpark(first);
    both.write(both.client, ascii("to the server"));
    expect(text(both.serverReceived)).to.equal("to the server");
    both.server.park();
    both.server.unpark(pool.take());
    both.write(both.server, ascii("to the client"));
    expect(text(both.clientReceived)).to.equal("to the client");
  });

  it("close_notify that comes while it is parked is read once it has memory", () => {
    const pair = bench.open();
    const io = pair.client.park();
    pair.server.close();
    pair.client.unpark(io);
    arrive(pair, pair.server.take());
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.client.parkable).to.equal(true);
    pair.client.park();
    expect(pair.client.wants).to.equal(0);
    pair.client.unpark(io);
    pair.client.close();
    pair.run();
    expect(pair.server.closeNotify).to.equal(true);
    expect(pair.client.state).to.equal(CLOSED);
  });

  it("KeyUpdate that comes after parking, with an answer; and one of ours", () => {
    const pair = bench.open({ echo: true });
    changeMemory(pair);
    pair.server.keyUpdate(1);
    pair.flushServer();
    pair.run();
    changeMemory(pair);
    pair.client.updateKeys(true);
    expect(pair.client.parkable).to.equal(false);
    pair.run();
    changeMemory(pair);
    pair.write(ascii("under new keys"));
    expect(text(pair.received)).to.equal("under new keys");
    expect(pair.server.problems).to.deep.equal([]);
  });

  it("not in the handshake, nor after the end", () => {
    const pair = bench.pair();
    expect(pair.client.parkable).to.equal(false);
    expect(() => pair.client.park()).to.throw(/not open/);
    pair.run();
    pair.client.close();
    expect(() => pair.client.park()).to.throw(/not open/);
  });

  it("not while bytes wait to be sent, data is unread, or a record or message is half there", () => {
    const pair = bench.open();
    const { client, server } = pair;
    client.write(ascii("x"), 0, 1);
    expect(() => client.park()).to.throw(/wait to be sent/);
    pair.run();
    server.write(ascii("unread"));
    const wire = server.take();
    for (let cut = 1; cut < wire.length; cut++) {
      arrive(pair, wire.slice(cut - 1, cut));
      expect(client.parkable, `after ${cut} bytes`).to.equal(false);
    }
    arrive(pair, wire.slice(-1));
    expect(() => client.park()).to.throw(/not consumed/);
    client.consumed(5);
    expect(client.parkable).to.equal(false);
    client.consumed(1);
    expect(client.parkable).to.equal(true);
    server.out.record({ type: 22, content: new Uint8Array([4, 0, 0]) });
    arrive(pair, server.take());
    expect(() => client.park()).to.throw(/half read/);
  });

  it("misuse while parked throws, and changes nothing", () => {
    const pair = bench.open({ echo: true });
    const { client } = pair;
    const io = client.park();
    expect(() => client.park()).to.throw(/parked already/);
    expect(() => client.received(5)).to.throw(/unpark\(\) it first/);
    expect(() => client.write(ascii("x"), 0, 1)).to.throw(/write\(\) on a parked/);
    expect(() => client.closeWrite()).to.throw(/closeWrite\(\) on a parked/);
    expect(() => client.close()).to.throw(/close\(\) on a parked/);
    expect(() => client.updateKeys(false)).to.throw(/updateKeys\(\) on a parked/);
    expect(() => client.fail(80, "a time-out")).to.throw(/fail\(\) on a parked/);
    expect(() => client.unpark(new Uint8Array(100))).to.throw(RangeError, /100 bytes; 2560/);
    client.resume();
    expect(client.state).to.equal(OPEN);
    client.unpark(io);
    expect(() => client.unpark(io)).to.throw(/not parked/);
    pair.write(ascii("well"));
    expect(text(pair.received)).to.equal("well");
  });

  it("the transport's end, and fail() without an alert, end a parked connection", () => {
    const lost = bench.open();
    lost.client.park();
    lost.client.receivedEnd();
    expect(lost.client.state).to.equal(FAILED);
    expect(lost.client.failure!.description).to.equal(connection_lost);
    const ended = bench.open();
    ended.client.park();
    ended.client.fail(-1, "the app is done");
    expect(ended.client.state).to.equal(FAILED);
    expect(ended.client.txPending()).to.equal(0);
  });

  it("a pool lends buffers, keeps as many as it was told, and gives one turn at a time", () => {
    const pool = new ConnectionPool({ receiveBuffer: 512, sendBuffer: 300, keep: 1 });
    const [a, b] = [pool.take(), pool.take()];
    expect(a).to.have.length(812);
    a.fill(7);
    pool.give(a);
    pool.give(b);
    const again = pool.take();
    expect(again).to.equal(a);
    expect(equal(again, new Uint8Array(812))).to.equal(true);
    expect(pool.take()).to.not.equal(b);
    expect(() => pool.give(new Uint8Array(5))).to.throw(RangeError, /5 bytes; this pool's have 812/);
    expect(() => new ConnectionPool({ keep: -1 })).to.throw(RangeError, /keep/);
    const turns: string[] = [];
    const waiter = (name: string) => ({ turn: () => turns.push(name) });
    const [x, y, z] = [waiter("x"), waiter("y"), waiter("z")];
    expect(pool.enter(x)).to.equal(true);
    expect(pool.enter(x)).to.equal(true);
    expect(pool.enter(y)).to.equal(false);
    expect(pool.enter(z)).to.equal(false);
    expect(pool.enter(y)).to.equal(false);
    pool.leave(y);
    pool.leave(x);
    pool.leave(x);
    expect(turns).to.deep.equal(["z"]);
    pool.pass(z, y);
    expect(pool.enter(z)).to.equal(false);
    pool.leave(y);
    expect(turns).to.deep.equal(["z", "z"]);
  });
});
