import type { Hash } from "../provider.js";
import { sha256Blocks, sha256Initial } from "./generated/sha256-blocks.js";
import { copyWords, fillBlock, restoreWords, saveWords, zeroBlock } from "./hash-block.js";

export const BLOCK = 64;
export const STATE = 32;

/**
 * SHA-256 (FIPS 180-4). State and block share one ArrayBuffer behind one DataView: typed arrays of their own would cost more than the bytes
 * they hold. Layout: chaining value in [0, 32), block in [32, 96).
 */
export class Sha256 implements Hash {
  protected readonly view: DataView;
  /** Bytes hashed so far; exact up to 2^53. */
  protected length: number;

  /** room: for a class with more to keep behind the block. */
  constructor(room: number = STATE + BLOCK) {
    this.view = new DataView(new ArrayBuffer(room));
    this.length = 0;
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
    sha256Initial(this.view);
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
      sha256Blocks(this.view, 0, 0, this.view, STATE, 1);
      offset += space;
      length -= space;
    }
    if (length >= BLOCK) {
      // The view is garbage afterwards: a connection has several hashes, and kept views would live at its peak.
      sha256Blocks(this.view, 0, 0, new DataView(bytes.buffer), bytes.byteOffset + offset, length >> 6);
      offset += length & -BLOCK;
      length &= BLOCK - 1;
    }
    fillBlock(this.view, STATE, bytes, offset, length);
  }

  /** Each block is compressed from here, not from below: the stack is RAM. */
  digest(out: Uint8Array, offset: number): void {
    const { view } = this;
    if (!this.pad()) {
      sha256Blocks(view, 0, 0, view, STATE, 1);
      zeroBlock(view, STATE, STATE + BLOCK - 8);
    }
    this.endWithLength();
    sha256Blocks(view, 0, 0, view, STATE, 1);
    saveWords(view, STATE, out, offset);
  }

  /** The byte behind the message, and zeros behind it. False: the length does not fit into the block any more. */
  protected pad(): boolean {
    const used = (this.length & (BLOCK - 1)) + 1;
    this.view.setUint8(STATE + used - 1, 0x80);
    const fits = used <= BLOCK - 8;
    zeroBlock(this.view, STATE + used, fits ? STATE + BLOCK - 8 : STATE + BLOCK);
    return fits;
  }

  /** The length in bits has 64 bits: its high word counts units of 2^29 bytes. */
  protected endWithLength(): void {
    const { view, length } = this;
    view.setInt32(STATE + BLOCK - 8, Math.floor(length / 0x20000000));
    view.setInt32(STATE + BLOCK - 4, length << 3);
  }

  copy(from: Hash): void {
    const other = from as Sha256;
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
