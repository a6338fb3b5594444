/**
 * x^d modulo a secret prime, in steps: one multiplication is one step. Windows of four bits, a multiplication for each, for a digit 0 too: the
 * sequence of squarings and multiplications is the same for all exponents of one length, which of the 16 factors is taken is not seen in it.
 * The exponent gets a random multiple of p - 1, so that no two runs use the same digits. The reduction is that of modular-reduction.ts written out.
 */
import { writeBigEndian } from "./bigint-bytes.js";
import { ModularReduction } from "./modular-reduction.js";

const ZERO = 0n;
const ONE = 1n;
const WINDOW = 16;

export class SecretPower {
  private reduction: ModularReduction | null;
  private readonly modulus: bigint;
  /** x^0 .. x^15, as far as they are there. */
  private readonly table: bigint[];
  /** The exponent, big-endian; its digits are the nibbles from `digit` on. */
  private readonly exponent: Uint8Array;
  private digit: number;
  /** -1: not begun; 0 .. 3: squarings; 4: the multiplication. */
  private turn: number;
  private power: bigint;

  /**
   * modulus: a prime of `bits` bits; 0 < x < modulus; 0 < exponent < modulus. blind: 32 random bits, the uppermost 1: with it the exponent's first
   * digit is not 0.
   */
  constructor(x: bigint, modulus: bigint, bits: number, exponent: bigint, blind: bigint) {
    const words = (bits + 31) >> 5;
    this.reduction = new ModularReduction(modulus, words);
    this.modulus = modulus;
    // p + 1 for x^0: as long as all other numbers.
    this.table = [modulus + ONE, x];
    const octets = (4 * words + 11) & -8;
    this.exponent = new Uint8Array(octets);
    writeBigEndian(exponent + (modulus - ONE) * blind, this.exponent, 0, octets);
    this.digit = 2 * octets - 1 - ((bits + 31) >> 2);
    this.turn = -1;
    this.power = ZERO;
  }

  finished(): boolean {
    return this.digit >= 2 * this.exponent.length;
  }

  /** x^exponent mod modulus, in 0 .. modulus - 1, once finished; then all is dropped. */
  take(): bigint {
    const result = this.power % this.modulus;
    this.wipe();
    return result;
  }

  /** Goes on for up to `budget` steps and returns what is left of the budget. */
  run(budget: number): number {
    const reduction = this.reduction;
    if (reduction === null) return budget;
    const table = this.table;
    for (let i = table.length; i < WINDOW && budget > 0; i++, budget--) table.push(reduction.reduce(table[i - 1]! * table[1]!));
    if (budget <= 0) return budget;
    const { modulus, f1, m1, c1, f2, m2, c2, mu, before, behind } = reduction;
    const exponent = this.exponent;
    const end = 2 * exponent.length;
    let digit = this.digit;
    let turn = this.turn;
    let power = this.power;
    let octet: number;
    let t: bigint;
    if (turn < 0) {
      octet = exponent[digit >> 1]!;
      power = table[(digit & 1) === 0 ? octet >> 4 : octet & 15]!;
      digit++;
      turn = 0;
    }
    for (; budget > 0 && digit < end; budget--) {
      if (turn < 4) {
        t = power * power;
        turn++;
      } else {
        octet = exponent[digit >> 1]!;
        t = power * table[(digit & 1) === 0 ? octet >> 4 : octet & 15]!;
        digit++;
        turn = 0;
      }
      t = (t & m1) + c1 * (t >> f1);
      t = (t & m2) + c2 * (t >> f2);
      power = t - modulus * (((t >> before) * mu) >> behind);
    }
    this.digit = digit;
    this.turn = turn;
    this.power = power;
    return budget;
  }

  /** Zeroes the exponent and drops the numbers. */
  wipe(): void {
    this.exponent.fill(0);
    this.table.length = 0;
    this.reduction = null;
    this.power = ZERO;
    this.digit = 2 * this.exponent.length;
  }
}
