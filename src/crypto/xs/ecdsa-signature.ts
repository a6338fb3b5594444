/** Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 §2.2.3), in DER and nothing else. */

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
 * Where r (which = 0) or s (which = 1) lies in the signature in bytes[offset, offset + length), for a curve of `size` bytes: 256 times its first
 * byte's place after `offset`, plus its length without a leading zero byte. 0 where the encoding is wrong anywhere or the number is longer
 * than `size` bytes. (The caller reads the number itself: that keeps the stack low.)
 */
export function locateInteger(bytes: Uint8Array, offset: number, length: number, size: number, which: number): number {
  const end = offset + length;
  let at = offset + 2;
  if (length < 8 || bytes[offset] !== 0x30) return 0;
  let content = bytes[offset + 1]!;
  if (content === 0x81) {
    content = bytes[offset + 2]!;
    if (content < 128) return 0;
    at++;
  } else if (content > 127) return 0;
  if (content !== end - at) return 0;
  let count = integerLength(bytes, at, end);
  const s = at + 2 + count;
  content = integerLength(bytes, s, end);
  if (count === 0 || content === 0 || s + 2 + content !== end) return 0;
  at += 2;
  if (which !== 0) {
    at = s + 2;
    count = content;
  }
  if (bytes[at] === 0) {
    at++;
    count--;
  }
  return count > size ? 0 : (at - offset) * 256 + count;
}

/** Octets of the longest DER Ecdsa-Sig-Value for a curve of `size` octets, at most 60: each INTEGER may need a leading zero. */
export function longestSignature(size: number): number {
  const content = 2 * (size + 3);
  return content + (content < 128 ? 2 : 3);
}

/**
 * Writes r and s, `size` octets each in numbers[at, at + 2·size), as a DER Ecdsa-Sig-Value at out[offset]; returns its length. Neither is 0.
 */
export function writeSignature(numbers: Uint8Array, at: number, size: number, out: Uint8Array, offset: number): number {
  const content = 4 + contentLength(numbers, at, size) + contentLength(numbers, at + size, size);
  let to = offset;
  out[to++] = 0x30;
  if (content > 127) out[to++] = 0x81;
  out[to++] = content;
  for (let i = 0; i < 2; i++) {
    const length = contentLength(numbers, at, size);
    out[to++] = 2;
    out[to++] = length;
    at += size;
    // The leading zero, where one is needed, then the octets.
    for (let k = length; k > 0; k--) out[to++] = k > size ? 0 : numbers[at - k]!;
  }
  return to - offset;
}

function contentLength(numbers: Uint8Array, at: number, size: number): number {
  let length = size;
  while (length > 1 && numbers[at] === 0) {
    at++;
    length--;
  }
  return numbers[at]! > 127 ? length + 1 : length;
}
