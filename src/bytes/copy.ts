/** bytes[start, end) in memory of its own: Node's Buffer has a slice() that is none. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
