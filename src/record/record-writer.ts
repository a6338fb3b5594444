import { internal_error, TLSAlert } from "../alert.js";
import { application_data } from "../constants.js";
import { HEADER_LENGTH, MAX_PLAINTEXT, type Protection } from "./protection.js";

/** An alert record: header, 2 bytes, and the shift to alignment. Always kept free with what protection adds, so that an alert can go out. */
const ALERT_ROOM = HEADER_LENGTH + 2 + 3;
/** Content type, explicit nonce and tag of an AEAD, kept free before there is protection too. CBC adds more. */
const USUAL_OVERHEAD = 1 + 8 + 16;

/**
 * Builds records in the send region of `io`: [head, tail) waits for the host to send it. A record's payload begins at a multiple of 4,
 * as the AEADs like it; what is already waiting is moved by up to 3 bytes for that.
 */
export class RecordWriter {
  protection: Protection | null;
  /** The longest content that the peer takes in one record. */
  maxFragment: number;
  io: Uint8Array;
  private base: number;
  /** Where the send region ends. */
  limit: number;
  private head: number;
  private tail: number;

  constructor(io: Uint8Array, base: number, limit: number) {
    this.protection = null;
    this.maxFragment = MAX_PLAINTEXT;
    this.io = io;
    this.base = base;
    this.limit = limit;
    this.head = base;
    this.tail = base;
  }

  /** What waits to be sent. */
  get offset(): number {
    return this.head;
  }

  get pending(): number {
    return this.tail - this.head;
  }

  sent(length: number): void {
    if (!(length >= 0 && length <= this.pending)) throw new RangeError(`sent(${length}): ${this.pending} bytes wait`);
    this.head += length;
    if (this.head === this.tail) this.head = this.tail = this.base;
  }

  /** The send region and what waits in it stand so many bytes further on. */
  shift(bytes: number): void {
    this.base += bytes;
    this.limit += bytes;
    this.head += bytes;
    this.tail += bytes;
  }

  /** Bytes of content that fit in one more record now. */
  get room(): number {
    const room = this.free - this.alertRoom;
    return room < 0 ? 0 : Math.min(room, this.maxFragment);
  }

  /** Bytes of content that fit in one record when nothing else waits. */
  get capacity(): number {
    return Math.min(this.freeBehind(this.base) - this.alertRoom, this.maxFragment);
  }

  /** False once an alert has used up the room that is kept for one. */
  get hasAlertRoom(): boolean {
    return this.free >= 2;
  }

  /** Begins a record of at least `length` bytes of content: returns where the content goes. */
  begin(length: number): number {
    if (this.free < length) throw new TLSAlert(internal_error, `sendBuffer has no room for a record of ${length} bytes`, "internal");
    const { io, head, tail } = this;
    if (head === tail) this.head = this.tail = this.base;
    else {
      const shift = (4 - ((tail + HEADER_LENGTH + this.prefix) & 3)) & 3;
      if (shift !== 0) {
        io.copyWithin(head + shift, head, tail);
        this.head = head + shift;
        this.tail = tail + shift;
      }
    }
    return this.tail + HEADER_LENGTH + this.prefix;
  }

  /** Ends the record that `begin()` began: `length` bytes of content stand there. */
  end(type: number, length: number): void {
    const { io, tail, protection } = this;
    if (protection !== null) {
      this.tail = protection.seal(io, tail, length, type);
      return;
    }
    io[tail] = type;
    io[tail + 1] = 3;
    io[tail + 2] = 3;
    io[tail + 3] = length >> 8;
    io[tail + 4] = length;
    this.tail = tail + HEADER_LENGTH + length;
  }

  /** legacy_record_version 0x0301, for the first ClientHello's record (RFC 9846 §5.1), which has just been ended. */
  setFirstVersion(content: number): void {
    this.io[content - HEADER_LENGTH + 2] = 1;
  }

  /** A whole record of one or two bytes: a change_cipher_spec or an alert, for which room is always kept. */
  put(type: number, length: number, first: number, second: number): void {
    const at = this.begin(length);
    this.io[at] = first;
    if (length > 1) this.io[at + 1] = second;
    this.end(type, length);
  }

  /** Seals as much of bytes[offset, offset + length) as fits into one record of application data; returns the bytes taken. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    const room = this.room;
    // Behind waiting records a small rest would make small records: better wait until it has been sent.
    if (room < length && room < this.capacity) return 0;
    const taken = Math.min(room, length);
    const { io } = this;
    const at = this.begin(taken);
    if (offset === 0 && taken === bytes.length) io.set(bytes, at);
    else for (let i = 0; i < taken; i++) io[at + i] = bytes[offset + i];
    this.end(application_data, taken);
    return taken;
  }

  wipe(): void {
    this.io.fill(0, this.base, this.limit);
    this.head = this.tail = this.base;
  }

  private get prefix(): number {
    return this.protection === null ? 0 : this.protection.prefix;
  }

  private get alertRoom(): number {
    const { protection } = this;
    return ALERT_ROOM + (protection === null ? USUAL_OVERHEAD : Math.max(USUAL_OVERHEAD, protection.overhead));
  }

  private get free(): number {
    return this.freeBehind(this.tail);
  }

  private freeBehind(tail: number): number {
    return this.limit - tail - 3 - HEADER_LENGTH - (this.protection === null ? 0 : this.protection.overhead);
  }
}
