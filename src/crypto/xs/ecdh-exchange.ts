/**
 * Key exchange on a prime curve (RFC 9846 §4.3.8.2 and §7.4.2), in steps. The scalar is secret: its digits are regular, so the order of doublings and
 * additions does not tell of it, and the final inversions are blinded with it. BigInt itself is not constant-time; the key is used once.
 */
import { DONE, type KeyExchange, PENDING, type Random } from "../provider.js";
import { NO_TABLE, readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { ModularInverse } from "./modular-inverse.js";
import { OddMultiples } from "./odd-multiples.js";
import { isOnCurve, type PrimeCurve, type Walk } from "./prime-curve.js";

const ZERO = 0n;
const ONE = 1n;

const IDLE = 0;
const GENERATING = 1;
const READY = 2;
const AGREEING = 3;
const AGREED = 4;
const REFUSED = 5;

/**
 * Layout of `bytes`: the walk's digits, over whose second half the public key is written (x, y), and the private key. Coordinates are written
 * eight bytes at a time: `curve.size` must be a multiple of 8.
 */
export class EcdhExchange implements KeyExchange {
  private readonly curve: PrimeCurve;
  private readonly bytes: Uint8Array;
  /** Where the private key lies. */
  private readonly key: number;
  private phase: number;
  private multiples: OddMultiples | null;
  private walk: Walk | null;
  private inverse: ModularInverse | null;

  constructor(curve: PrimeCurve) {
    this.curve = curve;
    this.key = curve.vDigits + 2 * curve.size;
    this.bytes = new Uint8Array(this.key + curve.size);
    this.phase = IDLE;
    this.multiples = null;
    this.walk = null;
    this.inverse = null;
  }

  /**
   * The key is c mod (n - 1) + 1 for a random c that is 64 bits longer than n (FIPS 186-5 A.2.1): its distance from uniform is below 2^-64, and,
   * other than drawing again until the number fits, it takes the same way for each key and ends with a broken source of random too.
   */
  beginGenerate(random: Random): void {
    const { bytes, curve } = this;
    const { n, size } = curve;
    this.multiples = null;
    this.inverse = null;
    random.fill(bytes, 0, size + 8);
    const key = (readBigEndian(bytes, 0, size + 8) % (n - ONE)) + ONE;
    writeBigEndian(key, bytes, this.key, size);
    this.walk = curve.walk(bytes, NO_TABLE, ZERO, key & ONE ? key : n - key, false);
    this.phase = GENERATING;
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    const { curve } = this;
    const size = curve.size;
    this.multiples = null;
    this.walk = null;
    this.inverse = null;
    this.phase = REFUSED;
    if (length !== 1 + 2 * size || peer[offset] !== 4) return;
    const x = readBigEndian(peer, offset + 1, size);
    const y = readBigEndian(peer, offset + 1 + size, size);
    if (!isOnCurve(curve, x, y)) return;
    this.multiples = new OddMultiples(x, y, curve.p);
    this.phase = AGREEING;
  }

  step(budget: number): number {
    let left = budget;
    if (this.multiples !== null) {
      left = this.multiples.run(left);
      if (!this.multiples.finished()) return PENDING;
      // Dropped first, so that the collector may take it while the walk is made. For an even key n - key gives the negative point.
      const table = this.multiples.table;
      this.multiples = null;
      const key = this.readKey();
      this.walk = this.curve.walk(this.bytes, table, key & ONE ? key : this.curve.n - key, ZERO, true);
    }
    const walk = this.walk;
    if (walk === null) return DONE;
    left = walk.run(left);
    if (!walk.finished()) return PENDING;
    if (this.inverse === null) this.beginInversion(walk);
    const inverse = this.inverse!;
    inverse.run(left);
    if (!inverse.finished()) return PENDING;
    this.finish(walk, inverse.result());
    return DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    const { bytes, curve } = this;
    const length = 2 * curve.size;
    const from = curve.vDigits;
    out[offset] = 4;
    for (let i = 0; i < length; i++) out[offset + 1 + i] = bytes[from + i]!;
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.phase !== AGREED) return false;
    const { bytes, key } = this;
    const length = this.curve.size;
    for (let i = 0; i < length; i++) out[offset + i] = bytes[key + i]!;
    return true;
  }

  wipe(): void {
    this.bytes.fill(0);
    if (this.walk !== null) this.walk.wipe();
    this.multiples = null;
    this.walk = null;
    this.inverse = null;
    this.phase = IDLE;
  }

  private readKey(): bigint {
    return readBigEndian(this.bytes, this.key, this.curve.size);
  }

  /** Of Z times the key. Neither is 0 modulo p: the key is below n, and no multiple of a point by it is infinity. */
  private beginInversion(walk: Walk): void {
    const p = this.curve.p;
    const blinded = (walk.z * this.readKey()) % p;
    this.inverse = new ModularInverse(blinded < ZERO ? blinded + p : blinded, p);
  }

  private finish(walk: Walk, inverse: bigint): void {
    const { bytes, curve } = this;
    const { p, size, vDigits } = curve;
    const z = (inverse * this.readKey()) % p;
    const square = (z * z) % p;
    let x = (walk.x * square) % p;
    if (x < ZERO) x += p;
    this.inverse = null;
    this.walk = null;
    if (this.phase === AGREEING) {
      // The secret takes the place of the private key, and the digits go.
      writeBigEndian(x, bytes, this.key, size);
      bytes.fill(0, 0, vDigits);
      this.phase = AGREED;
      return;
    }
    // y = H / 2 for an even key's walk belongs to the negative point.
    let y = (((walk.h * square) % p) * z) % p;
    if ((bytes[bytes.length - 1]! & 1) === 0) y = -y;
    if (y < ZERO) y += p;
    writeBigEndian(x, bytes, vDigits, size);
    writeBigEndian((y & ONE ? y + p : y) >> ONE, bytes, vDigits + size, size);
    this.phase = READY;
  }
}
