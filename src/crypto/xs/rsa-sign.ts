/** RSASSA-PSS signatures (RFC 8017 §8.1.1), in steps. */
import { DONE, type Hash, type HashAlgorithm, PENDING, type Random, type SignedContent } from "../provider.js";
import { writeBigEndian } from "./bigint-bytes.js";
import { bitsAt, type RsaNumbers, RsaPrivate } from "./rsa-private.js";
import { Pss } from "./rsa-pss.js";

/** One signature under way. */
class RsaPssSignature {
  /** The signature from `at` on, once finished. */
  bytes: Uint8Array | null;
  at: number;
  private readonly key: RsaNumbers;
  private readonly algorithm: HashAlgorithm;
  /** Of what is signed: its last block is hashed in the first step. */
  private readonly hash: Hash;
  private readonly random: Random;
  private pss: Pss | null;
  private readonly rsa: RsaPrivate;
  private encoded: boolean;

  /** hash: of the content, complete; one of the algorithm. */
  constructor(key: RsaNumbers, algorithm: HashAlgorithm, hash: Hash, random: Random) {
    this.key = key;
    this.algorithm = algorithm;
    this.hash = hash;
    this.random = random;
    this.pss = null;
    this.rsa = new RsaPrivate(key, random);
    this.encoded = false;
    this.bytes = null;
    this.at = 0;
  }

  step(budget: number): number {
    const { rsa } = this;
    let left = budget;
    if (this.pss === null) {
      this.beginEncoding();
      left--;
    }
    const pss = this.pss as unknown as Pss;
    if (!this.encoded) {
      if (!pss.finished()) left = pss.run(left);
      if (left <= 0 || !pss.finished()) return PENDING;
      this.encoded = true;
      rsa.begin(pss.message());
    }
    if (this.bytes !== null) return DONE;
    rsa.run(left);
    if (!rsa.finished()) return PENDING;
    const { bytes, start } = pss;
    const signature = rsa.take();
    pss.wipe();
    writeBigEndian(signature, bytes, start, bytes.length - start);
    this.bytes = bytes;
    this.at = bytes.length - (this.key.modulus & 0xffff);
    return DONE;
  }

  wipe(): void {
    this.hash.wipe();
    this.pss?.wipe();
    this.rsa.wipe();
    this.bytes = null;
  }

  private beginEncoding(): void {
    const { key, algorithm, random } = this;
    const digest = new Uint8Array(algorithm.outputLength);
    this.hash.digest(digest, 0);
    const pss = new Pss(algorithm, bitsAt(key.bytes, key.modulus), digest, 0);
    random.fill(pss.bytes, pss.salt, algorithm.outputLength);
    pss.beginEncode();
    this.pss = pss;
  }
}

/** A scheme that an RSA key may sign with, and its hash. */
export interface RsaPssScheme {
  readonly scheme: number;
  readonly hash: HashAlgorithm;
}

/** An RSA private key in memory that signs with rsa_pss_rsae_*; keeps nothing but the key between signatures. A Signer. */
export class RsaPssSigner {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly key: RsaNumbers;
  private readonly algorithms: readonly RsaPssScheme[];
  private signature: RsaPssSignature | null;

  /** The key's numbers, which were checked, are used where they are, not copied. algorithms: in order of preference. */
  constructor(key: RsaNumbers, algorithms: readonly RsaPssScheme[]) {
    const schemes: number[] = [];
    for (let i = 0; i < algorithms.length; i++) schemes.push(algorithms[i]!.scheme);
    this.schemes = schemes;
    this.maxSignature = key.modulus & 0xffff;
    this.key = key;
    this.algorithms = algorithms;
    this.signature = null;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void {
    const hash = this.hashOf(scheme).create();
    hash.update(content, offset, length);
    this.beginContent(scheme, hash, random);
  }

  /** The same with a hash that took the content piece by piece, from createContent(). */
  beginContent(scheme: number, hash: SignedContent, random: Random): void {
    this.wipe();
    this.signature = new RsaPssSignature(this.key, this.hashOf(scheme), hash as Hash, random);
  }

  createContent(scheme: number): SignedContent {
    return this.hashOf(scheme).create();
  }

  /** Throws a TLSAlert (internal_error) where the result does not verify. */
  step(budget: number): number {
    return this.signature === null ? DONE : this.signature.step(budget);
  }

  /** Once after step() has answered DONE. Always maxSignature octets. */
  writeSignature(out: Uint8Array, offset: number): number {
    const bytes = this.signature === null ? null : this.signature.bytes;
    if (bytes === null) throw new RangeError("there is no signature");
    const at = this.signature!.at;
    const length = this.maxSignature;
    for (let i = 0; i < length; i++) out[offset + i] = bytes[at + i]!;
    this.signature = null;
    return length;
  }

  private hashOf(scheme: number): HashAlgorithm {
    const at = this.schemes.indexOf(scheme);
    if (at < 0) throw new RangeError(`this RSA key cannot sign with scheme ${scheme}`);
    return this.algorithms[at]!.hash;
  }

  /** Drops a signature under way. */
  wipe(): void {
    if (this.signature !== null) this.signature.wipe();
    this.signature = null;
  }
}
