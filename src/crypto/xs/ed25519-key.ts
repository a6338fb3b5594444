/**
 * An Ed25519 public key A (RFC 8032 §5.1.3), in steps: its point is decoded, and made are -A, -3A, -5A and -7A, as the walk wants them.
 *
 * Refused: y >= p, no point on the curve, and the eight points of small order. RFC 8032 leaves the last open; under such a key signatures can be
 * made that hold for many messages, and no honest key is one.
 */
import { readLittleEndian } from "./bigint-bytes.js";
import { M256, N38, P, P4, reduce, S256 } from "./ed25519-field.js";

const M255 = (1n << 255n) - 1n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const D2 = D << 1n;
const SQRT_MINUS_ONE = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;
const S255 = 255n;
const ZERO = 0n;
const ONE = 1n;

/** 250 in binary, the top bit left out: how the exponent 2^250 - 1 is reached, from the lowest bit up. */
const CHAIN = 0b0101111;
const CHAIN_STEPS = 7;
const ROOT = CHAIN_STEPS;
const TABLE = ROOT + 1;
const READY = TABLE + 1;

/** x to the power 2^count. */
function square(x: bigint, count: number): bigint {
  let t: bigint;
  for (; count > 0; count--) {
    t = x * x;
    t = (t & M256) + (t >> S256) * N38;
    x = (t & M256) + (t >> S256) * N38;
  }
  return x;
}

export class Ed25519Key {
  /** Y - X, Y + X, 2dT and 2Z of -A, -3A, -5A and -7A (X : Y : Z : T), all >= 0; null until run() has finished, and where the key is refused. */
  table: bigint[] | null;
  private readonly y: bigint;
  private readonly odd: boolean;
  /** x = u·v^3·(u·v^7)^(2^252 - 3), where that is a square root of u / v. */
  private u: bigint;
  private v: bigint;
  private base: bigint;
  /** base to the power 2^ones - 1. */
  private power: bigint;
  private ones: number;
  private stage: number;

  /** Reads 32 bytes. */
  constructor(bytes: Uint8Array, offset: number) {
    const code = readLittleEndian(bytes, offset, 32);
    const y = code & M255;
    const square = (y * y) % P;
    const u = square - ONE + P;
    const v = D * square + ONE;
    const v2 = reduce(v * v);
    this.table = null;
    this.y = y;
    this.odd = !!(code >> S255);
    this.u = u;
    this.v = reduce(v);
    this.base = reduce(reduce(reduce(v2 * v2) * reduce(v2 * this.v)) * u);
    this.power = this.base;
    this.ones = 1;
    this.stage = y < P ? 0 : READY;
  }

  finished(): boolean {
    return this.stage === READY;
  }

  /** Takes 9 steps (the longest is 125 squarings) and returns what is left of the budget. */
  run(budget: number): number {
    for (; budget > 0 && this.stage < READY; budget--, this.stage++) {
      const base = this.base;
      if (this.stage === ROOT) {
        this.takeRoot(reduce(square(this.power, 2) * base));
        continue;
      }
      if (this.stage === TABLE) {
        this.base = ZERO;
        this.table = multiples(base, this.y);
        continue;
      }
      let power = reduce(square(this.power, this.ones) * this.power);
      this.ones *= 2;
      if (((CHAIN >> this.stage) & 1) !== 0) {
        power = reduce(square(power, 1) * base);
        this.ones++;
      }
      this.power = power;
    }
    return budget;
  }

  /** x of -A becomes the base; a refused key is ready, without a table. */
  private takeRoot(power: bigint): void {
    const { u, v, y } = this;
    let x = reduce(reduce(reduce(reduce(v * v) * v) * u) * power) % P;
    this.u = this.v = this.power = ZERO;
    this.stage = TABLE;
    const z = reduce(reduce(x * x) * v);
    if ((z - u) % P) {
      if ((z + u) % P) return;
      x = (x * SQRT_MINUS_ONE) % P;
    }
    // The points of order 1 and 2 have x = 0, those of 4 have y = 0, and the doubles of those of 8 have.
    if (!((((x * x + y * y) % P) * x * y) % P)) return;
    // The root that does not have the sign: -A.
    this.base = !!(x & ONE) === this.odd ? P - x : x;
    this.stage = ROOT;
  }
}

/** The table for Q = (x, y). Extended coordinates: "dbl-2008-hwcd" and "add-2008-hwcd-3" of the Explicit-Formulas Database. */
function multiples(x: bigint, y: bigint): bigint[] {
  let X = x;
  let Y = y;
  let Z = ONE;
  let T = reduce(x * y);
  // 2Q. F and H of the formulas are here -f and -a: that turns the sign of all four coordinates.
  let e = T << ONE;
  let a = (x * x) % P;
  let b = (y * y) % P;
  let g = b - a + P;
  let f = P4 - g + ONE + ONE;
  a = a + b;
  const dx = reduce(e * f);
  const dy = reduce(g * a);
  const difference = dy - dx + P4;
  const sum = dy + dx;
  const product = reduce(reduce(e * a) * D2);
  const z2 = reduce(f * g) << ONE;
  const table: bigint[] = [];
  for (let i = 0; ; i += 4) {
    table[i] = Y - X + P4;
    table[i + 1] = Y + X;
    table[i + 2] = reduce(T * D2);
    table[i + 3] = Z + Z;
    if (i === 12) return table;
    a = reduce((Y - X + P4) * difference);
    b = reduce((Y + X) * sum);
    g = reduce(T * product);
    f = reduce(Z * z2);
    e = b - a + P4;
    a = a + b;
    b = f - g + P4;
    g = f + g;
    X = reduce(e * b);
    Y = reduce(g * a);
    Z = reduce(b * g);
    T = reduce(e * a);
  }
}
