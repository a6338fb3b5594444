import { expect } from "chai";
import type { TLSAlert } from "../../src/alert.js";
import { alertName } from "../../src/alert.js";
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { concat } from "../peer/bytes.js";
import { PeerCrypto } from "../peer/peer-crypto.js";
import { SeededRandom } from "../peer/random.js";
import { ScriptedServer, type ScriptedServerOptions } from "../peer/scripted-server.js";
import { fixtureIdentity, NOW, rootAnchor, SERVER_NAME, trustOf } from "./fixture.js";
import { Memo, memoProvider } from "./memo-provider.js";
import { testProvider } from "./provider.js";

export const HANDSHAKING = 0;
export const OPEN = 1;
export const CLOSED = 2;
export const FAILED = 3;

const WANT_RESUME = 4;

/** Delivers the server's records: cut as they like. The default gives each answer in one piece. */
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

/** Two pieces: the whole stream of the server is cut at one point. */
export function cutAt(point: number): Delivery {
  return (records, delivered) => {
    const all = concat(...records);
    const at = point - delivered;
    return at > 0 && at < all.length ? [all.slice(0, at), all.slice(at)] : [all];
  };
}

/** What the runs of one suite share. */
export class Bench {
  readonly crypto = new PeerCrypto();
  readonly identity = fixtureIdentity();
  private readonly memo = new Memo();
  private readonly provider = memoProvider(testProvider(), this.memo);

  config(more: Partial<ClientConfig> = {}): ClientConfig {
    return {
      provider: this.provider,
      random: new SeededRandom("client"),
      clock: { seconds: () => NOW },
      trust: trustOf(rootAnchor()),
      serverName: SERVER_NAME,
      ...more,
    };
  }

  pair(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    return new Pair(
      new ClientConnection(this.config(client)),
      new ScriptedServer({ identity: this.identity, crypto: this.crypto, ...server }),
      delivery,
    );
  }

  /** A pair that has run until nothing moves. */
  run(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    const pair = this.pair(server, client, delivery);
    pair.run();
    return pair;
  }

  /** The same, and the handshake must have succeeded. */
  open(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    const pair = this.run(server, client, delivery);
    pair.expectOpen();
    return pair;
  }

  /** The whole stream of the server in a plain run, from which split points are taken. */
  streamLength(server: Partial<ScriptedServerOptions> = {}): number {
    const pair = this.open(server);
    return pair.delivered;
  }
}

/** A client and the scripted server, joined by memory. */
export class Pair {
  readonly client: ClientConnection;
  readonly server: ScriptedServer;
  /** Application data that the client gave out. */
  received: Uint8Array = new Uint8Array(0);
  /** Bytes of the server that the client took. */
  delivered = 0;
  resumes = 0;
  /** The client's bytes. */
  sent: Uint8Array = new Uint8Array(0);
  private readonly delivery: Delivery;

  constructor(client: ClientConnection, server: ScriptedServer, delivery: Delivery) {
    this.client = client;
    this.server = server;
    this.delivery = delivery;
  }

  /** Moves bytes both ways until nothing moves any more. */
  run(): void {
    for (let round = 0; round < 100000; round++) {
      this.work();
      const { client, server } = this;
      const pending = client.txPending();
      if (pending > 0) {
        const bytes = client.io.slice(client.txOffset, client.txOffset + pending);
        client.sent(pending);
        this.sent = concat(this.sent, bytes);
        this.deliverAll(server.receiveRecords(bytes));
      } else {
        const more = server.takeRecords();
        if (more.length === 0) {
          this.end();
          return;
        }
        this.deliverAll(more);
      }
    }
    throw new Error("the pair does not come to rest");
  }

  /** Gives bytes to the client, in as many pieces as it has room for. */
  deliver(bytes: Uint8Array): void {
    const { client } = this;
    let at = 0;
    for (let tries = 0; at < bytes.length; tries++) {
      const room = Math.min(client.rxSpace(), bytes.length - at);
      if (room === 0) {
        if (client.state === FAILED || client.state === CLOSED || client.peerClosed) return;
        if (tries > bytes.length + 1000) throw new Error("the client takes no more bytes");
        this.work();
        continue;
      }
      client.io.set(bytes.subarray(at, at + room), client.rxOffset);
      client.received(room);
      at += room;
      this.delivered += room;
      this.work();
    }
  }

