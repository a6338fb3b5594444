import type { CipherSuite } from "../crypto/provider.js";
import { RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";

/** The send region begins 3 bytes behind a multiple of 4, as the receive region does: the payload of a record is then aligned. */
function sendFrom(receive: number): number {
  return receive + 3 - (receive & 3);
}

/** The two halves of `io`: received records, records to send. */
export class RecordLayer {
  readonly reader: RecordReader;
  readonly writer: RecordWriter;

  /** io[0, receive) is the receive region, io[receive, io.length) the send region. Records begin 3 bytes in: their payload is then aligned. */
  constructor(io: Uint8Array, receive: number) {
    this.reader = new RecordReader(io, 3, receive);
    this.writer = new RecordWriter(io, sendFrom(receive), io.length);
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

  /** The longest TLSInnerPlaintext that the receive region holds, whichever of the suites is chosen (RFC 8449 §4). */
  receiveLimit(suites: readonly CipherSuite[]): number {
    let tag = 0;
    for (let i = 0; i < suites.length; i++) tag = Math.max(tag, suites[i].aead.tagLength);
    return this.reader.capacity - tag;
  }
}
