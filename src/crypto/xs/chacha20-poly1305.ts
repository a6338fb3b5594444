import type { AeadAlgorithm, AeadKeys, AeadOpening } from "../provider.js";
import { Opening, type PartwiseKeys } from "./aead-opening.js";
import { chacha20Xor } from "./generated/chacha20.js";
import { poly1305Blocks, poly1305Tag } from "./generated/poly1305.js";

const KEY_LENGTH = 32;
const TAG_LENGTH = 16;

/**
 * Where things lie in `state`, in words. [0, 16): a record's first ChaCha20 block; it starts with the one-time Poly1305 key (r, s), and
 * Poly1305's h takes the place of what follows. [16, 32): a work block; Poly1305's own blocks lie in it, its tag comes out at its start.
 */
const H = 8;
/** Behind h, while a record is opened in parts: its nonce. */
const NONCE = 13;
const WORK = 16;
const WORK_END = 32;
const AAD = 16;
const REST = 20;
const LENGTHS = 24;
/** The key to seal with; the last words are the key to open with: the same ones, or behind it. */
const SEAL_KEY = 32;
const KEY_WORDS = 8;

/**
 * Keys of AEAD_CHACHA20_POLY1305 (RFC 8439 §2.8). A payload that starts at a multiple of 4 in its ArrayBuffer, as those of records do, is
 * faster: others go block by block. Words are in the machine's order, which is little-endian on every target of XS, as ChaCha20 and Poly1305 need it.
 */
class ChaCha20Poly1305Keys implements AeadKeys, PartwiseKeys {
  readonly state: Int32Array;
  /** A view of the caller's buffer, kept while it stays the same. */
  private words: Int32Array | null;

  constructor(keys: 1 | 2) {
    this.state = new Int32Array(SEAL_KEY + keys * KEY_WORDS);
    this.words = null;
  }

  private get openKey(): number {
    return this.state.length - KEY_WORDS;
  }

  private attach(buffer: ArrayBufferLike): void {
    if (this.words === null || this.words.buffer !== buffer) this.words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }

  setKey(opens: boolean, key: Uint8Array, offset: number): void {
    const { state } = this;
    for (let i = opens ? this.openKey : SEAL_KEY, end = i + KEY_WORDS; i < end; i++) {
      state[i] = wordAt(key, offset);
      offset += 4;
    }
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
    const { state } = this;
    const n0 = wordAt(nonce, nonceOffset);
    const n1 = wordAt(nonce, nonceOffset + 4);
    const n2 = wordAt(nonce, nonceOffset + 8);
    this.start(SEAL_KEY, n0, n1, n2, buf);
    this.crypt(SEAL_KEY, 1, n0, n1, n2, buf, offset, length);
    this.authenticate(aad, aadOffset, aadLength, buf, offset, length);
    for (let i = 0, at = offset + length; i < 4; i++, at += 4) {
      const word = state[WORK + i]!;
      buf[at] = word;
      buf[at + 1] = word >> 8;
      buf[at + 2] = word >> 16;
      buf[at + 3] = word >> 24;
    }
    state.fill(0, 0, WORK_END);
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
    const { state } = this;
    const n0 = wordAt(nonce, nonceOffset);
    const n1 = wordAt(nonce, nonceOffset + 4);
    const n2 = wordAt(nonce, nonceOffset + 8);
    const key = this.openKey;
    this.start(key, n0, n1, n2, buf);
    this.authenticate(aad, aadOffset, aadLength, buf, offset, length);
    let difference = 0;
    for (let i = 0, at = offset + length; i < 4; i++, at += 4) difference |= wordAt(buf, at) ^ state[WORK + i]!;
    if (difference === 0) this.crypt(key, 1, n0, n1, n2, buf, offset, length);
    state.fill(0, 0, WORK_END);
    return difference === 0;
  }

  openInParts(nonce: Uint8Array, nonceOffset: number, aad: Uint8Array, aadOffset: number, aadLength: number): AeadOpening {
    const { state } = this;
    const n0 = wordAt(nonce, nonceOffset);
    const n1 = wordAt(nonce, nonceOffset + 4);
    const n2 = wordAt(nonce, nonceOffset + 8);
    this.start(this.openKey, n0, n1, n2, aad);
    this.absorb(aad, aadOffset, aadLength);
    state[NONCE] = n0;
    state[NONCE + 1] = n1;
    state[NONCE + 2] = n2;
    return new Opening(this, aadLength);
  }

  openPart(buf: Uint8Array, offset: number, length: number, done: number): void {
    const { state } = this;
    this.attach(buf.buffer);
    const start = buf.byteOffset + offset;
    let whole = 0;
    if ((start & 3) === 0) {
      whole = length & ~15;
      poly1305Blocks(state, 0, this.words!, start >> 2, length >> 4, 0);
    }
    this.absorb(buf, offset + whole, length - whole);
    this.crypt(this.openKey, 1 + (done >> 6), state[NONCE]!, state[NONCE + 1]!, state[NONCE + 2]!, buf, offset, length);
    state.fill(0, WORK, WORK_END);
  }

