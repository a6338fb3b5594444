// Prints the comb table of P-256: 64 multiples of the base point. Entry i is (2^222 + sum of ±2^(37 j), j = 0..5, + where bit j of i is
// set) · G, as x and 2y (the point code keeps 2y in place of y).
import { tableSource } from "./lib/table.js";

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const BASE = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
const mod = (x) => ((x % P) + P) % P;

function inverse(x) {
  let result = 1n;
  for (let b = mod(x), e = P - 2n; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}

// Affine addition; neither the point at infinity nor a point and its negative appears here.
function add(p, q) {
  const slope = mod(p.x === q.x ? (3n * p.x * p.x - 3n) * inverse(2n * p.y) : (q.y - p.y) * inverse(q.x - p.x));
  const x = mod(slope * slope - p.x - q.x);
  return { x, y: mod(slope * (p.x - x) - p.y) };
}
const negate = (p) => ({ x: p.x, y: mod(-p.y) });

export function generate() {
  const teeth = [BASE];
  for (let j = 1; j < 7; j++) {
    let point = teeth[j - 1];
    for (let i = 0; i < 37; i++) point = add(point, point);
    teeth.push(point);
  }
  const entries = [];
  for (let i = 0; i < 64; i++) {
    let sum = teeth[6];
    for (let j = 0; j < 6; j++) sum = add(sum, (i >> j) & 1 ? teeth[j] : negate(teeth[j]));
    entries.push([sum.x, mod(2n * sum.y)]);
  }
  return `// Made by tools/generate/p256-comb.js: x and 2y of each point.\n${tableSource("P256_COMB", ["x", "y"], entries)}`;
}
