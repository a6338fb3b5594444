import { expect } from "chai";
import type { TLSAlert } from "../../src/alert.js";
import { alertName } from "../../src/alert.js";
import type { Connection } from "../../src/connection.js";
import { concat } from "../peer/bytes.js";
import type { ReceivedAlert } from "../peer/incoming.js";

export const HANDSHAKING = 0;
export const OPEN = 1;
export const CLOSED = 2;
export const FAILED = 3;

const WANT_RESUME = 4;

/** Delivers the peer's records: cut as they like. The default gives each answer in one piece. */
export type Delivery = (records: readonly Uint8Array[], delivered: number) => readonly Uint8Array[];

export const allAtOnce: Delivery = (records) => [concat(...records)];
export const recordByRecord: Delivery = (records) => records;
export const byteByByte: Delivery = (records) => inPieces(1)(records, 0);

export function inPieces(size: number): Delivery {
  return (records) => {
    const all = concat(...records);
    const out: Uint8Array[] = [];
    for (let at = 0; at < all.length; at += size) out.push(all.slice(at, at + size));
    return out;
  };
}

/** Two pieces: the whole stream of the peer is cut at one point. */
export function cutAt(point: number): Delivery {
  return (records, delivered) => {
    const all = concat(...records);
    const at = point - delivered;
    return at > 0 && at < all.length ? [all.slice(0, at), all.slice(at)] : [all];
  };
}

/** What a scripted peer shows of itself. */
export interface PeerEnd {
  readonly problems: readonly string[];
  readonly alerts: readonly ReceivedAlert[];
  readonly connected: boolean;
  readonly ended: boolean;
  receiveRecords(bytes: Uint8Array): Uint8Array[];
  takeRecords(): Uint8Array[];
}

/** A connection under test and a scripted peer, joined by memory. */
export class Joined<C extends Connection, P extends PeerEnd> {
  tested: C;
  readonly peer: P;
  /** Application data that the connection gave out. */
  received: Uint8Array = new Uint8Array(0);
  /** Bytes of the peer that the connection took. */
  delivered = 0;
  resumes = 0;
  /** The connection's bytes. */
  sent: Uint8Array = new Uint8Array(0);
  private readonly delivery: Delivery;

  constructor(tested: C, peer: P, delivery: Delivery) {
    this.tested = tested;
    this.peer = peer;
    this.delivery = delivery;
  }

  /** Moves bytes both ways until nothing moves any more. */
  run(): void {
    for (let round = 0; round < 100000; round++) {
      this.work();
      const { tested, peer } = this;
      const pending = tested.txPending();
      if (pending > 0) {
        const bytes = tested.io.slice(tested.txOffset, tested.txOffset + pending);
        tested.sent(pending);
        this.sent = concat(this.sent, bytes);
        this.deliverAll(peer.receiveRecords(bytes));
      } else {
        const more = peer.takeRecords();
        if (more.length === 0) {
          this.end();
          return;
        }
        this.deliverAll(more);
      }
    }
    throw new Error("the pair does not come to rest");
  }

  /** Gives bytes to the connection, in as many pieces as it has room for. */
  deliver(bytes: Uint8Array): void {
    const { tested } = this;
    let at = 0;
    for (let tries = 0; at < bytes.length; tries++) {
      const room = Math.min(tested.rxSpace(), bytes.length - at);
      if (room === 0) {
        if (tested.state === FAILED || tested.state === CLOSED || tested.peerClosed) return;
        if (tries > bytes.length + 1000) throw new Error("the connection takes no more bytes");
        this.work();
        continue;
      }
      tested.io.set(bytes.subarray(at, at + room), tested.rxOffset);
      tested.received(room);
      at += room;
      this.delivered += room;
      this.work();
    }
  }

  /** Everything the peer has said by now reaches the connection; nothing goes the other way. */
  flushPeer(): void {
    this.deliverAll(this.peer.takeRecords());
  }

  /** The connection writes; false where it does not take all. */
  write(bytes: Uint8Array): boolean {
    let at = 0;
    for (let tries = 0; at < bytes.length && tries < 10000; tries++) {
      at += this.tested.write(bytes, at, bytes.length - at);
      this.run();
    }
    return at === bytes.length;
  }

  get failure(): TLSAlert | null {
    return this.tested.failure;
  }

  expectOpen(): void {
    const { tested, peer } = this;
    expect(tested.failure === null ? null : tested.failure.message).to.equal(null);
    expect(peer.problems).to.deep.equal([]);
    expect(tested.state).to.equal(OPEN);
    expect(peer.connected).to.equal(true);
  }

  /** The connection failed with one of these alerts, told the peer so, and gives nothing out any more. */
  expectAlert(expected: number | readonly number[], reason: RegExp | null = null, sealed: boolean | null = null): void {
    const { tested, peer } = this;
    const wanted = typeof expected === "number" ? [expected] : expected;
    const names = wanted.map(alertName).join(" or ");
    if (tested.failure === null) throw new Error(`${names} expected, the connection is in state ${tested.state} without failure`);
    if (!wanted.includes(tested.failure.description)) throw new Error(`${names} expected, but: ${tested.failure.message}`);
    expect(tested.state, "state").to.equal(FAILED);
    expect(tested.failure.origin, "origin").to.equal("self");
    expect(tested.failure.reason.length, "reason").to.be.greaterThan(8);
    if (reason !== null) expect(tested.failure.reason).to.match(reason);
    expect(peer.problems).to.deep.equal([]);
    expect(peer.alerts, "alerts that the peer saw").to.have.length(1);
    expect(peer.alerts[0]!.level).to.equal(2);
    expect(peer.alerts[0]!.description).to.equal(tested.failure.description);
    if (sealed !== null) expect(peer.alerts[0]!.sealed, "alert is protected").to.equal(sealed);
    this.expectDead();
  }

  /** The failure came from the peer's alert: nothing is answered. */
  expectPeerAlert(description: number): void {
    const { tested, peer } = this;
    expect(tested.state, "state").to.equal(FAILED);
    expect(tested.failure!.origin).to.equal("peer");
    expect(tested.failure!.description).to.equal(description);
    expect(peer.alerts).to.deep.equal([]);
    this.expectDead();
  }

  expectDead(): void {
    const { tested } = this;
    expect(tested.appData(), "appData").to.equal(0);
    expect(tested.txPending(), "txPending").to.equal(0);
    expect(() => tested.write(new Uint8Array(4), 0, 4), "write").to.throw(Error);
    const before = tested.failure;
    this.deliver(new Uint8Array([23, 3, 3, 0, 1, 0]));
    tested.receivedEnd();
    tested.close();
    expect(tested.state).to.equal(FAILED);
    expect(tested.failure).to.equal(before);
    expect(tested.txPending(), "txPending after").to.equal(0);
  }

  private deliverAll(records: readonly Uint8Array[]): void {
    if (records.length === 0) return;
    for (const piece of this.delivery(records, this.delivered)) this.deliver(piece);
  }

  private end(): void {
    if (this.peer.ended && this.tested.state !== FAILED) {
      this.tested.receivedEnd();
      this.work();
    }
  }

  private work(): void {
    const { tested } = this;
    for (;;) {
      const there = tested.appData();
      if (there > 0) {
        this.received = concat(this.received, tested.io.slice(tested.appOffset, tested.appOffset + there));
        tested.consumed(there);
        continue;
      }
      if ((tested.wants & WANT_RESUME) === 0) return;
      if (this.resumes++ > 1000000) throw new Error("the connection wants resume() for ever");
      tested.resume();
    }
  }
}
