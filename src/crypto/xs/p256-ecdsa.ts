/** ECDSA verification on P-256 (FIPS 186-5 §6.4.2), in steps. All values are public, so the fastest way is taken. */
import { DONE, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { locateInteger } from "./ecdsa-signature.js";
import { ModularInverse } from "./modular-inverse.js";
import { isOnCurve, N, P, POINT_LENGTH, reduce } from "./p256-curve.js";
import { P256Multiples } from "./p256-multiples.js";
import { DIGIT_BYTES, P256Walk, writeBaseDigits, writePointDigits } from "./p256-walk.js";

const ZERO = 0n;
const ONE = 1n;

export class P256Verifier implements Verifier {
  private readonly digits: Uint8Array;
  private r: bigint;
  /** The digest, until it is in the digits. */
  private e: bigint;
  /** What is under way: the inverse of s, the multiples of the key (and the inverse for them), the sum. */
  private inverse: ModularInverse | null;
  private multiples: P256Multiples | null;
  private walk: P256Walk | null;
  private good: boolean;

  constructor() {
    this.digits = new Uint8Array(DIGIT_BYTES);
    this.r = ZERO;
    this.e = ZERO;
    this.inverse = null;
    this.multiples = null;
    this.walk = null;
    this.good = false;
  }

  /** The digest has 20 to 64 bytes; of a longer one than n the leftmost 32 bytes count. */
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
    this.good = false;
    this.inverse = null;
    this.multiples = null;
    this.walk = null;
    const r = locateInteger(signature, signatureOffset, signatureLength, 32, 0);
    const s = locateInteger(signature, signatureOffset, signatureLength, 32, 1);
    if (r === 0 || s === 0 || digestLength < 20 || digestLength > 64 || keyLength !== POINT_LENGTH || key[keyOffset] !== 4) return;
    this.r = readBigEndian(signature, signatureOffset + (r >> 8), r & 255);
    this.e = readBigEndian(signature, signatureOffset + (s >> 8), s & 255);
    if (!this.r || this.r >= N || !this.e || this.e >= N) return;
    this.inverse = new ModularInverse(this.e, N);
    this.e = readBigEndian(digest, digestOffset, Math.min(digestLength, 32));
    const x = readBigEndian(key, keyOffset + 1, 32);
    const y = readBigEndian(key, keyOffset + 33, 32);
    if (isOnCurve(x, y)) this.multiples = new P256Multiples(x, y);
  }

  step(budget: number): number {
    let left = budget;
    while (left > 0 && (this.multiples !== null || this.walk !== null)) {
      if (this.inverse !== null) {
        left = this.inverse.run(left);
        if (this.inverse.finished()) this.useInverse(this.inverse.result());
      } else if (this.multiples !== null) {
        left = this.multiples.run(left);
        if (this.multiples.waiting()) this.inverse = new ModularInverse(this.multiples.denominator(), P);
        else if (this.multiples.finished()) this.beginWalk(this.multiples.table);
      } else if (this.walk !== null) {
        left = this.walk.run(left);
        if (this.walk.finished()) this.finish(this.walk);
      }
    }
    return this.multiples !== null || this.walk !== null ? PENDING : DONE;
  }

  valid(): boolean {
    return this.good;
  }

  private useInverse(inverse: bigint): void {
    const multiples = this.multiples!;
    this.inverse = null;
    if (multiples.waiting()) {
      multiples.setInverse(inverse);
      return;
    }
    // 1 / s. The comb wants an odd v: -(u·Q + v·G) = u·(-Q) + (n - v)·G has the same x. (v = 0 becomes n, which it takes too.)
    writePointDigits((this.r * inverse) % N, this.digits, false);
    let v = (this.e * inverse) % N;
    if (!(v & ONE)) {
      v = N - v;
      multiples.negate();
    }
    writeBaseDigits(v, this.digits);
    this.e = ZERO;
  }

  /** Drops the multiples first, so that the collector may take them while the walk is made. */
  private beginWalk(table: readonly bigint[]): void {
    this.multiples = null;
    this.walk = new P256Walk(this.digits, table, false);
  }

  /** Whether the result's x is r modulo n: x itself, X / Z^2, is r or, where that is still below p, r + n. */
  private finish(walk: P256Walk): void {
    const square = reduce(walk.z * walk.z);
    let r = this.r;
    this.walk = null;
    this.r = ZERO;
    if (!square) return;
    this.good = !reduce(walk.x - r * square);
    r += N;
    if (!this.good && r < P) this.good = !reduce(walk.x - r * square);
  }
}
