import { internal_error, TLSAlert } from "../alert.js";

export const NONCE_LENGTH = 12;

/** Where in a connection's `keys` the directions' static ivs stand, and the nonce of the record at hand; handshake/keys.ts has the whole of it. */
export const READ_IV = 0;
export const WRITE_IV = NONCE_LENGTH;
export const NONCE = 2 * NONCE_LENGTH;

/** XORs the 64-bit sequence number into bytes[offset, offset + 8). */
export function xorSequence(bytes: Uint8Array, offset: number, sequence: number): void {
  const hi = (sequence / 0x1000000) | 0;
  bytes[offset + 1] = bytes[offset + 1] ^ (hi >> 24);
  bytes[offset + 2] = bytes[offset + 2] ^ ((hi >> 16) & 255);
  bytes[offset + 3] = bytes[offset + 3] ^ ((hi >> 8) & 255);
  bytes[offset + 4] = bytes[offset + 4] ^ (hi & 255);
  bytes[offset + 5] = bytes[offset + 5] ^ ((sequence >> 16) & 255);
  bytes[offset + 6] = bytes[offset + 6] ^ ((sequence >> 8) & 255);
  bytes[offset + 7] = bytes[offset + 7] ^ (sequence & 255);
}

/** Counts exactly, and fails long before 64 bits could wrap (RFC 9846 §5.3, RFC 5246 §6.1). */
export function nextSequence(sequence: number): number {
  if (sequence > Number.MAX_SAFE_INTEGER) throw new TLSAlert(internal_error, "the sequence number of this key is used up", "internal");
  return sequence + 1;
}
