/** Between bytes and BigInt, 64 bits at a time through a DataView: the fastest way on XS, which has no reader of its own. */
const S8 = 8n;
const S64 = 64n;
const ZERO = 0n;

/** The number in bytes[offset, offset + length), the most significant byte first. */
export function readBigEndian(bytes: Uint8Array, offset: number, length: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  let value = ZERO;
  let i = 0;
  for (; i < (length & 7); i++) value = (value << S8) | BigInt(view.getUint8(i));
  for (; i < length; i += 8) value = (value << S64) | view.getBigUint64(i);
  return value;
}

/** Writes `length` bytes (a multiple of 8), the most significant first, leading zeros kept. 0 <= value < 2^(8·length). */
export function writeBigEndian(value: bigint, bytes: Uint8Array, offset: number, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  for (let i = length - 8; i >= 0; i -= 8) {
    view.setBigUint64(i, value);
    value >>= S64;
  }
}

/** The number in bytes[offset, offset + length), `length` a multiple of 8, the least significant byte first. */
export function readLittleEndian(bytes: Uint8Array, offset: number, length: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  let value = ZERO;
  for (let i = length - 8; i >= 0; i -= 8) value = (value << S64) | view.getBigUint64(i, true);
  return value;
}

/** Writes `length` bytes (a multiple of 8), the least significant first. 0 <= value < 2^(8·length). */
export function writeLittleEndian(value: bigint, bytes: Uint8Array, offset: number, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  for (let i = 0; i < length; i += 8) {
    view.setBigUint64(i, value, true);
    value >>= S64;
  }
}

/** For a walk over constant points alone: the table of multiples that it does not read. */
export const NO_TABLE: readonly bigint[] = Object.freeze([]);
