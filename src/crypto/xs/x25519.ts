/**
 * X25519 (RFC 7748) on BigInt, in steps.
 *
 * Field: 2^256 = 38 (mod p), so x is folded by x = (x mod 2^256) + (x >> 256)·38. One fold takes a product of 520 bits to 270 or fewer, which is
 * good enough for a value that only goes into one more product; two folds leave 256 bits and a little. The second fold is written
 * x - (x >> 256)·2p, which is the same number and a little cheaper where the quotient is small. Before a fold nothing may be negative
 * (XS is slow with `&` and `>>` of negative BigInts, and wrong in one case of `>>`), so a multiple of p is added to each difference first.
 *
 * The public key is computed on the birationally equivalent Edwards curve (RFC 7748 §4.1) with a comb of constant points, the shared secret
 * by the Montgomery ladder of §5. One comb column (a doubling and an addition) or one ladder bit is one step.
 *
 * Both loops keep all in locals: a property costs three times as much. Between slices the locals are parked in fields. BigInt is not
 * constant-time; the key is used once, and the final inversions are blinded with the key itself, so that their course says nothing alone.
 */
import { x25519 as X25519_ID } from "../../constants.js";
import { DONE, type KeyExchange, type NamedGroup, PENDING, type Random } from "../provider.js";
import { readLittleEndian, writeLittleEndian } from "./bigint-bytes.js";
import { X25519_COMB } from "./generated/x25519-comb.js";
import { ModularInverse } from "./modular-inverse.js";

const P = (1n << 255n) - 19n;
const P2 = P << 1n;
const P4 = P << 2n;
const PE = P << 14n;
const PE2 = P << 15n;
/** Order of the base point. */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;
const M255 = (1n << 255n) - 1n;
const M256 = (1n << 256n) - 1n;
const M258 = (1n << 258n) - 1n;
const A24 = 121665n;
const S256 = 256n;
const N38 = 38n;
const ZERO = 0n;
const ONE = 1n;
const TWO = 2n;

/** Layout of `bytes`: the private key, over which the shared secret is written; then the comb's digits, over which the public key is. */
const PUBLIC = 32;
const BYTES = 72;

const IDLE = 0;
const COMB = 1;
const COMB_INVERSION = 2;
const READY = 3;
const LADDER = 4;
const LADDER_INVERSION = 5;
const AGREED = 6;
const REFUSED = 7;

const COLUMNS = 43;

/** x modulo p, for 0 <= x < 2^530. Folds first: XS needs 500 bytes to divide a number of this length. */
function reduce(x: bigint): bigint {
  x = (x & M256) + (x >> S256) * N38;
  return (x - (x >> S256) * P2) % P;
}

export class X25519 implements KeyExchange {
  private readonly bytes: Uint8Array;
  private phase: number;
  /** Comb column or ladder bit that comes next. */
  private position: number;
  /** The peer's u. */
  private u: bigint;
  /** The ladder's (x2 : z2) and (x3 : z3), or the comb's X, Y, Z as x2, z2, x3; at the end the numerator as x2. */
  private x2: bigint;
  private z2: bigint;
  private x3: bigint;
  private z3: bigint;
  private inverse: ModularInverse | null;

  constructor() {
    this.bytes = new Uint8Array(BYTES);
    this.phase = IDLE;
    this.position = 0;
    this.u = ZERO;
    this.x2 = ZERO;
    this.z2 = ZERO;
    this.x3 = ZERO;
    this.z3 = ZERO;
    this.inverse = null;
  }

  beginGenerate(random: Random): void {
    const bytes = this.bytes;
    this.inverse = null;
    random.fill(bytes, 0, 32);
    bytes[0] = bytes[0]! & 248;
    bytes[31] = (bytes[31]! & 127) | 64;
    // All digits of the comb are +1 or -1, which takes an odd scalar; -k gives the same u. k mod L is not 0: k is a multiple of 8 below 8L.
    let k = readLittleEndian(bytes, 0, 32) % L;
    if (!(k & ONE)) k = L - k;
    writeLittleEndian((k + M258) >> ONE, bytes, PUBLIC, 40);
    this.position = COLUMNS - 1;
    this.phase = COMB;
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.inverse = null;
    if (length !== 32) {
      this.phase = REFUSED;
      return;
    }
    // RFC 7748 §5: the top bit is ignored, values from p on are taken modulo p.
    const u = (readLittleEndian(peer, offset, 32) & M255) % P;
    this.u = u;
    this.x2 = ONE;
    this.z2 = ZERO;
    this.x3 = u;
    this.z3 = ONE;
    this.position = 254;
    this.phase = LADDER;
  }

