import type { Hash, HashAlgorithm } from "../provider.js";
import { SHA512_INITIAL, sha512Blocks } from "./generated/sha512-blocks.js";
import { copyWords, fillBlock, restoreWords, saveWords, zeroBlock } from "./hash-block.js";

const BLOCK = 128;
const STATE = 64;

/**
 * SHA-512 and its shorter kin SHA-384 (FIPS 180-4): they differ in the initial hash value and in how much of the last one is the digest. State
 * and block share one ArrayBuffer behind one DataView: typed arrays of their own would cost more than the bytes they hold. Layout: chaining
 * value in [0, 64), block in [64, 192).
 */
export class Sha512 implements Hash {
  readonly outputLength: number;
  private readonly initial: readonly number[];
  private readonly view: DataView;
  /** Bytes hashed so far; exact up to 2^53. Below 0: pad() has made a block of padding. */
  private length: number;

  /** `initial`: the initial hash value, eight words of two halves, high half first. */
  constructor(initial: readonly number[], outputLength: number) {
    this.outputLength = outputLength;
    this.initial = initial;
    this.view = new DataView(new ArrayBuffer(STATE + BLOCK));
    this.length = 0;
    this.reset();
  }

  get blockLength(): number {
    return BLOCK;
  }

  get stateLength(): number {
    return STATE;
  }

  reset(): void {
    const { view, initial } = this;
    for (let i = 0; i < 16; i++) view.setInt32(4 * i, initial[i]!);
    this.length = 0;
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    const used = this.length & (BLOCK - 1);
    this.length += length;
    if (used > 0) {
      const space = BLOCK - used;
      if (length < space) {
        fillBlock(this.view, STATE + used, bytes, offset, length);
        return;
      }
      fillBlock(this.view, STATE + used, bytes, offset, space);
      sha512Blocks(this.view, this.view, STATE, 1);
      offset += space;
      length -= space;
    }
    if (length >= BLOCK) {
      // The view is garbage afterwards, as in SHA-256.
      sha512Blocks(this.view, new DataView(bytes.buffer), bytes.byteOffset + offset, length >> 7);
      offset += length & -BLOCK;
      length &= BLOCK - 1;
    }
    fillBlock(this.view, STATE, bytes, offset, length);
  }

  /** The first half of digest(), where its padding takes two blocks: so that each half costs one. Only digest() may follow. */
  pad(): void {
    const { view, length } = this;
    const used = length & (BLOCK - 1);
    if (used < BLOCK - 16) return;
    view.setUint8(STATE + used, 0x80);
    zeroBlock(view, STATE + used + 1, STATE + BLOCK);
    sha512Blocks(view, view, STATE, 1);
    this.length = -length;
  }

  digest(out: Uint8Array, offset: number): void {
    const view = this.view;
    const length = Math.abs(this.length);
    let used = 0;
    if (this.length >= 0) {
      used = length & (BLOCK - 1);
      view.setUint8(STATE + used, 0x80);
      used++;
      if (used > BLOCK - 16) {
        zeroBlock(view, STATE + used, STATE + BLOCK);
        sha512Blocks(view, view, STATE, 1);
        used = 0;
      }
    }
    // The length in bits has 128 bits. A count of bytes that is exact stays below 2^53, so the upper 64 of them are zero.
    zeroBlock(view, STATE + used, STATE + BLOCK - 8);
    view.setInt32(STATE + BLOCK - 8, Math.floor(length / 0x20000000));
    view.setInt32(STATE + BLOCK - 4, length << 3);
    sha512Blocks(view, view, STATE, 1);
    saveWords(view, this.outputLength, out, offset);
  }

  copy(from: Hash): void {
    const other = from as Sha512;
    copyWords(this.view, STATE + BLOCK, other.view);
    this.length = other.length;
  }

  save(out: Uint8Array, offset: number): void {
    saveWords(this.view, STATE, out, offset);
  }

  restore(saved: Uint8Array, offset: number, blocks: number): void {
    restoreWords(this.view, STATE, saved, offset);
    this.length = blocks * BLOCK;
  }

  wipe(): void {
    zeroBlock(this.view, 0, STATE + BLOCK);
    this.length = 0;
  }
}

/** SHA-512, for signatures. No cipher suite of TLS 1.3 has it, so the constants of the key schedule are left empty. */
export const sha512: HashAlgorithm = {
  name: "SHA-512",
  outputLength: 64,
  blockLength: BLOCK,
  stateLength: STATE,
  emptyDigest: new Uint8Array([
    0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd, 0xf1, 0x54, 0x28, 0x50, 0xd6, 0x6d, 0x80, 0x07, 0xd6, 0x20, 0xe4, 0x05, 0x0b, 0x57,
    0x15, 0xdc, 0x83, 0xf4, 0xa9, 0x21, 0xd3, 0x6c, 0xe9, 0xce, 0x47, 0xd0, 0xd1, 0x3c, 0x5d, 0x85, 0xf2, 0xb0, 0xff, 0x83, 0x18, 0xd2,
    0x87, 0x7e, 0xec, 0x2f, 0x63, 0xb9, 0x31, 0xbd, 0x47, 0x41, 0x7a, 0x81, 0xa5, 0x38, 0x32, 0x7a, 0xf9, 0x27, 0xda, 0x3e,
  ]),
  fullHandshakeSalt: new Uint8Array(0),
  fullHandshakeMidstates: new Uint8Array(0),
  create(): Hash {
    return new Sha512(SHA512_INITIAL, 64);
  },
};
