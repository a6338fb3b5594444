// Prints the comb table of P-521 (SP 800-186 §3.2.1.5): 16 multiples of the base point.
import { PrimeCurve } from "./lib/prime-curve.js";

const BASE = {
  x: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
  y: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
};

export function generate() {
  return new PrimeCurve(2n ** 521n - 1n).combSource("P521_COMB", BASE, 5, 105);
}
