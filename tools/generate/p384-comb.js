// Prints the comb table of P-384 (SP 800-186 §3.2.1.4): 32 multiples of the base point.
import { PrimeCurve } from "./lib/prime-curve.js";

const BASE = {
  x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
  y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
};

export function generate() {
  return new PrimeCurve(2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n).combSource("P384_COMB", BASE, 6, 64);
}
