import { concat } from "./bytes.js";
import { CHANGE_CIPHER_SPEC, type Epoch, encodeRecord, HANDSHAKE, type Protection, type RecordPlan } from "./record-layer.js";

export interface RecordShape {
  /** The most content bytes of one record; a list is used record by record, its last value on and on. */
  readonly fragment?: number | readonly number[];
  /** false: each handshake message begins a record of its own. */
  readonly coalesce?: boolean;
  /** Zeros of padding in each sealed record. */
  readonly padding?: number;
  /** Last look at each record. */
  readonly record?: (plan: RecordPlan) => RecordPlan | readonly RecordPlan[] | null;
}

interface Queued {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The peer's sending side: handshake messages are queued, cut into records, shown to the hook, sealed and kept until they are taken. */
export class Outgoing {
  epoch: Epoch = "clear";
  protection: Protection | null = null;
  private readonly shape: RecordShape;
  private queue: Queued[] = [];
  private index = 0;
  private pieces: Uint8Array[] = [];

  constructor(shape: RecordShape) {
    this.shape = shape;
  }

  /** A handshake message that goes out with the next flush. */
  handshake(name: string, bytes: Uint8Array): void {
    if (this.shape.coalesce === false) this.flush();
    this.queue.push({ name, bytes });
  }

  /** Cuts the queued messages into records. */
  flush(): void {
    const queue = this.queue;
    this.queue = [];
    const content = concat(...queue.map((one) => one.bytes));
    let at = 0;
    while (at < content.length) {
      const end = Math.min(content.length, at + this.nextFragment());
      const names: string[] = [];
      let begins = 0;
      for (const one of queue) {
        if (begins >= at && begins < end) names.push(one.name);
        begins += one.bytes.length;
      }
      this.record({ type: HANDSHAKE, content: content.slice(at, end) }, names);
      at = end;
    }
  }

  /** Application data, cut like everything else; empty data is one empty record. */
  data(type: number, content: Uint8Array): void {
    this.flush();
    let at = 0;
    do {
      const end = Math.min(content.length, at + this.nextFragment());
      this.record({ type, content: content.slice(at, end) });
      at = end;
    } while (at < content.length);
  }

  /** One record, with any part set by hand. */
  record(parts: Partial<RecordPlan>, messages: readonly string[] = []): void {
    const plan: RecordPlan = {
      index: this.index++,
      messages,
      epoch: this.epoch,
      seal: this.protection !== null && parts.type !== CHANGE_CIPHER_SPEC,
      type: HANDSHAKE,
      content: new Uint8Array(0),
      version: 0x0303,
      padding: this.shape.padding ?? 0,
      ...parts,
    };
    const answer = this.shape.record === undefined ? plan : this.shape.record(plan);
    if (answer === null) return;
    const plans = Array.isArray(answer) ? (answer as readonly RecordPlan[]) : [answer as RecordPlan];
    for (const one of plans) this.pieces.push(encodeRecord(one, this.protection));
  }

  /** Bytes that go on the wire as they are. */
  raw(bytes: Uint8Array): void {
    this.flush();
    this.pieces.push(bytes);
  }

  /** From here on records are sealed with these keys. */
  protect(epoch: Epoch, protection: Protection): void {
    this.flush();
    this.epoch = epoch;
    this.protection = protection;
  }

  /** All that waits, one entry a record. */
  takeRecords(): Uint8Array[] {
    this.flush();
    const out = this.pieces;
    this.pieces = [];
    return out;
  }

  private nextFragment(): number {
    const { fragment } = this.shape;
    if (fragment === undefined) return 16384;
    if (typeof fragment === "number") return fragment;
    return fragment[Math.min(this.index, fragment.length - 1)]!;
  }
}
