/** The field of Ed25519 (RFC 8032 §5.1): numbers modulo 2^255 - 19, reduced by 2^256 = 38, which wants them >= 0. */
export const P = (1n << 255n) - 19n;
export const P4 = P << 2n;
export const M256 = (1n << 256n) - 1n;
export const S256 = 256n;
export const N38 = 38n;

/** t modulo p and below 2^257, for 0 <= t < 2^540: 2^256 = 38. */
export function reduce(t: bigint): bigint {
  t = (t & M256) + (t >> S256) * N38;
  return (t & M256) + (t >> S256) * N38;
}
