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

/** A state machine: what may come, and what it waits for. */
export interface Table<F> {
  readonly rows: readonly Row<F>[];
  readonly waits: readonly Wait<F>[];
}

/** A message while it is read: made with the first byte of its header, dropped when it is handled. A flow at rest has none. */
class Incoming<F> {
  /** Null until the header is complete. */
  row: Row<F> | null;
  reader: StreamReader | null;
  header: number;
  /** Bytes that are still to come: of the header, then of the body. */
  left: number;
  /** A gathered message: where it stands as a whole, or is being put together. */
  bytes: Uint8Array;
  start: number;

  constructor() {
    this.row = null;
    this.reader = null;
    this.header = 0;
    this.left = HEADER_LENGTH;
    this.bytes = EMPTY;
    this.start = 0;
  }

  /** A streamed one is complete, and its reader no longer waits. */
  get waited(): boolean {
    return this.reader !== null && this.left === 0 && !this.reader.waiting;
  }
}

/** Handshake messages out of records: reassembly (bounded), look-up in the table, and the waiting states. Flows extend it with their tables. */
export abstract class Handshake<F> {
  state: number;
  private readonly table: Table<F>;
  private message: Incoming<F> | null;

  constructor(state: number, table: Table<F>) {
    this.state = state;
    this.table = table;
    this.message = null;
  }

  /** The longest gathered message that is taken. */
  protected abstract readonly maxMessage: number;
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
    return this.message !== null;
  }

  get early(): boolean {
    return this.message?.row?.early === true;
  }

  authenticated(): void {
    const reader = this.message?.reader;
    reader?.release?.();
    if (reader?.waiting) this.waitForReader();
  }

  beforeAlert(): void {}

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
    return this.message?.waited === true;
  }

  /**
   * Takes bytes of the record reader's fragment: a header, or as much of a body as is there. True: a message is complete, call `handle`. Not a loop, and
   * handlers are not called from here: the stack under them would cost RAM.
   */
  feed(records: RecordReader, bytes: Uint8Array): boolean {
    const message = this.message ?? new Incoming<F>();
    this.message = message;
    if (message.row === null) return this.readHeader(message, records, bytes);
    const there = Math.min(message.left, records.end - records.start);
    const { reader } = message;
    if (reader === null) {
      const gathered = message.bytes;
      const at = gathered.length - message.left;
      for (let i = 0; i < there; i++) gathered[at + i] = bytes[records.start + i];
      message.left -= there;
      records.start += there;
      return message.left === 0;
    }
    if (records.provisional) reader.hold?.();
    const taken = reader.push(bytes, records.start, there);
    this.passed(bytes, records.start, taken);
    message.left -= taken;
    records.start += taken;
    if (reader.waiting) {
      this.waitForReader();
      return false;
    }
    return message.left === 0;
  }

  /** Handles the message that is complete: the state machine's step. */
  handle(records: RecordReader): void {
    const { row, header, bytes, start } = this.message as Incoming<F> & { row: Row<F> };
    if (row.endsRecord) this.mustEndRecord(row.type, records);
    this.message?.reader?.finish();
    this.message = null;
    this.state = row.handle(this as unknown as F, bytes, start, start + HEADER_LENGTH + (header & 0xffffff));
  }

  /** RFC 9846 §5.1: the message that is complete, behind which keys change, must be the last of its record. */
  mustEndRecord(type: number, records: RecordReader): void {
    if (records.start !== records.end || !records.endsRecord)
      throw new TLSAlert(
        unexpected_message,
        `${this.stateName}: more bytes follow a message of type ${type} in its record, though keys change behind it`,
      );
  }

  /** Reads the header. A gathered message that stands whole in the fragment stays in place, without a copy; true then. */
  private readHeader(message: Incoming<F>, records: RecordReader, bytes: Uint8Array): boolean {
    const from = records.start;
    let o = from;
    while (message.left > 0) {
      if (o === records.end) {
        records.start = o;
        return false;
      }
      message.header = (message.header << 8) | bytes[o++];
      message.left--;
    }
    records.start = o;
    message.left = message.header & 0xffffff;
    const row = this.findRow((message.header >> 24) & 255);
    message.row = row;
    if (row.stream !== null) {
      message.reader = row.stream(this as unknown as F, message.left);
      this.begun(message.header);
      return message.left === 0;
    }
    if (message.left > this.maxMessage)
      throw new TLSAlert(
        illegal_parameter,
        `${this.stateName}: a message of type ${row.type} has ${message.left} bytes; ${this.maxMessage} is the most`,
      );
    // What has to wait for its record's tag can't stay in place.
    if (o - from === HEADER_LENGTH && records.end - o >= message.left && !records.provisional) {
      message.bytes = bytes;
      message.start = from;
      records.start = o + message.left;
      return true;
    }
    const gathered = new Uint8Array(HEADER_LENGTH + message.left);
    putHeader(gathered, 0, message.header);
    message.bytes = gathered;
    return message.left === 0;
  }

  private findRow(type: number): Row<F> {
    const { state } = this;
    const { rows } = this.table;
    for (let i = 0; i < rows.length; i++) if (rows[i].state === state && rows[i].type === type) return rows[i];
    throw new TLSAlert(unexpected_message, `${this.stateName}: a handshake message of type ${type} may not come here`);
  }

  private findWait(): Wait<F> | null {
    const { state } = this;
    const { waits } = this.table;
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
