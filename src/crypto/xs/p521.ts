import { DIGIT_BYTES, P521Walk, V_DIGITS } from "./generated/p521-walk.js";
import { P } from "./p521-field.js";
import type { PrimeCurve, Walk } from "./prime-curve.js";

/** P-521 (SP 800-186 §3.2.1.5). */
export const p521: PrimeCurve = {
  p: P,
  b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  size: 66,
  vDigits: V_DIGITS,
  digitBytes: DIGIT_BYTES,
  walk(digits: Uint8Array, table: readonly bigint[], u: bigint, v: bigint, regular: boolean): Walk {
    return new P521Walk(digits, table, u, v, regular);
  },
};
