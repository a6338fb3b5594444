/**
 * 1 / value modulo a prime, in steps: Euclid's algorithm as Lehmer speeds it up (Knuth, The Art of Computer Programming, vol. 2, §4.5.2).
 *
 * A BigInt division step costs about 5,000 instructions and an inversion takes about 150 of them. So about a dozen division steps at once are
 * tried on doubles that approximate the two numbers, and their product, a 2 × 2 matrix of small integers, is applied to the BigInts.
 *
 * What holds between steps: a ≡ -x·value and c ≡ u·value (mod modulus), a·u + c·x = modulus, and all of them >= 0. The signs never change, as
 * a and c are only ever reduced by multiples of each other, so no negative BigInt appears. At the end one of a and c is 0 and the other 1.
 *
 * Why the doubles may be trusted: a remainder r made from them differs from the true one by less than v·2^-48·max, where v is the largest
 * matrix entry (the conversions and roundings together stay below v·2^-48.8·max). r is taken only when r >= 2^-24·max; then v <= 2^24, so the
 * true remainder is not negative either. That is all that is needed: a quotient that is too small by one only means one more round.
 *
 * Not constant-time: a caller with a secret value multiplies it with a second secret first.
 */
const ZERO = 0n;
const ONE = 1n;
const CUT = 2 ** -24;
/** Numbers too large for a double (RSA) are cut off at the right so far that the larger one keeps more bits than these. */
const PLENTY = 2 ** 200;
const S512 = 512n;

export class ModularInverse {
  private readonly modulus: bigint;
  private a: bigint;
  private c: bigint;
  private x: bigint;
  private u: bigint;
  /** Bits that are cut off for the doubles. */
  private shift: bigint;

  /** 0 <= value < modulus; a prime, or a number that has no divisor in common with value. */
  constructor(value: bigint, modulus: bigint) {
    this.modulus = modulus;
    this.a = modulus;
    this.c = value;
    this.x = ZERO;
    this.u = ONE;
    this.shift = ZERO;
    while (Number(modulus >> this.shift) === Number.POSITIVE_INFINITY) this.shift += S512;
  }

  finished(): boolean {
    return !this.a || !this.c;
  }

  /** 1 / value, once finished; for the value 0 a multiple of the modulus. */
  result(): bigint {
    return this.a ? this.modulus - this.x : this.u;
  }

  /** Goes on for up to `budget` steps (about 12 in all, 40,000 instructions each) and returns what is left of the budget. */
  run(budget: number): number {
    let a = this.a;
    let c = this.c;
    let q: number;
    let r: number;
    let t: bigint;
    for (; budget > 0 && a && c; budget--) {
      let high = Number(this.shift ? a >> this.shift : a);
      let low = Number(this.shift ? c >> this.shift : c);
      while (this.shift && high < PLENTY && low < PLENTY) {
        this.shift -= S512;
        high = Number(a >> this.shift);
        low = Number(c >> this.shift);
      }
      const cut = Math.max(high, low) * CUT;
      // row [a0, c0] gives high = a0·a - c0·c, row [a1, c1] gives low = c1·c - a1·a
      let a0 = 1;
      let c0 = 0;
      let a1 = 0;
      let c1 = 1;
      if (low >= cut) {
        for (;;) {
          q = (high / low) | 0;
          r = high - q * low;
          if (r < cut) break;
          high = r;
          a0 += q * a1;
          c0 += q * c1;
          q = (low / high) | 0;
          r = low - q * high;
          if (r < cut) break;
          low = r;
          a1 += q * a0;
          c1 += q * c0;
        }
      }
      if (c0 !== 0 || a1 !== 0) {
        // Each entry is converted twice: less memory than four more locals.
        t = a * BigInt(a0) - c * BigInt(c0);
        c = c * BigInt(c1) - a * BigInt(a1);
        a = t;
        t = this.x * BigInt(a0) + this.u * BigInt(c0);
        this.u = this.u * BigInt(c1) + this.x * BigInt(a1);
        this.x = t;
      } else if (a > c) {
        // A quotient too large for the doubles: one division of the BigInts.
        t = a / c;
        a -= t * c;
        this.x += t * this.u;
      } else {
        t = c / a;
        c -= t * a;
        this.u += t * this.x;
      }
    }
    this.a = a;
    this.c = c;
    return budget;
  }
}
