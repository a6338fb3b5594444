import type { AeadAlgorithm, AeadKeys, AeadOpening } from "../provider.js";
import { Opening, type PartwiseKeys } from "./aead-opening.js";
import { AES_128, AES_256, type AesSize, expandKey, wordAt } from "./aes.js";
import { aesCtr } from "./generated/aes-ctr.js";
import { ghash, ghashTable } from "./generated/aes-ghash.js";

const TAG_LENGTH = 16;

/**
 * Where things lie in `state`, in bytes: blocks of our own, and GHASH's value, which becomes the tag. The round keys to seal with follow, and their H; those
 * to open with are the last: the same ones, or behind them.
 */
const AAD = 0;
const REST = 16;
const LENGTHS = 32;
const Y = 48;
const SEAL_KEY = 64 / 4;

/** H's words behind the round keys. */
const H_WORDS = 4;

/**
 * Keys of AES-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags (RFC 5116 §5.1). GHASH's table (1 KB, in plain arrays because XS reads them a third
 * faster than typed ones) belongs to the key that was used last and is made anew when the other one comes: that costs as much as 3 to 4 blocks.
 */
class AesGcmKeys implements AeadKeys, PartwiseKeys {
  private readonly size: AesSize;
  readonly state: Int32Array;
  /** state as bytes, big-endian words: what AES and GHASH count in. */
  private readonly work: DataView;
  /** The multiples of H by a nibble, one array a word. */
  private readonly h0: number[];
  private readonly h1: number[];
  private readonly h2: number[];
  private readonly h3: number[];
  /** The key (its place in state) that h0 to h3 belong to; 0: none. */
  private owner: number;
  /** A view of the caller's buffer, kept while it stays the same. */
  private view: DataView | null;

  constructor(size: AesSize, keys: 1 | 2) {
    this.size = size;
    this.state = new Int32Array(SEAL_KEY + keys * (size.words + H_WORDS));
    this.work = new DataView(this.state.buffer);
    this.h0 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h1 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h2 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.h3 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    this.owner = 0;
    this.view = null;
  }

  private get openKey(): number {
    return this.state.length - this.size.words - H_WORDS;
  }

  private attach(buffer: ArrayBufferLike): void {
    if (this.view === null || this.view.buffer !== buffer) this.view = new DataView(buffer);
  }

  /** Makes the table of the key's H. */
  private load(key: number): void {
    if (this.owner === key) return;
    this.owner = key;
    ghashTable(this.state, key + this.size.words, this.h0, this.h1, this.h2, this.h3);
  }

  /** Zeroes the table. */
  private unload(): void {
    this.owner = 0;
    this.h0.fill(0);
    this.h1.fill(0);
    this.h2.fill(0);
    this.h3.fill(0);
  }

  setKey(opens: boolean, key: Uint8Array, offset: number): void {
    const { size, state, work } = this;
    const at = opens ? this.openKey : SEAL_KEY;
    expandKey(state, at, key, offset, size.keyLength);
    // H = E(0^128) (NIST SP 800-38D §7.1 step 1).
    state.fill(0, 0, 4);
    aesCtr(state, at, size.rounds, 0, 0, 0, 0, work, 0, 1);
    const h = at + size.words;
    for (let i = 0; i < 4; i++) state[h + i] = work.getInt32(4 * i);
    state.fill(0, 0, 4);
    if (this.owner === at) this.unload();
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
    const i0 = wordAt(nonce, nonceOffset);
    const i1 = wordAt(nonce, nonceOffset + 4);
    const i2 = wordAt(nonce, nonceOffset + 8);
    this.attach(buf.buffer);
    const start = buf.byteOffset + offset;
    this.crypt(SEAL_KEY, 2, i0, i1, i2, start, length);
    this.authenticate(SEAL_KEY, i0, i1, i2, aad, aadOffset, aadLength, start, length);
    const { view, work } = this;
    for (let i = 0; i < TAG_LENGTH; i += 4) view!.setInt32(start + length + i, work.getInt32(Y + i));
    this.state.fill(0, 0, SEAL_KEY);
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
    const i0 = wordAt(nonce, nonceOffset);
    const i1 = wordAt(nonce, nonceOffset + 4);
    const i2 = wordAt(nonce, nonceOffset + 8);
    this.attach(buf.buffer);
    const start = buf.byteOffset + offset;
    const key = this.openKey;
    this.authenticate(key, i0, i1, i2, aad, aadOffset, aadLength, start, length);
    const { view, work } = this;
    let difference = 0;
    for (let i = 0; i < TAG_LENGTH; i += 4) difference |= view!.getInt32(start + length + i) ^ work.getInt32(Y + i);
    if (difference === 0) this.crypt(key, 2, i0, i1, i2, start, length);
    this.state.fill(0, 0, SEAL_KEY);
    return difference === 0;
  }

