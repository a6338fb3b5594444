import type { Hash, HashAlgorithm } from "../provider.js";
import { SHA1_INITIAL, sha1Blocks } from "./generated/sha1-blocks.js";

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
  /** A view of the caller's buffer, kept from the last update that had whole blocks to read in place. */
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
        this.fill(used, bytes, offset, length);
        return;
      }
      this.fill(used, bytes, offset, space);
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
    this.fill(0, bytes, offset, length);
  }

  digest(out: Uint8Array, offset: number): void {
    const view = this.view;
    const length = this.length;
    let used = length & (BLOCK - 1);
    view.setUint8(STATE + used, 0x80);
    used++;
    if (used > BLOCK - 8) {
      this.zero(used, BLOCK);
      sha1Blocks(view, view, STATE, 1);
      used = 0;
    }
    this.zero(used, BLOCK - 8);
    // The length in bits has 64 bits: its high word counts units of 2^29 bytes.
    view.setInt32(STATE + BLOCK - 8, Math.floor(length / 0x20000000));
    view.setInt32(STATE + BLOCK - 4, length << 3);
    sha1Blocks(view, view, STATE, 1);
    this.save(out, offset);
  }

  copy(from: Hash): void {
    const other = from as Sha1;
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
    this.input = null;
  }

  /** Copies length bytes into the block behind the `used` bytes there; four at a time where the block's position allows. */
  private fill(used: number, bytes: Uint8Array, offset: number, length: number): void {
    const view = this.view;
    let position = STATE + used;
    const end = position + length;
    for (; position < end && (position & 3) !== 0; position++) view.setUint8(position, bytes[offset++]!);
    for (; position + 4 <= end; position += 4) {
      view.setInt32(position, (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
      offset += 4;
    }
    for (; position < end; position++) view.setUint8(position, bytes[offset++]!);
  }

  /** Zeroes the block's bytes [from, to). */
  private zero(from: number, to: number): void {
    const view = this.view;
    for (; (from & 3) !== 0; from++) view.setUint8(STATE + from, 0);
    for (; from < to; from += 4) view.setInt32(STATE + from, 0);
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
