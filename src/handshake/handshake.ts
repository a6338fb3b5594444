import { illegal_parameter, TLSAlert, unexpected_message } from "../alert.js";
import type { RecordReader } from "../record/record-reader.js";

const HEADER_LENGTH = 4;

/** Reads a message as its bytes arrive. It can stop early, `waiting` for work that the flow's waiting state goes on with. */
export interface StreamReader {
  readonly waiting: boolean;
  /** Takes bytes of the body and returns how many; fewer than given only when it waits. */
  push(bytes: Uint8Array, offset: number, length: number): number;
  /** The message is complete. */
  finish(): void;
  /**
   * From here on bytes are not known to be authentic, until release(): no signature is checked, nobody is called. Only for those that would otherwise
   * do so before finish().
   */
  hold?(): void;
  release?(): void;
}

/**
 * One row of a state machine: in `state` a message of `type` may come. A gathered message (`stream` is null) is whole when `handle` sees
 * bytes[start, end), header included; a streamed one has then been read by its reader. `handle` returns the next state. A pair without a
 * row is unexpected_message.
 */
export interface Row<F> {
  readonly state: number;
  readonly type: number;
  readonly stream: ((flow: F, length: number) => StreamReader) | null;
  /** `handle` keeps to itself what it finds: it may run before the tag of the message's record is known. */
  readonly early?: boolean;
  /** A key change follows: the message must end its record (RFC 9846 §5.1). */
  readonly endsRecord: boolean;
  readonly handle: (flow: F, bytes: Uint8Array, start: number, end: number) => number;
}

/** A state that waits for work of our own: `step` returns the next state, or the same one while there is more to do. */
export interface Wait<F> {
  readonly state: number;
  /** It runs in one with what came before it: no slice ends, and nothing of the host's comes, in between. */
  readonly atOnce?: boolean;
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
  /** A gathered message: where it stands as a whole, or is being put together. */
  private bytes: Uint8Array;
  private start: number;
  private end: number;

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
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
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

  get early(): boolean {
    return (this.row as Row<F>).early === true;
  }

  authenticated(): void {
    const { reader } = this;
    reader?.release?.();
    if (reader?.waiting) this.waitForReader();
  }

  /** True where the state waits for our own work. */
  get working(): boolean {
    return this.findWait() !== null;
  }

  /** The step must not wait for another slice. */
  get atOnce(): boolean {
    const wait = this.findWait();
    return wait !== null && wait.atOnce === true;
  }

  /** One slice of work. True: a streamed message is complete, which waited for it at its last byte; call `handle`. */
  work(budget: number): boolean {
    this.blocked = false;
    this.state = (this.findWait() as Wait<F>).step(this as unknown as F, budget);
    return this.reader !== null && this.left === 0 && !this.reader.waiting;
  }

  /**
   * Takes bytes of the record reader's fragment: a header, or as much of a body as is there. True: a message is complete, call `handle`. Not a loop, and
   * handlers are not called from here: the stack under them would cost RAM.
   */
  feed(records: RecordReader, bytes: Uint8Array): boolean {
    if (this.row === null) return this.readHeader(records, bytes);
    const { start } = records;
    const there = Math.min(this.left, records.end - start);
    const { reader } = this;
    if (reader === null) {
      const gathered = this.bytes;
      const at = gathered.length - this.left;
      for (let i = 0; i < there; i++) gathered[at + i] = bytes[start + i];
      this.left -= there;
      records.start = start + there;
      return this.left === 0;
    }
    if (records.provisional) reader.hold?.();
    const taken = reader.push(bytes, start, there);
    this.passed(bytes, start, taken);
    this.left -= taken;
    records.start = start + taken;
    if (reader.waiting) {
      this.waitForReader();
      return false;
    }
    return this.left === 0;
  }

  /** Handles the message that is complete: the state machine's step. */
  handle(records: RecordReader): void {
    const { reader, bytes, start, end } = this;
    const row = this.row as Row<F>;
    this.reader = null;
    this.row = null;
    this.bytes = EMPTY;
    this.header = 0;
    this.headerLength = 0;
    if (row.endsRecord && (records.start !== records.end || !records.endsRecord))
      throw new TLSAlert(
        unexpected_message,
        `${this.stateName}: more bytes follow a message of type ${row.type} in its record, though keys change behind it`,
      );
    if (reader !== null) reader.finish();
    this.state = row.handle(this as unknown as F, bytes, start, end);
  }

  /** Reads the header. A gathered message that stands whole in the fragment stays in place, without a copy; true then. */
  private readHeader(records: RecordReader, bytes: Uint8Array): boolean {
    const from = records.start;
    let o = from;
    while (this.headerLength < HEADER_LENGTH) {
      if (o === records.end) {
        records.start = o;
        return false;
      }
      this.header = (this.header << 8) | bytes[o++];
      this.headerLength++;
    }
    records.start = o;
    const length = this.header & 0xffffff;
    const row = this.findRow((this.header >> 24) & 255);
    this.row = row;
    this.left = length;
    if (row.stream !== null) {
      this.reader = row.stream(this as unknown as F, length);
      this.begun(this.header);
      return length === 0;
    }
    if (length > this.maxMessage)
      throw new TLSAlert(
        illegal_parameter,
        `${this.stateName}: a message of type ${row.type} has ${length} bytes; ${this.maxMessage} is the most`,
      );
    // What has to wait for its record's tag can't stay in place.
    if (o - from === HEADER_LENGTH && records.end - o >= length && !records.provisional) {
      this.bytes = bytes;
      this.start = from;
      this.end = records.start = o + length;
      return true;
    }
    const gathered = new Uint8Array(HEADER_LENGTH + length);
    putHeader(gathered, 0, this.header);
    this.bytes = gathered;
    this.start = 0;
    this.end = gathered.length;
    return length === 0;
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
