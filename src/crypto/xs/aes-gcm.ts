import type { AeadAlgorithm, AeadKey, AeadOpening } from "../provider.js";
import { Opening, type PartwiseKey } from "./aead-opening.js";
import { AES_128, AES_256, type AesSize, expandKey, wordAt } from "./aes.js";
import { aesCtr } from "./generated/aes-ctr.js";
import { ghash, ghashTable } from "./generated/aes-ghash.js";

const TAG_LENGTH = 16;

/** Where things lie in Scratch.state, in bytes: blocks of our own, and GHASH's value, which becomes the tag. Keys follow. */
const AAD = 0;
const REST = 16;
const LENGTHS = 32;
const Y = 48;
const KEYS = 64;

/**
 * What two keys of one connection share: all but round keys and H, of which there is room for two. GHASH's table (1 KB, in plain arrays
 * because XS reads them a third faster than typed ones) belongs to the key that was used last and is made anew when the other one comes: that
 * costs as much as 3 to 4 blocks.
 */
class Scratch {
  readonly size: AesSize;
  readonly state: Int32Array;
  /** state as bytes, big-endian words: what AES and GHASH count in. */
  readonly work: DataView;
  /** The multiples of H by a nibble, one array a word. */
  readonly h0: number[];
  readonly h1: number[];
  readonly h2: number[];
  readonly h3: number[];
  /** The key (its place in state) that h0 to h3 belong to; 0: none. */
  owner: number;
  /** A view of the caller's buffer, kept while it stays the same. */
  view: DataView | null;
  /** Whether the second key's place is taken. */
  full: boolean;

  constructor(size: AesSize) {
    this.size = size;
    this.state = new Int32Array(KEYS / 4 + 2 * (size.words + 4));
    this.work = new DataView(this.state.buffer);
    this.h0 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h1 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h2 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h3 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.owner = 0;
    this.view = null;
    this.full = false;
  }

  attach(buffer: ArrayBufferLike): void {
    if (this.view === null || this.view.buffer !== buffer) this.view = new DataView(buffer);
  }

  /** Makes the table of the H that stands at state[h, h + 4). */
  load(owner: number, h: number): void {
    if (this.owner === owner) return;
    this.owner = owner;
    ghashTable(this.state, h, this.h0, this.h1, this.h2, this.h3);
  }

  /** Zeroes the table. */
  unload(): void {
    this.owner = 0;
    this.h0.fill(0);
    this.h1.fill(0);
    this.h2.fill(0);
    this.h3.fill(0);
  }
}

/** One direction's key of AES-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags (RFC 5116 §5.1). */
class AesGcmKey implements AeadKey, PartwiseKey {
  private readonly scratch: Scratch;
  /** Where the round keys lie in scratch.state, in words; H follows them. */
  private readonly key: number;

  constructor(size: AesSize, sibling: AeadKey | null) {
    const first = KEYS / 4;
    const second = first + size.words + 4;
    if (sibling instanceof AesGcmKey && sibling.scratch.size === size && !sibling.scratch.full) {
      this.scratch = sibling.scratch;
      this.scratch.full = true;
      this.key = first + second - sibling.key;
    } else {
      this.scratch = new Scratch(size);
      this.key = first;
    }
  }

  setKey(key: Uint8Array, offset: number): void {
    const scratch = this.scratch;
    const { size, state, work } = scratch;
    expandKey(state, this.key, key, offset, size.keyLength);
    // H = E(0^128) (NIST SP 800-38D §7.1 step 1).
    state.fill(0, 0, 4);
    aesCtr(state, this.key, size.rounds, 0, 0, 0, 0, work, 0, 1);
    const h = this.key + size.words;
    for (let i = 0; i < 4; i++) state[h + i] = work.getInt32(4 * i);
    state.fill(0, 0, 4);
    if (scratch.owner === this.key) scratch.unload();
  }

