/**
 * ECDSA signatures on P-256 with SHA-256 (FIPS 186-5 §6.4.1), in steps.
 *
 * What is secret and how it is kept: the nonce's multiple is a comb with digits ±1, the same doublings and additions for every nonce. BigInt
 * arithmetic is not constant-time, so nothing that takes its time from a number alone gets a secret alone: Euclid's inversions work on nonce
 * and Z times a fresh random number each, and the private key is multiplied with that before it meets r.
 *
 * A signature is not verified before it leaves. An RSA-CRT signature with one wrong half gives the key away; a wrong ECDSA signature helps an
 * attacker only next to a right one with the same nonce, and with fresh random bytes in the nonce there are no two. The peer refuses a wrong one, and
 * verifying takes longer than signing. Who wants it has P256Verifier.
 */
import { ecdsa_secp256r1_sha256 } from "../../constants.js";
import { DONE, PENDING, type Random } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { EcdsaNonce } from "./ecdsa-nonce.js";
import { longestSignature, writeSignature } from "./ecdsa-signature.js";
import { ModularInverse } from "./modular-inverse.js";
import { N, P } from "./p256-curve.js";
import { DIGIT_BYTES, P256Walk, writeBaseDigits } from "./p256-walk.js";
import { sha256 } from "./sha256.js";

const ZERO = 0n;
const ONE = 1n;
const SCHEMES: readonly number[] = [ecdsa_secp256r1_sha256];
const SIZE = 32;

/** Layout of a signature's bytes: digest, two blinding factors, additional data of the nonce; later r and s in place of the digits. */
const DIGEST = DIGIT_BYTES;
const BLIND = DIGEST + SIZE;
const BLIND_Z = BLIND + SIZE;
const EXTRA = BLIND_Z + SIZE;
const BYTES = EXTRA + SIZE;

/** One signature under way. */
class P256Signature {
  /** r and s, once finished. */
  readonly bytes: Uint8Array;
  private readonly key: Uint8Array;
  private readonly keyAt: number;
  private nonce: EcdsaNonce;
  private walk: P256Walk | null;
  /** Of Z, then of the nonce; both times a blinding factor. */
  private inverse: ModularInverse | null;
  private ofNonce: boolean;
  private r: bigint;
  done: boolean;

  /** content is hashed here; `extra` octets of random go into the nonce. */
  constructor(key: Uint8Array, keyAt: number, extra: number, content: Uint8Array, offset: number, length: number, random: Random) {
    const bytes = new Uint8Array(BYTES);
    this.bytes = bytes;
    this.key = key;
    this.keyAt = keyAt;
    const hash = sha256.create();
    hash.update(content, offset, length);
    hash.digest(bytes, DIGEST);
    random.fill(bytes, BLIND, BYTES - BLIND);
    this.nonce = new EcdsaNonce(sha256, N, key, keyAt, bytes, DIGEST, bytes, EXTRA, extra);
    this.walk = null;
    this.inverse = null;
    this.ofNonce = false;
    this.r = ZERO;
    this.done = false;
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
        const blinded = (this.walk.z * this.blind(BLIND_Z)) % P;
        this.inverse = new ModularInverse(blinded < ZERO ? blinded + P : blinded, P);
      } else {
        left = this.nonce.run(left);
        if (!this.nonce.finished()) return PENDING;
        // The comb wants an odd number; n - k gives the same x. Both are there before one is taken.
        const k = this.nonce.result();
        const other = N - k;
        writeBaseDigits(k & ONE ? k : other, this.bytes);
        this.walk = new P256Walk(this.bytes, null, false);
      }
    }
    return DONE;
  }

  wipe(): void {
    this.bytes.fill(0);
    this.nonce.wipe();
    if (this.walk !== null) this.walk.wipe();
    this.walk = null;
    this.inverse = null;
    this.r = ZERO;
  }

  /** A factor that is not 0, even where the source of random gives zeros. */
  private blind(at: number): bigint {
    return readBigEndian(this.bytes, at, SIZE) | ONE;
  }

  /** r is x modulo n; then the nonce's inverse begins. */
  private takeR(inverse: bigint): void {
    const walk = this.walk!;
    const z = (inverse * this.blind(BLIND_Z)) % P;
    let x = (walk.x * ((z * z) % P)) % P;
    if (x < ZERO) x += P;
    this.r = x < N ? x : x - N;
    walk.wipe();
    this.walk = null;
    this.ofNonce = true;
    this.inverse = new ModularInverse((this.nonce.result() * this.blind(BLIND)) % N, N);
  }

  /** s = (e + r·d) / k, as (b·e + r·(b·d)) / (b·k). Where r or s is 0, another nonce begins. */
  private finish(inverse: bigint): void {
    const bytes = this.bytes;
    const blind = this.blind(BLIND);
    const d = (readBigEndian(this.key, this.keyAt, SIZE) * blind) % N;
    const e = readBigEndian(bytes, DIGEST, SIZE);
    const s = (((e * blind + this.r * d) % N) * inverse) % N;
    this.ofNonce = false;
    if (!this.r || !s) {
      this.nonce.retry();
      return;
    }
    const r = this.r;
    this.wipe();
    writeBigEndian(r, bytes, 0, SIZE);
    writeBigEndian(s, bytes, SIZE, SIZE);
    this.done = true;
  }
}

/** A P-256 private key in memory that signs with ecdsa_secp256r1_sha256; keeps nothing but the key between signatures. A Signer. */
export class P256Signer {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly key: Uint8Array;
  private readonly keyAt: number;
  private readonly extra: number;
  private signature: P256Signature | null;

  /**
   * The private key, 1 .. n - 1 as 32 octets big-endian at key[at], is used where it is, not copied. extra: random octets in the nonce, 32; 0
   * gives the signatures of RFC 6979 without additional data, for tests.
   */
  constructor(key: Uint8Array, at: number, extra: number = SIZE) {
    this.schemes = SCHEMES;
    this.maxSignature = longestSignature(SIZE);
    this.key = key;
    this.keyAt = at;
    this.extra = extra;
    this.signature = null;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void {
    if (scheme !== ecdsa_secp256r1_sha256) throw new RangeError(`a P-256 key cannot sign with scheme ${scheme}`);
    this.wipe();
    this.signature = new P256Signature(this.key, this.keyAt, this.extra, content, offset, length, random);
  }

  step(budget: number): number {
    return this.signature === null ? DONE : this.signature.step(budget);
  }

  /** Once after step() has answered DONE. */
  writeSignature(out: Uint8Array, offset: number): number {
    if (this.signature === null || !this.signature.done) throw new RangeError("there is no signature");
    const length = writeSignature(this.signature.bytes, 0, SIZE, out, offset);
    this.signature = null;
    return length;
  }

  /** Zeroes what belongs to a signature under way. */
  wipe(): void {
    if (this.signature !== null) this.signature.wipe();
    this.signature = null;
  }
}