  /** Everything the server has said by now reaches the client; nothing goes the other way. */
  flushServer(): void {
    this.deliverAll(this.server.takeRecords());
  }

  /** The client writes; false where it does not take all. */
  write(bytes: Uint8Array): boolean {
    let at = 0;
    for (let tries = 0; at < bytes.length && tries < 10000; tries++) {
      at += this.client.write(bytes, at, bytes.length - at);
      this.run();
    }
    return at === bytes.length;
  }

  get failure(): TLSAlert | null {
    return this.client.failure;
  }

  expectOpen(): void {
    const { client, server } = this;
    expect(client.failure === null ? null : client.failure.message).to.equal(null);
    expect(server.problems).to.deep.equal([]);
    expect(client.state).to.equal(OPEN);
    expect(server.connected).to.equal(true);
  }

  /** The client failed with one of these alerts, told the server so, and gives nothing out any more. */
  expectAlert(expected: number | readonly number[], reason: RegExp | null = null, sealed: boolean | null = null): void {
    const { client, server } = this;
    const wanted = typeof expected === "number" ? [expected] : expected;
    const names = wanted.map(alertName).join(" or ");
    if (client.failure === null) throw new Error(`${names} expected, the client is in state ${client.state} without failure`);
    if (!wanted.includes(client.failure.description)) throw new Error(`${names} expected, but: ${client.failure.message}`);
    expect(client.state, "state").to.equal(FAILED);
    expect(client.failure.origin, "origin").to.equal("self");
    expect(client.failure.reason.length, "reason").to.be.greaterThan(8);
    if (reason !== null) expect(client.failure.reason).to.match(reason);
    expect(server.problems).to.deep.equal([]);
    expect(server.alerts, "alerts that the server saw").to.have.length(1);
    expect(server.alerts[0]!.level).to.equal(2);
    expect(server.alerts[0]!.description).to.equal(client.failure.description);
    if (sealed !== null) expect(server.alerts[0]!.sealed, "alert is protected").to.equal(sealed);
    this.expectDead();
  }

  /** The failure came from the server's alert: nothing is answered. */
  expectPeerAlert(description: number): void {
    const { client, server } = this;
    expect(client.state, "state").to.equal(FAILED);
    expect(client.failure!.origin).to.equal("peer");
    expect(client.failure!.description).to.equal(description);
    expect(server.alerts).to.deep.equal([]);
    this.expectDead();
  }

  expectDead(): void {
    const { client } = this;
    expect(client.appData(), "appData").to.equal(0);
    expect(client.txPending(), "txPending").to.equal(0);
    expect(() => client.write(new Uint8Array(4), 0, 4), "write").to.throw(Error);
    const before = client.failure;
    this.deliver(new Uint8Array([23, 3, 3, 0, 1, 0]));
    client.receivedEnd();
    client.close();
    expect(client.state).to.equal(FAILED);
    expect(client.failure).to.equal(before);
    expect(client.txPending(), "txPending after").to.equal(0);
  }

  private deliverAll(records: readonly Uint8Array[]): void {
    if (records.length === 0) return;
    for (const piece of this.delivery(records, this.delivered)) this.deliver(piece);
  }

  private end(): void {
    if (this.server.ended && this.client.state !== FAILED) {
      this.client.receivedEnd();
      this.work();
    }
  }

  private work(): void {
    const { client } = this;
    for (;;) {
      const there = client.appData();
      if (there > 0) {
        this.received = concat(this.received, client.io.slice(client.appOffset, client.appOffset + there));
        client.consumed(there);
        continue;
      }
      if ((client.wants & WANT_RESUME) === 0) return;
      if (this.resumes++ > 1000000) throw new Error("the client wants resume() for ever");
      client.resume();
    }
  }
}
