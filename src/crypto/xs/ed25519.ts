/**
 * Ed25519 verification (RFC 8032 §5.1.7), in steps. All values are public. Strict: S < L, and S·B - k·A must have the very encoding R, by which R
 * is canonical too. That is the equation without the cofactor 8, which RFC 8032 allows and most TLS stacks take.
 */
import { ed25519 as ED25519_ID } from "../../constants.js";
import { DONE, KEY_ED25519, PENDING, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { readLittleEndian } from "./bigint-bytes.js";
import { P } from "./ed25519-field.js";
import { Ed25519Key } from "./ed25519-key.js";
import { DIGIT_BYTES, Ed25519Walk, L } from "./ed25519-walk.js";
import { SHA512_INITIAL } from "./generated/sha512-blocks.js";
import { ModularInverse } from "./modular-inverse.js";
import { Sha512, sha512 } from "./sha512.js";

const ZERO = 0n;
const ONE = 1n;
const S255 = 255n;

export class Ed25519Verifier implements Verifier {
  private readonly digits: Uint8Array;
  /** R as a number, S, and k = SHA-512(R, A, message) modulo L. */
  private r: bigint;
  private s: bigint;
  private k: bigint;
  /** The hash, and what of the message it has not seen yet. */
  private hash: Sha512 | null;
  private message: Uint8Array | null;
  private at: number;
  private end: number;
  /** What is under way: the key, then the sum, then the inverse of its Z. */
  private key: Ed25519Key | null;
  private walk: Ed25519Walk | null;
  private inverse: ModularInverse | null;
  private good: boolean;

  constructor() {
    this.digits = new Uint8Array(DIGIT_BYTES);
    this.r = ZERO;
    this.s = ZERO;
    this.k = ZERO;
    this.hash = null;
    this.message = null;
    this.at = 0;
    this.end = 0;
    this.key = null;
    this.walk = null;
    this.inverse = null;
    this.good = false;
  }

  /** The message, of any length, is not copied: it is hashed by step(), a block a step. */
  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    message: Uint8Array,
    messageOffset: number,
    messageLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    this.good = false;
    this.hash = null;
    this.message = null;
    this.key = null;
    this.walk = null;
    this.inverse = null;
    if (keyLength !== 32 || signatureLength !== 64) return;
    this.r = readLittleEndian(signature, signatureOffset, 32);
    this.s = readLittleEndian(signature, signatureOffset + 32, 32);
    if (this.s >= L) return;
    const hash = new Sha512(SHA512_INITIAL, 64);
    hash.update(signature, signatureOffset, 32);
    hash.update(key, keyOffset, 32);
    this.hash = hash;
    this.message = message;
    this.at = messageOffset;
    this.end = messageOffset + messageLength;
    this.key = new Ed25519Key(key, keyOffset);
  }

  step(budget: number): number {
    let left = budget;
    for (; this.hash !== null; left--) {
      if (left <= 0) return PENDING;
      this.hashOn(this.hash);
    }
    const key = this.key;
    if (key !== null) {
      left = key.run(left);
      if (!key.finished()) return PENDING;
      this.key = null;
      if (key.table !== null) this.walk = new Ed25519Walk(this.digits, key.table, this.k, this.s);
    }
    const walk = this.walk;
    if (walk === null) return DONE;
    left = walk.run(left);
    if (!walk.finished()) return PENDING;
    // Z is never 0: the additions hold for every two points.
    if (this.inverse === null) this.inverse = new ModularInverse(walk.z % P, P);
    const inverse = this.inverse;
    inverse.run(left);
    if (!inverse.finished()) return PENDING;
    this.finish(walk, inverse.result());
    return DONE;
  }

  valid(): boolean {
    return this.good;
  }

  /** One block of the message; then, where it needs two blocks, the first half of the padding; then k. */
  private hashOn(hash: Sha512): void {
    const { message, at, end, digits } = this;
    if (message !== null && at < end) {
      const length = Math.min(end - at, hash.blockLength);
      hash.update(message, at, length);
      this.at = at + length;
    } else if (message !== null) {
      this.message = null;
      hash.pad();
    } else {
      this.hash = null;
      hash.digest(digits, 0);
      this.k = readLittleEndian(digits, 0, 64) % L;
    }
  }

  private finish(walk: Ed25519Walk, inverse: bigint): void {
    const x = (walk.x * inverse) % P;
    const y = (walk.y * inverse) % P;
    this.walk = null;
    this.inverse = null;
    this.good = !(((x & ONE) << S255) + y - this.r);
  }
}

/** ed25519 (RFC 9846 §4.3.3, RFC 8410). Its verifier takes the message itself. */
export const ed25519: SignatureAlgorithm = {
  scheme: ED25519_ID,
  name: "ed25519",
  keyType: KEY_ED25519,
  hash: sha512,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new Ed25519Verifier();
  },
};
