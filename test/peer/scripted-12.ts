import { concat, equal, PeerProblem, u16, u24 } from "./bytes.js";
import type { ReceivedAlert } from "./incoming.js";
import { PeerCrypto } from "./peer-crypto.js";
import { SeededRandom } from "./random.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE } from "./record-layer.js";
import { Protection12, prf, type Suite12, suite12 } from "./schedule-12.js";
import type { PeerIdentity } from "./server-options.js";

export interface Options12<Name extends string> {
  readonly identity?: PeerIdentity;
  readonly crypto?: PeerCrypto;
  readonly seed?: string;
  readonly suite?: number;
  readonly group?: number;
  /** extended_master_secret is offered or answered. Default true. */
  readonly extended?: boolean;
  readonly echo?: boolean;
  /** The most content bytes of one record. */
  readonly fragment?: number;
  /** Messages of a flight share records, as far as keys let them. */
  readonly joined?: boolean;
  /** Changes a message before it is sent; an array sends several, null none. change_cipher_spec is one of them. */
  readonly mutate?: (name: Name, bytes: Uint8Array) => Uint8Array | readonly Uint8Array[] | null;
  /** What the peer's own transcript holds where `mutate` changed a message. Default "sent". */
  readonly transcript?: "sent" | "original";
  /** Called before a message is made: the place for records out of turn. */
  readonly before?: (name: Name, peer: Scripted12<Name>) => void;
  /** Called when the other side's Finished was checked and all was sent. */
  readonly connected?: (peer: Scripted12<Name>) => void;
}

/**
 * One end of a TLS 1.2 connection for tests: synchronous, deterministic, and as disobedient as its options say. It shares no code with src. What the
 * other side did wrong is listed in `problems`; nothing throws.
 */
export abstract class Scripted12<Name extends string> {
  readonly problems: string[] = [];
  private waiting: Uint8Array = new Uint8Array(0);
  readonly alerts: ReceivedAlert[] = [];
  connected = false;
  ended = false;
  received: Uint8Array = new Uint8Array(0);
  /** Handshake messages of the other side, by their types. */
  readonly types: number[] = [];
  suite: Suite12 | null = null;
  extended = false;
  master: Uint8Array = new Uint8Array(0);
  clientRandom: Uint8Array = new Uint8Array(0);
  serverRandom: Uint8Array = new Uint8Array(0);
  protected readonly options: Options12<Name>;
  protected readonly crypto: PeerCrypto;
  protected readonly random: SeededRandom;
  protected messages: Uint8Array = new Uint8Array(0);
  protected changed = false;
  private readonly other: "client" | "server";
  private write: Protection12 | null = null;
  private read: Protection12 | null = null;
  private nextRead: Protection12 | null = null;
  private nextWrite: Protection12 | null = null;
  private out: Uint8Array[] = [];
  private buffer: Uint8Array = new Uint8Array(0);
  private partial: Uint8Array = new Uint8Array(0);
  private dead = false;

  protected constructor(other: "client" | "server", options: Options12<Name>) {
    this.other = other;
    this.options = options;
    this.crypto = options.crypto ?? new PeerCrypto();
    this.random = new SeededRandom(options.seed ?? `scripted 1.2 peer of a ${other}`);
  }

  protected abstract onHandshake(message: Uint8Array): void;
  /** A change_cipher_spec may come now. */
  protected abstract get expectsChange(): boolean;

  receiveRecords(bytes: Uint8Array): Uint8Array[] {
    if (!this.dead) {
      try {
        this.take(bytes);
      } catch (error) {
        if (!(error instanceof PeerProblem)) throw error;
        this.problems.push(error.message);
        this.dead = true;
      }
    }
    return this.takeRecords();
  }

  takeRecords(): Uint8Array[] {
    this.flush();
    const { out } = this;
    this.out = [];
    return out;
  }

  /** One record, protected where that has begun. */
  record(type: number, content: Uint8Array | readonly number[], clear = false, version = 0x0303): void {
    this.flush();
    const body = this.write === null || clear ? concat(content) : this.write.seal(type, concat(content));
    this.out.push(concat([type], u16(version), u16(body.length), body));
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.out.push(bytes);
  }

  data(content: Uint8Array): void {
    this.record(APPLICATION_DATA, content);
  }

  alert(level: number, description: number, clear = false): void {
    this.record(ALERT, [level, description], clear);
  }

  /** A handshake message in the present epoch, as it is. */
  handshake(message: Uint8Array): void {
    if (this.options.joined === true) this.waiting = concat(this.waiting, message);
    else this.inRecords(message);
  }

  private flush(): void {
    const { waiting } = this;
    this.waiting = new Uint8Array(0);
    this.inRecords(waiting);
  }

  private inRecords(message: Uint8Array): void {
    const most = this.options.fragment ?? 16384;
    for (let at = 0; at < message.length; at += most) this.record(HANDSHAKE, message.slice(at, at + most));
  }

