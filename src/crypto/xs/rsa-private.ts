/**
 * The private operation of RSA (RFC 8017 §5.1.2), in steps, with the Chinese remainder theorem.
 *
 * What an observer of time or power can learn is blunted twice: x is multiplied with r^e for a fresh random r before the private operation and
 * the result with 1/r behind it, so no number in between is known or chosen by anybody; and each exponent gets a fresh random multiple of
 * p - 1. 1/r is made from r times another random number. One wrong half of a CRT result would give the factors away (Boneh, DeMillo, Lipton
 * 1997): every result is verified with the public exponent and never leaves where it is wrong.
 */
import { internal_error, TLSAlert } from "../../alert.js";
import type { Random } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { ModularInverse } from "./modular-inverse.js";
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
const DRAWING = 0;
const BEGINNING = 1;
const INVERTING = 2;
const BLINDING = 3;
const FIRST = 4;
const SECOND = 5;
const VERIFYING = 6;
const FINISHED = 7;

export class RsaPrivate {
  private readonly key: RsaNumbers;
  private readonly random: Random;
  private readonly rsa: RsaPublic;
  private phase: number;
  private inverse: ModularInverse | null;
  private power: SecretPower | null;
  private x: bigint;
  /** r; then the blinded x. */
  private r: bigint;
  /** The factor that blinds the inversion; then 1 / r. */
  private s: bigint;
  /** The result modulo prime1, then the result. */
  private result: bigint;
  /** Blinding of the exponents: 8 octets. */
  private readonly blinds: Uint8Array;

  constructor(key: RsaNumbers, random: Random) {
    this.key = key;
    this.random = random;
    this.blinds = new Uint8Array(8);
    this.rsa = new RsaPublic();
    this.phase = FINISHED;
    this.inverse = null;
    this.power = null;
    this.x = this.r = this.s = ZERO;
    this.result = ZERO;
  }

  /** Begins x^d, 0 <= x < n. */
  begin(x: bigint): void {
    this.x = x;
    this.phase = DRAWING;
  }

  finished(): boolean {
    return this.phase === FINISHED;
  }

  /** Goes on for up to `budget` steps and returns what is left of the budget. Throws a TLSAlert (internal_error) where the result does not verify. */
  run(budget: number): number {
    let left = budget;
    while (left > 0 && this.phase !== FINISHED) left = this.advance(left);
    return left;
  }

  /** x^d mod n, once finished; then all is dropped. */
  take(): bigint {
    const { result } = this;
    this.wipe();
    return result;
  }

  wipe(): void {
    this.rsa.clear();
    this.blinds.fill(0);
    if (this.power !== null) this.power.wipe();
    this.power = null;
    this.inverse = null;
    this.x = this.r = this.s = this.result = ZERO;
    this.phase = FINISHED;
  }

  /** Goes on in one phase and returns what is left of the budget. What leads to the next phase is a step of its own: about two multiplications. */
  private advance(budget: number): number {
    const { rsa, key } = this;
    const n = rsa.modulus;
    switch (this.phase) {
      case DRAWING:
        this.draw();
        break;
      case BEGINNING:
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
        this.r = (rsa.take() * this.x) % n;
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
      case VERIFYING:
        if (!rsa.finished()) return rsa.run(budget);
        // Neither is a constant in flash, which XS could not compare.
        if (rsa.take() !== this.x) {
          this.wipe();
          throw new TLSAlert(internal_error, "RSA: a result does not verify: the key is damaged, or the computation was disturbed");
        }
        break;
    }
    this.phase++;
    return budget - 1;
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
}

/** A random odd number with one bit less than a modulus of `bits` bits; odd, so that it is not 0 even where the source of random gives zeros. */
function drawBelow(bits: number, scratch: Uint8Array, octets: number, random: Random): bigint {
  random.fill(scratch, 0, octets);
  scratch[0]! &= 0xff >> (8 * octets - bits + 1);
  return readBigEndian(scratch, 0, octets) | ONE;
}