  openInParts(nonce: Uint8Array, nonceOffset: number, aad: Uint8Array, aadOffset: number, aadLength: number): AeadOpening {
    const { state } = this;
    this.attach(aad.buffer);
    this.load(this.openKey);
    state.fill(0, 0, SEAL_KEY);
    for (let at = 0; at < aadLength; at += 16) this.absorbRest(aad, aadOffset + at, Math.min(16, aadLength - at));
    // Between two parts the nonce stands where blocks are made.
    for (let i = 0; i < 3; i++) state[i] = wordAt(nonce, nonceOffset + 4 * i);
    return new Opening(this, aadLength);
  }

  openPart(buf: Uint8Array, offset: number, length: number, done: number): void {
    const { state, work, h0, h1, h2, h3 } = this;
    const key = this.openKey;
    const i0 = state[0]!;
    const i1 = state[1]!;
    const i2 = state[2]!;
    const start = buf.byteOffset + offset;
    const rest = length & 15;
    this.attach(buf.buffer);
    this.load(key);
    ghash(work, h0, h1, h2, h3, 0, this.view!, start, length >> 4, 0);
    if (rest > 0) this.absorbRest(buf, offset + length - rest, rest);
    this.crypt(key, 2 + (done >> 4), i0, i1, i2, start, length);
    state[0] = i0;
    state[1] = i1;
    state[2] = i2;
  }

  endParts(aadLength: number, length: number, buf: Uint8Array, offset: number): boolean {
    const { size, state, work, h0, h1, h2, h3 } = this;
    const key = this.openKey;
    const i0 = state[0]!;
    const i1 = state[1]!;
    const i2 = state[2]!;
    this.attach(buf.buffer);
    this.load(key);
    state.fill(0, LENGTHS / 4, LENGTHS / 4 + 4);
    work.setInt32(LENGTHS + 4, aadLength << 3);
    work.setInt32(LENGTHS + 12, length << 3);
    ghash(work, h0, h1, h2, h3, 0, this.view!, 0, 0, 1);
    aesCtr(state, key, size.rounds, i0, i1, i2, 1, work, Y, 1);
    let difference = 0;
    for (let i = 0; i < TAG_LENGTH; i += 4) difference |= wordAt(buf, offset + i) ^ work.getInt32(Y + i);
    state.fill(0, 0, SEAL_KEY);
    return difference === 0;
  }

  /** Adds up to 16 bytes, padded with zeros, to GHASH. */
  private absorbRest(bytes: Uint8Array, offset: number, length: number): void {
    const { state, work, view, h0, h1, h2, h3 } = this;
    state.fill(0, AAD / 4, AAD / 4 + 4);
    for (let i = 0; i < length; i++) work.setUint8(AAD + i, bytes[offset + i]!);
    ghash(work, h0, h1, h2, h3, 1, view!, 0, 0, 0);
  }

  detach(): void {
    this.view = null;
  }

  wipe(): void {
    this.state.fill(0);
    this.unload();
    this.view = null;
  }

  /**
   * Encrypts or decrypts the payload: the whole one from counter 2 on (NIST SP 800-38D §7.1 step 3), or a part from a later one. `start` counts in the
   * ArrayBuffer.
   */
  private crypt(key: number, counter: number, i0: number, i1: number, i2: number, start: number, length: number): void {
    const { size, state, work, view } = this;
    const blocks = length >> 4;
    const rest = length & 15;
    if (blocks > 0) aesCtr(state, key, size.rounds, i0, i1, i2, counter, view!, start, blocks);
    if (rest === 0) return;
    start += length - rest;
    state.fill(0, REST / 4, REST / 4 + 4);
    aesCtr(state, key, size.rounds, i0, i1, i2, counter + blocks, work, REST, 1);
    for (let i = 0; i < rest; i++) view!.setUint8(start + i, view!.getUint8(start + i) ^ work.getUint8(REST + i));
  }

  /** GHASH over aad, ciphertext and both lengths, encrypted (NIST SP 800-38D §7.1 steps 4 to 6); the tag comes to byte Y of state. */
  private authenticate(
    key: number,
    i0: number,
    i1: number,
    i2: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    start: number,
    length: number,
  ): void {
    const { size, state, work, h0, h1, h2, h3 } = this;
    const view = this.view!;
    const rest = length & 15;
    this.load(key);
    state.fill(0, 0, SEAL_KEY);
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
    aesCtr(state, key, size.rounds, i0, i1, i2, 1, work, Y, 1);
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
  create(keys: 1 | 2): AeadKeys {
    return new AesGcmKeys(AES_128, keys);
  },
};

/** AEAD_AES_256_GCM (RFC 5116 §5.2). */
export const aes256Gcm: AeadAlgorithm = {
  name: "AES_256_GCM",
  keyLength: 32,
  tagLength: TAG_LENGTH,
  recordLimit: RECORD_LIMIT,
  create(keys: 1 | 2): AeadKeys {
    return new AesGcmKeys(AES_256, keys);
  },
};
