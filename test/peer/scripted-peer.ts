import { concat, PeerProblem } from "./bytes.js";
import { Incoming, type ReceivedAlert } from "./incoming.js";
import { type KeySchedule, nextTrafficSecret, Transcript } from "./key-schedule.js";
import { HANDSHAKE_TYPES, keyUpdate } from "./messages.js";
import { Outgoing, type RecordShape } from "./outgoing.js";
import { PeerCrypto, suiteHash } from "./peer-crypto.js";
import { SeededRandom } from "./random.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, Protection } from "./record-layer.js";

/** What both scripted peers can be told. `Name`: the messages that they send. */
export interface PeerOptions<Name extends string> extends RecordShape {
  /** Kept results of public-key operations; share it among the runs of a suite. */
  readonly crypto?: PeerCrypto;
  /** All that is random depends on it alone. */
  readonly seed?: string;
  /** Sends application data back. */
  readonly echo?: boolean;
  /** Answers update_requested with a KeyUpdate. Default true. */
  readonly answerKeyUpdate?: boolean;
  /** Changes a message before it is sent; an array sends several, null none. */
  readonly mutate?: (name: Name, bytes: Uint8Array) => Uint8Array | readonly Uint8Array[] | null;
  /** What the peer's own transcript holds where `mutate` changed a message. Default "sent". */
  readonly transcript?: "sent" | "original";
  /** The stream ends after that many bytes. */
  readonly truncateAfter?: number;
}

/**
 * One end of a TLS 1.3 connection for tests: synchronous, deterministic, and as disobedient as its options say. It shares no code with src. Bytes
 * of the other side go in by `receive()`, which returns the answer. What the other side did wrong is listed in `problems`; nothing throws.
 */
export abstract class ScriptedPeer<Name extends string, Options extends PeerOptions<Name>> {
  readonly out: Outgoing;
  readonly incoming: Incoming;
  readonly problems: string[] = [];
  schedule: KeySchedule | null = null;
  suite = 0;
  /** The handshake is complete. */
  connected = false;
  /** Alerts of the other side, in order. */
  readonly alerts: ReceivedAlert[] = [];
  closeNotify = false;
  /** Application data of the other side. */
  received: Uint8Array = new Uint8Array(0);
  /** KeyUpdates of the other side. */
  keyUpdates = 0;
  /** change_cipher_spec records of the other side. */
  changeCipherSpecs = 0;
  /** The stream was cut by truncateAfter: the transport ends here. */
  ended = false;
  protected readonly options: Options;
  protected readonly crypto: PeerCrypto;
  protected readonly random: SeededRandom;
  protected readonly transcript = new Transcript();
  protected dead = false;
  private readonly other: "client" | "server";
  private readonly kept: Record<string, Uint8Array> = {};
  private sentBytes = 0;

  protected constructor(other: "client" | "server", options: Options) {
    this.other = other;
    this.options = options;
    this.crypto = options.crypto ?? new PeerCrypto();
    this.random = new SeededRandom(options.seed ?? `scripted ${other === "client" ? "server" : "client"}`);
    this.out = new Outgoing(options);
    this.incoming = new Incoming(other, {
      handshake: (message) => {
        if (this.closeNotify) throw new PeerProblem(`message ${message[0]} after the ${other}'s close_notify`);
        this.onHandshake(message);
      },
      alert: (alert) => {
        this.alerts.push(alert);
        if (alert.description === 0) this.closeNotify = true;
      },
      data: (content) => this.onData(content),
      changeCipherSpec: () => {
        this.changeCipherSpecs++;
        if (!this.expectsChangeCipherSpec) this.problems.push(`change_cipher_spec of the ${other} at a wrong time`);
      },
    });
  }

  /** A handshake message of the other side; what is wrong with it throws PeerProblem. */
  protected abstract onHandshake(message: Uint8Array): void;
  protected abstract get expectsChangeCipherSpec(): boolean;
  /** The other side may send application data now. */
  protected abstract get expectsData(): boolean;

  /** Takes bytes of the other side; returns the bytes that answer them. */
  receive(bytes: Uint8Array): Uint8Array {
    return concat(...this.receiveRecords(bytes));
  }

