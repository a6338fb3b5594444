import { expect } from "chai";
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import type { Connection } from "../../src/connection.js";
import type { ServerConnection } from "../../src/server.js";
import { concat, equal } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { NOW, rootAnchor, SERVER_NAME, trustOf } from "./fixture.js";
import { CLOSED, FAILED, HANDSHAKING, OPEN } from "./joined.js";
import { ServerBench, type ServerParts } from "./server-pair.js";

export { CLOSED, FAILED, HANDSHAKING, OPEN } from "./joined.js";
export { COOKIES } from "./server-pair.js";

const WANT_RESUME = 4;

/** How the network cuts one direction: bytes to move next, of those that are there; `moved` counts all before. */
export type Cut = (there: number, moved: number) => number;

export const whole: Cut = (there) => there;
export const pieces =
  (size: number): Cut =>
  (there) =>
    Math.min(size, there);
export const cutOnce =
  (point: number): Cut =>
  (there, moved) =>
    moved < point ? Math.min(there, point - moved) : there;

/** One direction: bytes under way, and what was counted. */
class Pipe {
  readonly cut: Cut;
  flight: Uint8Array = new Uint8Array(0);
  moved = 0;
  /** Everything that was sent. */
  log: Uint8Array = new Uint8Array(0);

  constructor(cut: Cut) {
    this.cut = cut;
  }

  take(from: Connection): void {
    const length = from.txPending();
    if (length === 0) return;
    const bytes = from.io.slice(from.txOffset, from.txOffset + length);
    from.sent(length);
    this.flight = concat(this.flight, bytes);
    this.log = concat(this.log, bytes);
  }

  /** One piece; false where nothing could move. */
  give(to: Connection): boolean {
    const room = Math.min(this.flight.length, to.rxSpace());
    if (room === 0) return false;
    const length = Math.max(1, Math.min(room, this.cut(room, this.moved)));
    to.io.set(this.flight.subarray(0, length), to.rxOffset);
    to.received(length);
    this.flight = this.flight.slice(length);
    this.moved += length;
    return true;
  }
}

export interface BothParts {
  readonly client?: Partial<ClientConfig>;
  readonly server?: ServerParts;
  readonly toServer?: Cut;
  readonly toClient?: Cut;
  /** resume() is called also where an outside operation is what a side waits for. Default true. */
  readonly resumes?: boolean;
}

/** Our client and our server, joined by memory. */
export class Both {
  readonly client: ClientConnection;
  readonly server: ServerConnection;
  readonly toServer: Pipe;
  readonly toClient: Pipe;
  clientReceived: Uint8Array = new Uint8Array(0);
  serverReceived: Uint8Array = new Uint8Array(0);
  private readonly resumes: boolean;

  constructor(client: ClientConnection, server: ServerConnection, parts: BothParts) {
    this.client = client;
    this.server = server;
    this.toServer = new Pipe(parts.toServer ?? whole);
    this.toClient = new Pipe(parts.toClient ?? whole);
    this.resumes = parts.resumes !== false;
  }

  /** Moves bytes both ways until nothing moves any more. */
  run(): void {
    for (let round = 0, idle = 0; round < 1000000; round++) {
      this.work();
      this.toServer.take(this.client);
      this.toClient.take(this.server);
      const forth = this.toServer.give(this.server);
      this.work();
      const back = this.toClient.give(this.client);
      if (forth || back || this.client.txPending() > 0 || this.server.txPending() > 0) {
        idle = 0;
        continue;
      }
      if (!this.resumes || idle++ === 40) return;
      const client = this.wake(this.client);
      if (!this.wake(this.server) && !client) return;
    }
    throw new Error("client and server do not come to rest");
  }

  /** One side writes; everything has to arrive. */
  write(from: Connection, bytes: Uint8Array): void {
    let at = 0;
    for (let tries = 0; at < bytes.length; tries++) {
      if (tries > 100000) throw new Error("write() takes no more");
      at += from.write(bytes, at, bytes.length - at);
      this.run();
    }
  }

