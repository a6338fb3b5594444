/** XS interprets every byte of a handshake: what Node does for every case, XS does for a fair sample. */
export const ON_XS = (globalThis as { process?: unknown }).process === undefined;

/** Numbers from `first` to `last`: all of them on Node, about `few` on XS, both ends among them. */
export function sampled(first: number, last: number, few: number): number[] {
  if (!(first <= last)) throw new RangeError(`no number from ${first} to ${last}: nothing would be tested`);
  const out: number[] = [];
  const step = ON_XS ? Math.max(1, Math.floor((last - first) / few)) : 1;
  for (let n = first; n < last; n += step) out.push(n);
  out.push(last);
  return out;
}
