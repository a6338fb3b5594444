/**
 * RSASSA-PSS signatures (RFC 8017 §8.1.1), in steps, with the Chinese remainder theorem.
 *
 * What an observer of time or power can learn is blunted twice: the message is multiplied with r^e for a fresh random r before the private
 * operation and the result with 1/r behind it, so no number in between is known or chosen by anybody; and each exponent gets a fresh random
 * multiple of p - 1. 1/r is made from r times another random number. One wrong half of a CRT signature would give the factors away (Boneh, DeMillo,
 * Lipton 1997): every result is verified with the public exponent and never leaves where it is wrong.
 */
import { internal_error, TLSAlert } from "../../alert.js";
import { DONE, type Hash, type HashAlgorithm, PENDING, type Random, type SignedContent } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { ModularInverse } from "./modular-inverse.js";
import { Pss } from "./rsa-pss.js";
import { bitLength, RsaPublic } from "./rsa-public.js";
import { SecretPower } from "./secret-power.js";

const ZERO = 0n;
const ONE = 1n;
const TOP = 0x80000000n;

/** An RSA private key: each number is a place in `bytes`, 65,536 times its first octet (not 0), plus the number of octets. */
export interface RsaNumbers {
  readonly bytes: Uint8Array;
  readonly modulus: number;
  readonly publicExponent: number;
  readonly prime1: number;
  readonly prime2: number;
  /** d mod (prime1 - 1), d mod (prime2 - 1), 1 / prime2 mod prime1. */
  readonly exponent1: number;
  readonly exponent2: number;
  readonly coefficient: number;
}

export function numberAt(bytes: Uint8Array, place: number): bigint {
  return readBigEndian(bytes, place >> 16, place & 0xffff);
}

export function bitsAt(bytes: Uint8Array, place: number): number {
  return bitLength(bytes[place >> 16]!, place & 0xffff);
}

/** What comes next, in this order. */
const HASHING = 0;
const DRAWING = 1;
const ENCODING = 2;
const INVERTING = 3;
const BLINDING = 4;
const FIRST = 5;
const SECOND = 6;
/** After 7, in which the result is verified. */
const FINISHED = 8;

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
  private readonly rsa: RsaPublic;
  private phase: number;
  private inverse: ModularInverse | null;
  private power: SecretPower | null;
  /** r; then the blinded message. */
  private r: bigint;
  /** The factor that blinds the inversion; then 1 / r. */
  private s: bigint;
  /** The result modulo prime1, then the signature. */
  private result: bigint;
  /** Blinding of the exponents: 8 octets. */
  private readonly blinds: Uint8Array;

  /** digest: a hash of the algorithm that has taken in the content. */
  constructor(key: RsaNumbers, hash: HashAlgorithm, digest: Hash, random: Random) {
    this.key = key;
    this.algorithm = hash;
    this.hash = digest;
    this.random = random;
    this.pss = null;
    this.blinds = new Uint8Array(8);
    this.r = ZERO;
    this.s = ZERO;
    this.rsa = new RsaPublic();
    this.phase = HASHING;
    this.inverse = null;
    this.power = null;
    this.result = ZERO;
    this.bytes = null;
    this.at = 0;
  }

  step(budget: number): number {
    let left = budget;
    while (left > 0 && this.phase !== FINISHED) left = this.advance(left);
    return this.phase === FINISHED ? DONE : PENDING;
  }

  wipe(): void {
    this.hash.wipe();
    this.pss?.wipe();
    this.rsa.clear();
    this.blinds.fill(0);
    if (this.power !== null) this.power.wipe();
    this.power = null;
    this.inverse = null;
    this.r = this.s = this.result = ZERO;
    this.phase = FINISHED;
  }

  /** Goes on in one phase and returns what is left of the budget. What leads to the next phase is a step of its own: about two multiplications. */
  private advance(budget: number): number {
    const { rsa, key } = this;
    const pss = this.pss as Pss;
    const n = rsa.modulus;
    switch (this.phase) {
      case HASHING:
        this.beginEncoding();
        break;
      case DRAWING:
        this.draw();
        break;
      case ENCODING:
        if (!pss.finished()) return pss.run(budget);
        this.inverse = new ModularInverse((this.r * this.s) % n, n);
        break;
      case INVERTING: {
        const inverse = this.inverse!;
        if (!inverse.finished()) return inverse.run(budget);
        this.inverse = null;
        this.s = (inverse.result() * this.s) % n;
        rsa.begin(this.r);
        break;
      }
      case BLINDING:
        if (!rsa.finished()) return rsa.run(budget);
        this.r = (rsa.take() * pss.message()) % n;
        this.beginPower(key.prime1, key.exponent1, 0);
        break;
      case FIRST: {
        const power = this.power!;
        if (!power.finished()) return power.run(budget);
        this.result = power.take();
        this.beginPower(key.prime2, key.exponent2, 4);
        this.r = ZERO;
        break;
      }
      case SECOND: {
        const power = this.power!;
        if (!power.finished()) return power.run(budget);
        this.combine(power.take(), n);
        this.power = null;
        rsa.begin(this.result);
        break;
      }
      default:
        if (!rsa.finished()) return rsa.run(budget);
        this.finish();
        return budget - 1;
    }
    this.phase++;
    return budget - 1;
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

  private draw(): void {
    const { key, random } = this;
    const bits = bitsAt(key.bytes, key.modulus);
    const octets = key.modulus & 0xffff;
    const scratch = new Uint8Array(octets);
    random.fill(this.blinds, 0, 8);
    this.r = drawBelow(bits, scratch, octets, random);
    this.s = drawBelow(bits, scratch, octets, random);
    scratch.fill(0);
    const e = key.publicExponent;
    this.rsa.setNumbers(key.bytes, key.modulus >> 16, octets, e >> 16, e & 0xffff);
  }

  private beginPower(prime: number, exponent: number, blindAt: number): void {
    const { bytes } = this.key;
    const p = numberAt(bytes, prime);
    const blind = readBigEndian(this.blinds, blindAt, 4) | TOP;
    this.power = new SecretPower(this.r % p, p, bitsAt(bytes, prime), numberAt(bytes, exponent), blind);
  }

  /** Garner: m2 + q·((m1 - m2) / q mod p); then the blinding goes. */
  private combine(second: bigint, n: bigint): void {
    const { bytes, prime1, prime2, coefficient } = this.key;
    const p = numberAt(bytes, prime1);
    const h = ((this.result + p - (second % p)) * numberAt(bytes, coefficient)) % p;
    this.result = ((second + h * numberAt(bytes, prime2)) * this.s) % n;
    this.s = ZERO;
  }

  private finish(): void {
    const { rsa } = this;
    const pss = this.pss as Pss;
    // Neither is a constant in flash, which XS could not compare.
    const good = rsa.take() === pss.message();
    const signature = this.result;
    const octets = rsa.octets;
    this.wipe();
    if (!good)
      throw new TLSAlert(internal_error, "RSA signature: it does not verify: the key is damaged, or the computation was disturbed");
    const { bytes, start } = pss;
    writeBigEndian(signature, bytes, start, bytes.length - start);
    this.bytes = bytes;
    this.at = bytes.length - octets;
  }
}

/** A random odd number with one bit less than a modulus of `bits` bits; odd, so that it is not 0 even where the source of random gives zeros. */
function drawBelow(bits: number, scratch: Uint8Array, octets: number, random: Random): bigint {
  random.fill(scratch, 0, octets);
  scratch[0]! &= 0xff >> (8 * octets - bits + 1);
  return readBigEndian(scratch, 0, octets) | ONE;
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
