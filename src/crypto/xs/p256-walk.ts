/**
 * u·Q + v·G on P-256, in steps: one doubling with its additions is one step.
 *
 * - Points are Jacobian with H = 2Y in place of Y, which saves the small multiples. Doubling for a = -3: 8 products, 7 reductions; mixed
 *   addition: 11 and 10 (Hankerson, Menezes, Vanstone: Guide to Elliptic Curve Cryptography, §3.2.2).
 * - v·G: a signed comb of 7 teeth, 37 apart, all digits +1 or -1, over 64 constant points.
 * - u·Q: digits ±1, ±3, ±5, ±7, read from the top as the walk needs them, so that no list of digits is kept. Either one digit at every third
 *   bit (regular: the pattern does not depend on u, which is a secret), or the width-4 form of Okeya, Schmidt-Samoa, Spahn and Takagi ("Signed
 *   Binary Representations Revisited", 2004), as sparse as the non-adjacent form.
 *
 * Everything stays in locals of one function, few of them: a local costs 16 bytes of stack, a property three times the time. Between slices the
 * locals are parked in fields. The reductions are `reduce` of p256-curve.ts written out (a call would cost a tenth of it); what is said there
 * about negative values holds here: all values are right modulo p, and nothing asks for more than that.
 */
import { NO_TABLE, writeLittleEndian } from "./bigint-bytes.js";
import { P256_COMB } from "./generated/p256-comb.js";
import { MU, P, S224, S288 } from "./p256-curve.js";

const ZERO = 0n;
const ONE = 1n;
const THREE = 3n;
const FIVE = 5n;
const M258 = (1n << 258n) - 1n;
const M259 = (1n << 259n) - 1n;

/** Bytes of the digit array: those of u come first, then those of v. Without v, V_DIGITS bytes are enough. */
export const V_DIGITS = 40;
export const DIGIT_BYTES = 80;

/** Writes the digits of v, 0 < v <= n and odd: bit 1 for the digit +1, bit 0 for -1. */
export function writeBaseDigits(v: bigint, digits: Uint8Array): void {
  writeLittleEndian((v + M259) >> ONE, digits, V_DIGITS, 40);
}

/**
 * Writes the digits of u, 0 < u < n, and odd where they are to be regular: then each three bits b stand for the digit 2b - 7, and lie one bit to
 * the left. Else u itself, five bits to the left: the window of the last digits reaches below bit 0.
 */
export function writePointDigits(u: bigint, digits: Uint8Array, regular: boolean): void {
  writeLittleEndian(regular ? ((u + M258) >> ONE) << ONE : u << FIVE, digits, 0, 40);
}

export class P256Walk {
  /** The result: X / Z^2 and H / (2 Z^3); Z = 0 modulo p is the point at infinity. */
  x: bigint;
  h: bigint;
  z: bigint;
  /** x and 2y of Q, 3Q, 5Q, 7Q in turn. */
  private table: readonly bigint[];
  private readonly digits: Uint8Array;
  /** u·Q alone, by regular digits. */
  private readonly regular: boolean;
  /** The bit that comes next, from 256 or less down to 0. */
  private position: number;
  /** The bit from which u's next digit is looked for, the bit where the last one found is due, and that digit: ±1, ±3, ±5, ±7. */
  private scan: number;
  private due: number;
  private digit: number;

