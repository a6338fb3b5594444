/**
 * Prints the walk of P-384. As 2^384 = 2^128 + 2^96 - 2^32 + 1 =: FOLD modulo p, folding the upper words on the lower ones twice brings a number
 * of up to 28 words to 12 (or, rarely or where a `once` was in it, 13). That is faster than Barrett's reduction, but only for numbers >= 0.
 *
 * Bounds, as bits: x and Z < 385, H < 393 (a sum of products < 904 bits leaves less than 392, and it is doubled after an addition), a term < 387,
 * a `once` < 514.
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
