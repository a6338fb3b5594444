import { illegal_parameter, TLSAlert, unexpected_message } from "../alert.js";
import type { RecordReader } from "../record/record-reader.js";

const HEADER_LENGTH = 4;

/** Reads a message as its bytes arrive. It can stop early, `waiting` for public-key work that `step` goes on with. */
export interface StreamReader {
  readonly waiting: boolean;
  /** Takes bytes of the body and returns how many; fewer than given only when it waits. */
  push(bytes: Uint8Array, offset: number, length: number): number;
  step(budget: number): number;
  /** The message is complete. */
  finish(): void;
}

/**
 * One row of a state machine: in `state` a message of `type` may come. A gathered message (`stream` is null) is whole when `handle` sees
 * bytes[start, end), header included; a streamed one has then been read by its reader. `handle` returns the next state. A pair without a
 * row is unexpected_message.
 */
export interface Row<F> {
  readonly state: number;
  readonly type: number;
  readonly stream: ((flow: F) => StreamReader) | null;
  /** A key change follows: the message must end its record (RFC 9846 §5.1). */
  readonly endsRecord: boolean;
  readonly handle: (flow: F, bytes: Uint8Array, start: number, end: number) => number;
}

/** A state that waits for work of our own: `step` returns the next state, or the same one while there is more to do. */
export interface Wait<F> {
  readonly state: number;
  readonly step: (flow: F, budget: number) => number;
}

/** Handshake messages out of records: reassembly (bounded), look-up in the table, and the waiting states. Flows extend it with their tables. */
export abstract class Handshake<F> {
  state: number;
  protected reader: StreamReader | null;
  private readonly rows: readonly Row<F>[];
  private readonly waits: readonly Wait<F>[];
  /** The longest gathered message that is taken. */
  private readonly maxMessage: number;
  private row: Row<F> | null;
  private header: number;
  private headerLength: number;
  private left: number;
  private gathered: Uint8Array | null;

  constructor(state: number, rows: readonly Row<F>[], waits: readonly Wait<F>[], maxMessage: number) {
    this.state = state;
    this.reader = null;
    this.rows = rows;
    this.waits = waits;
    this.maxMessage = maxMessage;
    this.row = null;
    this.header = 0;
    this.headerLength = 0;
    this.left = 0;
    this.gathered = null;
  }

  /** Set by a step that can't go on before bytes were sent or an outside operation is ready. */
  abstract blocked: boolean;
  /** The state as the RFC names it. */
  abstract get stateName(): string;
  abstract wipe(): void;
  /** The header of a streamed message, then its body piece by piece: for the transcript. */
  protected abstract begun(header: number): void;
  protected abstract passed(bytes: Uint8Array, offset: number, length: number): void;
  /** Enters the state in which the streamed message under way waits for its reader. */
  protected abstract waitForReader(): void;

  /** True in the middle of a message: no other record may come between (RFC 9846 §5.1). */
  get midMessage(): boolean {
    return this.headerLength > 0;
  }

  /** True where the state waits for our own work. */
  get working(): boolean {
    return this.findWait() !== null;
  }

  /** One slice of work. */
  work(budget: number): void {
    const wait = this.findWait() as Wait<F>;
    this.blocked = false;
    this.state = wait.step(this as unknown as F, budget);
  }

  /** Takes what the record reader's fragment holds, up to its end or to a waiting state. */
  feed(records: RecordReader, bytes: Uint8Array): void {
    while (records.start < records.end && !this.working) {
      if (this.row === null) this.begin(records, bytes);
      else this.goOn(this.row, records, bytes);
    }
  }

  /** Reads the header; a gathered message that stands whole in the fragment is handled in place, without a copy. */
  private begin(records: RecordReader, bytes: Uint8Array): void {
    const from = records.start;
    let o = from;
    while (this.headerLength < HEADER_LENGTH) {
      if (o === records.end) {
        records.start = o;
        return;
      }
      this.header = (this.header << 8) | bytes[o++];
      this.headerLength++;
    }
    records.start = o;
    const length = this.header & 0xffffff;
    const row = this.findRow((this.header >> 24) & 255);
    this.left = length;
    if (row.stream === null) {
      if (length > this.maxMessage)
        throw new TLSAlert(
          illegal_parameter,
          `${this.stateName}: a message of type ${row.type} has ${length} bytes; ${this.maxMessage} is the most`,
        );
      if (o - from === HEADER_LENGTH && records.end - o >= length) {
        records.start = o + length;
        this.complete(row, records, bytes, from, o + length);
        return;
      }
      const gathered = new Uint8Array(HEADER_LENGTH + length);
      putHeader(gathered, 0, this.header);
      this.gathered = gathered;
    } else {
      this.reader = row.stream(this as unknown as F);
      this.begun(this.header);
    }
    this.row = row;
    if (length === 0) this.end(row, records);
  }

  private goOn(row: Row<F>, records: RecordReader, bytes: Uint8Array): void {
    const { start } = records;
    const there = Math.min(this.left, records.end - start);
    if (this.reader !== null) {
      const taken = this.reader.push(bytes, start, there);
      this.passed(bytes, start, taken);
      this.left -= taken;
      records.start = start + taken;
      if (this.reader.waiting) {
        this.waitForReader();
        return;
      }
    } else {
      const gathered = this.gathered as Uint8Array;
      const at = gathered.length - this.left;
      for (let i = 0; i < there; i++) gathered[at + i] = bytes[start + i];
      this.left -= there;
      records.start = start + there;
    }
    if (this.left === 0) this.end(row, records);
  }

  private end(row: Row<F>, records: RecordReader): void {
    const { reader, gathered } = this;
    this.reader = null;
    this.row = null;
    this.gathered = null;
    if (reader !== null) {
      reader.finish();
      this.complete(row, records, EMPTY, 0, 0);
    } else if (gathered !== null) this.complete(row, records, gathered, 0, gathered.length);
  }

  private complete(row: Row<F>, records: RecordReader, bytes: Uint8Array, start: number, end: number): void {
    this.header = 0;
    this.headerLength = 0;
    if (row.endsRecord && (records.start !== records.end || !records.endsRecord))
      throw new TLSAlert(
        unexpected_message,
        `${this.stateName}: more bytes follow a message of type ${row.type} in its record, though keys change behind it`,
      );
    this.state = row.handle(this as unknown as F, bytes, start, end);
  }

  private findRow(type: number): Row<F> {
    const { rows, state } = this;
    for (let i = 0; i < rows.length; i++) if (rows[i].state === state && rows[i].type === type) return rows[i];
    throw new TLSAlert(unexpected_message, `${this.stateName}: a handshake message of type ${type} may not come here`);
  }

  private findWait(): Wait<F> | null {
    const { waits, state } = this;
    for (let i = 0; i < waits.length; i++) if (waits[i].state === state) return waits[i];
    return null;
  }
}

/** Writes the 4 bytes of a handshake header. */
export function putHeader(bytes: Uint8Array, offset: number, header: number): void {
  bytes[offset] = header >> 24;
  bytes[offset + 1] = header >> 16;
  bytes[offset + 2] = header >> 8;
  bytes[offset + 3] = header;
}

const EMPTY = new Uint8Array(0);
