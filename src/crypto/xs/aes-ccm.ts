import type { AeadAlgorithm, AeadKeys, AeadOpening } from "../provider.js";
import { Opening, type PartwiseKeys } from "./aead-opening.js";
import { AES_128, AES_256, type AesSize, expandKey } from "./aes.js";
import { aesCbcMac } from "./generated/aes-cbc-mac.js";
import { aesCtr } from "./generated/aes-ctr.js";

/**
 * Where things lie in `state`, in bytes: the MAC, block B_0 and the first block of additional data, a block of our own. The round keys to seal with follow;
 * those to open with are the last: the same ones, or behind them.
 */
const MAC = 0;
const HEAD = 16;
const AAD = 32;
const REST = 48;
const SEAL_KEY = 64 / 4;

/**
 * Keys of AES-CCM (NIST SP 800-38C, RFC 3610) with 12-byte nonces, so L = 3: at most 2^24 - 1 bytes (RFC 5116 §5.3, RFC 6655
 * §3). The MAC is over the plaintext, so open() has to decrypt before it can check; where the tag is wrong it encrypts again, so that the
 * caller finds the ciphertext as it was and never a byte that is not authenticated.
 */
class AesCcmKeys implements AeadKeys, PartwiseKeys {
  private readonly size: AesSize;
  private readonly tagLength: number;
  readonly state: Int32Array;
  /** state as bytes, big-endian words: what AES counts in. */
  private readonly work: DataView;
  /** A view of the caller's buffer, kept while it stays the same. */
  private view: DataView | null;

  constructor(size: AesSize, tagLength: number, keys: 1 | 2) {
    this.size = size;
    this.tagLength = tagLength;
    this.state = new Int32Array(SEAL_KEY + keys * size.words);
    this.work = new DataView(this.state.buffer);
    this.view = null;
  }

  private get openKey(): number {
    return this.state.length - this.size.words;
  }

  private attach(buffer: ArrayBufferLike): void {
    if (this.view === null || this.view.buffer !== buffer) this.view = new DataView(buffer);
  }

  setKey(opens: boolean, key: Uint8Array, offset: number): void {
    expandKey(this.state, opens ? this.openKey : SEAL_KEY, key, offset, this.size.keyLength);
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
    const start = buf.byteOffset + offset;
    this.attach(buf.buffer);
    this.begin(SEAL_KEY, nonce, nonceOffset, aad, aadOffset, aadLength, length);
    this.authenticate(SEAL_KEY, start, length);
    this.crypt(SEAL_KEY, 1, start, length);
    const { view, work } = this;
    for (let i = 0; i < this.tagLength; i += 4) view!.setInt32(start + length + i, work.getInt32(MAC + i));
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
    const start = buf.byteOffset + offset;
    this.attach(buf.buffer);
    const key = this.openKey;
    this.begin(key, nonce, nonceOffset, aad, aadOffset, aadLength, length);
    this.crypt(key, 1, start, length);
    this.authenticate(key, start, length);
    const { view, work } = this;
    let difference = 0;
    for (let i = 0; i < this.tagLength; i += 4) difference |= view!.getInt32(start + length + i) ^ work.getInt32(MAC + i);
    if (difference !== 0) this.crypt(key, 1, start, length);
    this.state.fill(0, 0, SEAL_KEY);
    return difference === 0;
  }

  openInParts(nonce: Uint8Array, nonceOffset: number, aad: Uint8Array, aadOffset: number, aadLength: number, length: number): AeadOpening {
    this.begin(this.openKey, nonce, nonceOffset, aad, aadOffset, aadLength, length);
    return new Opening(this, aadLength);
  }

  openPart(buf: Uint8Array, offset: number, length: number, done: number): void {
    const start = buf.byteOffset + offset;
    this.attach(buf.buffer);
    const key = this.openKey;
    this.crypt(key, 1 + (done >> 4), start, length);
    this.absorb(key, start, length);
  }

  endParts(_aadLength: number, _length: number, buf: Uint8Array, offset: number): boolean {
    const { state, work } = this;
    this.xor(this.openKey, 0, work, MAC, 1);
    let difference = 0;
    for (let i = 0; i < this.tagLength; i++) difference |= buf[offset + i]! ^ work.getUint8(MAC + i);
    state.fill(0, 0, SEAL_KEY);
    return difference === 0;
  }

  detach(): void {
    this.view = null;
  }

  wipe(): void {
    this.state.fill(0);
    this.view = null;
  }

  /** The MAC of block B_0 and of the additional data with its length before it (RFC 3610 §2.2). */
  private begin(
    key: number,
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    length: number,
  ): void {
    const { size, state, work } = this;
    state.fill(0, 0, REST / 4);
    // Flags: whether there is additional data, the tag's length, L - 1.
    work.setUint8(HEAD, (aadLength > 0 ? 64 : 0) | ((this.tagLength - 2) << 2) | 2);
    for (let i = 0; i < 12; i++) work.setUint8(HEAD + 1 + i, nonce[nonceOffset + i]!);
    work.setUint8(HEAD + 13, length >> 16);
    work.setInt16(HEAD + 14, length);
    if (aadLength === 0) {
      aesCbcMac(state, key, size.rounds, work, MAC, work, HEAD, 1);
      return;
    }
    let at = AAD + 2;
    if (aadLength < 0xff00) work.setInt16(AAD, aadLength);
    else {
      work.setInt16(AAD, 0xfffe);
      work.setInt32(AAD + 2, aadLength);
      at = AAD + 6;
    }
    // TLS's additional data fits in one block, which goes with B_0; others are taken block by block.
    for (let from = HEAD; aadLength > 0; from = AAD) {
      for (; at < AAD + 16 && aadLength > 0; aadLength--) work.setUint8(at++, aad[aadOffset++]!);
      aesCbcMac(state, key, size.rounds, work, MAC, work, from, (AAD + 16 - from) >> 4);
      state.fill(0, AAD / 4, AAD / 4 + 4);
      at = AAD;
    }
  }