  step(budget: number): number {
    let left = budget;
    if (this.phase === COMB || this.phase === LADDER) {
      left = this.phase === COMB ? this.comb(left) : this.ladder(left);
      if (this.position >= 0) return PENDING;
      this.beginDivision();
    }
    if (this.inverse !== null) {
      this.inverse.run(left);
      if (!this.inverse.finished()) return PENDING;
      this.finish(this.inverse);
    }
    return DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    const bytes = this.bytes;
    for (let i = 0; i < 32; i++) out[offset + i] = bytes[PUBLIC + i]!;
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.phase !== AGREED) return false;
    const bytes = this.bytes;
    for (let i = 0; i < 32; i++) out[offset + i] = bytes[i]!;
    return true;
  }

  wipe(): void {
    this.bytes.fill(0);
    this.u = this.x2 = this.z2 = this.x3 = this.z3 = ZERO;
    this.inverse = null;
    this.phase = IDLE;
  }

  /** Begins x2 / z2 after the ladder, u = (1 + y) / (1 - y) = (Z + Y) / (Z - Y) after the comb. The blinding factor is not 0 modulo p. */
  private beginDivision(): void {
    let denominator = this.z2;
    if (this.phase === COMB) {
      denominator = this.x3 - this.z2 + P4;
      this.x2 = this.x3 + this.z2;
    }
    this.z2 = this.x3 = this.z3 = this.u = ZERO;
    denominator *= readLittleEndian(this.bytes, 0, 32);
    this.inverse = new ModularInverse(reduce(denominator), P);
    this.phase = this.phase === COMB ? COMB_INVERSION : LADDER_INVERSION;
  }

  private finish(inverse: ModularInverse): void {
    const bytes = this.bytes;
    let x = readLittleEndian(bytes, 0, 32);
    x = reduce(x * inverse.result());
    x = reduce(x * this.x2);
    this.inverse = null;
    this.x2 = ZERO;
    if (this.phase === COMB_INVERSION) {
      writeLittleEndian(x, bytes, PUBLIC, 32);
      this.phase = READY;
    } else {
      // RFC 9846 §7.4.2: an all-zero result must be refused.
      writeLittleEndian(x, bytes, 0, 32);
      this.phase = x ? AGREED : REFUSED;
    }
  }

  /**
   * The ladder, one bit a step, from bit 254 to bit 3, then the three clamped zero bits as plain doublings. Returns what is left of the budget.
   */
  private ladder(budget: number): number {
    const key = this.bytes;
    const u = this.u;
    let i = this.position;
    let byte = key[i >> 3]!;
    let swapped = 0;
    let x2 = this.x2;
    let z2 = this.z2;
    let x3 = this.x3;
    let z3 = this.z3;
    let a: bigint;
    let b: bigint;
    let e: bigint;
    let t: bigint;
    this.x2 = this.z2 = this.x3 = this.z3 = ZERO;
    for (; budget > 0 && i > 2; budget--, i--) {
      if ((i & 7) === 7) byte = key[i >> 3]!;
      if (((byte >> (i & 7)) & 1) !== swapped) {
        swapped ^= 1;
        t = x2;
        x2 = x3;
        x3 = t;
        t = z2;
        z2 = z3;
        z3 = t;
      }
      a = x2 + z2;
      b = x2 - z2 + P4;
      e = (x3 - z3 + P4) * a;
      t = (x3 + z3) * b;
      t = (t & M256) + (t >> S256) * N38;
      e = (e & M256) + (e >> S256) * N38;
      x3 = e + t;
      z3 = e - t;
      t = x3 * x3;
      t = (t & M256) + (t >> S256) * N38;
      x3 = t - (t >> S256) * P2;
      t = z3 * z3;
      t = ((t & M256) + (t >> S256) * N38) * u;
      t = (t & M256) + (t >> S256) * N38;
      z3 = t - (t >> S256) * P2;
      t = a * a;
      a = (t & M256) + (t >> S256) * N38;
      t = b * b;
      b = (t & M256) + (t >> S256) * N38;
      e = a - b + PE;
      t = a * b;
      t = (t & M256) + (t >> S256) * N38;
      x2 = t - (t >> S256) * P2;
      t = e * (a + e * A24);
      t = (t & M256) + (t >> S256) * N38;
      z2 = t - (t >> S256) * P2;
    }
    if (swapped) {
      t = x2;
      x2 = x3;
      x3 = t;
      t = z2;
      z2 = z3;
      z3 = t;
    }
    for (; budget > 0 && i >= 0; budget--, i--) {
      a = x2 + z2;
      t = a * a;
      a = (t & M256) + (t >> S256) * N38;
      b = x2 - z2;
      t = b * b;
      b = (t & M256) + (t >> S256) * N38;
      e = a - b + PE;
      t = a * b;
      t = (t & M256) + (t >> S256) * N38;
      x2 = t - (t >> S256) * P2;
      t = e * (a + e * A24);
      t = (t & M256) + (t >> S256) * N38;
      z2 = t - (t >> S256) * P2;
    }
    this.position = i;
    this.x2 = x2;
    this.z2 = z2;
    this.x3 = x3;
    this.z3 = z3;
    return budget;
  }

  /**
   * Key · base point with a signed comb of 6 teeth, 43 apart: one column a step, from column 42 to 0. Extended coordinates on the a = -1 curve
   * ("dbl-2008-hwcd" and "madd-2008-hwcd-3" of the Explicit-Formulas Database). Returns what is left of the budget.
   */
  private comb(budget: number): number {
    const digits = this.bytes;
    let i = this.position;
    let X = this.x2;
    let Y = this.z2;
    let Z = this.x3;
    let negative: boolean;
    let q: number;
    let j: number;
    let a: bigint;
    let c: bigint;
    let e: bigint;
    let g: bigint;
    let t: bigint;
    this.x2 = this.z2 = this.x3 = ZERO;
    for (; budget > 0 && i >= 0; budget--, i--) {
      q = 0;
      for (j = i + 8 * PUBLIC + 5 * COLUMNS; j >= 8 * PUBLIC; j -= COLUMNS) q = q + q + ((digits[j >> 3]! >> (j & 7)) & 1);
      negative = q < 32;
      q = negative ? 31 - q : q - 32;
      if (i === COLUMNS - 1) {
        // The first point as it stands in the table: (2x : 2y : 2). It is not negative: the topmost of 258 digits of a number below L is +1.
        a = X25519_COMB[q]!.minus;
        c = X25519_COMB[q]!.plus;
        X = c - a + P;
        Y = a + c;
        Z = TWO;
        continue;
      }
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
      X = t - (t >> S256) * P2;
      t = g * a;
      t = (t & M256) + (t >> S256) * N38;
      Y = t - (t >> S256) * P2;
      t = c * g;
      t = (t & M256) + (t >> S256) * N38;
      Z = t - (t >> S256) * P2;
      t = e * a;
      t = (t & M256) + (t >> S256) * N38;
      // T = X·Y / Z of the double, then 2dT·xy of the addition; -(x, y) is (-x, y).
      t = (t - (t >> S256) * P2) * X25519_COMB[q]!.product;
      g = (t & M256) + (t >> S256) * N38;
      t = (Y - X + P4) * (negative ? X25519_COMB[q]!.plus : X25519_COMB[q]!.minus);
      a = (t & M256) + (t >> S256) * N38;
      t = (Y + X) * (negative ? X25519_COMB[q]!.minus : X25519_COMB[q]!.plus);
      t = (t & M256) + (t >> S256) * N38;
      e = t - a + PE;
      a = a + t;
      c = Z + Z;
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
      X = t - (t >> S256) * P2;
      t = g * a;
      t = (t & M256) + (t >> S256) * N38;
      Y = t - (t >> S256) * P2;
      t = c * g;
      t = (t & M256) + (t >> S256) * N38;
      Z = t - (t >> S256) * P2;
    }
    this.position = i;
    this.x2 = X;
    this.z2 = Y;
    this.x3 = Z;
    return budget;
  }
}

export const x25519: NamedGroup = {
  id: X25519_ID,
  name: "x25519",
  publicLength: 32,
  secretLength: 32,
  create(): KeyExchange {
    return new X25519();
  },
};
