/** RSASSA-PSS and RSASSA-PKCS1-v1_5 signatures (RFC 8017 §8.1.1, §8.2.1), in steps. */
import { DONE, type Hash, type HashAlgorithm, PENDING, type Random, type SignedContent } from "../provider.js";
import { writeBigEndian } from "./bigint-bytes.js";
import { Pkcs1Encoding } from "./rsa-pkcs1.js";
import { bitsAt, type RsaNumbers, RsaPrivate } from "./rsa-private.js";
import { Pss } from "./rsa-pss.js";

/** What a digest is made into before the private operation, in steps. */
export interface RsaEncoding {
  /** From `start` to its end a number as long as the modulus may be written, once message() was taken. */
  readonly bytes: Uint8Array;
  readonly start: number;
  run(budget: number): number;
  finished(): boolean;
  /** The encoded message, as a number. */
  message(): bigint;
  wipe(): void;
}

/** A scheme that an RSA key may sign with. */
export interface RsaScheme {
  readonly scheme: number;
  readonly hash: HashAlgorithm;
  /** For a modulus of `bits`. */
  encode(bits: number, digest: Uint8Array, random: Random): RsaEncoding;
}

export class PssScheme implements RsaScheme {
  readonly scheme: number;
  readonly hash: HashAlgorithm;

  constructor(scheme: number, hash: HashAlgorithm) {
    this.scheme = scheme;
    this.hash = hash;
  }

  encode(bits: number, digest: Uint8Array, random: Random): RsaEncoding {
    const pss = new Pss(this.hash, bits, digest, 0);
    random.fill(pss.bytes, pss.salt, digest.length);
    pss.beginEncode();
    return pss;
  }
}

export class Pkcs1Scheme implements RsaScheme {
  readonly scheme: number;
  readonly hash: HashAlgorithm;
  private readonly info: bigint;

  /** info: DigestInfo but for the digest. */
  constructor(scheme: number, hash: HashAlgorithm, info: bigint) {
    this.scheme = scheme;
    this.hash = hash;
    this.info = info;
  }

  encode(bits: number, digest: Uint8Array): RsaEncoding {
    return new Pkcs1Encoding(this.info, bits, digest);
  }
}

/** One signature under way. */
class RsaSignature {
  /** The signature from `at` on, once finished. */
  bytes: Uint8Array | null;
  at: number;
  private readonly key: RsaNumbers;
  private readonly algorithm: RsaScheme;
  /** Of what is signed: its last block is hashed in the first step. */
  private readonly hash: Hash;
  private readonly random: Random;
  private encoding: RsaEncoding | null;
  private readonly rsa: RsaPrivate;
  private encoded: boolean;

  /** hash: of the content, complete; one of the algorithm. */
  constructor(key: RsaNumbers, algorithm: RsaScheme, hash: Hash, random: Random) {
    this.key = key;
    this.algorithm = algorithm;
    this.hash = hash;
    this.random = random;
    this.encoding = null;
    this.rsa = new RsaPrivate(key, random);
    this.encoded = false;
    this.bytes = null;
    this.at = 0;
  }

  step(budget: number): number {
    const { rsa } = this;
    let left = budget;
    if (this.encoding === null) {
      this.beginEncoding();
      left--;
    }
    const encoding = this.encoding as unknown as RsaEncoding;
    if (!this.encoded) {
      if (!encoding.finished()) left = encoding.run(left);
      if (left <= 0 || !encoding.finished()) return PENDING;
      this.encoded = true;
      rsa.begin(encoding.message());
    }
    if (this.bytes !== null) return DONE;
    rsa.run(left);
    if (!rsa.finished()) return PENDING;
    const { bytes, start } = encoding;
    const signature = rsa.take();
    encoding.wipe();
    writeBigEndian(signature, bytes, start, bytes.length - start);
    this.bytes = bytes;
    this.at = bytes.length - (this.key.modulus & 0xffff);
    return DONE;
  }

  wipe(): void {
    this.hash.wipe();
    this.encoding?.wipe();
    this.rsa.wipe();
    this.bytes = null;
  }

  private beginEncoding(): void {
    const { key, algorithm, random } = this;
    const digest = new Uint8Array(algorithm.hash.outputLength);
    this.hash.digest(digest, 0);
    this.encoding = algorithm.encode(bitsAt(key.bytes, key.modulus), digest, random);
  }
}

/** An RSA private key in memory that signs; keeps nothing but the key between signatures. A Signer. */
export class RsaSigner {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly key: RsaNumbers;
  private readonly algorithms: readonly RsaScheme[];
  private signature: RsaSignature | null;

  /** The key's numbers, which were checked, are used where they are, not copied. algorithms: in order of preference. */
  constructor(key: RsaNumbers, algorithms: readonly RsaScheme[]) {
    const schemes: number[] = [];
    for (let i = 0; i < algorithms.length; i++) schemes.push(algorithms[i]!.scheme);
    this.schemes = schemes;
    this.maxSignature = key.modulus & 0xffff;
    this.key = key;
    this.algorithms = algorithms;
    this.signature = null;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void {
    const hash = this.algorithmOf(scheme).hash.create();
    hash.update(content, offset, length);
    this.beginContent(scheme, hash, random);
  }

  /** The same with a hash that took the content piece by piece, from createContent(). */
  beginContent(scheme: number, hash: SignedContent, random: Random): void {
    this.wipe();
    this.signature = new RsaSignature(this.key, this.algorithmOf(scheme), hash as Hash, random);
  }

  createContent(scheme: number): SignedContent {
    return this.algorithmOf(scheme).hash.create();
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

  private algorithmOf(scheme: number): RsaScheme {
    const at = this.schemes.indexOf(scheme);
    if (at < 0) throw new RangeError(`this RSA key cannot sign with scheme ${scheme}`);
    return this.algorithms[at]!;
  }

  /** Drops a signature under way. */
  wipe(): void {
    if (this.signature !== null) this.signature.wipe();
    this.signature = null;
  }
}
