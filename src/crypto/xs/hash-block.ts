/**
 * What the hashes of FIPS 180-4 have in common: a DataView over chaining value and block, both of big-endian words. Places are positions in the view.
 */

/** Copies `length` bytes to `position`; four at a time where that is aligned. */
export function fillBlock(view: DataView, position: number, bytes: Uint8Array, offset: number, length: number): void {
  const end = position + length;
  for (; position < end && (position & 3) !== 0; position++) view.setUint8(position, bytes[offset++]!);
  const last = end - 4;
  for (; position <= last; position += 4) {
    view.setInt32(position, (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
    offset += 4;
  }
  for (; position < end; position++) view.setUint8(position, bytes[offset++]!);
}

/** Zeroes [from, to); `to` is a multiple of 4. */
export function zeroBlock(view: DataView, from: number, to: number): void {
  for (; (from & 3) !== 0; from++) view.setUint8(from, 0);
  for (; from < to; from += 4) view.setInt32(from, 0);
}

/** Writes what stands in [0, length) to out[offset …). */
export function saveWords(view: DataView, length: number, out: Uint8Array, offset: number): void {
  for (let i = 0; i < length; i += 4) {
    const word = view.getInt32(i);
    out[offset] = word >> 24;
    out[offset + 1] = word >> 16;
    out[offset + 2] = word >> 8;
    out[offset + 3] = word;
    offset += 4;
  }
}

/** The other way. */
export function restoreWords(view: DataView, length: number, saved: Uint8Array, offset: number): void {
  for (let i = 0; i < length; i += 4) {
    view.setInt32(i, (saved[offset]! << 24) | (saved[offset + 1]! << 16) | (saved[offset + 2]! << 8) | saved[offset + 3]!);
    offset += 4;
  }
}

export function copyWords(view: DataView, length: number, from: DataView): void {
  for (let i = 0; i < length; i += 4) view.setInt32(i, from.getInt32(i));
}
