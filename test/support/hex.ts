/** Bytes for tests: hex both ways, and reproducible random bytes. */

export function fromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(" ", "").replaceAll("\n", "");
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (let i = 0; i < bytes.length; i++) hex += bytes[i]!.toString(16).padStart(2, "0");
  return hex;
}

export function fromAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A small generator (xorshift32): the same seed gives the same numbers, on Node and on XS. Not for keys. */
export class Seeded {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  /** An integer in [0, below). */
  number(below: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) % below;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.number(256);
    return bytes;
  }

  /** A copy of bytes that starts `before` bytes into a larger array whose own start in its ArrayBuffer is not a round number either. */
  embedded(bytes: Uint8Array, before: number, after: number): Uint8Array {
    const whole = this.bytes(3 + before + bytes.length + after).subarray(3);
    whole.set(bytes, before);
    return whole;
  }
}
