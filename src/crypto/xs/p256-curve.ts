/** P-256 (SP 800-186 §3.2.1.3): constants, one reduction, and the check of a point. */
import { readBigEndian } from "./bigint-bytes.js";

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
 * Barrett's reduction with all shifts at whole words, for |x| below about 2^520. The result is congruent to x and, as 2^512 / p lies only
 * 5·2^-32 above MU, in 0 .. p but for a 2^-20th part of p at both ends. Where x is negative, XS may round a `>>` down by one too many
 * (when only zero bits are cut off): the result is then below 3p, which does no harm either.
 */
export function reduce(x: bigint): bigint {
  return x - (((x >> S224) * MU) >> S288) * P;
}

/** y^2 = x^3 - 3x + b for 0 <= x, y < p, and both in that range. The cofactor is 1: a point on the curve has order n. */
export function isOnCurve(x: bigint, y: bigint): boolean {
  return x < P && y < P && !((y * y - (x * x - THREE) * x - B) % P);
}

/** Whether bytes[offset, offset + length) is an uncompressed point on the curve (so never the point at infinity). */
export function isPoint(bytes: Uint8Array, offset: number, length: number): boolean {
  return (
    length === POINT_LENGTH && bytes[offset] === 4 && isOnCurve(readBigEndian(bytes, offset + 1, 32), readBigEndian(bytes, offset + 33, 32))
  );
}
