/** ECDSA verification on a prime curve (FIPS 186-5 §6.4.2), in steps. All values are public, so the fastest way is taken. */
import { DONE, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { locateInteger } from "./ecdsa-signature.js";
import { ModularInverse } from "./modular-inverse.js";
import { OddMultiples } from "./odd-multiples.js";
import { isOnCurve, type PrimeCurve, type Walk } from "./prime-curve.js";

const ZERO = 0n;
const ONE = 1n;

export class EcdsaVerifier implements Verifier {
  private readonly curve: PrimeCurve;
  private readonly digits: Uint8Array;
  private r: bigint;
  /** s, then r / s; the digest, then digest / s. */
  private u: bigint;
  private v: bigint;
  /** What is under way: first of s, then of the key, then the sum. */
  private inverse: ModularInverse | null;
  private multiples: OddMultiples | null;
  private walk: Walk | null;
  private good: boolean;

  constructor(curve: PrimeCurve) {
    this.curve = curve;
    this.digits = new Uint8Array(curve.digitBytes);
    this.r = ZERO;
    this.u = ZERO;
    this.v = ZERO;
    this.inverse = null;
    this.multiples = null;
    this.walk = null;
    this.good = false;
  }

  /** The digest has 20 to 64 bytes; of a longer one than n the leftmost bytes count. */
  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    const { size, p, n } = this.curve;
    this.good = false;
    this.inverse = null;
    this.multiples = null;
    this.walk = null;
    const r = locateInteger(signature, signatureOffset, signatureLength, size, 0);
    const s = locateInteger(signature, signatureOffset, signatureLength, size, 1);
    if (r === 0 || s === 0 || digestLength < 20 || digestLength > 64 || keyLength !== 2 * size + 1 || key[keyOffset] !== 4) return;
    this.r = readBigEndian(signature, signatureOffset + (r >> 8), r & 255);
    this.u = readBigEndian(signature, signatureOffset + (s >> 8), s & 255);
    if (!this.r || this.r >= n || !this.u || this.u >= n) return;
    this.v = readBigEndian(digest, digestOffset, Math.min(digestLength, size));
    const x = readBigEndian(key, keyOffset + 1, size);
    const y = readBigEndian(key, keyOffset + 1 + size, size);
    if (!isOnCurve(this.curve, x, y)) return;
    this.inverse = new ModularInverse(this.u, n);
    this.multiples = new OddMultiples(x, y, p);
  }

  step(budget: number): number {
    let left = budget;
    if (this.inverse !== null) {
      left = this.inverse.run(left);
      if (!this.inverse.finished()) return PENDING;
      this.beginMultiples(this.inverse.result());
    }
    if (this.multiples !== null) {
      left = this.multiples.run(left);
      if (!this.multiples.finished()) return PENDING;
      // Dropped first, so that the collector may take it while the walk is made.
      const table = this.multiples.table;
      this.multiples = null;
      this.walk = this.curve.walk(this.digits, table, this.u, this.v, false);
      this.u = this.v = ZERO;
    }
    const walk = this.walk;
    if (walk !== null) {
      walk.run(left);
      if (!walk.finished()) return PENDING;
      this.walk = null;
      this.finish(walk);
    }
    return DONE;
  }

  valid(): boolean {
    return this.good;
  }

  /** The comb wants an odd v: -(u·Q + v·G) = u·(-Q) + (n - v)·G has the same x. */
  private beginMultiples(inverse: bigint): void {
    const n = this.curve.n;
    this.u = (this.r * inverse) % n;
    const v = (this.v * inverse) % n;
    this.v = v;
    this.inverse = null;
    if (v && !(v & ONE)) {
      this.v = n - v;
      this.multiples!.negate();
    }
  }

  /** Whether the result's x is r modulo n: x itself, X / Z^2, is r or, where that is still below p, r + n. */
  private finish(walk: Walk): void {
    const { p, n } = this.curve;
    const square = (walk.z * walk.z) % p;
    let r = this.r;
    this.r = ZERO;
    if (!square) return;
    this.good = !((walk.x - r * square) % p);
    r += n;
    if (!this.good && r < p) this.good = !((walk.x - r * square) % p);
  }
}