  /** The same, one entry a record. */
  receiveRecords(bytes: Uint8Array): Uint8Array[] {
    if (!this.dead) {
      try {
        this.incoming.receive(bytes);
      } catch (error) {
        if (!(error instanceof PeerProblem)) throw error;
        this.problems.push(error.message);
        this.dead = true;
      }
    }
    return this.takeRecords();
  }

  /** What was sent since by the methods below. */
  take(): Uint8Array {
    return concat(...this.takeRecords());
  }

  takeRecords(): Uint8Array[] {
    return this.cut(this.out.takeRecords());
  }

  write(content: Uint8Array): void {
    this.out.data(APPLICATION_DATA, content);
  }

  /** request: 0 or 1 (RFC 9846 §4.7.3); other values to see them refused. */
  keyUpdate(request: number): void {
    this.send("key_update" as Name, keyUpdate(request));
    this.out.flush();
    const { protection } = this.out;
    if (protection !== null) this.out.protect("application", this.nextGeneration(protection));
  }

  alert(level: number, description: number, clear = false): void {
    this.out.flush();
    const content = new Uint8Array([level, description]);
    this.out.record(clear ? { type: ALERT, content, seal: false } : { type: ALERT, content });
  }

  close(): void {
    this.alert(1, 0);
  }

  changeCipherSpec(): void {
    this.out.flush();
    this.out.record({ type: CHANGE_CIPHER_SPEC, content: new Uint8Array([1]), seal: false, padding: 0 });
  }

  /** A handshake message in the present epoch, through `mutate`; it does not enter the transcript. */
  send(name: Name, original: Uint8Array): Uint8Array[] {
    const changed = this.options.mutate === undefined ? original : this.options.mutate(name, original);
    const list = changed === null ? [] : changed instanceof Uint8Array ? [changed] : [...changed];
    for (const one of list) this.out.handshake(name, one);
    return list;
  }

  /** The hash of all messages so far. */
  transcriptHash(): Uint8Array {
    return this.transcript.hash();
  }

  /** Traffic secrets by their names in key logs. */
  secrets(): Record<string, Uint8Array> {
    return this.kept;
  }

  /** Sends a message that is part of the handshake. */
  protected sendInHandshake(name: Name, original: Uint8Array): void {
    const sent = this.send(name, original);
    if (this.options.transcript === "original") this.transcript.add(original);
    else for (const one of sent) this.transcript.add(one);
  }

  protected keep(label: string, secret: Uint8Array): Uint8Array {
    this.kept[label] = secret;
    return secret;
  }

  protected protection(secret: Uint8Array): Protection {
    return new Protection(this.suite, secret);
  }

  protected nextGeneration(protection: Protection): Protection {
    return this.protection(nextTrafficSecret(protection.secret, suiteHash(this.suite)));
  }

  protected onKeyUpdate(message: Uint8Array): void {
    if (message[0] !== HANDSHAKE_TYPES.key_update || message.length !== 5 || message[4]! > 1)
      throw new PeerProblem(`message ${message[0]} of the ${this.other} after the handshake`);
    this.keyUpdates++;
    const { protection } = this.incoming;
    if (protection !== null) this.incoming.protect(this.nextGeneration(protection));
    if (message[4] === 1 && this.options.answerKeyUpdate !== false) this.keyUpdate(0);
  }

  private onData(content: Uint8Array): void {
    if (!this.expectsData) throw new PeerProblem(`application data before the ${this.other}'s Finished`);
    if (this.closeNotify) throw new PeerProblem(`application data after the ${this.other}'s close_notify`);
    this.received = concat(this.received, content);
    if (this.options.echo === true) this.write(content);
  }

  protected cut(records: Uint8Array[]): Uint8Array[] {
    const { truncateAfter } = this.options;
    if (truncateAfter === undefined) return records;
    const left = Math.max(0, truncateAfter - this.sentBytes);
    const all = concat(...records);
    this.sentBytes += all.length;
    if (all.length < left) return records;
    this.ended = true;
    this.dead = true;
    return left === 0 ? [] : [all.slice(0, left)];
  }
}
