/** A prime just below 2^16 (RFC 1950 §8.2): with 2^16 - 1 words of zeros would pass for words of ones, as flash memory has them where it is erased. */
const MODULUS = 65_521;

/** Words whose sums of sums still fit into 32 bits. */
const RUN = 256;

/** Fletcher's sums over words of 16 bits, an odd last byte as one of its own: to tell a damaged session from a whole one, at a fifth of a CRC's cost. */
export function checksum(view: DataView, length: number): number {
  let a = 1;
  let b = 0;
  const even = length & -2;
  for (let i = 0; i < even; ) {
    const end = Math.min(even, i + 2 * RUN);
    for (; i < end; i += 2) {
      a += view.getUint16(i);
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  if (even < length) {
    a = (a + view.getUint8(even)) % MODULUS;
    b = (b + a) % MODULUS;
  }
  return b * 0x10000 + a;
}
