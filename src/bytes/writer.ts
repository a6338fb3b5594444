import { internal_error, TLSAlert } from "../alert.js";

/**
 * A cursor that writes into bytes[offset, end). Running past the end is a fault of ours or a send buffer that is too small, never of the peer.
 * Vectors are opened with `open8/open16/open24`, which keep room for the length, and closed with the position that was returned.
 */
export class Writer {
  bytes: Uint8Array;
  offset: number;
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.offset = 0;
    this.end = 0;
  }

  over(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  u8(value: number): void {
    this.bytes[this.room(1)] = value;
  }

  u16(value: number): void {
    const o = this.room(2);
    const b = this.bytes;
    b[o] = value >> 8;
    b[o + 1] = value;
  }

  u24(value: number): void {
    const o = this.room(3);
    const b = this.bytes;
    b[o] = value >> 16;
    b[o + 1] = value >> 8;
    b[o + 2] = value;
  }

  copy(from: Uint8Array, offset: number, length: number): void {
    const o = this.room(length);
    const b = this.bytes;
    for (let i = 0; i < length; i++) b[o + i] = from[offset + i];
  }

  /** The characters of an ASCII string; the caller has checked that it is one. */
  ascii(text: string): void {
    const length = text.length;
    const o = this.room(length);
    const b = this.bytes;
    for (let i = 0; i < length; i++) b[o + i] = text.charCodeAt(i);
  }

  /** Passes over `length` bytes that the caller fills, and returns where they start. */
  skip(length: number): number {
    return this.room(length);
  }

  open8(): number {
    return this.room(1) + 1;
  }

  open16(): number {
    return this.room(2) + 2;
  }

  open24(): number {
    return this.room(3) + 3;
  }

  close8(start: number): void {
    this.bytes[start - 1] = this.offset - start;
  }

  close16(start: number): void {
    const length = this.offset - start;
    this.bytes[start - 2] = length >> 8;
    this.bytes[start - 1] = length;
  }

  close24(start: number): void {
    const length = this.offset - start;
    this.bytes[start - 3] = length >> 16;
    this.bytes[start - 2] = length >> 8;
    this.bytes[start - 1] = length;
  }

  private room(length: number): number {
    const o = this.offset;
    if (o + length > this.end)
      throw new TLSAlert(internal_error, `sendBuffer is too small: ${o + length - this.end} more bytes are needed`, "internal");
    this.offset = o + length;
    return o;
  }
}
