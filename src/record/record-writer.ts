import { internal_error, TLSAlert } from "../alert.js";
import { application_data } from "../constants.js";
import { HEADER_LENGTH, MAX_PLAINTEXT, type Protection } from "./protection.js";

/** An alert record: header, 2 bytes, and the shift to alignment. Always kept free with what protection adds, so that an alert can go out. */
const ALERT_ROOM = HEADER_LENGTH + 2 + 3;
/** Content type, explicit nonce and tag of an AEAD, kept free before there is protection too. CBC adds more. */
const USUAL_OVERHEAD = 1 + 8 + 16;

/**
 * Builds records in the send region of `io`: [head, sendTail) waits for the host to send it. A record's payload begins at a multiple of 4,
 * as the AEADs like it; what is already waiting is moved by up to 3 bytes for that.
 *
 * RecordReader goes on from here: a connection's record layer is one object, as each further one, and each reference to it, is RAM at rest.
 */
export abstract class RecordWriter {
  /** All memory: the receive region, the send region behind it. */
  io: Uint8Array;
  writeProtection: Protection | null;
  /** The longest content that the peer takes in one record. */
  maxFragment: number;
  /** Where the send region ends. */
  protected sendLimit: number;
  protected head: number;
  protected sendTail: number;

  constructor(io: Uint8Array) {
    this.io = io;
    this.writeProtection = null;
    this.maxFragment = MAX_PLAINTEXT;
    this.sendLimit = io.length;
    this.head = 0;
    this.sendTail = 0;
  }

  /** Where the send region begins. */
  protected abstract readonly sendBase: number;

  /** What waits to be sent. */
  get sendOffset(): number {
    return this.head;
  }

  get pending(): number {
    return this.sendTail - this.head;
  }

  sent(length: number): void {
    if (!(length >= 0 && length <= this.pending)) throw new RangeError(`sent(${length}): ${this.pending} bytes wait`);
    this.head += length;
    if (this.head === this.sendTail) this.head = this.sendTail = this.sendBase;
  }

  /** Bytes of content that fit in one more record now. */
  get room(): number {
    const room = this.free - this.alertRoom;
    return room < 0 ? 0 : Math.min(room, this.maxFragment);
  }

  /** Bytes of content that fit in one record when nothing else waits. */
  get sendCapacity(): number {
    return Math.min(this.freeBehind(this.sendBase) - this.alertRoom, this.maxFragment);
  }

  /** False once an alert has used up the room that is kept for one. */
  get hasAlertRoom(): boolean {
    return this.free >= 2;
  }

  /** Begins a record of at least `length` bytes of content: returns where the content goes. */
  beginRecord(length: number): number {
    if (this.free < length) throw new TLSAlert(internal_error, `sendBuffer has no room for a record of ${length} bytes`, "internal");
    const { io, head, sendTail: tail } = this;
    if (head === tail) this.head = this.sendTail = this.sendBase;
    else {
      const shift = (4 - ((tail + HEADER_LENGTH + this.writePrefix) & 3)) & 3;
      if (shift !== 0) {
        io.copyWithin(head + shift, head, tail);
        this.head = head + shift;
        this.sendTail = tail + shift;
      }
    }
    return this.sendTail + HEADER_LENGTH + this.writePrefix;
  }

  /** Ends the record that `beginRecord()` began: `length` bytes of content stand there. */
  endRecord(type: number, length: number): void {
    const { io, sendTail: tail, writeProtection: protection } = this;
    if (protection !== null) {
      this.sendTail = protection.seal(io, tail, length, type);
      return;
    }
    io[tail] = type;
    io[tail + 1] = 3;
    io[tail + 2] = 3;
    io[tail + 3] = length >> 8;
    io[tail + 4] = length;
    this.sendTail = tail + HEADER_LENGTH + length;
  }

  /** legacy_record_version 0x0301, for the first ClientHello's record (RFC 9846 §5.1), which has just been ended. */
  setFirstVersion(content: number): void {
    this.io[content - HEADER_LENGTH + 2] = 1;
  }

  /** A whole record of one or two bytes: a change_cipher_spec or an alert, for which room is always kept. */
  putRecord(type: number, length: number, first: number, second: number): void {
    const at = this.beginRecord(length);
    this.io[at] = first;
    if (length > 1) this.io[at + 1] = second;
    this.endRecord(type, length);
  }

  /** Seals as much of bytes[offset, offset + length) as fits into one record of application data; returns the bytes taken. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    const room = this.room;
    // Behind waiting records a small rest would make small records: better wait until it has been sent.
    if (room < length && room < this.sendCapacity) return 0;
    const taken = Math.min(room, length);
    const { io } = this;
    const at = this.beginRecord(taken);
    if (offset === 0 && taken === bytes.length) io.set(bytes, at);
    else for (let i = 0; i < taken; i++) io[at + i] = bytes[offset + i];
    this.endRecord(application_data, taken);
    return taken;
  }

  private get writePrefix(): number {
    return this.writeProtection === null ? 0 : this.writeProtection.prefix;
  }

  private get alertRoom(): number {
    const { writeProtection: protection } = this;
    return ALERT_ROOM + (protection === null ? USUAL_OVERHEAD : Math.max(USUAL_OVERHEAD, protection.overhead));
  }

  private get free(): number {
    return this.freeBehind(this.sendTail);
  }

  private freeBehind(tail: number): number {
    return this.sendLimit - tail - 3 - HEADER_LENGTH - (this.writeProtection === null ? 0 : this.writeProtection.overhead);
  }
}