  /** u·Q + v·G; with `regular` u·Q alone; without a table v·G alone. The digits must stand in `digits` until the walk is finished. */
  constructor(digits: Uint8Array, table: readonly bigint[] | null, regular: boolean) {
    const scan = table === null ? -1 : regular ? 255 : 256;
    this.x = ZERO;
    this.h = ZERO;
    this.z = ZERO;
    this.table = table === null ? NO_TABLE : table;
    this.digits = digits;
    this.regular = regular;
    this.position = table === null ? 36 : scan;
    this.scan = scan;
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
    let k: number;
    let turn: number;
    let negative: boolean;
    let x: bigint;
    let y: bigint;
    let X = this.x;
    let H = this.h;
    let Z = this.z;
    let a: bigint;
    let d: bigint;
    let h: bigint;
    let t: bigint;
    this.x = this.h = this.z = 0n;
    for (; budget > 0 && i >= 0; budget--, i--) {
      if (Z) {
        t = Z * Z;
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = H * H;
        a = t - (((t >> S224) * MU) >> S288) * P;
        t = X * a;
        h = t - (((t >> S224) * MU) >> S288) * P;
        t = (X - d) * THREE * (X + d);
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = H * Z;
        Z = t - (((t >> S224) * MU) >> S288) * P;
        t = d * d - (h << ONE);
        X = t - (((t >> S224) * MU) >> S288) * P;
        t = (d << ONE) * (h - X) - a * a;
        H = t - (((t >> S224) * MU) >> S288) * P;
      }
      if (i <= this.scan) {
        // u's bits i .. i - 4 (regular: i + 2 .. i)
        j = i + 1;
        j = ((digits[j >> 3]! | (digits[(j >> 3) + 1]! << 8)) >> (j & 7)) & 31;
        if (this.regular) {
          this.digit = 2 * (j & 7) - 7;
          this.due = i;
          this.scan = i - 3;
        } else if (((j + 8) & 16) !== 0) {
          // Bits i and i - 1 differ, so the four signed digits "bit below minus bit" from i on have the value ±4 .. ±8, times 2^(i - 3).
          negative = j > 15;
          j = ((negative ? 31 - j : j) + 1) >> 1;
          k = i - 3;
          while ((j & 1) === 0) {
            j >>= 1;
            k++;
          }
          this.digit = negative ? -j : j;
          this.due = k;
          this.scan = i - 4;
        }
      }
      // Turn 0: u's digit; turn 1: the comb's column.
      for (turn = i === this.due ? 0 : 1; turn < 2; turn++) {
        if (turn === 0) {
          j = this.digit;
          negative = j < 0;
          k = negative ? -1 - j : j - 1;
          x = this.table[k]!;
          y = this.table[k + 1]!;
        } else {
          if (i > 36 || this.regular) break;
          k = 0;
          for (j = i + 8 * 40 + 6 * 37; j >= 8 * 40; j -= 37) k = k + k + ((digits[j >> 3]! >> (j & 7)) & 1);
          negative = k < 64;
          k = negative ? 63 - k : k - 64;
          x = P256_COMB[k]!.x;
          y = P256_COMB[k]!.y;
        }
        if (!Z) {
          X = x;
          H = negative ? P - y : y;
          Z = ONE;
          continue;
        }
        t = Z * Z;
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = x * d - X;
        h = t - (((t >> S224) * MU) >> S288) * P;
        t = Z * d;
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = y * d;
        t = negative ? t + H : t - H;
        a = t - (((t >> S224) * MU) >> S288) * P;
        if (!(h % P)) {
          // The same x. A point and its negative: infinity. The same point: its double.
          if (a % P) {
            Z = 0n;
            continue;
          }
          X = x;
          Z = negative ? P - y : y;
          a = (Z * Z) % P;
          h = (X * a) % P;
          d = (THREE * (X * X - ONE)) % P;
          X = (d * d - h - h) % P;
          H = ((d << ONE) * (h - X) - a * a) % P;
          continue;
        }
        d = h << ONE;
        t = Z * d;
        Z = t - (((t >> S224) * MU) >> S288) * P;
        t = d * d;
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = h * d;
        h = t - (((t >> S224) * MU) >> S288) * P;
        t = X * d;
        d = t - (((t >> S224) * MU) >> S288) * P;
        t = a * a - h - (d << ONE);
        X = t - (((t >> S224) * MU) >> S288) * P;
        t = a * (negative ? X - d : d - X) - H * h;
        H = (t - (((t >> S224) * MU) >> S288) * P) << ONE;
      }
    }
    if (i < 0) this.table = NO_TABLE;
    this.position = i;
    this.x = X;
    this.h = H;
    this.z = Z;
    return budget;
  }

  /** Drops all numbers; the digits are the caller's. */
  wipe(): void {
    this.x = this.h = this.z = ZERO;
    this.table = NO_TABLE;
    this.position = -1;
  }
}
