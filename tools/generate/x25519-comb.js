// Prints the comb table of X25519 key generation: 32 multiples of the base point on the twisted Edwards curve that is birationally
// equivalent to Curve25519 (RFC 7748 §4.1). Entry i is (2^215 + sum of ±2^(43 j), j = 0..4, + where bit j of i is set) · B.
import { tableSource } from "./lib/table.js";

const P = (1n << 255n) - 19n;
const mod = (x) => ((x % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
const inverse = (x) => power(x, P - 2n);

const D = mod(-121665n * inverse(121666n));
const BASE = {
  x: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  y: mod(4n * inverse(5n)),
};

// Complete addition law, affine: slow and simple.
function add(p, q) {
  const t = mod(D * p.x * q.x * p.y * q.y);
  return { x: mod((p.x * q.y + p.y * q.x) * inverse(1n + t)), y: mod((p.y * q.y + p.x * q.x) * inverse(1n - t)) };
}
const negate = (p) => ({ x: mod(-p.x), y: p.y });

export function generate() {
  const teeth = [BASE];
  for (let j = 1; j < 6; j++) {
    let point = teeth[j - 1];
    for (let i = 0; i < 43; i++) point = add(point, point);
    teeth.push(point);
  }
  const entries = [];
  for (let i = 0; i < 32; i++) {
    let sum = teeth[5];
    for (let j = 0; j < 5; j++) sum = add(sum, (i >> j) & 1 ? teeth[j] : negate(teeth[j]));
    entries.push([mod(sum.y - sum.x), mod(sum.y + sum.x), mod(2n * D * sum.x * sum.y)]);
  }
  return `// Made by tools/generate/x25519-comb.js: y - x, y + x and 2dxy of each point.\n${tableSource("X25519_COMB", ["minus", "plus", "product"], entries)}`;
}