  /** Goes on with the MAC over the plaintext and encrypts it with counter 0: the tag comes to byte MAC of state. */
  private authenticate(key: number, start: number, length: number): void {
    this.absorb(key, start, length);
    this.xor(key, 0, this.work, MAC, 1);
  }

  /** The last bytes that do not fill a block are padded with zeros. */
  private absorb(key: number, start: number, length: number): void {
    const { size, state, work, view } = this;
    const blocks = length >> 4;
    const rest = length & 15;
    if (blocks > 0) aesCbcMac(state, key, size.rounds, work, MAC, view!, start, blocks);
    if (rest > 0) {
      start += length - rest;
      state.fill(0, REST / 4, REST / 4 + 4);
      for (let i = 0; i < rest; i++) work.setUint8(REST + i, view!.getUint8(start + i));
      aesCbcMac(state, key, size.rounds, work, MAC, work, REST, 1);
    }
  }

  /** Encrypts or decrypts the payload: the whole one from counter 1 on (RFC 3610 §2.3), or a part from a later one. `start` counts in the ArrayBuffer. */
  private crypt(key: number, counter: number, start: number, length: number): void {
    const { state, work, view } = this;
    const blocks = length >> 4;
    const rest = length & 15;
    if (blocks > 0) this.xor(key, counter, view!, start, blocks);
    if (rest === 0) return;
    start += length - rest;
    state.fill(0, REST / 4, REST / 4 + 4);
    this.xor(key, counter + blocks, work, REST, 1);
    for (let i = 0; i < rest; i++) view!.setUint8(start + i, view!.getUint8(start + i) ^ work.getUint8(REST + i));
  }

  /** Counter mode from block A_counter on: flags (L - 1), the nonce as B_0 has it, the counter in three bytes (RFC 3610 §2.3). */
  private xor(key: number, counter: number, view: DataView, offset: number, count: number): void {
    const { size, state, work } = this;
    const i0 = 0x2000000 | (work.getInt32(HEAD) & 0xffffff);
    const i3 = (work.getUint8(HEAD + 12) << 24) | counter;
    aesCtr(state, key, size.rounds, i0, work.getInt32(HEAD + 4), work.getInt32(HEAD + 8), i3, view, offset, count);
  }
}

/**
 * Records a key. An attacker tells q records of at most l blocks from random ones with an advantage of at most (2 l q)^2 / 2^128; with full
 * records (l = 2^10) and the margin that TLS 1.3 has for its other ciphers, 2^-60, that is 2^23 (RFC 9147 §4.5.3 and Appendix B.1; RFC 9846
 * §5.5 has no figure for CCM). The tag's length is not in it.
 */
const RECORD_LIMIT = 0x800000;

/** AEAD_AES_128_CCM (RFC 5116 §5.3). */
export const aes128Ccm: AeadAlgorithm = {
  name: "AES_128_CCM",
  keyLength: 16,
  tagLength: 16,
  recordLimit: RECORD_LIMIT,
  create(keys: 1 | 2): AeadKeys {
    return new AesCcmKeys(AES_128, 16, keys);
  },
};

/**
 * AEAD_AES_128_CCM_8 (RFC 6655 §6.1). Its short tag lets one forgery in 2^64 pass. A connection ends at the first one that does not, so an
 * attacker has one try a connection; where that is too much, leave the suite out (IANA does not recommend it).
 */
export const aes128Ccm8: AeadAlgorithm = {
  name: "AES_128_CCM_8",
  keyLength: 16,
  tagLength: 8,
  recordLimit: RECORD_LIMIT,
  create(keys: 1 | 2): AeadKeys {
    return new AesCcmKeys(AES_128, 8, keys);
  },
};

/** AEAD_AES_256_CCM (RFC 5116 §5.4). No suite of TLS 1.3 has it. */
export const aes256Ccm: AeadAlgorithm = {
  name: "AES_256_CCM",
  keyLength: 32,
  tagLength: 16,
  recordLimit: RECORD_LIMIT,
  create(keys: 1 | 2): AeadKeys {
    return new AesCcmKeys(AES_256, 16, keys);
  },
};

/** AEAD_AES_256_CCM_8 (RFC 6655 §6.2), for which the same holds as for aes128Ccm8. */
export const aes256Ccm8: AeadAlgorithm = {
  name: "AES_256_CCM_8",
  keyLength: 32,
  tagLength: 8,
  recordLimit: RECORD_LIMIT,
  create(keys: 1 | 2): AeadKeys {
    return new AesCcmKeys(AES_256, 8, keys);
  },
};