  /** Data both ways at once, then the end of both. */
  use(length = 40): void {
    const [up, down] = [pattern(length), pattern(length + 1)];
    const { client, server } = this;
    this.write(client, up);
    this.write(server, down);
    expect(equal(this.serverReceived, up), "to the server").to.equal(true);
    expect(equal(this.clientReceived, down), "to the client").to.equal(true);
    client.close();
    server.closeWrite();
    this.run();
    expect([client.failure, server.failure]).to.deep.equal([null, null]);
  }

  expectOpen(version = 0x0304): void {
    const { client, server } = this;
    expect(client.failure?.message ?? server.failure?.message ?? null).to.equal(null);
    expect(client.state, "client").to.equal(OPEN);
    expect(server.state, "server").to.equal(OPEN);
    expect(client.suite).to.equal(server.suite);
    expect(client.group?.id).to.equal(server.group?.id);
    expect(client.alpn).to.equal(server.alpn);
    expect(client.version).to.equal(version);
    expect(server.version).to.equal(version);
  }

  /** One side failed with the alert, the other was told. */
  expectAlert(failed: Connection, alert: string, reason: RegExp | null = null): void {
    const told = failed === this.client ? this.server : this.client;
    expect(failed.failure?.alert).to.equal(alert);
    expect(failed.failure!.origin).to.equal("self");
    if (reason !== null) expect(failed.failure!.reason).to.match(reason);
    expect(told.state).to.equal(FAILED);
    expect(told.failure!.alert).to.equal(alert);
    expect(told.failure!.origin).to.equal("peer");
  }

  /** Nothing moves, but an outside operation may be under way: the host calls resume() when it is ready. */
  private wake(one: Connection): boolean {
    if (one.state !== HANDSHAKING) return false;
    one.resume();
    return true;
  }

  private work(): void {
    this.clientReceived = concat(this.clientReceived, this.workOf(this.client));
    this.serverReceived = concat(this.serverReceived, this.workOf(this.server));
  }

  private workOf(one: Connection): Uint8Array {
    let out: Uint8Array = new Uint8Array(0);
    for (let resumed = 0; ; ) {
      const there = one.appData();
      if (there > 0) {
        out = concat(out, one.io.slice(one.appOffset, one.appOffset + there));
        one.consumed(there);
      } else if ((one.wants & WANT_RESUME) !== 0) {
        if (resumed++ > 1000000) throw new Error("resume() for ever");
        one.resume();
      } else return out;
    }
  }
}

/** What the runs of one suite share. */
export class BothBench extends ServerBench {
  clientConfig(more: Partial<ClientConfig> = {}): ClientConfig {
    return {
      provider: this.provider,
      random: new SeededRandom("client"),
      clock: { seconds: () => NOW },
      trust: trustOf(rootAnchor()),
      serverName: SERVER_NAME,
      ...more,
    };
  }

  join(parts: BothParts = {}): Both {
    return new Both(new ClientConnection(this.clientConfig(parts.client)), this.server(parts.server), parts);
  }

  /** Both have run until nothing moves. */
  joined(parts: BothParts = {}): Both {
    const both = this.join(parts);
    both.run();
    return both;
  }

  opened(parts: BothParts = {}, version = 0x0304): Both {
    const both = this.joined(parts);
    both.expectOpen(version);
    return both;
  }
}

/** A text that depends on its place, so that a lost or doubled byte shows. */
export function pattern(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * 7 + (i >> 8)) & 255;
  return out;
}

export const isClosed = (one: Connection): boolean => one.state === CLOSED && one.failure === null;

/** A few movements of bytes, each way. */
export function step(both: Both, count: number): void {
  for (let i = 0; i < count; i++) {
    for (const one of [both.client, both.server]) if ((one.wants & 4) !== 0) one.resume();
    both.toServer.take(both.client);
    both.toClient.take(both.server);
    both.toServer.give(both.server);
    both.toClient.give(both.client);
  }
}
