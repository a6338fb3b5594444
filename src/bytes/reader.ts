import { decode_error, TLSAlert } from "../alert.js";

/**
 * A cursor over bytes[offset, end) of one message. Running past the end is decode_error (RFC 9846 §6): a message or a vector whose length does
 * not fit its content. One instance is used again and again: `over()` points it at the next message.
 */
export class Reader {
  bytes: Uint8Array;
  offset: number;
  end: number;
  private start: number;
  private what: string;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.offset = 0;
    this.end = 0;
    this.start = 0;
    this.what = "";
  }

  /** Points the reader at bytes[start, end); `what` names the structure in errors. */
  over(bytes: Uint8Array, start: number, end: number, what: string): void {
    this.bytes = bytes;
    this.offset = start;
    this.start = start;
    this.end = end;
    this.what = what;
  }

  u8(): number {
    const o = this.offset;
    if (o + 1 > this.end) this.tooShort(1);
    this.offset = o + 1;
    return this.bytes[o];
  }

  u16(): number {
    const o = this.offset;
    if (o + 2 > this.end) this.tooShort(2);
    this.offset = o + 2;
    return (this.bytes[o] << 8) | this.bytes[o + 1];
  }

  u24(): number {
    const o = this.offset;
    if (o + 3 > this.end) this.tooShort(3);
    this.offset = o + 3;
    return (this.bytes[o] << 16) | (this.bytes[o + 1] << 8) | this.bytes[o + 2];
  }

  /** Passes over `length` bytes and returns the offset where they start. */
  skip(length: number): number {
    const o = this.offset;
    if (o + length > this.end) this.tooShort(length);
    this.offset = o + length;
    return o;
  }

  /** Enters a vector of `length` bytes: reading ends with it. Returns the end to give back to `leave()`. */
  enter(length: number): number {
    const outer = this.end;
    if (this.offset + length > outer) this.tooShort(length);
    this.end = this.offset + length;
    return outer;
  }

  /** Leaves a vector; what stands unread in it is decode_error (RFC 9846 §4.3: trailing data is forbidden). */
  leave(outer: number): void {
    this.finish();
    this.end = outer;
  }

  /** Nothing may be left. */
  finish(): void {
    if (this.offset !== this.end)
      throw new TLSAlert(decode_error, `${this.what}: ${this.end - this.offset} bytes too many at byte ${this.offset - this.start}`);
  }

  get left(): number {
    return this.end - this.offset;
  }

  private tooShort(wanted: number): never {
    throw new TLSAlert(
      decode_error,
      `${this.what}: ${wanted} more bytes wanted at byte ${this.offset - this.start}, ${this.end - this.offset} there`,
    );
  }
}
