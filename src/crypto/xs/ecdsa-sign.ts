/**
 * ECDSA signatures (FIPS 186-5 §6.4.1) with a hash as long as the group order, in steps.
 *
 * What is secret and how it is kept: the nonce's multiple is a comb with digits ±1, the same doublings and additions for every nonce. BigInt
 * arithmetic is not constant-time, so nothing that takes its time from a number alone gets a secret alone: Euclid's inversions work on nonce
 * and Z times a fresh random number each, and the private key is multiplied with that before it meets r.
 *
 * A signature is not verified before it leaves. An RSA-CRT signature with one wrong half gives the key away; a wrong ECDSA signature helps an
 * attacker only next to a right one with the same nonce, and with fresh random bytes in the nonce there are no two. The peer refuses a wrong one, and
 * verifying takes longer than signing. Who wants it has the verifier.
 */
import { DONE, type Hash, type HashAlgorithm, PENDING, type Random, type SignedContent } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { EcdsaNonce } from "./ecdsa-nonce.js";
import { longestSignature, writeSignature } from "./ecdsa-signature.js";
import { ModularInverse } from "./modular-inverse.js";
import type { Walk } from "./prime-curve.js";

const ZERO = 0n;
const ONE = 1n;

/** What signing needs of a curve and its one scheme. */
export interface EcdsaScheme {
  readonly scheme: number;
  /** Of the curve, for errors. */
  readonly name: string;
  readonly hash: HashAlgorithm;
  readonly p: bigint;
  /** Order of the base point; as long as the hash. */
  readonly n: bigint;
  /** Octets of p, n and the hash. */
  readonly size: number;
  /** Octets of the walk's digits, at least 2·size. */
  readonly digitBytes: number;
  /** v·G for an odd v, 0 < v <= n, by regular digits, which are written into `digits`. */
  walk(digits: Uint8Array, v: bigint): Walk;
}

/** One signature under way. */
class EcdsaSignature {
  /** The walk's digits, digest, two blinding factors, additional data of the nonce; once finished, r and s at 0. */
  readonly bytes: Uint8Array;
  done: boolean;
  private readonly curve: EcdsaScheme;
  private readonly key: Uint8Array;
  private readonly keyAt: number;
  private readonly extra: number;
  /** Of what is signed, until the nonce takes the digest. */
  private hash: Hash | null;
  private nonce: EcdsaNonce | null;
  private walk: Walk | null;
  /** Of Z, then of the nonce; both times a blinding factor. */
  private inverse: ModularInverse | null;
  private ofNonce: boolean;
  private r: bigint;

  /** hash: has taken in the content; its last block is hashed in the first step. `extra` octets of random go into the nonce. */
  constructor(curve: EcdsaScheme, key: Uint8Array, keyAt: number, extra: number, hash: Hash, random: Random) {
    const { size, digitBytes } = curve;
    const bytes = new Uint8Array(digitBytes + 4 * size);
    this.bytes = bytes;
    this.done = false;
    this.curve = curve;
    this.key = key;
    this.keyAt = keyAt;
    random.fill(bytes, digitBytes + size, 3 * size);
    this.extra = extra;
    this.hash = hash;
    this.nonce = null;
    this.walk = null;
    this.inverse = null;
    this.ofNonce = false;
    this.r = ZERO;
  }

  step(budget: number): number {
    let left = budget;
    while (!this.done) {
      if (this.inverse !== null) {
        left = this.inverse.run(left);
        if (!this.inverse.finished()) return PENDING;
        const inverse = this.inverse.result();
        this.inverse = null;
        if (this.ofNonce) {
          this.finish(inverse);
        } else this.takeR(inverse);
      } else if (this.walk !== null) {
        left = this.walk.run(left);
        if (!this.walk.finished()) return PENDING;
        const { p } = this.curve;
        const blinded = (this.walk.z * this.blind(2)) % p;
        this.inverse = new ModularInverse(blinded < ZERO ? blinded + p : blinded, p);
      } else if (this.nonce === null) {
        if (left <= 0) return PENDING;
        this.beginNonce();
        left--;
      } else {
        left = this.nonce.run(left);
        if (!this.nonce.finished()) return PENDING;
        // The comb wants an odd number; n - k gives the same x. Both are there before one is taken.
        const k = this.nonce.result();
        const other = this.curve.n - k;
        this.walk = this.curve.walk(this.bytes, k & ONE ? k : other);
      }
    }
    return DONE;
  }

