/**
 * Prints the walk of P-521. As 2^521 = 1 modulo p, folding a number's upper bits on the lower ones takes one addition; that wants numbers >= 0.
 * Twice for coordinates, which else would grow from step to step.
 *
 * Bounds, as bits: x and Z < 522, H < 523, the square of Z < 524, another term or `once` < 533, sums of products < 1068. All but the last take the
 * same 17 words.
 */
import { walkSource } from "./lib/prime-walk.js";

const once = (target) => `${target} = (t & P) + (t >> S521);`;
const twice = (target) => `${once("t")}\n${once(target)}`;

export function generate() {
  return walkSource({
    name: "P521",
    module: "p521-field",
    imports: "LIFT, LIFT_ONCE, LIFT_PRODUCT, P, S521",
    bits: 521,
    teeth: 5,
    distance: 105,
    field: {
      coordinate: twice,
      term: once,
      once,
      liftValue: " + LIFT",
      liftOnce: " + LIFT_ONCE",
      liftProduct: " + LIFT_PRODUCT",
      liftRest: " + P",
    },
  });
}
