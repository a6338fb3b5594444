/**
 * Prints the walk of P-384. As 2^384 = 2^128 + 2^96 - 2^32 + 1 =: FOLD modulo p, folding the upper words on the lower ones twice brings a number
 * of up to 28 words to 12 (or, rarely or where a `once` was in it, 13). That is faster than Barrett's reduction, but only for numbers >= 0.
 *
 * Bounds, as bits: a coordinate or term < 397, a `once` < 520; d and a in the doubling < 386.
 */
import { walkSource } from "./lib/prime-walk.js";

const twice = (target) => `t = (t & MASK) + (t >> S384) * FOLD;\n${target} = (t & MASK) + (t >> S384) * FOLD;`;
const once = (target) => `${target} = (t & MASK) + (t >> S384) * FOLD;`;

export function generate() {
  return walkSource({
    name: "P384",
    module: "p384-field",
    imports: "FOLD, LIFT, LIFT_ONCE, LIFT_PRODUCT, MASK, P, S384",
    bits: 384,
    teeth: 6,
    distance: 64,
    field: {
      coordinate: twice,
      term: twice,
      once,
      liftValue: " + LIFT",
      liftOnce: " + LIFT_ONCE",
      liftProduct: " + LIFT_PRODUCT",
      liftRest: " + P",
    },
  });
}
