/** bytes[start, end) in memory of its own. slice() of a Node Buffer is none. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  for (let i = start; i < end; i++) copy[i - start] = bytes[i];
  return copy;
}
