import { concat, PeerProblem } from "./bytes.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, type Protection } from "./record-layer.js";

export interface ReceivedAlert {
  readonly level: number;
  readonly description: number;
  readonly sealed: boolean;
}

/** What the other side may send, as it comes out of the record layer. */
export interface IncomingEvents {
  handshake(message: Uint8Array): void;
  alert(alert: ReceivedAlert): void;
  data(content: Uint8Array): void;
  changeCipherSpec(): void;
}

/** The peer's receiving side: records are cut, opened, and handshake messages put together. What the other side must not do throws PeerProblem. */
export class Incoming {
  protection: Protection | null = null;
  /** Content bytes of each record received, for tests that look at sizes. */
  readonly sizes: number[] = [];
  /** legacy_record_version of each record. */
  readonly versions: number[] = [];
  private readonly who: "client" | "server";
  private readonly events: IncomingEvents;
  private buffer: Uint8Array = new Uint8Array(0);
  private partial: Uint8Array = new Uint8Array(0);

  /** who: the other side. */
  constructor(who: "client" | "server", events: IncomingEvents) {
    this.who = who;
    this.events = events;
  }

  /** New keys: no message may be half there. */
  protect(protection: Protection): void {
    if (this.partial.length !== 0) throw new PeerProblem(`a handshake message of the ${this.who} spans a change of keys`);
    this.protection = protection;
  }

  receive(bytes: Uint8Array): void {
    this.buffer = concat(this.buffer, bytes);
    while (this.buffer.length >= 5) {
      const length = this.buffer[3]! * 256 + this.buffer[4]!;
      if (length > 16384 + 256) throw new PeerProblem(`the ${this.who} sent a record of ${length} bytes`);
      if (this.buffer.length < 5 + length) return;
      const header = this.buffer.slice(0, 5);
      const body = this.buffer.slice(5, 5 + length);
      this.buffer = this.buffer.slice(5 + length);
      this.record(header, body);
    }
  }

  private record(header: Uint8Array, body: Uint8Array): void {
    this.versions.push(header[1]! * 256 + header[2]!);
    const type = header[0]!;
    if (type === CHANGE_CIPHER_SPEC) {
      if (body.length !== 1 || body[0] !== 1) throw new PeerProblem(`a change_cipher_spec of the ${this.who} is not [1]`);
      this.events.changeCipherSpec();
      return;
    }
    if (this.protection === null || type === ALERT) {
      this.sizes.push(body.length);
      this.content(type, body, false);
      return;
    }
    if (type !== APPLICATION_DATA) throw new PeerProblem(`the ${this.who} sent content type ${type} in clear where records are protected`);
    const inner = this.protection.open(header, body);
    if (inner === null) throw new PeerProblem(`a record of the ${this.who} does not open`);
    let end = inner.length;
    while (end > 0 && inner[end - 1] === 0) end--;
    if (end === 0) throw new PeerProblem(`a record of the ${this.who} without content type`);
    this.sizes.push(end - 1);
    this.content(inner[end - 1]!, inner.slice(0, end - 1), true);
  }

  private content(type: number, content: Uint8Array, sealed: boolean): void {
    if (type !== HANDSHAKE && this.partial.length !== 0)
      throw new PeerProblem(`content type ${type} inside a handshake message of the ${this.who}`);
    if (type === ALERT) {
      if (content.length !== 2) throw new PeerProblem(`an alert of ${content.length} bytes`);
      this.events.alert({ level: content[0]!, description: content[1]!, sealed });
    } else if (type === APPLICATION_DATA && sealed) this.events.data(content);
    else if (type === HANDSHAKE) this.messages(content);
    else throw new PeerProblem(`the ${this.who} sent content type ${type}`);
  }

  private messages(content: Uint8Array): void {
    if (content.length === 0) throw new PeerProblem(`an empty handshake record of the ${this.who}`);
    this.partial = concat(this.partial, content);
    while (this.partial.length >= 4) {
      const length = 4 + this.partial[1]! * 65536 + this.partial[2]! * 256 + this.partial[3]!;
      if (this.partial.length < length) return;
      const message = this.partial.slice(0, length);
      this.partial = this.partial.slice(length);
      this.events.handshake(message);
    }
  }
}
