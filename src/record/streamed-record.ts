import { decode_error, TLSAlert, unexpected_message } from "../alert.js";
import { alert, application_data, handshake } from "../constants.js";
import type { AeadOpening } from "../crypto/provider.js";
import { checkContent, checkInner, HEADER_LENGTH, type Protection } from "./protection.js";
import type { RecordReader } from "./record-reader.js";

/** AEADs take parts of so many bytes. */
const PART = 64;
/** An alert has 2 bytes: as long as a record could be one, nothing of it is handed out. */
const ALERT_LENGTH = 2;

/**
 * A protected record that is longer than the receive region, and is taken for one of handshake messages: decrypted as it streams through, handed out before
 * its tag is known. Whoever takes the fragments has to keep all to himself until it is `authentic`: a wrong tag ends the connection, and all
 * that was collected is dropped with it. The content type is the last byte that is not zero (RFC 9846 §5.4): so the last such byte and the zeros behind it stay here.
 *
 *      0       base  header     from        to, at             tail           limit
 *      | zeros wanted |  (old)  |  kept  |  ciphertext  |  free for the host  |
 */
export class StreamedRecord {
  /** What was found in the content: told only if the tag holds; nothing more is handed out then. */
  failure: unknown;
  /** A message is complete, and must not be acted on yet: what follows stays in the receive region. */
  holding: boolean;
  private opening: AeadOpening | null;
  private readonly open: boolean;
  /** Bytes that are not decrypted yet, without the tag. */
  private left: number;
  private readonly inner: number;
  private from: number;
  private to: number;
  private at: number;
  /** Zeros behind `to` that were counted, not kept; where they turn out to be content, `until` is the end of what was decrypted behind them. */
  private zeros: number;
  private until: number;
  /** Bytes that were handed out. */
  private length: number;

  /** The body of `length` bytes, without the tag, begins at io[at]. open: the handshake is over. */
  constructor(opening: AeadOpening, at: number, length: number, open: boolean) {
    this.failure = null;
    this.holding = false;
    this.opening = opening;
    this.open = open;
    this.left = length;
    this.inner = length;
    this.from = at;
    this.to = at;
    this.at = at;
    this.zeros = 0;
    this.until = 0;
    this.length = 0;
  }

  /** False: its tag was not checked yet. */
  get authentic(): boolean {
    return this.opening === null;
  }

  /** The rest of the fragment, and all that follows, is kept. */
  hold(reader: RecordReader): void {
    const unread = reader.end - reader.start;
    this.holding = true;
    this.length -= unread;
    reader.end = reader.start;
    if (this.until === 0) {
      this.from = reader.start;
      return;
    }
    // Among zeros that were counted: no message begins with more of them.
    if (unread > 0 || this.zeros > 0) this.fail(reader);
    this.zeros = 0;
    this.from = this.at;
    this.to = this.at = this.until;
    this.until = 0;
  }

  /** Goes on once the fragment is consumed. False: more bytes are needed, or (`authentic`) the tag has held. */
  advance(reader: RecordReader): boolean {
    if (this.until > 0) return this.giveZeros(reader);
    for (;;) {
      if (this.decrypt(reader)) {
        if (this.until > 0) return this.giveZeros(reader);
        if (this.give(reader)) return true;
        continue;
      }
      if (this.left === 0 && reader.tail - this.at >= this.tagLength(reader)) return this.finish(reader);
      this.compact(reader);
      if (reader.space > 0) return false;
      this.shrink(reader);
    }
  }

  tooLong(reader: RecordReader): TLSAlert {
    return reader.tooLong(this.inner + this.tagLength(reader));
  }

  wipe(): void {
    this.opening?.wipe();
  }

  /** The next part; false: more bytes are needed for it. */
  private decrypt(reader: RecordReader): boolean {
    const { io } = reader;
    const { at } = this;
    let there = Math.min(reader.tail - at, this.left);
    if (there < this.left) there -= there % PART;
    if (there === 0) return false;
    (this.opening as AeadOpening).part(io, at, there);
    this.left -= there;
    if (this.zeros === 0) {
      // What was kept before it is moved up to it: the two are one.
      const gap = at - this.to;
      if (gap > 0) {
        io.copyWithin(this.from + gap, this.from, this.to);
        this.from += gap;
      }
      this.to = this.at = at + there;
      return true;
    }
    let last = at + there - 1;
    while (last >= at && io[last] === 0) last--;
    if (last < at) {
      this.zeros += there;
      io.copyWithin(at, at + there, reader.tail);
      reader.tail -= there;
    } else if (this.failure !== null || this.holding) {
      this.fail(reader);
      this.zeros = 0;
      this.from = last;
      this.to = this.at = at + there;
    } else this.until = at + there;
    return true;
  }

