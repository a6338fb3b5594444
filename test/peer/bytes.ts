// Byte strings for the scripted peer: plain and allocating, since nothing here is measured.

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function ascii(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

export function text(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += (byte < 16 ? "0" : "") + byte.toString(16);
  return out;
}

/** Bytes of a hex text; white space is passed over. */
export function unhex(digits: string): Uint8Array {
  const compact = digits.replace(/\s+/g, "");
  const out = new Uint8Array(compact.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(compact.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const u8 = (value: number): Uint8Array => new Uint8Array([value]);
export const u16 = (value: number): Uint8Array => new Uint8Array([value >> 8, value]);
export const u24 = (value: number): Uint8Array => new Uint8Array([value >> 16, value >> 8, value]);
export const u32 = (value: number): Uint8Array => new Uint8Array([value >>> 24, value >> 16, value >> 8, value]);

/** The presentation language's vectors (RFC 9846 §3.4): a length, then the content. */
export const vector8 = (content: Uint8Array): Uint8Array => concat(u8(content.length), content);
export const vector16 = (content: Uint8Array): Uint8Array => concat(u16(content.length), content);
export const vector24 = (content: Uint8Array): Uint8Array => concat(u24(content.length), content);

/** A copy with bytes[at, at + remove) replaced by `insert`. */
export function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array | readonly number[]): Uint8Array {
  return concat(bytes.slice(0, at), insert, bytes.slice(at + remove));
}

/** A copy with one bit turned over: bit 0 is the highest of the first byte. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  const at = bit >> 3;
  out[at] = out[at]! ^ (0x80 >> (bit & 7));
  return out;
}

/** Reads what the client sent; anything that does not fit throws PeerProblem. */
export class Cursor {
  private readonly bytes: Uint8Array;
  private readonly what: string;
  private at: number;

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.what = what;
    this.at = 0;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new PeerProblem(`${this.what}: ${length} bytes wanted at ${this.at}, ${this.left} there`);
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  number(width: number): number {
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    return value;
  }

  vector(width: number): Uint8Array {
    return this.take(this.number(width));
  }

  finish(): void {
    if (this.left !== 0) throw new PeerProblem(`${this.what}: ${this.left} bytes too many`);
  }
}

/** What the scripted peer found wrong in what the client sent. */
export class PeerProblem extends Error {}
