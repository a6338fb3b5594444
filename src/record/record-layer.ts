import type { CipherSuite } from "../crypto/provider.js";
import { RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";

/** The two halves of `io`: received records, records to send. */
export class RecordLayer {
  readonly io: Uint8Array;
  readonly reader: RecordReader;
  readonly writer: RecordWriter;

  /** io[0, receive) is the receive region, io[receive, io.length) the send region. Records begin 3 bytes in: their payload is then aligned. */
  constructor(io: Uint8Array, receive: number) {
    this.io = io;
    this.reader = new RecordReader(io, 3, receive);
    this.writer = new RecordWriter(io, receive + 3 - (receive & 3), io.length);
  }

  /** The longest TLSInnerPlaintext that the receive region holds, whichever of the suites is chosen (RFC 8449 §4). overhead12: the most that TLS 1.2's add. */
  receiveLimit(suites: readonly CipherSuite[], overhead12 = 0): number {
    let overhead = overhead12;
    for (let i = 0; i < suites.length; i++) overhead = Math.max(overhead, suites[i].aead.tagLength);
    return this.reader.capacity - overhead;
  }
}