  /** A message of the handshake, through `mutate`, into the transcript. */
  protected send(name: Name, body: Uint8Array, type: number): void {
    this.options.before?.(name, this);
    const original = concat([type], u24(body.length), body);
    const sent = this.mutated(name, original);
    for (const one of sent) this.handshake(one);
    this.messages = concat(this.messages, ...(this.options.transcript === "original" ? [original] : sent));
  }

  /** change_cipher_spec: what follows is protected, if it was sent. */
  protected change(name: Name): void {
    this.options.before?.(name, this);
    for (const one of this.mutated(name, new Uint8Array([1]))) this.record(CHANGE_CIPHER_SPEC, one, true);
    this.write = this.nextWrite;
  }

  private mutated(name: Name, original: Uint8Array): readonly Uint8Array[] {
    const changed = this.options.mutate === undefined ? original : this.options.mutate(name, original);
    return changed === null ? [] : changed instanceof Uint8Array ? [changed] : changed;
  }

  protected hash(): Uint8Array {
    return this.suite!.hash(this.messages);
  }

  /** Master secret and keys of the shared secret; the transcript holds all up to ClientKeyExchange. */
  protected derive(shared: Uint8Array, isClient: boolean): void {
    const suite = this.suite!;
    const { hash } = suite;
    const randoms = concat(this.clientRandom, this.serverRandom);
    this.master = this.extended
      ? prf(hash, shared, "extended master secret", this.hash(), 48)
      : prf(hash, shared, "master secret", randoms, 48);
    this.deriveKeys(isClient);
  }

  /** Keys of the master secret and the randoms. */
  protected deriveKeys(isClient: boolean): void {
    const suite = this.suite!;
    const { hash, keyLength, ivLength } = suite;
    const length = keyLength + ivLength;
    const block = prf(hash, this.master, "key expansion", concat(this.serverRandom, this.clientRandom), 2 * length);
    const ofClient = new Protection12(suite, block.slice(0, keyLength), block.slice(2 * keyLength, 2 * keyLength + ivLength));
    const ofServer = new Protection12(suite, block.slice(keyLength, 2 * keyLength), block.slice(2 * keyLength + ivLength));
    this.nextWrite = isClient ? ofClient : ofServer;
    this.nextRead = isClient ? ofServer : ofClient;
  }

  protected finishedData(label: string): Uint8Array {
    return prf(this.suite!.hash, this.master, label, this.hash(), 12);
  }

  protected checkFinished(message: Uint8Array, label: string): void {
    if (!this.changed) throw new PeerProblem(`the ${this.other}'s Finished without change_cipher_spec`);
    if (message.length !== 16 || !equal(message.slice(4), this.finishedData(label)))
      throw new PeerProblem(`the ${this.other}'s Finished is wrong`);
  }

  protected choose(offered: readonly number[]): void {
    const id = this.options.suite ?? offered.find((one) => suite12(one) !== null) ?? 0;
    this.suite = suite12(id);
    if (this.suite === null) throw new PeerProblem(`none of the suites ${offered} is known`);
    this.chosen = id;
  }

  protected chosen = 0;

  private take(bytes: Uint8Array): void {
    this.buffer = concat(this.buffer, bytes);
    while (this.buffer.length >= 5) {
      const length = this.buffer[3]! * 256 + this.buffer[4]!;
      if (this.buffer.length < 5 + length) return;
      const type = this.buffer[0]!;
      const body = this.buffer.slice(5, 5 + length);
      this.buffer = this.buffer.slice(5 + length);
      this.takeRecord(type, body);
    }
  }

  private takeRecord(type: number, body: Uint8Array): void {
    const sealed = this.read !== null;
    const content = this.read === null ? body : this.read.open(type, body);
    if (content === null) throw new PeerProblem(`a record of the ${this.other} does not open`);
    if (type !== HANDSHAKE && this.partial.length > 0) throw new PeerProblem(`content type ${type} inside a handshake message`);
    if (type === CHANGE_CIPHER_SPEC) {
      if (content.length !== 1 || content[0] !== 1 || sealed || !this.expectsChange)
        throw new PeerProblem(`change_cipher_spec of the ${this.other} at a wrong place`);
      this.changed = true;
      this.read = this.nextRead;
    } else if (type === ALERT) this.alerts.push({ level: content[0]!, description: content[1]!, sealed });
    else if (type === APPLICATION_DATA) {
      if (!this.connected) throw new PeerProblem("application data before Finished");
      this.received = concat(this.received, content);
      if (this.options.echo === true) this.data(content);
    } else if (type === HANDSHAKE) this.takeMessages(content);
    else throw new PeerProblem(`content type ${type}`);
  }

  private takeMessages(content: Uint8Array): void {
    if (content.length === 0) throw new PeerProblem("an empty handshake record");
    this.partial = concat(this.partial, content);
    while (this.partial.length >= 4) {
      const length = 4 + this.partial[1]! * 65536 + this.partial[2]! * 256 + this.partial[3]!;
      if (this.partial.length < length) return;
      const message = this.partial.slice(0, length);
      this.partial = this.partial.slice(length);
      this.types.push(message[0]!);
      this.onHandshake(message);
    }
  }
}