  /** Hands out what can't be content type or padding; true where there is such. */
  private give(reader: RecordReader): boolean {
    if (this.holding || this.zeros > 0) return false;
    const { io } = reader;
    let last = this.to - 1;
    while (last > this.from && io[last] === 0) last--;
    const length = last - this.from;
    if (length === 0 || (this.length === 0 && length <= ALERT_LENGTH)) return false;
    this.handOut(reader, this.from, last, last);
    if (this.failure === null) return true;
    reader.start = last;
    return false;
  }

  private handOut(reader: RecordReader, start: number, end: number, from: number): void {
    reader.type = handshake;
    reader.start = start;
    reader.end = end;
    this.length += end - start;
    this.from = from;
  }

  /** Zeros that were counted are content: first what stood before them is due, then they, out of the region's start; then what was decrypted behind them. */
  private giveZeros(reader: RecordReader): boolean {
    if (this.failure === null && this.from < this.to) {
      this.handOut(reader, this.from, this.to, this.to);
      return true;
    }
    if (this.failure === null && this.zeros > 0) {
      const count = Math.min(this.zeros, this.to);
      reader.io.fill(0, 0, count);
      this.zeros -= count;
      this.handOut(reader, 0, count, this.to);
      return true;
    }
    this.zeros = 0;
    this.from = this.at;
    this.to = this.at = this.until;
    this.until = 0;
    return this.give(reader) || this.advance(reader);
  }

  /** Makes room: what is kept moves to the body's start, ciphertext to a multiple of 4 behind it, as the AEADs like it. */
  private compact(reader: RecordReader): void {
    const { io, base, tail } = reader;
    const body = base + HEADER_LENGTH;
    if (this.from > body) {
      io.copyWithin(body, this.from, this.to);
      this.to -= this.from - body;
      this.from = body;
    }
    const shift = ((this.to + 3) & ~3) - this.at;
    if (shift === 0 || shift > reader.space) return;
    io.copyWithin(this.at + shift, this.at, tail);
    this.at += shift;
    reader.tail = tail + shift;
  }

  /** The region is full of what has to be kept: zeros are counted instead, for they are most likely padding; else it is too much. */
  private shrink(reader: RecordReader): void {
    const { io } = reader;
    let last = this.to - 1;
    while (last > this.from && io[last] === 0) last--;
    if (this.to - last > PART) {
      this.zeros += this.to - last - 1;
      this.to = last + 1;
      return;
    }
    this.fail(reader);
    this.from = last;
  }

  /** Messages that have to wait for the tag do not fit. */
  private fail(reader: RecordReader): void {
    this.failure ??= this.tooLong(reader);
    this.holding = false;
  }

  private tagLength(reader: RecordReader): number {
    return (reader.readProtection as Protection).overhead - 1;
  }

  /** All has come: the tag, and what it says of the content. True: it was no handshake record, but an alert. */
  private finish(reader: RecordReader): boolean {
    const { io } = reader;
    const protection = reader.readProtection as Protection;
    const opening = this.opening as AeadOpening;
    this.opening = null;
    protection.endParts?.(opening, io, this.at);
    reader.expectsHello = false;
    const { from } = this;
    let last = this.to - 1;
    while (last >= from && io[last] === 0) last--;
    if (last < from) throw new TLSAlert(unexpected_message, "a protected record holds padding alone, no content type");
    checkInner(this.inner);
    const type = io[last];
    const length = this.length + last - from;
    if (type === application_data)
      throw this.open ? this.tooLong(reader) : new TLSAlert(unexpected_message, "application data before the handshake is complete");
    if (type === alert && length > ALERT_LENGTH) throw new TLSAlert(decode_error, `an alert of ${length} bytes; it has 2`);
    checkContent(type, length);
    if (type === handshake && this.failure !== null) throw this.failure;
    reader.type = type;
    reader.start = from;
    reader.end = last;
    reader.next = this.at + this.tagLength(reader);
    if (type === handshake) return false;
    reader.streamed = null;
    return true;
  }
}
