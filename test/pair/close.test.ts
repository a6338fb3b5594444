// The end of a connection (RFC 9846 §6.1): orderly, half, cut off; and what comes after.
import { expect } from "chai";
import { ascii, text } from "../peer/bytes.js";
import { ON_XS, sampled } from "./effort.js";
import { Bench, byteByByte, CLOSED, FAILED, HANDSHAKING, OPEN, type Pair } from "./pair.js";

const WANT_RECEIVE = 1;

describe("client: the end of a connection", function () {
  this.timeout(120000);
  const bench = new Bench();

  it("close(): close_notify goes out, nothing is read any more", () => {
    const pair = bench.open({ echo: true });
    pair.client.close();
    pair.run();
    expect(pair.client.state).to.equal(CLOSED);
    expect(pair.client.failure).to.equal(null);
    expect(pair.server.closeNotify).to.equal(true);
    expect(pair.server.alerts).to.deep.equal([{ level: 1, description: 0, sealed: true }]);
    expect(pair.client.rxSpace()).to.equal(0);
    expect(pair.client.wants & WANT_RECEIVE).to.equal(0);
    pair.client.close();
    pair.client.closeWrite();
    pair.client.receivedEnd();
    expect(pair.client.state).to.equal(CLOSED);
    expect(pair.client.txPending()).to.equal(0);
  });

  it("closeWrite(): what the server still says is read (half-close)", () => {
    const pair = bench.open();
    pair.write(ascii("last words"));
    pair.client.closeWrite();
    pair.run();
    expect(pair.server.closeNotify).to.equal(true);
    expect(pair.client.state).to.equal(OPEN);
    pair.server.write(ascii("answer after the close"));
    pair.run();
    expect(text(pair.received)).to.equal("answer after the close");
    expect(() => pair.client.write(new Uint8Array(1), 0, 1)).to.throw(Error);
    pair.client.closeWrite();
    pair.run();
    expect(pair.server.alerts).to.have.length(1);
    pair.server.close();
    pair.run();
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.client.state).to.equal(CLOSED);
    expect(pair.server.problems).to.deep.equal([]);
  });

  it("close_notify of the server: the client can still write (§6.1)", () => {
    const pair = bench.open();
    pair.server.write(ascii("bye"));
    pair.server.close();
    pair.run();
    expect(text(pair.received)).to.equal("bye");
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.client.state).to.equal(OPEN);
    expect(pair.write(ascii("one more"))).to.equal(true);
    expect(text(pair.server.received)).to.equal("one more");
    pair.client.receivedEnd();
    expect(pair.client.failure).to.equal(null);
    pair.client.close();
    pair.run();
    expect(pair.client.state).to.equal(CLOSED);
    expect(pair.server.closeNotify).to.equal(true);
  });

  it("data before close_notify in the same bytes is given out whole", () => {
    const pair = bench.open({ fragment: 10 });
    pair.server.write(ascii("a long good-bye in many records"));
    pair.server.close();
    pair.run();
    expect(text(pair.received)).to.equal("a long good-bye in many records");
    expect(pair.client.peerClosed).to.equal(true);
  });

  it("data after close_notify is ignored (§6.1)", () => {
    const pair = bench.open();
    pair.server.close();
    pair.server.write(ascii("after"));
    pair.server.out.raw(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
    pair.run();
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.received).to.have.length(0);
    expect(pair.client.appData()).to.equal(0);
    expect(pair.client.failure).to.equal(null);
  });

  it("close_notify of level fatal is a close_notify", () => {
    const pair = bench.open();
    pair.server.alert(2, 0);
    pair.run();
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.client.failure).to.equal(null);
  });

  it("a KeyUpdate that asks for one, after closeWrite(): nothing may follow our close_notify (§6.1)", () => {
    const pair = bench.open();
    pair.client.closeWrite();
    pair.run();
    pair.server.keyUpdate(1);
    pair.server.write(ascii("still heard"));
    pair.run();
    expect(pair.server.problems).to.deep.equal([]);
    expect(text(pair.received)).to.equal("still heard");
    expect(pair.client.state).to.equal(OPEN);
  });

  it("a failure after closeWrite() sends no second alert that the server would have to read behind close_notify", () => {
    const pair = bench.open();
    pair.client.closeWrite();
    pair.run();
    pair.server.out.record({ type: 23, content: ascii("x"), flip: -1 });
    pair.run();
    expect(pair.client.state).to.equal(FAILED);
  });

  describe("the transport ends", () => {
    function ended(pair: Pair): void {
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.origin).to.equal("peer");
      expect(pair.client.failure!.reason).to.match(/end|close/);
      expect(pair.client.txPending()).to.equal(0);
      pair.expectDead();
    }

    it("before the first byte", () => {
      const pair = bench.run({ silent: true });
      expect(pair.client.state).to.equal(HANDSHAKING);
      pair.client.receivedEnd();
      ended(pair);
    });

    it("at every byte of the server's first flight", () => {
      const length = bench.open().delivered;
      for (const truncateAfter of sampled(1, length - 1, 10)) {
        const pair = bench.run({ truncateAfter });
        expect(pair.client.state, `after ${truncateAfter} bytes`).to.equal(FAILED);
        ended(pair);
      }
    });

    it("on an open connection without close_notify: truncated", () => {
      const pair = bench.open();
      pair.server.write(ascii("half of it"));
      pair.run();
      pair.client.receivedEnd();
      expect(text(pair.received)).to.equal("half of it");
      ended(pair);
      expect(pair.client.failure!.reason).to.match(/close_notify/);
    });

    it("in the middle of a record: nothing of it is given out", () => {
      const pair = bench.open();
      pair.server.write(ascii("not whole"));
      const wire = pair.server.take();
      pair.deliver(wire.slice(0, wire.length - 1));
      expect(pair.client.appData()).to.equal(0);
      pair.client.receivedEnd();
      expect(pair.received).to.have.length(0);
      ended(pair);
    });

    it("after close_notify: orderly", () => {
      const pair = bench.open();
      pair.server.close();
      pair.run();
      pair.client.receivedEnd();
      expect(pair.client.failure).to.equal(null);
    });
  });

  describe("the host gives up", () => {
    it("fail() in the handshake: the alert goes out", () => {
      const pair = bench.run({ silent: true });
      pair.client.fail(90, "the host's patience ended");
      pair.run();
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.reason).to.equal("the host's patience ended");
    });

    it("close() in the handshake", () => {
      const pair = bench.run({ silent: true });
      pair.client.close();
      expect(pair.client.state).to.be.oneOf([CLOSED, FAILED]);
      expect(pair.client.appData()).to.equal(0);
      expect(pair.client.rxSpace()).to.equal(0);
    });

    it("misuse throws and changes nothing: write() too early, received() and consumed() of too much", () => {
      const pair = bench.pair();
      expect(() => pair.client.write(new Uint8Array(1), 0, 1)).to.throw(Error);
      expect(() => pair.client.received(pair.client.rxSpace() + 1)).to.throw(RangeError);
      expect(() => pair.client.received(-1)).to.throw(RangeError);
      expect(() => pair.client.consumed(1)).to.throw(RangeError);
      expect(() => pair.client.sent(pair.client.txPending() + 1)).to.throw(RangeError);
      pair.run();
      pair.expectOpen();
      expect(() => pair.client.write(new Uint8Array(4), 2, 3)).to.throw(RangeError);
      expect(() => pair.client.write(new Uint8Array(4), -1, 3)).to.throw(RangeError);
      expect(pair.client.write(new Uint8Array(4), 0, 0)).to.equal(0);
      expect(pair.client.txPending()).to.equal(0);
    });
  });

  it("1,000 connects and closes, and 1,000 failed handshakes: each ends clean", () => {
    const rounds = ON_XS ? 5 : 1000;
    for (let i = 0; i < rounds; i++) {
      const good = bench.open({ echo: true });
      good.write(ascii("ping"));
      good.client.close();
      good.run();
      expect(good.client.state).to.equal(CLOSED);
      const bad = bench.run({ truncateAfter: 1 + ((i * 131) % 1100) });
      expect(bad.client.state).to.equal(FAILED);
    }
    bench.open({}, {}, ON_XS ? undefined : byteByByte);
  });
});
