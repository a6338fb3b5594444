// Records of application data that the receive buffer does not hold: received in memory that is lent for them.
import { expect } from "chai";
import type { BufferLender } from "../../src/config.js";
import type { Connection } from "../../src/connection.js";
import { ascii, concat, equal, text } from "../peer/bytes.js";
import { pattern } from "./both.js";
import { ON_XS } from "./effort.js";
import { Bench, CLOSED, cutAt, FAILED, inPieces, OPEN, type Pair } from "./pair.js";

/** Lends on the heap, and tells. */
class Lender implements BufferLender {
  readonly asked: number[] = [];
  readonly out: Uint8Array[] = [];
  most = 0;
  private readonly more: number;

  constructor(more = 0) {
    this.more = more;
  }

  lend(length: number): Uint8Array | null {
    this.asked.push(length);
    const memory = new Uint8Array(length + this.more);
    this.out.push(memory);
    this.most = Math.max(this.most, this.out.length);
    return memory;
  }

  giveBack(memory: Uint8Array): void {
    const index = this.out.indexOf(memory);
    if (index < 0) throw new Error("given back twice, or never lent");
    this.out.splice(index, 1);
    if (memory.some((byte) => byte !== 0)) throw new Error("given back, but not zeroed");
  }
}

describe("client and server: lent memory", function () {
  this.timeout(60000);
  const bench = new Bench();
  const SIZE = ON_XS ? 4000 : 16384;

  /** What fits is received; the rest. */
  function deliver(one: Connection, wire: Uint8Array): Uint8Array {
    const n = Math.min(one.rxSpace(), wire.length);
    one.io.set(wire.slice(0, n), one.rxOffset);
    one.received(n);
    return wire.slice(n);
  }

  function opened(lender: BufferLender, more: object = {}): Pair {
    const pair = bench.open({ echo: true, ...more }, { lender });
    expect(pair.client.state).to.equal(OPEN);
    return pair;
  }

  it("a download in the longest records", () => {
    const lender = new Lender();
    const data = pattern(3 * SIZE + 100);
    for (const pieces of ON_XS ? [1000] : [64, 1000, 1460, 20000]) {
      const pair = bench.open({ fragment: SIZE, connected: (server) => server.write(data) }, { lender }, inPieces(pieces));
      expect(equal(pair.received, data)).to.equal(true);
      expect(lender.out).to.have.length(0);
      expect(pair.client.io).to.have.length(2560);
    }
    expect(lender.most).to.equal(1);
    expect(lender.asked[0]).to.equal((SIZE + 1 + 16 + 5 + 512 + 3) & ~3);
  });

  it("what stands in either region comes along, there and back, whatever the sizes", () => {
    for (let more = 0; more < 5; more++) {
      const lender = new Lender(more);
      const pair = opened(lender);
      const { client, server } = pair;
      const own = client.io;
      for (let size = 3000; size < 3004; size++) {
        const data = pattern(size);
        expect(client.write(ascii("before"), 0, 6)).to.equal(6);
        server.write(ascii("small"));
        server.write(data);
        server.write(ascii("behind"));
        const wire = server.take();
        deliver(client, wire.slice(0, 1000));
        expect(client.io).to.equal(own);
        expect(text(client.io.slice(client.appOffset, client.appOffset + client.appData()))).to.equal("small");
        client.consumed(5);
        expect(client.io).to.not.equal(own);
        expect(own.every((byte) => byte === 0)).to.equal(true);
        expect(client.write(ascii("meanwhile"), 0, 9)).to.be.oneOf([0, 9]);
        const rest = deliver(client, wire.slice(1000));
        expect(client.appData()).to.equal(size);
        expect(equal(client.io.slice(client.appOffset, client.appOffset + size), data)).to.equal(true);
        client.consumed(size);
        deliver(client, rest);
        expect(text(client.io.slice(client.appOffset, client.appOffset + client.appData()))).to.equal("behind");
        client.consumed(6);
        expect(client.io).to.equal(own);
        pair.run();
        expect(text(server.received)).to.match(/^(before(meanwhile)?)+$/);
        expect(lender.out).to.have.length(0);
      }
      expect(server.problems).to.deep.equal([]);
    }
  });

  it("a longer record while memory is lent already gets more", () => {
    const lender = new Lender(200);
    const { client, server } = opened(lender);
    server.write(pattern(2500));
    server.write(pattern(SIZE));
    const wire = server.take();
    deliver(client, wire.slice(0, 100));
    let rest = deliver(client, wire.slice(100));
    expect(client.appData()).to.equal(2500);
    client.consumed(2500);
    expect(lender.out).to.have.length(1);
    expect(lender.asked).to.have.length(2);
    while (rest.length > 0) rest = deliver(client, rest);
    expect(client.appData()).to.equal(SIZE);
    client.consumed(SIZE);
    expect(lender.out).to.have.length(0);
  });

  it("every splitting of one such record", () => {
    const data = pattern(2100);
    const lender = new Lender();
    const length = bench.open({}, {}).delivered;
    for (let at = 0; at < 2122; at += ON_XS ? 500 : 13) {
      const pair = bench.open({ connected: (server) => server.write(data) }, { lender }, cutAt(length + at));
      expect(equal(pair.received, data)).to.equal(true);
    }
    expect(lender.out).to.have.length(0);
  });

  it("without memory it is record_overflow, and the reason names the setting and the bytes", () => {
    for (const lender of [{ lend: () => null, giveBack() {} }, undefined]) {
      const pair = bench.run(
        { connected: (server) => server.write(pattern(3000)) },
        lender === undefined ? {} : { lender: lender as BufferLender },
      );
      expect(pair.client.failure?.alert).to.equal("record_overflow");
      expect(pair.client.failure?.reason).to.match(/3017 bytes does not fit: receiveBuffer has 2048 bytes, 3022 are needed.*lender/);
      expect(pair.received).to.have.length(0);
    }
    const short = bench.run(
      { connected: (server) => server.write(pattern(3000)) },
      { lender: { lend: () => new Uint8Array(2600), giveBack() {} } },
    );
    expect(short.client.failure?.reason).to.match(/lend\(\d+\) gave 2600 bytes/);
  });

  it("it goes back however the connection ends, and the alert still goes out", () => {
    const ends: [string, (pair: Pair, rest: Uint8Array) => void][] = [
      ["close", ({ client }) => client.close()],
      ["fail", ({ client }) => client.fail(80, "a time-out")],
      ["cut off", ({ client }) => client.receivedEnd()],
      [
        "bad record",
        ({ client }, rest) => {
          rest[100]! ^= 1;
          deliver(client, rest);
        },
      ],
    ];
    for (const [what, end] of ends) {
      const lender = new Lender();
      const pair = opened(lender);
      pair.server.write(pattern(3000));
      const wire = pair.server.take();
      deliver(pair.client, wire.slice(0, 50));
      expect(lender.out).to.have.length(1);
      expect(pair.client.parkable).to.equal(false);
      end(pair, wire.slice(50));
      expect(lender.out, what).to.have.length(0);
      expect(pair.client.state).to.equal(what === "close" ? CLOSED : FAILED);
      pair.run();
      expect(pair.server.closeNotify || pair.server.alerts.length === 1, what).to.equal(what !== "cut off");
    }
  });

  it("close_notify right behind the last record", () => {
    const lender = new Lender();
    const pair = opened(lender);
    pair.server.write(pattern(3000));
    pair.server.close();
    const wire = pair.server.take();
    deliver(pair.client, wire.slice(0, 5));
    const rest = deliver(pair.client, wire.slice(5));
    pair.client.consumed(3000);
    deliver(pair.client, rest);
    expect(pair.client.peerClosed).to.equal(true);
    expect(lender.out).to.have.length(0);
    expect(pair.client.parkable).to.equal(true);
    pair.client.close();
    pair.run();
    expect(pair.server.closeNotify).to.equal(true);
  });

  it("serves a handshake too, where its records can't be opened in parts: with a tap", () => {
    const lender = new Lender();
    const pair = bench.pair({ padding: 3000, echo: true }, { lender });
    const seen: number[] = [];
    pair.client.certificateTap = { begin: (_, length) => seen.push(length), bytes() {} };
    pair.run();
    pair.expectOpen();
    expect(seen).to.have.length(2);
    expect(lender.asked.length).to.be.greaterThan(0);
    pair.write(ascii("well"));
    expect(text(pair.received)).to.equal("well");
    expect(lender.out).to.have.length(0);
    expect(concat(pair.client.io)).to.have.length(2560);
  });
});
