/** P-521 (SP 800-186 §3.2.1.5): its prime, and what its generated walk computes with. */
export const P = (1n << 521n) - 1n;
export const S521 = 521n;
/** Multiples of p that keep a difference positive; tools/generate/p521-walk.js tells which. */
export const LIFT = P << 4n;
export const LIFT_ONCE = P << 20n;
export const LIFT_PRODUCT = P << 545n;