  wipe(): void {
    this.bytes.fill(0);
    this.hash?.wipe();
    this.nonce?.wipe();
    if (this.walk !== null) this.walk.wipe();
    this.walk = null;
    this.inverse = null;
    this.r = ZERO;
  }

  private beginNonce(): void {
    const { bytes, key, keyAt, extra } = this;
    const { hash, n, size, digitBytes } = this.curve;
    this.hash!.digest(bytes, digitBytes);
    this.hash = null;
    this.nonce = new EcdsaNonce(hash, n, key, keyAt, bytes, digitBytes, bytes, digitBytes + 3 * size, extra);
  }

  /** A factor that is not 0, even where the source of random gives zeros. */
  private blind(which: number): bigint {
    const { size, digitBytes } = this.curve;
    return readBigEndian(this.bytes, digitBytes + which * size, size) | ONE;
  }

  /** r is x modulo n; then the nonce's inverse begins. */
  private takeR(inverse: bigint): void {
    const { p, n } = this.curve;
    const walk = this.walk!;
    const z = (inverse * this.blind(2)) % p;
    let x = (walk.x * ((z * z) % p)) % p;
    if (x < ZERO) x += p;
    this.r = x < n ? x : x - n;
    walk.wipe();
    this.walk = null;
    this.ofNonce = true;
    this.inverse = new ModularInverse((this.nonce!.result() * this.blind(1)) % n, n);
  }

  /** s = (e + r·d) / k, as (b·e + r·(b·d)) / (b·k). Where r or s is 0, another nonce begins. */
  private finish(inverse: bigint): void {
    const { bytes } = this;
    const { n, size, digitBytes } = this.curve;
    const blind = this.blind(1);
    const d = (readBigEndian(this.key, this.keyAt, size) * blind) % n;
    const e = readBigEndian(bytes, digitBytes, size);
    const s = (((e * blind + this.r * d) % n) * inverse) % n;
    this.ofNonce = false;
    if (!this.r || !s) {
      this.nonce!.retry();
      return;
    }
    const r = this.r;
    this.wipe();
    writeBigEndian(r, bytes, 0, size);
    writeBigEndian(s, bytes, size, size);
    this.done = true;
  }
}

/** A private key in memory that signs with its curve's scheme; keeps nothing but the key between signatures. A Signer. */
export class EcdsaSigner {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly curve: EcdsaScheme;
  private readonly key: Uint8Array;
  private readonly keyAt: number;
  private readonly extra: number;
  private signature: EcdsaSignature | null;

  /**
   * The private key, 1 .. n - 1 as big-endian octets at key[at], is used where it is, not copied. extra: random octets in the nonce, as many as
   * the key has; 0 gives the signatures of RFC 6979 without additional data, for tests.
   */
  constructor(curve: EcdsaScheme, key: Uint8Array, at: number, extra: number = curve.size) {
    this.schemes = [curve.scheme];
    this.maxSignature = longestSignature(curve.size);
    this.curve = curve;
    this.key = key;
    this.keyAt = at;
    this.extra = extra;
    this.signature = null;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void {
    const hash = this.curve.hash.create();
    hash.update(content, offset, length);
    this.beginContent(scheme, hash, random);
  }

  /** The same with a hash that took the content piece by piece, from createContent(). */
  beginContent(scheme: number, hash: SignedContent, random: Random): void {
    const { curve } = this;
    if (scheme !== curve.scheme) throw new RangeError(`a ${curve.name} key cannot sign with scheme ${scheme}`);
    this.wipe();
    this.signature = new EcdsaSignature(curve, this.key, this.keyAt, this.extra, hash as Hash, random);
  }

  createContent(): SignedContent {
    return this.curve.hash.create();
  }

  step(budget: number): number {
    return this.signature === null ? DONE : this.signature.step(budget);
  }

  /** Once after step() has answered DONE. */
  writeSignature(out: Uint8Array, offset: number): number {
    if (this.signature === null || !this.signature.done) throw new RangeError("there is no signature");
    const length = writeSignature(this.signature.bytes, 0, this.curve.size, out, offset);
    this.signature = null;
    return length;
  }

  /** Zeroes what belongs to a signature under way. */
  wipe(): void {
    if (this.signature !== null) this.signature.wipe();
    this.signature = null;
  }
}
