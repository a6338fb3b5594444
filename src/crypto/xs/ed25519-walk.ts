/**
 * k·Q + s·B on the twisted Edwards curve of Ed25519, in steps: one doubling with its additions is one step.
 *
 * k·Q: digits ±1, ±3, ±5, ±7, found as in the walks of the prime curves (tools/generate/lib/prime-walk.js). s·B: the comb of X25519, whose points
 * are the same: 6 teeth, 43 apart, all digits +1 or -1. Extended coordinates, T only where an addition follows ("dbl-2008-hwcd" and
 * "madd-2008-hwcd-3" of the Explicit-Formulas Database); these additions hold for every two points.
 *
 * Reduced once (below 2^267 here) or twice by 2^256 = 38; multiples of p keep all numbers >= 0.
 */
import { writeLittleEndian } from "./bigint-bytes.js";
import { M256, N38, P, P4, S256 } from "./ed25519-field.js";
import { X25519_COMB } from "./generated/x25519-comb.js";

const PE = P << 14n;
const PE2 = P << 15n;
/** Order of the base point. */
export const L = (1n << 252n) + 27742317777372353535851937790883648493n;
const M258 = (1n << 258n) - 1n;
const ZERO = 0n;
const ONE = 1n;
const FIVE = 5n;

/** Bytes of the digit array: those of k, then those of s. */
export const DIGIT_BYTES = 80;
const S_DIGITS = 40;
const COLUMNS = 43;
/** No number below L has bit 253. */
const TOP = 253;

export class Ed25519Walk {
  /** The result: X / Z and Y / Z. */
  x: bigint;
  y: bigint;
  z: bigint;
  private readonly table: readonly bigint[];
  private readonly digits: Uint8Array;
  /** The comb's digits are those of L - s. */
  private readonly negated: boolean;
  private position: number;
  /** The bit from which k's next digit is looked for, the bit where the last one found is due, and that digit. */
  private scan: number;
  private due: number;
  private digit: number;

  /** The table of an Ed25519Key for Q; 0 <= k, s < L. */
  constructor(digits: Uint8Array, table: readonly bigint[], k: bigint, s: bigint) {
    // The comb wants an odd number.
    const negated = !(s & ONE);
    writeLittleEndian(((negated ? L - s : s) + M258) >> ONE, digits, S_DIGITS, 40);
    // The window of the last digits reaches below bit 0.
    writeLittleEndian(k << FIVE, digits, 0, 40);
    this.x = ZERO;
    this.y = ONE;
    this.z = ONE;
    this.table = table;
    this.digits = digits;
    this.negated = negated;
    this.position = TOP;
    this.scan = TOP;
    this.due = -1;
    this.digit = 0;
  }

  finished(): boolean {
    return this.position < 0;
  }

  /** Goes on for up to `budget` steps and returns what is left of it. */
  run(budget: number): number {
    const digits = this.digits;
    let i = this.position;
    let j: number;
    let q: number;
    let turn: number;
    let negative: boolean;
    let minus: bigint;
    let plus: bigint;
    let product: bigint;
    let X = this.x;
    let Y = this.y;
    let Z = this.z;
    let T: bigint;
    let a: bigint;
    let c: bigint;
    let e: bigint;
    let g: bigint;
    let t: bigint;
    this.x = this.y = this.z = ZERO;
    for (; budget > 0 && i >= 0; budget--, i--) {
      t = X * X;
      a = (t & M256) + (t >> S256) * N38;
      t = Y * Y;
      t = (t & M256) + (t >> S256) * N38;
      g = t - a + PE;
      a = a + t;
      t = (Z + Z) * Z;
      c = (t & M256) + (t >> S256) * N38;
      c = c + PE2 - g;
      t = (X + X) * Y;
      e = (t & M256) + (t >> S256) * N38;
      t = e * c;
      t = (t & M256) + (t >> S256) * N38;
      X = (t & M256) + (t >> S256) * N38;
      t = g * a;
      t = (t & M256) + (t >> S256) * N38;
      Y = (t & M256) + (t >> S256) * N38;
      t = c * g;
      t = (t & M256) + (t >> S256) * N38;
      Z = (t & M256) + (t >> S256) * N38;
      if (i <= this.scan) {
        // k's bits i .. i - 4
        j = i + 1;
        j = ((digits[j >> 3]! | (digits[(j >> 3) + 1]! << 8)) >> (j & 7)) & 31;
        if (((j + 8) & 16) !== 0) {
          // Bits i and i - 1 differ, so the four signed digits "bit below minus bit" from i on have the value ±4 .. ±8, times 2^(i - 3).
          negative = j > 15;
          j = ((negative ? 31 - j : j) + 1) >> 1;
          q = i - 3;
          while ((j & 1) === 0) {
            j >>= 1;
            q++;
          }
          this.digit = negative ? -j : j;
          this.due = q;
          this.scan = i - 4;
        }
      }
      // Turn 0: k's digit; turn 1: the comb's column.
      turn = i === this.due ? 0 : 1;
      if (turn !== 0 && i >= COLUMNS) continue;
      t = e * a;
      t = (t & M256) + (t >> S256) * N38;
      T = (t & M256) + (t >> S256) * N38;
      for (; turn < 2; turn++) {
        if (turn === 0) {
          q = this.digit;
          negative = q < 0;
          q = 2 * (negative ? -1 - q : q - 1);
          minus = this.table[q]!;
          plus = this.table[q + 1]!;
          product = this.table[q + 2]!;
          t = Z * this.table[q + 3]!;
          c = (t & M256) + (t >> S256) * N38;
        } else {
          if (i >= COLUMNS) break;
          q = 0;
          for (j = i + 8 * S_DIGITS + 5 * COLUMNS; j >= 8 * S_DIGITS; j -= COLUMNS) q = q + q + ((digits[j >> 3]! >> (j & 7)) & 1);
          negative = q < 32;
          q = negative ? 31 - q : q - 32;
          if (this.negated) negative = !negative;
          minus = X25519_COMB[q]!.minus;
          plus = X25519_COMB[q]!.plus;
          product = X25519_COMB[q]!.product;
          c = Z + Z;
        }
        t = T * product;
        g = (t & M256) + (t >> S256) * N38;
        t = (Y - X + P4) * (negative ? plus : minus);
        a = (t & M256) + (t >> S256) * N38;
        t = (Y + X) * (negative ? minus : plus);
        t = (t & M256) + (t >> S256) * N38;
        e = t - a + PE;
        a = a + t;
        if (negative) {
          t = c + g;
          g = c - g + PE;
          c = t;
        } else {
          t = c - g + PE;
          g = c + g;
          c = t;
        }
        t = e * c;
        t = (t & M256) + (t >> S256) * N38;
        X = (t & M256) + (t >> S256) * N38;
        t = g * a;
        t = (t & M256) + (t >> S256) * N38;
        Y = (t & M256) + (t >> S256) * N38;
        t = c * g;
        t = (t & M256) + (t >> S256) * N38;
        Z = (t & M256) + (t >> S256) * N38;
        if (turn === 0 && i < COLUMNS) {
          t = e * a;
          t = (t & M256) + (t >> S256) * N38;
          T = (t & M256) + (t >> S256) * N38;
        }
      }
    }
    this.position = i;
    this.x = X;
    this.y = Y;
    this.z = Z;
    return budget;
  }
}
