/**
 * x modulo n for large n (RSA), without a division: the upper quarter, then the upper fifth or so, of a double-length number is folded down with
 * 2^f mod n, and Barrett's reduction does the rest. About as much work as the multiplication before it; XS's `%` takes three times as much.
 *
 * With w words (32 bits) in n, X = 2^(32w), folds f1 = w + h1 and f2 = w + h2 words, h1 = ceil(w/2), h2 = ceil(h1/2), t < 4·X^2:
 *   t1 = t mod 2^f1 + (t >> f1)·c1 < 2^f1 + 4.1·2^(2w - h1) <= 5.1·2^f1      (exponents in words)
 *   t2 = t1 mod 2^f2 + (t1 >> f2)·c2 < 2^f2 + 5.2·2^(w + h1 - h2) <= 6.2·2^f2
 *   q = ((t2 >> (w - 1))·mu) >> (h2 + 2), mu = floor(2^(w + h2 + 1) / n): never more than t2 / n, and the difference t2 - q·n is below
 *   n + 8·2^(w - 1) (the two values cut off cost 2^(w - 1) and n·t2 / 2^(w + h2 + 1)).
 * So a result is below (1 + 2^-29)·X, and the product of any two results, even with a factor 3, is small enough again.
 *
 * All is done with + - * & >> on numbers that are not negative. In XS the time of these depends on how many words the numbers have, not on what
 * stands in them; constants of one modulus take one division.
 */
const ONE = 1n;

export class ModularReduction {
  readonly modulus: bigint;
  /** Shifts in bits, masks below them, and 2^f mod n. */
  readonly f1: bigint;
  readonly m1: bigint;
  readonly c1: bigint;
  readonly f2: bigint;
  readonly m2: bigint;
  readonly c2: bigint;
  /** Barrett's constant, the shift before it and the one behind it. */
  readonly mu: bigint;
  readonly before: bigint;
  readonly behind: bigint;

  /** modulus of `words` words, the uppermost not 0. */
  constructor(modulus: bigint, words: number) {
    const h1 = (words + 1) >> 1;
    const h2 = (h1 + 1) >> 1;
    this.modulus = modulus;
    this.f1 = BigInt(32 * (words + h1));
    this.f2 = BigInt(32 * (words + h2));
    this.before = BigInt(32 * (words - 1));
    this.behind = BigInt(32 * (h2 + 2));
    this.mu = (ONE << (this.before + this.behind)) / modulus;
    this.c2 = this.finish(ONE << this.f2);
    this.c1 = this.finish(this.c2 << (this.f1 - this.f2));
    this.m1 = (ONE << this.f1) - ONE;
    this.m2 = (ONE << this.f2) - ONE;
  }

  /** A number congruent to t, below n + 2^(32w - 29). 0 <= t < 4·2^(64w). */
  reduce(t: bigint): bigint {
    t = (t & this.m1) + this.c1 * (t >> this.f1);
    return this.finish((t & this.m2) + this.c2 * (t >> this.f2));
  }

  /** The same for t < 6.2·2^f2. */
  private finish(t: bigint): bigint {
    return t - this.modulus * (((t >> this.before) * this.mu) >> this.behind);
  }
}
