import type { Hash } from "../provider.js";
import { sha256Blocks, sha256Initial } from "./generated/sha256-blocks.js";

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
        this.fill(used, bytes, offset, length);
        return;
      }
      this.fill(used, bytes, offset, space);
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
    this.fill(0, bytes, offset, length);
  }

  /** Each block is compressed from here, not from below: the stack is RAM. */
  digest(out: Uint8Array, offset: number): void {
    const { view } = this;
    if (!this.pad()) {
      sha256Blocks(view, 0, 0, view, STATE, 1);
      this.zero(0, BLOCK - 8);
    }
    this.endWithLength();
    sha256Blocks(view, 0, 0, view, STATE, 1);
    this.save(out, offset);
  }

  /** The byte behind the message, and zeros behind it. False: the length does not fit into the block any more. */
  protected pad(): boolean {
    const used = (this.length & (BLOCK - 1)) + 1;
    this.view.setUint8(STATE + used - 1, 0x80);
    const fits = used <= BLOCK - 8;
    this.zero(used, fits ? BLOCK - 8 : BLOCK);
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
    const source = other.view;
    const view = this.view;
    for (let i = 0; i < STATE + BLOCK; i += 4) view.setInt32(i, source.getInt32(i));
    this.length = other.length;
  }

  save(out: Uint8Array, offset: number): void {
    const view = this.view;
    for (let i = 0; i < STATE; i += 4) {
      const word = view.getInt32(i);
      out[offset] = word >> 24;
      out[offset + 1] = word >> 16;
      out[offset + 2] = word >> 8;
      out[offset + 3] = word;
      offset += 4;
    }
  }

  restore(saved: Uint8Array, offset: number, blocks: number): void {
    const view = this.view;
    for (let i = 0; i < STATE; i += 4) {
      view.setInt32(i, (saved[offset]! << 24) | (saved[offset + 1]! << 16) | (saved[offset + 2]! << 8) | saved[offset + 3]!);
      offset += 4;
    }
    this.length = blocks * BLOCK;
  }

  wipe(): void {
    const view = this.view;
    for (let i = 0; i < STATE + BLOCK; i += 4) view.setInt32(i, 0);
    this.length = 0;
  }

  /** Copies length bytes into the block behind the `used` bytes there; four at a time where the block's position allows. */
  protected fill(used: number, bytes: Uint8Array, offset: number, length: number): void {
    const view = this.view;
    let position = STATE + used;
    const end = position + length;
    for (; position < end && (position & 3) !== 0; position++) view.setUint8(position, bytes[offset++]!);
    const last = end - 4;
    for (; position <= last; position += 4) {
      view.setInt32(position, (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
      offset += 4;
    }
    for (; position < end; position++) view.setUint8(position, bytes[offset++]!);
  }

  /** Zeroes the block's bytes [from, to). */
  protected zero(from: number, to: number): void {
    const view = this.view;
    for (; (from & 3) !== 0; from++) view.setUint8(STATE + from, 0);
    for (; from < to; from += 4) view.setInt32(STATE + from, 0);
  }
}
