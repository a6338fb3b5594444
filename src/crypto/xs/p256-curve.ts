/** P-256 (SP 800-186 §3.2.1.3): constants, one reduction, and the check of a point. */
export const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
/** Order of the base point. */
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
/** floor(2^512 / p), for Barrett's reduction. */
export const MU = 0x100000000fffffffffffffffefffffffefffffffeffffffff0000000000000003n;
export const S224 = 224n;
export const S288 = 288n;
const THREE = 3n;

/** Length of an uncompressed point (SEC 1 §2.3.3): 4, x, y. */
export const POINT_LENGTH = 65;

/**
 * x modulo p, for |x| below about 2^520: Barrett's reduction with all shifts at whole words. As 2^512 / p lies only 5·2^-32 above MU, the
 * difference is congruent to x and in 0 .. p but for a 2^-20th part of p at both ends. Where x is negative, XS may round a `>>` down by one too
 * many (when only zero bits are cut off): the difference is then below 3p. What `%` adds is the range -p .. p and above all the size: XS leaves
 * the difference in 72 bytes of memory, the remainder in 40.
 */
export function reduce(x: bigint): bigint {
  return (x - (((x >> S224) * MU) >> S288) * P) % P;
}

/** y^2 = x^3 - 3x + b for 0 <= x, y < p, and both in that range. The cofactor is 1: a point on the curve has order n. */
export function isOnCurve(x: bigint, y: bigint): boolean {
  return x < P && y < P && !((y * y - (x * x - THREE) * x - B) % P);
}
