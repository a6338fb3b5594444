import { internal_error, TLSAlert } from "../alert.js";
import type { BufferLender } from "../config.js";
import type { CipherSuite } from "../crypto/provider.js";
import { Lending } from "./lending.js";
import { FIRST, RecordReader } from "./record-reader.js";

/** The records of a connection, received and to be sent, and the memory that they stand in: its own, or lent, or none while it is parked. */
export class RecordLayer extends RecordReader {
  private readonly lending: Lending | null;

  /** io[3, receive + 3) is the receive region: a record of `receive` bytes, its header included, fits. The send region follows. */
  constructor(io: Uint8Array, receive: number, lender: BufferLender | undefined) {
    super(io, receive + FIRST);
    checkMemory(io);
    this.lending = lender === undefined ? null : new Lending(lender);
  }

  get size(): number {
    return this.sendLimit;
  }

  /** Gives the memory away, zeroed, or takes memory of the same size; nothing may be in it. The regions stay where they were. */
  use(io: Uint8Array): void {
    checkMemory(io);
    if (this.io.length > 0) this.io.fill(0); // "nothing" lies in flash
    this.io = io;
    this.readProtection?.detach();
    this.writeProtection?.detach();
  }

  /** Bytes of memory with which the record that is too long can be received. */
  private get needed(): number {
    return this.size + ((this.recordLength - this.capacity + 3) & ~3);
  }

  /** Moves into memory that holds the record, with all that waits; what it had before, unless it is its own, goes back. False: there is none. */
  borrow(): boolean {
    const { lending, needed, io } = this;
    if (lending === null) return false;
    const { lender } = lending;
    const memory = lender.lend(needed);
    if (memory === null) return false;
    if (memory.length < needed) throw new TLSAlert(internal_error, `lender.lend(${needed}) gave ${memory.length} bytes`, "internal");
    const shift = (memory.length - io.length) & ~3; // payloads stay aligned
    memory.set(io);
    memory.copyWithin(this.head + shift, this.head, this.sendTail);
    this.move(memory, shift);
    if (lending.own === null) lending.own = io;
    else lender.giveBack(io);
    return true;
  }

  /** Where it works in memory that was lent: moves back into its own, with what waits to be sent. What was lent goes back zeroed. */
  giveBack(): void {
    const { lending, io, head, sendTail } = this;
    if (lending === null || lending.own === null) return;
    const { own, lender } = lending;
    const shift = own.length - this.size;
    this.wipe();
    for (let i = head; i < sendTail; i++) own[i + shift] = io[i];
    this.move(own, shift);
    lending.own = null;
    lender.giveBack(io);
  }

  private move(io: Uint8Array, shift: number): void {
    this.limit += shift;
    this.sendLimit += shift;
    this.head += shift;
    this.sendTail += shift;
    this.use(io);
  }

  /** The longest TLSInnerPlaintext that the receive region holds, whichever of the suites is chosen (RFC 8449 §4). overhead12: the most that TLS 1.2's add. */
  receiveLimit(suites: readonly CipherSuite[], overhead12 = 0): number {
    let overhead = overhead12;
    for (let i = 0; i < suites.length; i++) overhead = Math.max(overhead, suites[i].aead.tagLength);
    return this.capacity - overhead;
  }
}

/** A Node Buffer's slice() is a view of it: what is copied out of `io` to be kept would change with it. */
function checkMemory(io: Uint8Array): void {
  if (Object.getPrototypeOf(io) !== Uint8Array.prototype)
    throw new RangeError(
      "memory of a connection: a Uint8Array is wanted; of a Buffer b give new Uint8Array(b.buffer, b.byteOffset, b.length)",
    );
}
