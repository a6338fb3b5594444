// Small buffers, full buffers, and a host that takes its time.
import { expect } from "chai";
import { bad_record_mac } from "../../src/alert.js";
import { ClientConnection } from "../../src/client.js";
import { ascii, concat, equal, hex, text } from "../peer/bytes.js";
import { ON_XS } from "./effort.js";
import { Bench, CLOSED, FAILED, inPieces, OPEN, type Pair } from "./pair.js";

describe("client: buffers", function () {
  this.timeout(60000);
  const bench = new Bench();

  /** Bytes of the server arrive; the app takes nothing. */
  function arrive(pair: Pair, wire: Uint8Array): void {
    const { client } = pair;
    expect(client.rxSpace()).to.be.at.least(wire.length);
    client.io.set(wire, client.rxOffset);
    client.received(wire.length);
  }

  function takeAll(pair: Pair): Uint8Array {
    const { client } = pair;
    let got: Uint8Array = new Uint8Array(0);
    while (client.appData() > 0) {
      const n = client.appData();
      got = concat(got, client.io.slice(client.appOffset, client.appOffset + n));
      client.consumed(n);
    }
    return got;
  }

  it("the smallest buffers, a server that sends small records", () => {
    const pair = bench.open({ fragment: 100, echo: true, tickets: 1 }, { receiveBuffer: 256, sendBuffer: 256 });
    const message = new Uint8Array(ON_XS ? 300 : 2000).fill(0x41);
    expect(pair.write(message)).to.equal(true);
    expect(equal(pair.received, message)).to.equal(true);
  });

  it("buffers that cannot work are refused, with the size in the reason", () => {
    for (const bad of [
      { receiveBuffer: 10 },
      { sendBuffer: 10 },
      { receiveBuffer: 0 },
      { receiveBuffer: 1000.5 },
      { receiveBuffer: -1 },
      { sendBuffer: Number.NaN },
    ])
      expect(() => new ClientConnection(bench.config(bad)), JSON.stringify(bad)).to.throw(RangeError, /Buffer is/);
    expect(() => new ClientConnection(bench.config(), new Uint8Array(100))).to.throw(RangeError, /100/);
    // As a Node Buffer is one.
    class Shared extends Uint8Array {}
    expect(() => new ClientConnection(bench.config(), new Shared(2560))).to.throw(
      RangeError,
      /memory of a connection: a Uint8Array is wanted/,
    );
    const pair = bench.open();
    pair.client.park();
    expect(() => pair.client.unpark(new Shared(2560))).to.throw(RangeError, /a Uint8Array is wanted/);
  });

  it("memory given by the caller is used, and holds nothing of the connection after close()", () => {
    const io = new Uint8Array(2048 + 512);
    const client = new ClientConnection(bench.config(), io);
    expect(client.io).to.equal(io);
    const pair = bench.open({ connected: (server) => server.write(ascii("a secret of the application")) });
    expect(text(pair.received)).to.equal("a secret of the application");
    pair.client.close();
    const { txOffset } = pair.client;
    expect(hex(pair.client.io.slice(0, txOffset))).to.not.contain(hex(ascii("a secret of the application")));
  });

  it("tx is taken byte by byte", () => {
    const pair = bench.pair({ echo: true });
    const { client, server } = pair;
    for (let round = 0; round < 20000; round++) {
      while ((client.wants & 4) !== 0) client.resume();
      if (client.state === OPEN && round % 2000 === 1999) break;
      if (client.txPending() > 0) {
        const byte = client.io.slice(client.txOffset, client.txOffset + 1);
        client.sent(1);
        pair.deliver(server.receive(byte));
      }
    }
    pair.expectOpen();
  });

  it("data and close_notify wait unread, then the transport ends: an orderly end, and all data is given out", () => {
    const pair = bench.open();
    pair.server.write(ascii("first "));
    pair.server.write(ascii("second"));
    pair.server.close();
    arrive(pair, pair.server.take());
    pair.client.receivedEnd();
    expect(text(takeAll(pair))).to.equal("first second");
    expect(pair.client.failure).to.equal(null);
    expect(pair.client.peerClosed).to.equal(true);
  });

  it("data waits unread, then the transport ends without close_notify: the data is given out, then the failure", () => {
    const pair = bench.open();
    pair.server.write(ascii("first "));
    pair.server.write(ascii("second"));
    arrive(pair, pair.server.take());
    pair.client.receivedEnd();
    expect(text(takeAll(pair))).to.equal("first second");
    expect(pair.client.state).to.equal(FAILED);
    expect(pair.client.failure!.reason).to.match(/close_notify/);
  });

  it("a good record waits unread before a bad one: it is given out first", () => {
    const pair = bench.open();
    pair.server.write(ascii("good"));
    pair.server.out.record({ type: 23, content: ascii("bad"), flip: -1 });
    arrive(pair, pair.server.take());
    expect(pair.client.failure).to.equal(null);
    expect(text(takeAll(pair))).to.equal("good");
    expect(pair.client.failure!.description).to.equal(bad_record_mac);
    expect(pair.client.appData()).to.equal(0);
  });

  it("rx full of unread data: no room, no loss, and it goes on once the app takes it", () => {
    const pair = bench.open({ fragment: 300 });
    const data = new Uint8Array(5000).map((_, i) => i & 255);
    pair.server.write(data);
    const wire = pair.server.take();
    const { client } = pair;
    let at = 0;
    let got: Uint8Array = new Uint8Array(0);
    while (at < wire.length) {
      const n = Math.min(client.rxSpace(), wire.length - at);
      if (n > 0) arrive(pair, wire.slice(at, at + n));
      at += n;
      if (client.rxSpace() === 0 || at === wire.length) got = concat(got, takeAll(pair));
    }
    expect(equal(got, data)).to.equal(true);
    expect(client.failure).to.equal(null);
  });

  it("close() behind data that is not sent yet: the data goes out, then close_notify", () => {
    const pair = bench.open();
    const taken = pair.client.write(ascii("last words"), 0, 10);
    expect(taken).to.equal(10);
    pair.client.close();
    pair.run();
    expect(text(pair.server.received)).to.equal("last words");
    expect(pair.server.closeNotify).to.equal(true);
    expect(pair.client.state).to.equal(CLOSED);
  });

  it("a failure while tx is full: the alert still goes out", () => {
    const pair = bench.open();
    const data = new Uint8Array(2000);
    while (pair.client.write(data, 0, data.length) > 0);
    const waiting = pair.client.txPending();
    expect(waiting).to.be.greaterThan(300);
    pair.server.out.record({ type: 23, content: ascii("x"), flip: -1 });
    pair.flushServer();
    expect(pair.client.state).to.equal(FAILED);
    pair.run();
    expect(pair.server.alerts).to.deep.equal([{ level: 2, description: bad_record_mac, sealed: true }]);
  });

  it("write() of a part of an array, and of the connection's own memory", () => {
    const pair = bench.open({ echo: true });
    const data = ascii("..middle..");
    expect(pair.client.write(data, 2, 6)).to.equal(6);
    pair.run();
    expect(text(pair.server.received)).to.equal("middle");
    expect(hex(data)).to.equal(hex(ascii("..middle..")));
  });

  it("two connections from one config do not touch each other", () => {
    const config = bench.config();
    const [a, b] = [0, 1].map(() => bench.pair({ echo: true, tickets: 1 }, config, inPieces(40)));
    a!.run();
    b!.run();
    a!.write(ascii("for a"));
    b!.write(ascii("for b"));
    a!.client.close();
    a!.run();
    b!.write(ascii(", still"));
    expect(text(a!.received)).to.equal("for a");
    expect(text(b!.received)).to.equal("for b, still");
    expect(b!.client.state).to.equal(OPEN);
  });
});