  endParts(aadLength: number, length: number, buf: Uint8Array, offset: number): boolean {
    const { state } = this;
    this.attach(buf.buffer);
    state[LENGTHS] = aadLength;
    state[LENGTHS + 1] = 0;
    state[LENGTHS + 2] = length;
    state[LENGTHS + 3] = 0;
    poly1305Blocks(state, 0, this.words!, 0, 0, 1);
    poly1305Tag(state);
    let difference = 0;
    for (let i = 0; i < 4; i++) difference |= wordAt(buf, offset + 4 * i) ^ state[WORK + i]!;
    state.fill(0, 0, WORK_END);
    return difference === 0;
  }

  detach(): void {
    this.words = null;
  }

  wipe(): void {
    this.state.fill(0);
    this.detach();
  }

  /** Makes the one-time Poly1305 key (RFC 8439 §2.6) and sets h to zero. */
  private start(key: number, n0: number, n1: number, n2: number, buf: Uint8Array): void {
    const { state } = this;
    this.attach(buf.buffer);
    state.fill(0, 0, H + 8);
    chacha20Xor(state, key, 0, n0, n1, n2, state, 0, 1);
    state.fill(0, H, H + 8);
  }

  /** Encrypts or decrypts the payload: the whole one from block 1 on (RFC 8439 §2.8), or a part from a later one. */
  private crypt(key: number, counter: number, n0: number, n1: number, n2: number, buf: Uint8Array, offset: number, length: number): void {
    const { state } = this;
    const words = this.words!;
    const aligned = ((buf.byteOffset + offset) & 3) === 0;
    let done = 0;
    if (aligned) {
      const blocks = length >> 6;
      if (blocks > 0) chacha20Xor(state, key, counter, n0, n1, n2, words, (buf.byteOffset + offset) >> 2, blocks);
      done = blocks << 6;
    }
    for (; done < length; done += 64) {
      state.fill(0, WORK, WORK_END);
      chacha20Xor(state, key, counter + (done >> 6), n0, n1, n2, state, WORK, 1);
      const at = offset + done;
      const size = Math.min(64, length - done);
      let i = 0;
      if (aligned) for (let to = (buf.byteOffset + at) >> 2; i + 4 <= size; i += 4) words[to++]! ^= state[WORK + (i >> 2)]!;
      for (; i < size; i++) buf[at + i]! ^= state[WORK + (i >> 2)]! >> (8 * (i & 3));
    }
  }

  /** Poly1305 over aad, ciphertext and both lengths, each padded to 16 bytes (RFC 8439 §2.8); the tag comes to state[WORK, WORK + 4). */
  private authenticate(aad: Uint8Array, aadOffset: number, aadLength: number, buf: Uint8Array, offset: number, length: number): void {
    const { state } = this;
    const rest = length & 15;
    let start = buf.byteOffset + offset;
    let count = length >> 4;
    let head = 0;
    if (aadLength > 16 || (start & 3) !== 0) this.absorb(aad, aadOffset, aadLength);
    else if (aadLength > 0) {
      // TLS's additional data is one block, which goes with the others.
      loadBlock(state, AAD, aad, aadOffset, aadLength);
      head = 1;
    }
    if ((start & 3) !== 0) {
      this.absorb(buf, offset, length - rest);
      start = 0;
      count = 0;
    }
    if (rest > 0) loadBlock(state, REST, buf, offset + length - rest, rest);
    state[LENGTHS] = aadLength;
    state[LENGTHS + 1] = 0;
    state[LENGTHS + 2] = length;
    state[LENGTHS + 3] = 0;
    poly1305Blocks(state, head, this.words!, start >> 2, count, rest > 0 ? 2 : 1);
    poly1305Tag(state);
  }

  /** Adds bytes to Poly1305 block by block, the last one padded with zeros. */
  private absorb(bytes: Uint8Array, offset: number, length: number): void {
    const { state } = this;
    for (let at = 0; at < length; at += 16) {
      loadBlock(state, AAD, bytes, offset + at, Math.min(16, length - at));
      poly1305Blocks(state, 1, this.words!, 0, 0, 0);
    }
  }
}

function wordAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
}

/** Copies up to 16 bytes to the four words at state[to], zero-padded. */
function loadBlock(state: Int32Array, to: number, bytes: Uint8Array, offset: number, length: number): void {
  state.fill(0, to, to + 4);
  for (let i = 0; i < length; i++) state[to + (i >> 2)]! |= bytes[offset + i]! << (8 * (i & 3));
}

/** AEAD_CHACHA20_POLY1305 (RFC 8439). The sequence number would wrap before its limit is reached (RFC 9846 §5.5). */
export const chacha20Poly1305: AeadAlgorithm = {
  name: "CHACHA20_POLY1305",
  keyLength: KEY_LENGTH,
  tagLength: TAG_LENGTH,
  recordLimit: Number.MAX_SAFE_INTEGER,
  create(keys: 1 | 2): AeadKeys {
    return new ChaCha20Poly1305Keys(keys);
  },
};
