import type { Connection } from "../../src/connection.js";
import { concat, hex, unhex } from "../peer/bytes.js";

const HANDSHAKING = 0;
const OPEN = 1;
const FAILED = 3;
const WANT_RESUME = 4;

/** More resume() calls than any handshake needs. */
const MAX_RESUMES = 200000;

/** What was done to a connection, one entry an act: "rx HEX", or the name of a method with a number. Enough to do it all again. */
export type Events = string[];

/** What a fuzzed connection must never do. */
export class Broken extends Error {}

/**
 * A host that drives a connection, keeps a log, and looks after every act that what must hold holds: nothing throws but misuse, nothing goes on for
 * ever, no application data before OPEN, no failure that is our own fault, and nothing comes back to life.
 */
export class Drive {
  readonly connection: Connection;
  readonly events: Events = [];
  /** Application data that was given out. */
  received: Uint8Array = new Uint8Array(0);
  private ended: Error | null = null;

  constructor(connection: Connection) {
    this.connection = connection;
    this.guard("begin", () => {});
  }

  /** Bytes of the peer; false where the connection takes no more. */
  give(bytes: Uint8Array): boolean {
    const { connection } = this;
    this.events.push(`rx ${hex(bytes)}`);
    for (let at = 0, tries = 0; at < bytes.length; tries++) {
      const room = Math.min(connection.rxSpace(), bytes.length - at);
      if (room === 0) {
        if (connection.state > OPEN || connection.peerClosed || this.waits) return false;
        if (tries > 2 * bytes.length + 10) throw new Broken("no room to receive, and nothing that would make some");
        this.settle();
        continue;
      }
      this.guard("received", () => {
        connection.io.set(bytes.subarray(at, at + room), connection.rxOffset);
        connection.received(room);
      });
      at += room;
      this.settle();
    }
    return true;
  }

  /** What waits to be sent, all of it or the first bytes. */
  take(limit = Number.POSITIVE_INFINITY): Uint8Array {
    const { connection } = this;
    const length = Math.min(limit, connection.txPending());
    const bytes = connection.io.slice(connection.txOffset, connection.txOffset + length);
    if (length > 0) {
      this.events.push(`take ${length}`);
      this.guard("sent", () => connection.sent(length));
      this.settle();
    }
    return bytes;
  }

  /** One of the host's own acts. */
  act(name: string, number = 0): void {
    const { connection } = this;
    this.events.push(`${name} ${number}`);
    this.guard(name, () => {
      switch (name) {
        case "write":
          if (connection.writeSpace() > 0) connection.write(new Uint8Array(number).fill(0x77), 0, number);
          break;
        case "close":
          connection.close();
          break;
        case "closeWrite":
          connection.closeWrite();
          break;
        case "updateKeys":
          connection.updateKeys(number === 1);
          break;
        case "fail":
          connection.fail(number, "the fuzzer's patience ended");
          break;
        case "receivedEnd":
          connection.receivedEnd();
          break;
        case "resume":
          connection.resume();
      }
    });
    this.settle();
  }

  /** Does what was logged to another connection of the same config. */
  replay(events: readonly string[]): void {
    for (const event of events) {
      const [name, value] = event.split(" ") as [string, string];
      if (name === "rx") this.give(unhex(value));
      else if (name === "take") this.take(Number(value));
      else this.act(name, Number(value));
    }
  }

  /** The end of the transport: then at the latest the connection has ended, or it is blocked by what was not sent. */
  finish(): void {
    const { connection } = this;
    this.act("receivedEnd");
    for (let i = 0; i < 1000 && (connection.txPending() > 0 || connection.state === HANDSHAKING); i++) {
      this.take();
      this.act("resume");
    }
    if (connection.state === HANDSHAKING) throw new Broken("the handshake goes on though the transport has ended");
    if (connection.state === OPEN && !connection.peerClosed) throw new Broken("open though the transport has ended without close_notify");
  }

  /** How it ended, in words that do not depend on the bytes. */
  get outcome(): string {
    const { failure, state, peerClosed } = this.connection;
    if (failure === null) return `state ${state}${peerClosed ? ", peer closed" : ""}`;
    const reason = failure.reason.replace(/"[^"]*"/g, "TEXT").replace(/0x[0-9a-f]+|\d+/gi, "N");
    return `${failure.origin} ${failure.alert}: ${reason}`;
  }

  /** Blocked: bytes have to be sent first, or something outside is under way. */
  private get waits(): boolean {
    const { connection } = this;
    return connection.state === HANDSHAKING && (connection.wants & WANT_RESUME) === 0;
  }

  private settle(): void {
    const { connection } = this;
    for (let resumes = 0; ; ) {
      const there = connection.appData();
      if (there > 0) {
        this.received = concat(this.received, connection.io.slice(connection.appOffset, connection.appOffset + there));
        this.guard("consumed", () => connection.consumed(there));
      } else if ((connection.wants & WANT_RESUME) !== 0) {
        if (resumes++ > MAX_RESUMES) throw new Broken("resume() for ever");
        this.guard("resume", () => connection.resume());
      } else return;
    }
  }

  private guard(name: string, act: () => void): void {
    const { connection } = this;
    try {
      act();
    } catch (error) {
      throw new Broken(`${name}() throws: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const { state, failure } = connection;
    if (this.ended !== null && failure !== this.ended) throw new Broken(`behind ${name}(): another failure than before`);
    if (state === FAILED) {
      if (failure === null) throw new Broken(`behind ${name}(): FAILED without a failure`);
      this.ended = failure;
      if (failure.origin === "internal") throw new Broken(`behind ${name}(): ${failure.message}`);
      if (connection.rxSpace() !== 0 || connection.appData() !== 0) throw new Broken(`behind ${name}(): it goes on behind its failure`);
    } else if (failure !== null) throw new Broken(`behind ${name}(): state ${state} with a failure`);
    if (state !== OPEN && connection.appData() !== 0) throw new Broken(`behind ${name}(): application data in state ${state}`);
    const { io, rxOffset, txOffset, appOffset } = connection;
    if (rxOffset < 0 || rxOffset + connection.rxSpace() > io.length) throw new Broken(`behind ${name}(): rx is outside of io`);
    if (txOffset < 0 || txOffset + connection.txPending() > io.length) throw new Broken(`behind ${name}(): tx is outside of io`);
    if (appOffset < 0 || appOffset + connection.appData() > io.length) throw new Broken(`behind ${name}(): app data is outside of io`);
  }
}
