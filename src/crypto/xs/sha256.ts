import type { Hash, HashAlgorithm } from "../provider.js";
import { SHA256_INITIAL, sha256Blocks } from "./generated/sha256-blocks.js";

const BLOCK = 64;
const STATE = 32;

/**
 * SHA-256 (FIPS 180-4). State and block share one ArrayBuffer behind one DataView: typed arrays of their own would cost more than the bytes
 * they hold. Layout: chaining value in [0, 32), block in [32, 96).
 */
export class Sha256 implements Hash {
  private readonly view: DataView;
  /** Bytes hashed so far; exact up to 2^53. */
  private length: number;

  constructor() {
    this.view = new DataView(new ArrayBuffer(STATE + BLOCK));
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
    const view = this.view;
    for (let i = 0; i < 8; i++) view.setInt32(4 * i, SHA256_INITIAL[i]!);
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
      sha256Blocks(this.view, this.view, STATE, 1);
      offset += space;
      length -= space;
    }
    if (length >= BLOCK) {
      // The view is garbage afterwards: a connection has several hashes, and kept views would live at its peak.
      sha256Blocks(this.view, new DataView(bytes.buffer), bytes.byteOffset + offset, length >> 6);
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
      sha256Blocks(view, view, STATE, 1);
      used = 0;
    }
    this.zero(used, BLOCK - 8);
    // The length in bits has 64 bits: its high word counts units of 2^29 bytes.
    view.setInt32(STATE + BLOCK - 8, Math.floor(length / 0x20000000));
    view.setInt32(STATE + BLOCK - 4, length << 3);
    sha256Blocks(view, view, STATE, 1);
    this.save(out, offset);
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

/** SHA-256, as RFC 9846 uses it in the suites named ..._SHA256. */
export const sha256: HashAlgorithm = {
  name: "SHA-256",
  outputLength: STATE,
  blockLength: BLOCK,
  stateLength: STATE,
  emptyDigest: new Uint8Array([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
    0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
  ]),
  fullHandshakeSalt: new Uint8Array([
    0x6f, 0x26, 0x15, 0xa1, 0x08, 0xc7, 0x02, 0xc5, 0x67, 0x8f, 0x54, 0xfc, 0x9d, 0xba, 0xb6, 0x97, 0x16, 0xc0, 0x76, 0x18, 0x9c, 0x48,
    0x25, 0x0c, 0xeb, 0xea, 0xc3, 0x57, 0x6c, 0x36, 0x11, 0xba,
  ]),
  fullHandshakeMidstates: new Uint8Array([
    0x22, 0xb9, 0x1d, 0x2f, 0xa7, 0xf9, 0xba, 0x55, 0xba, 0x70, 0x5a, 0x48, 0xa6, 0xbe, 0xf0, 0x47, 0xf5, 0xba, 0x9b, 0x91, 0xc4, 0x25,
    0xb7, 0x96, 0xdb, 0x80, 0x72, 0xa6, 0x90, 0x37, 0xdb, 0xc2, 0x8b, 0x35, 0x05, 0x1c, 0x83, 0x24, 0xce, 0x6f, 0xd3, 0x5f, 0xd4, 0x42,
    0x05, 0x00, 0x6b, 0x0b, 0x11, 0xf6, 0x53, 0xde, 0x87, 0x17, 0x00, 0x24, 0x53, 0x92, 0x3a, 0x72, 0x1a, 0x2e, 0x89, 0xf5,
  ]),
  create(): Hash {
    return new Sha256();
  },
};
