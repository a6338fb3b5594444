import { DIGIT_BYTES, P384Walk, V_DIGITS } from "./generated/p384-walk.js";
import { P } from "./p384-field.js";
import type { PrimeCurve, Walk } from "./prime-curve.js";

/** P-384 (SP 800-186 §3.2.1.4). */
export const p384: PrimeCurve = {
  p: P,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  size: 48,
  vDigits: V_DIGITS,
  digitBytes: DIGIT_BYTES,
  walk(digits: Uint8Array, table: readonly bigint[], u: bigint, v: bigint, regular: boolean): Walk {
    return new P384Walk(digits, table, u, v, regular);
  },
};
