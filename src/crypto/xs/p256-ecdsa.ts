/** ECDSA verification on P-256 (FIPS 186-5 §6.4.2), in steps. All values are public, so the fastest way is taken. */
import { DONE, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { signatureInteger } from "./ecdsa-signature.js";
import { ModularInverse } from "./modular-inverse.js";
import { isPoint, N, P } from "./p256-curve.js";
import { DIGIT_BYTES, P256Walk } from "./p256-walk.js";

const ZERO = 0n;

export class P256Verifier implements Verifier {
  private readonly digits: Uint8Array;
  private r: bigint;
  private e: bigint;
  private inverse: ModularInverse | null;
  private walk: P256Walk | null;
  private good: boolean;

  constructor() {
    this.digits = new Uint8Array(DIGIT_BYTES);
    this.r = ZERO;
    this.e = ZERO;
    this.inverse = null;
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
    this.walk = null;
    this.inverse = null;
    const r = signatureInteger(signature, signatureOffset, signatureLength, 32, 0);
    const s = signatureInteger(signature, signatureOffset, signatureLength, 32, 1);
    if (!r || r >= N || !s || s >= N) return;
    if (digestLength < 20 || digestLength > 64 || !isPoint(key, keyOffset, keyLength)) return;
    this.r = r;
    this.e = readBigEndian(digest, digestOffset, digestLength > 32 ? 32 : digestLength);
    this.inverse = new ModularInverse(s, N);
    this.walk = new P256Walk(this.digits);
    this.walk.setPoint(readBigEndian(key, keyOffset + 1, 32), readBigEndian(key, keyOffset + 33, 32));
  }

  step(budget: number): number {
    const walk = this.walk;
    if (walk === null) return DONE;
    let left = budget;
    if (this.inverse !== null) {
      left = this.inverse.run(left);
      if (!this.inverse.finished()) return PENDING;
      this.beginWalk(walk, this.inverse.result());
    }
    left = walk.prepare(left);
    walk.run(left);
    if (!walk.finished()) return PENDING;
    this.finish(walk);
    return DONE;
  }

  valid(): boolean {
    return this.good;
  }

  private beginWalk(walk: P256Walk, inverse: bigint): void {
    walk.begin((this.r * inverse) % N, (this.e * inverse) % N, false);
    this.e = ZERO;
    this.inverse = null;
  }

  /** Whether the result's x is r modulo n: x itself, X / Z^2, is r or, where that is still below p, r + n. */
  private finish(walk: P256Walk): void {
    const square = (walk.z * walk.z) % P;
    let r = this.r;
    this.walk = null;
    this.r = ZERO;
    if (!square) return;
    this.good = !((walk.x - r * square) % P);
    r += N;
    if (!this.good && r < P) this.good = !((walk.x - r * square) % P);
  }
}
