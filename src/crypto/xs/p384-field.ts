/** P-384 (SP 800-186 §3.2.1.4): its prime, and what its generated walk computes with. */
export const P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn;
/** 2^384 modulo p: a number's bits from 384 on times FOLD may be added to the others. */
export const FOLD = (1n << 384n) - P;
export const MASK = (1n << 384n) - 1n;
export const S384 = 384n;
/** Multiples of p that keep a difference positive; tools/generate/p384-walk.js tells which. */
export const LIFT = P << 10n;
export const LIFT_ONCE = P << 132n;
export const LIFT_PRODUCT = P << 396n;
