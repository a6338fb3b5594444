/** Small work on octets in one array. */

/** Writes a SEQUENCE's header in the one form that DER allows; returns the octets written. */
export function writeHeader(bytes: Uint8Array, at: number, length: number): number {
  bytes[at] = 0x30;
  if (length < 0x80) {
    bytes[at + 1] = length;
    return 2;
  }
  if (length < 0x100) {
    bytes[at + 1] = 0x81;
    bytes[at + 2] = length;
    return 3;
  }
  bytes[at + 1] = 0x82;
  bytes[at + 2] = length >> 8;
  bytes[at + 3] = length & 0xff;
  return 4;
}

/** Whether length octets at a and at b are the same. Not for secrets. */
export function sameOctets(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
