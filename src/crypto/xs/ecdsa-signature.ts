/** Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 §2.2.3), in DER and nothing else. */
import { readBigEndian } from "./bigint-bytes.js";

const ZERO = 0n;

/** Content length of a positive INTEGER in the fewest bytes that begins at `offset`, or 0. */
function integerLength(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 3 || bytes[offset] !== 2) return 0;
  const length = bytes[offset + 1]!;
  if (length === 0 || length > 127 || length > end - offset - 2) return 0;
  const first = bytes[offset + 2]!;
  if (first > 127 || (first === 0 && (length === 1 || bytes[offset + 3]! < 128))) return 0;
  return length;
}

/**
 * r (which = 0) or s (which = 1) of the signature in bytes[offset, offset + length), for a curve of `size` bytes. 0, which no valid signature
 * has, where the encoding is wrong anywhere or the number takes more than `size` bytes.
 */
export function signatureInteger(bytes: Uint8Array, offset: number, length: number, size: number, which: number): bigint {
  const end = offset + length;
  let at = offset + 2;
  if (length < 8 || bytes[offset] !== 0x30) return ZERO;
  let content = bytes[offset + 1]!;
  if (content === 0x81) {
    content = bytes[offset + 2]!;
    if (content < 128) return ZERO;
    at++;
  } else if (content > 127) return ZERO;
  if (content !== end - at) return ZERO;
  const r = integerLength(bytes, at, end);
  if (r === 0) return ZERO;
  const s = integerLength(bytes, at + 2 + r, end);
  if (s === 0 || at + 4 + r + s !== end) return ZERO;
  let start = which === 0 ? at + 2 : at + 4 + r;
  let count = which === 0 ? r : s;
  if (bytes[start] === 0) {
    start++;
    count--;
  }
  return count > size ? ZERO : readBigEndian(bytes, start, count);
}
