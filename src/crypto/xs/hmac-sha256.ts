import type { Hash, KeyedHash } from "../provider.js";
import { sha256Blocks } from "./generated/sha256-blocks.js";
import { fillBlock, zeroBlock } from "./hash-block.js";
import { BLOCK, Sha256, STATE } from "./sha256-hash.js";

const INNER_PAD = 0x36363636;
const OUTER_PAD = 0x5c5c5c5c;

/** Where the chaining values after the key's two blocks stand, behind those of the hash itself. */
const OUTER = STATE + BLOCK;
const INNER = OUTER + STATE;
const ROOM = INNER + STATE;

/**
 * HMAC-SHA256 in one object with its hash: midstates go from place to place as words, the inner digest is never written out. A key schedule is little else
 * than HMAC, and with bytes between the two a quarter of its time was copying.
 */
export class HmacSha256 extends Sha256 implements KeyedHash {
  constructor() {
    super(ROOM);
  }

  get hash(): Hash {
    return this;
  }

  setKey(key: Uint8Array, offset: number, length: number): void {
    const { view } = this;
    let words = (length + 3) >> 2;
    this.reset();
    if (length > BLOCK) {
      this.update(key, offset, length);
      this.endBlocks();
      this.reset();
      words = 8;
    } else {
      fillBlock(this.view, STATE, key, offset, length);
      zeroBlock(this.view, STATE + length, STATE + (words << 2));
    }
    const end = STATE + (words << 2);
    for (let at = STATE; at < end; at += 4) view.setInt32(at, view.getInt32(at) ^ INNER_PAD);
    for (let at = end; at < OUTER; at += 4) view.setInt32(at, INNER_PAD);
    sha256Blocks(view, 0, INNER, view, STATE, 1);
    for (let at = STATE; at < end; at += 4) view.setInt32(at, view.getInt32(at) ^ INNER_PAD ^ OUTER_PAD);
    for (let at = end; at < OUTER; at += 4) view.setInt32(at, OUTER_PAD);
    sha256Blocks(view, 0, OUTER, view, STATE, 1);
  }

  setMidstates(midstates: Uint8Array, offset: number): void {
    const { view } = this;
    for (let i = 0; i < 2 * STATE; i++) view.setUint8(OUTER + i, midstates[offset + i]!);
  }

  begin(): void {
    const { view } = this;
    for (let i = 0; i < STATE; i += 4) view.setInt32(i, view.getInt32(INNER + i));
    this.length = BLOCK;
  }

  updateByte(value: number): void {
    const used = this.length++ & (BLOCK - 1);
    this.view.setUint8(STATE + used, value);
    if (used === BLOCK - 1) sha256Blocks(this.view, 0, 0, this.view, STATE, 1);
  }

  finish(out: Uint8Array, offset: number, length = STATE): void {
    const { view } = this;
    // The outer message: one block of the key, which OUTER has, then the inner digest.
    this.endBlocks();
    view.setInt32(STATE + 32, 0x80 << 24);
    for (let at = STATE + 36; at < OUTER - 4; at += 4) view.setInt32(at, 0);
    view.setInt32(OUTER - 4, (BLOCK + STATE) << 3);
    sha256Blocks(view, OUTER, 0, view, STATE, 1);
    if (length === STATE) this.save(out, offset);
    else for (let i = 0; i < length; i++) out[offset + i] = view.getUint8(i);
  }

  override wipe(): void {
    super.wipe();
    const { view } = this;
    for (let at = OUTER; at < ROOM; at += 4) view.setInt32(at, 0);
  }

  /** The digest of what was hashed goes to the block. */
  private endBlocks(): void {
    const { view } = this;
    if (!this.pad()) {
      sha256Blocks(view, 0, 0, view, STATE, 1);
      zeroBlock(this.view, STATE, STATE + BLOCK - 8);
    }
    this.endWithLength();
    sha256Blocks(view, 0, STATE, view, STATE, 1);
  }
}
