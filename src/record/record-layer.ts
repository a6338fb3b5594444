import type { CipherSuite } from "../crypto/provider.js";
import { FIRST, RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";

/** The send region begins 3 bytes behind a multiple of 4, too: they are what is passed over. */
function sendFrom(receive: number): number {
  return receive + FIRST + (-receive & 3);
}

/** The two halves of `io`: received records, records to send. */
export class RecordLayer {
  readonly reader: RecordReader;
  readonly writer: RecordWriter;
  /** Its own memory, while it works in memory that was lent. */
  own: Uint8Array | null;

  /** io[3, receive + 3) is the receive region: a record of `receive` bytes, its header included, fits. The send region follows. */
  constructor(io: Uint8Array, receive: number) {
    this.reader = new RecordReader(io, receive + FIRST);
    this.writer = new RecordWriter(io, sendFrom(receive), io.length);
    this.own = null;
  }

  get io(): Uint8Array {
    return this.reader.io;
  }

  get size(): number {
    return this.writer.limit;
  }

  /** Gives the memory away, zeroed, or takes memory of the same size; nothing may be in it. The regions stay where they were. */
  use(io: Uint8Array): void {
    const { reader, writer } = this;
    if (reader.io.length > 0) reader.io.fill(0); // "nothing" lies in flash
    reader.io = writer.io = io;
    reader.protection?.detach();
    writer.protection?.detach();
  }

  /** Bytes of memory with which the record that is too long can be received. */
  get needed(): number {
    const { reader, size } = this;
    return size + ((reader.recordLength - reader.capacity + 3) & ~3);
  }

  /** Moves into memory that was lent, with all that waits; what it had before, unless it is its own, goes back. */
  borrow(memory: Uint8Array): Uint8Array | null {
    const before = this.io;
    const shift = (memory.length - before.length) & ~3; // payloads stay aligned
    memory.set(before);
    memory.copyWithin(this.writer.offset + shift, this.writer.offset, this.writer.offset + this.writer.pending);
    this.move(memory, shift);
    if (this.own !== null) return before;
    this.own = before;
    return null;
  }

  /** Moves back into its own memory, with what waits to be sent. What was lent, zeroed. */
  giveBack(): Uint8Array {
    const { reader, writer, io } = this;
    const own = this.own as Uint8Array;
    const shift = own.length - this.size;
    reader.wipe();
    for (let i = writer.offset, end = i + writer.pending; i < end; i++) own[i + shift] = io[i];
    this.move(own, shift);
    this.own = null;
    return io;
  }

  private move(io: Uint8Array, shift: number): void {
    const { reader, writer } = this;
    reader.limit += shift;
    writer.shift(shift);
    this.use(io);
  }

  /** The longest TLSInnerPlaintext that the receive region holds, whichever of the suites is chosen (RFC 8449 §4). overhead12: the most that TLS 1.2's add. */
  receiveLimit(suites: readonly CipherSuite[], overhead12 = 0): number {
    let overhead = overhead12;
    for (let i = 0; i < suites.length; i++) overhead = Math.max(overhead, suites[i].aead.tagLength);
    return this.reader.capacity - overhead;
  }
}
