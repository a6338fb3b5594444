import type { Hash, KeyedHash } from "../provider.js";

const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * HMAC (RFC 2104) over any Hash. Keeps the chaining values after the key's two blocks, so a key that is used for several messages costs its
 * two compressions once. `hash` may be lent to others between finish() and begin().
 *
 * Layout of `bytes`: outer midstate, inner midstate, work area of one block (every hash here has stateLength <= blockLength).
 */
export class Hmac implements KeyedHash {
  readonly hash: Hash;
  private readonly bytes: Uint8Array;

  constructor(hash: Hash) {
    this.hash = hash;
    this.bytes = new Uint8Array(2 * hash.stateLength + hash.blockLength);
  }

  get outputLength(): number {
    return this.hash.outputLength;
  }

  /** Takes the key: any length; one longer than a block is hashed first (RFC 2104 §2). */
  setKey(key: Uint8Array, offset: number, length: number): void {
    const hash = this.hash;
    const bytes = this.bytes;
    const state = hash.stateLength;
    const block = hash.blockLength;
    const work = 2 * state;
    let end = work + length;
    if (length > block) {
      hash.reset();
      hash.update(key, offset, length);
      hash.digest(bytes, work);
      end = work + hash.outputLength;
      for (let i = work; i < end; i++) bytes[i]! ^= INNER_PAD;
    } else {
      for (let i = work; i < end; i++) bytes[i] = key[offset++]! ^ INNER_PAD;
    }
    // Behind the key the block is zero, so the pad itself: most keys are much shorter than a block, and fill() costs nothing.
    bytes.fill(INNER_PAD, end, work + block);
    hash.reset();
    hash.update(bytes, work, block);
    hash.save(bytes, state);
    for (let i = work; i < end; i++) bytes[i]! ^= INNER_PAD ^ OUTER_PAD;
    bytes.fill(OUTER_PAD, end, work + block);
    hash.reset();
    hash.update(bytes, work, block);
    hash.save(bytes, 0);
    bytes.fill(0, work, work + block);
  }

  /** Takes the midstates of a key known beforehand: outer, then inner (HashAlgorithm.fullHandshakeMidstates). */
  setMidstates(midstates: Uint8Array, offset: number): void {
    const bytes = this.bytes;
    const end = 2 * this.hash.stateLength;
    for (let i = 0; i < end; i++) bytes[i] = midstates[offset + i]!;
  }

  begin(): void {
    const hash = this.hash;
    hash.restore(this.bytes, hash.stateLength, 1);
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.hash.update(bytes, offset, length);
  }

  /** The outer hash alone, of an inner digest that was computed elsewhere. Writes outputLength bytes; `out` may be where the inner digest is. */
  finishFrom(inner: Uint8Array, innerOffset: number, out: Uint8Array, offset: number): void {
    const hash = this.hash;
    hash.restore(this.bytes, 0, 1);
    hash.update(inner, innerOffset, hash.outputLength);
    hash.digest(out, offset);
  }

  /** One byte of the message. */
  updateByte(value: number): void {
    const hash = this.hash;
    const bytes = this.bytes;
    const work = 2 * hash.stateLength;
    bytes[work] = value;
    hash.update(bytes, work, 1);
  }

  /** Writes the first `length` bytes of the MAC, at most outputLength. begin() before the next message. */
  finish(out: Uint8Array, offset: number, length = this.hash.outputLength): void {
    const hash = this.hash;
    const bytes = this.bytes;
    const work = 2 * hash.stateLength;
    const size = hash.outputLength;
    hash.digest(bytes, work);
    hash.restore(bytes, 0, 1);
    hash.update(bytes, work, size);
    if (length === size) {
      hash.digest(out, offset);
      return;
    }
    hash.digest(bytes, work);
    for (let i = 0; i < length; i++) out[offset + i] = bytes[work + i];
    bytes.fill(0, work, work + size);
  }

  // setKey() and finish() in halves of one block each, for what goes in steps. They do not call these: each call would cost stack.

  /** For a key that is no longer than a block; setOuterKey() must follow. */
  setInnerKey(key: Uint8Array, offset: number, length: number): void {
    const { hash, bytes } = this;
    const { stateLength, blockLength } = hash;
    const work = 2 * stateLength;
    for (let i = 0; i < length; i++) bytes[work + i] = key[offset + i] ^ INNER_PAD;
    bytes.fill(INNER_PAD, work + length, work + blockLength);
    hash.reset();
    hash.update(bytes, work, blockLength);
    hash.save(bytes, stateLength);
  }

  setOuterKey(): void {
    const { hash, bytes } = this;
    const { stateLength, blockLength } = hash;
    const work = 2 * stateLength;
    const end = work + blockLength;
    for (let i = work; i < end; i++) bytes[i]! ^= INNER_PAD ^ OUTER_PAD;
    hash.reset();
    hash.update(bytes, work, blockLength);
    hash.save(bytes, 0);
    bytes.fill(0, work, end);
  }

  /** finishOuter() must follow. */
  finishInner(): void {
    const { hash, bytes } = this;
    hash.digest(bytes, 2 * hash.stateLength);
  }

  /** The whole MAC. */
  finishOuter(out: Uint8Array, offset: number): void {
    const { hash, bytes } = this;
    hash.restore(bytes, 0, 1);
    hash.update(bytes, 2 * hash.stateLength, hash.outputLength);
    hash.digest(out, offset);
  }

  /** Zeroes key material and the hash. */
  wipe(): void {
    this.bytes.fill(0);
    this.hash.wipe();
  }
}
