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

/** Where the content of the element at der[at] begins. Of well-formed DER. */
export function contentAt(der: Uint8Array, at: number): number {
  const first = der[at + 1]!;
  return at + (first < 0x80 ? 2 : 2 + (first & 0x7f));
}

/** Where the element at der[at] ends. Of well-formed DER; of other octets it answers some number behind `at`. */
export function endOf(der: Uint8Array, at: number): number {
  const content = contentAt(der, at);
  if (content === at + 2) return content + der[at + 1]!;
  let length = 0;
  for (let i = at + 2; i < content && i < at + 6; i++) length = length * 256 + (der[i] ?? 0);
  return content + length;
}

/** Whether octets of two arrays are the same. Not for secrets. */
export function equalOctets(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Copies octets between arrays without making a view. */
export function copyOctets(from: Uint8Array, at: number, to: Uint8Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[at + i]!;
}

/** Fewer octets are copied one by one: a view takes as long as three of them, but it is garbage then. */
export const SHORT_RUN = 12;

/** The same for many. Not from deep in the stack. */
export function copyRun(from: Uint8Array, at: number, to: Uint8Array, toAt: number, length: number): void {
  if (length < SHORT_RUN) copyOctets(from, at, to, toAt, length);
  else to.set(from.subarray(at, at + length), toAt);
}
