/**
 * The source of a curve's walk: u·Q + v·G in steps, one function with all in locals. The curves differ in how they reduce, which is written
 * out after each product: a call would cost a tenth of it.
 *
 * - Points are Jacobian with H = 2Y in place of Y, which saves the small multiples. Doubling for a = -3: 8 products, 7 reductions; mixed
 *   addition: 11 and 10 (Hankerson, Menezes, Vanstone: Guide to Elliptic Curve Cryptography, §3.2.2).
 * - v·G: a signed comb, all digits +1 or -1, over constant points.
 * - u·Q: digits ±1, ±3, ±5, ±7, read from the top as the walk needs them, so that no list of digits is kept. Either one digit at every third
 *   bit (regular: the pattern does not depend on u, which is a secret), or the width-4 form of Okeya, Schmidt-Samoa, Spahn and Takagi ("Signed
 *   Binary Representations Revisited", 2004), as sparse as the non-adjacent form.
 *
 * `field` says how to reduce `t`, which is a product or a sum of products, and what to add where a difference must not be negative:
 *   coordinate, term   statements that put a number congruent to t into the target; `term` for what does not outlive the step and may be longer,
 *                      `once` for what, besides, is a factor of one product only
 *   liftValue          added after a coordinate or the square of Z was subtracted
 *   liftOnce           … after a `once`
 *   liftProduct        … after a product that was not reduced: the square of a term, or coordinate · term
 *   liftRest           … after a remainder of `%`
 */

/** Statements `target = expression`, reduced. */
function lines(field, ...rows) {
  const text = rows.map(([target, kind, expression]) => `t = ${expression};\n${field[kind](target)}`).join("\n");
  return text.replace(/^/gm, "        ");
}

function doubling(field) {
  return lines(
    field,
    ["d", "term", "Z * Z"],
    ["a", "term", "H * H"],
    ["h", "once", "X * a"],
    ["d", "term", `(X - d${field.liftValue}) * THREE * (X + d)`],
    ["Z", "coordinate", "H * Z"],
    ["X", "coordinate", `d * d - (h << ONE)${field.liftOnce}`],
    ["H", "coordinate", `(d << ONE) * (h - X${field.liftValue}) - a * a${field.liftProduct}`],
  );
}

/** Differences of x and of y: h and a. */
function differences(field) {
  return lines(
    field,
    ["d", "term", "Z * Z"],
    ["h", "term", `x * d - X${field.liftValue}`],
    ["d", "once", "Z * d"],
    ["a", "term", `negative ? y * d + H : y * d - H${field.liftValue}`],
  );
}

/** Where h is not 0. */
function addition(field) {
  return lines(
    field,
    ["Z", "coordinate", "Z * d"],
    ["d", "term", "d * d"],
    ["h", "term", "h * d"],
    ["d", "once", "X * d"],
    ["X", "coordinate", `a * a - h - (d << ONE)${field.liftOnce}`],
    ["H", "coordinate", `a * (negative ? X - d${field.liftOnce} : d - X${field.liftValue}) - H * h${field.liftProduct}`],
  );
}

const bytesFor = (bits) => 8 * Math.ceil(bits / 64);

/** curve: name ("P384"), module of P and of the field's constants, bits of p, teeth and distance of the comb, field (see above). */
export function walkSource({ name, module, imports, bits, teeth, distance, field }) {
  const combBits = teeth * distance;
  const regularBits = 3 * Math.ceil(bits / 3);
  // The window of five bits reaches one byte further than the digits.
  const vDigits = bytesFor(bits + 5 + 8);
  const half = 1 << (teeth - 1);
  return `import { NO_TABLE, writeLittleEndian } from "../bigint-bytes.js";
import { ${imports} } from "../${module}.js";
import { ${name}_COMB } from "./${name.toLowerCase()}-comb.js";

const ZERO = 0n;
const ONE = 1n;
const THREE = 3n;
const FIVE = 5n;
const M_REGULAR = (1n << ${regularBits}n) - 1n;
const M_COMB = (1n << ${combBits}n) - 1n;

/** Bytes of the digit array: those of u come first, then those of v. Without v, V_DIGITS bytes are enough. */
export const V_DIGITS = ${vDigits};
export const DIGIT_BYTES = ${vDigits + bytesFor(combBits)};

/** u·Q + v·G on ${name.replace("P", "P-")}, in steps: one doubling with its additions is one step. tools/generate/lib/prime-walk.js says how. */
export class ${name}Walk {
  /** The result: X / Z^2 and H / (2 Z^3); Z = 0 modulo p is the point at infinity. */
  x: bigint;
  h: bigint;
  z: bigint;
  /** x and 2y of Q, 3Q, 5Q, 7Q in turn. */
  private table: readonly bigint[];
  private readonly digits: Uint8Array;
  private readonly regular: boolean;
  /** The bit that comes next, from ${bits} or less down to 0. */
  private position: number;
  /** The first bit of the comb: ${distance - 1}, or -1 without v. */
  private readonly comb: number;
  /** The bit from which u's next digit is looked for, the bit where the last one found is due, and that digit: ±1, ±3, ±5, ±7. */
  private scan: number;
  private due: number;
  private digit: number;

  /**
   * 0 <= u, v < n; 0 leaves that term out, and its table is not read. v must be odd, u too where it is \`regular\`: signed digits without zeros
   * make odd numbers only (n is odd: n - k for an even k). The digits are written into \`digits\`, which is the caller's to zero.
   */
  constructor(digits: Uint8Array, table: readonly bigint[], u: bigint, v: bigint, regular: boolean) {
    let position = -1;
    let comb = -1;
    if (v) {
      // Bit 1 for the digit +1, bit 0 for -1.
      writeLittleEndian((v + M_COMB) >> ONE, digits, V_DIGITS, ${bytesFor(combBits)});
      position = comb = ${distance - 1};
    }
    if (u) {
      // Regular: each three bits b stand for the digit 2b - 7, and lie one bit to the left. Else five bits to the left: the window of the last
      // digits reaches below bit 0.
      writeLittleEndian(regular ? ((u + M_REGULAR) >> ONE) << ONE : u << FIVE, digits, 0, ${vDigits});
      position = regular ? ${regularBits - 3} : ${bits};
    }
    this.x = ZERO;
    this.h = ZERO;
    this.z = ZERO;
    this.table = table;
    this.digits = digits;
    this.regular = regular;
    this.position = position;
    this.comb = comb;
    this.scan = u ? position : -1;
    this.due = -1;
    this.digit = 0;
  }

  finished(): boolean {
    return this.position < 0;
  }

  /** Goes on for up to \`budget\` steps and returns what is left of it. */
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
${doubling(field)}
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
          if (i > this.comb) break;
          k = 0;
          for (j = i + 8 * V_DIGITS + ${(teeth - 1) * distance}; j >= 8 * V_DIGITS; j -= ${distance}) k = k + k + ((digits[j >> 3]! >> (j & 7)) & 1);
          negative = k < ${half};
          k = negative ? ${half - 1} - k : k - ${half};
          x = ${name}_COMB[k]!.x;
          y = ${name}_COMB[k]!.y;
        }
        if (!Z) {
          X = x;
          H = negative ? P - y : y;
          Z = ONE;
          continue;
        }
${differences(field)}
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
          X = ((d * d - h - h) % P)${field.liftRest};
          H = (((d << ONE) * (h - X) - a * a) % P)${field.liftRest};
          continue;
        }
        d = h << ONE;
${addition(field)}
        H = H << ONE;
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
`;
}