  seal(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const scratch = this.scratch;
    const i0 = wordAt(nonce, nonceOffset);
    const i1 = wordAt(nonce, nonceOffset + 4);
    const i2 = wordAt(nonce, nonceOffset + 8);
    scratch.attach(buf.buffer);
    const start = buf.byteOffset + offset;
    this.crypt(2, i0, i1, i2, start, length);
    this.authenticate(i0, i1, i2, aad, aadOffset, aadLength, start, length);
    const { view, work } = scratch;
    for (let i = 0; i < TAG_LENGTH; i += 4) view!.setInt32(start + length + i, work.getInt32(Y + i));
    scratch.state.fill(0, 0, KEYS / 4);
  }

  open(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    const scratch = this.scratch;
    const i0 = wordAt(nonce, nonceOffset);
    const i1 = wordAt(nonce, nonceOffset + 4);
    const i2 = wordAt(nonce, nonceOffset + 8);
    scratch.attach(buf.buffer);
    const start = buf.byteOffset + offset;
    this.authenticate(i0, i1, i2, aad, aadOffset, aadLength, start, length);
    const { view, work } = scratch;
    let difference = 0;
    for (let i = 0; i < TAG_LENGTH; i += 4) difference |= view!.getInt32(start + length + i) ^ work.getInt32(Y + i);
    if (difference === 0) this.crypt(2, i0, i1, i2, start, length);
    scratch.state.fill(0, 0, KEYS / 4);
    return difference === 0;
  }

  openInParts(nonce: Uint8Array, nonceOffset: number, aad: Uint8Array, aadOffset: number, aadLength: number): AeadOpening {
    const { scratch } = this;
    const { size, state } = scratch;
    scratch.attach(aad.buffer);
    scratch.load(this.key, this.key + size.words);
    state.fill(0, 0, KEYS / 4);
    for (let at = 0; at < aadLength; at += 16) this.absorbRest(aad, aadOffset + at, Math.min(16, aadLength - at));
    // Between two parts the nonce stands where blocks are made.
    for (let i = 0; i < 3; i++) state[i] = wordAt(nonce, nonceOffset + 4 * i);
    return new Opening(this, aadLength);
  }

  get words(): Int32Array {
    return this.scratch.state;
  }

  openPart(buf: Uint8Array, offset: number, length: number, done: number): void {
    const { scratch } = this;
    const { size, state, work, h0, h1, h2, h3 } = scratch;
    const i0 = state[0]!;
    const i1 = state[1]!;
    const i2 = state[2]!;
    const start = buf.byteOffset + offset;
    const rest = length & 15;
    scratch.attach(buf.buffer);
    scratch.load(this.key, this.key + size.words);
    ghash(work, h0, h1, h2, h3, 0, scratch.view!, start, length >> 4, 0);
    if (rest > 0) this.absorbRest(buf, offset + length - rest, rest);
    this.crypt(2 + (done >> 4), i0, i1, i2, start, length);
    state[0] = i0;
    state[1] = i1;
    state[2] = i2;
  }

  endParts(aadLength: number, length: number, buf: Uint8Array, offset: number): boolean {
    const { scratch } = this;
    const { size, state, work, h0, h1, h2, h3 } = scratch;
    const i0 = state[0]!;
    const i1 = state[1]!;
    const i2 = state[2]!;
    scratch.attach(buf.buffer);
    scratch.load(this.key, this.key + size.words);
    state.fill(0, LENGTHS / 4, LENGTHS / 4 + 4);
    work.setInt32(LENGTHS + 4, aadLength << 3);
    work.setInt32(LENGTHS + 12, length << 3);
    ghash(work, h0, h1, h2, h3, 0, scratch.view!, 0, 0, 1);
    aesCtr(state, this.key, size.rounds, i0, i1, i2, 1, work, Y, 1);
    let difference = 0;
    for (let i = 0; i < TAG_LENGTH; i += 4) difference |= wordAt(buf, offset + i) ^ work.getInt32(Y + i);
    state.fill(0, 0, KEYS / 4);
    return difference === 0;
  }

