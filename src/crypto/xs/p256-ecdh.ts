/**
 * secp256r1 key exchange (RFC 9846 §4.3.8.2 and §7.4.2), in steps. The scalar is secret: its digits are regular, so the order of doublings and
 * additions does not tell of it, and the final inversions are blinded with it. BigInt itself is not constant-time; the key is used once.
 */
import { secp256r1 as SECP256R1_ID } from "../../constants.js";
import { DONE, type KeyExchange, type NamedGroup, PENDING, type Random } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { ModularInverse } from "./modular-inverse.js";
import { isOnCurve, N, P, POINT_LENGTH, reduce } from "./p256-curve.js";
import { P256Multiples } from "./p256-multiples.js";
import { P256Walk, V_DIGITS, writeBaseDigits, writePointDigits } from "./p256-walk.js";

const ZERO = 0n;
const ONE = 1n;
const ORDER_LESS_ONE = N - ONE;

/** Layout of `bytes`: the walk's digits, over whose second half the public key is written (x, y), and the private key. */
const PUBLIC = V_DIGITS;
const KEY = PUBLIC + 64;
const BYTES = KEY + 32;

const IDLE = 0;
const GENERATING = 1;
const READY = 2;
const AGREEING = 3;
const AGREED = 4;
const REFUSED = 5;

export class P256KeyExchange implements KeyExchange {
  private readonly bytes: Uint8Array;
  private phase: number;
  private multiples: P256Multiples | null;
  private walk: P256Walk | null;
  private inverse: ModularInverse | null;

  constructor() {
    this.bytes = new Uint8Array(BYTES);
    this.phase = IDLE;
    this.multiples = null;
    this.walk = null;
    this.inverse = null;
  }

  /**
   * The key is c mod (n - 1) + 1 for a random c of 320 bits (FIPS 186-5 A.2.1): its distance from uniform is below 2^-64, and, other than drawing
   * again until the number fits, it takes the same way for each key and ends with a broken source of random too.
   */
  beginGenerate(random: Random): void {
    const bytes = this.bytes;
    this.multiples = null;
    this.inverse = null;
    random.fill(bytes, 0, 40);
    const key = (readBigEndian(bytes, 0, 40) % ORDER_LESS_ONE) + ONE;
    writeBigEndian(key, bytes, KEY, 32);
    // The comb wants an odd number; for an even key n - key gives the negative point.
    writeBaseDigits(key & ONE ? key : N - key, bytes);
    this.walk = new P256Walk(bytes, null, false);
    this.phase = GENERATING;
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.multiples = null;
    this.walk = null;
    this.inverse = null;
    this.phase = REFUSED;
    if (length !== POINT_LENGTH || peer[offset] !== 4) return;
    const x = readBigEndian(peer, offset + 1, 32);
    const y = readBigEndian(peer, offset + 33, 32);
    if (!isOnCurve(x, y)) return;
    // Regular digits want an odd number too; the negative point has the same x.
    const key = readBigEndian(this.bytes, KEY, 32);
    writePointDigits(key & ONE ? key : N - key, this.bytes, true);
    this.multiples = new P256Multiples(x, y);
    this.phase = AGREEING;
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
        if (this.walk.finished()) this.beginInversion(this.walk);
      }
    }
    return this.multiples !== null || this.walk !== null ? PENDING : DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    const bytes = this.bytes;
    out[offset] = 4;
    for (let i = 0; i < 64; i++) out[offset + 1 + i] = bytes[PUBLIC + i]!;
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.phase !== AGREED) return false;
    const bytes = this.bytes;
    for (let i = 0; i < 32; i++) out[offset + i] = bytes[KEY + i]!;
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

  private useInverse(inverse: bigint): void {
    this.inverse = null;
    if (this.multiples !== null) this.multiples.setInverse(inverse);
    else if (this.walk !== null) this.finish(this.walk, inverse);
  }

  /** Drops the multiples first, so that the collector may take them while the walk is made. */
  private beginWalk(table: readonly bigint[]): void {
    this.multiples = null;
    this.walk = new P256Walk(this.bytes, table, true);
  }

  /** Of Z times the key. Neither is 0 modulo p: the key is below n, and no multiple of a point by it is infinity. */
  private beginInversion(walk: P256Walk): void {
    const blinded = reduce(walk.z * readBigEndian(this.bytes, KEY, 32));
    this.inverse = new ModularInverse(blinded < ZERO ? blinded + P : blinded, P);
  }

  private finish(walk: P256Walk, inverse: bigint): void {
    const bytes = this.bytes;
    const z = reduce(inverse * readBigEndian(bytes, KEY, 32));
    const square = reduce(z * z);
    let x = reduce(walk.x * square);
    if (x < ZERO) x += P;
    this.walk = null;
    if (this.phase === AGREEING) {
      // The secret takes the place of the private key, and the digits go.
      writeBigEndian(x, bytes, KEY, 32);
      bytes.fill(0, 0, V_DIGITS);
      this.phase = AGREED;
      return;
    }
    // y = H / 2 for an even key's walk belongs to the negative point.
    let y = reduce(reduce(walk.h * square) * z);
    if ((bytes[KEY + 31]! & 1) === 0) y = -y;
    if (y < ZERO) y += P;
    writeBigEndian(x, bytes, PUBLIC, 32);
    writeBigEndian((y & ONE ? y + P : y) >> ONE, bytes, PUBLIC + 32, 32);
    this.phase = READY;
  }
}

export const secp256r1: NamedGroup = {
  id: SECP256R1_ID,
  name: "secp256r1",
  publicLength: POINT_LENGTH,
  secretLength: 32,
  create(): KeyExchange {
    return new P256KeyExchange();
  },
};
