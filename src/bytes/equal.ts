/** Equality of bytes, without an early exit: the time tells nothing of where they differ. */
export function equalBytes(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  let difference = 0;
  for (let i = 0; i < length; i++) difference |= a[aOffset + i] ^ b[bOffset + i];
  return difference === 0;
}