  /** Adds up to 16 bytes, padded with zeros, to GHASH. */
  private absorbRest(bytes: Uint8Array, offset: number, length: number): void {
    const { state, work, view, h0, h1, h2, h3 } = this.scratch;
    state.fill(0, AAD / 4, AAD / 4 + 4);
    for (let i = 0; i < length; i++) work.setUint8(AAD + i, bytes[offset + i]!);
    ghash(work, h0, h1, h2, h3, 1, view!, 0, 0, 0);
  }

  detach(): void {
    this.scratch.view = null;
  }

  wipe(): void {
    const scratch = this.scratch;
    scratch.state.fill(0, 0, KEYS / 4);
    scratch.state.fill(0, this.key, this.key + scratch.size.words + 4);
    if (scratch.owner === this.key) scratch.unload();
    scratch.view = null;
  }

  /**
   * Encrypts or decrypts the payload: the whole one from counter 2 on (NIST SP 800-38D §7.1 step 3), or a part from a later one. `start` counts in the
   * ArrayBuffer.
   */
  private crypt(counter: number, i0: number, i1: number, i2: number, start: number, length: number): void {
    const { size, state, work, view } = this.scratch;
    const blocks = length >> 4;
    const rest = length & 15;
    if (blocks > 0) aesCtr(state, this.key, size.rounds, i0, i1, i2, counter, view!, start, blocks);
    if (rest === 0) return;
    start += length - rest;
    state.fill(0, REST / 4, REST / 4 + 4);
    aesCtr(state, this.key, size.rounds, i0, i1, i2, counter + blocks, work, REST, 1);
    for (let i = 0; i < rest; i++) view!.setUint8(start + i, view!.getUint8(start + i) ^ work.getUint8(REST + i));
  }

  /** GHASH over aad, ciphertext and both lengths, encrypted (NIST SP 800-38D §7.1 steps 4 to 6); the tag comes to byte Y of state. */
  private authenticate(
    i0: number,
    i1: number,
    i2: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    start: number,
    length: number,
  ): void {
    const scratch = this.scratch;
    const { size, state, work, h0, h1, h2, h3 } = scratch;
    const view = scratch.view!;
    const rest = length & 15;
    scratch.load(this.key, this.key + size.words);
    state.fill(0, 0, KEYS / 4);
    let left = aadLength;
    for (; left > 16; left -= 16) {
      // TLS's additional data is one block; others are taken block by block.
      for (let i = 0; i < 16; i++) work.setUint8(AAD + i, aad[aadOffset + i]!);
      ghash(work, h0, h1, h2, h3, 1, view, 0, 0, 0);
      aadOffset += 16;
    }
    state.fill(0, AAD / 4, AAD / 4 + 4);
    for (let i = 0; i < left; i++) work.setUint8(AAD + i, aad[aadOffset + i]!);
    for (let i = 0, at = start + length - rest; i < rest; i++) work.setUint8(REST + i, view.getUint8(at + i));
    // Lengths are counts of bits.
    work.setInt32(LENGTHS + 4, aadLength << 3);
    work.setInt32(LENGTHS + 12, length << 3);
    ghash(work, h0, h1, h2, h3, left > 0 ? 1 : 0, view, start, length >> 4, rest > 0 ? 2 : 1);
    aesCtr(state, this.key, size.rounds, i0, i1, i2, 1, work, Y, 1);
  }
}

/** 2^24.5 records of full size a key (RFC 9846 §5.5). */
const RECORD_LIMIT = 23726566;

/** AEAD_AES_128_GCM (RFC 5116 §5.1). */
export const aes128Gcm: AeadAlgorithm = {
  name: "AES_128_GCM",
  keyLength: 16,
  tagLength: TAG_LENGTH,
  recordLimit: RECORD_LIMIT,
  create(sibling: AeadKey | null): AeadKey {
    return new AesGcmKey(AES_128, sibling);
  },
};

/** AEAD_AES_256_GCM (RFC 5116 §5.2). */
export const aes256Gcm: AeadAlgorithm = {
  name: "AES_256_GCM",
  keyLength: 32,
  tagLength: TAG_LENGTH,
  recordLimit: RECORD_LIMIT,
  create(sibling: AeadKey | null): AeadKey {
    return new AesGcmKey(AES_256, sibling);
  },
};
