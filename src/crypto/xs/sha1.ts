import type { Hash, HashAlgorithm } from "../provider.js";
import { SHA1_INITIAL, sha1Blocks } from "./generated/sha1-blocks.js";
import { copyWords, fillBlock, restoreWords, saveWords, zeroBlock } from "./hash-block.js";

const BLOCK = 64;
const STATE = 20;

/**
 * SHA-1 (FIPS 180-4), for what old protocols name things and compute MACs with: it is broken, and no signature is ever checked with it. State and
 * block share one ArrayBuffer behind one DataView. Layout: chaining value in [0, 20), block in [20, 84).
 */
export class Sha1 implements Hash {
  private readonly view: DataView;
  /** Bytes hashed so far; exact up to 2^53. */
  private length: number;
  /** A view of the caller's buffer, kept from the last update that had whole blocks to read in place: MACs of records allocate nothing. */
  private input: DataView | null;

  constructor() {
    this.view = new DataView(new ArrayBuffer(STATE + BLOCK));
    this.length = 0;
    this.input = null;
    this.reset();
  }

  get outputLength(): number {
    return STATE;
  }

  get blockLength(): number {
    return BLOCK;
  }

  get stateLength(): number {
    return STATE;
  }

  reset(): void {
    const view = this.view;
    for (let i = 0; i < 5; i++) view.setInt32(4 * i, SHA1_INITIAL[i]!);
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
      sha1Blocks(this.view, this.view, STATE, 1);
      offset += space;
      length -= space;
    }
    if (length >= BLOCK) {
      let input = this.input;
      if (input === null || input.buffer !== bytes.buffer) {
        input = new DataView(bytes.buffer);
        this.input = input;
      }
      sha1Blocks(this.view, input, bytes.byteOffset + offset, length >> 6);
      offset += length & -BLOCK;
      length &= BLOCK - 1;
    }
    fillBlock(this.view, STATE, bytes, offset, length);
  }

  digest(out: Uint8Array, offset: number): void {
    const view = this.view;
    const length = this.length;
    let used = length & (BLOCK - 1);
    view.setUint8(STATE + used, 0x80);
    used++;
    if (used > BLOCK - 8) {
      zeroBlock(view, STATE + used, STATE + BLOCK);
      sha1Blocks(view, view, STATE, 1);
      used = 0;
    }
    zeroBlock(view, STATE + used, STATE + BLOCK - 8);
    // The length in bits has 64 bits: its high word counts units of 2^29 bytes.
    view.setInt32(STATE + BLOCK - 8, Math.floor(length / 0x20000000));
    view.setInt32(STATE + BLOCK - 4, length << 3);
    sha1Blocks(view, view, STATE, 1);
    saveWords(view, STATE, out, offset);
  }

  copy(from: Hash): void {
    const other = from as Sha1;
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
    this.input = null;
  }
}

/** SHA-1. No cipher suite of TLS 1.3 has it, so the constants of the key schedule are left empty. */
export const sha1: HashAlgorithm = {
  name: "SHA-1",
  outputLength: STATE,
  blockLength: BLOCK,
  stateLength: STATE,
  emptyDigest: new Uint8Array([
    0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09,
  ]),
  fullHandshakeSalt: new Uint8Array(0),
  fullHandshakeMidstates: new Uint8Array(0),
  create(): Hash {
    return new Sha1();
  },
};
