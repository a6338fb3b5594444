import { internal_error, TLSAlert } from "../../src/alert.js";
import type { Random } from "../../src/crypto/provider.js";
import { chacha20Xor } from "../../src/crypto/xs/generated/chacha20.js";

/** Where unpredictable bytes come from: the chip's generator. */
export interface EntropySource {
  /** Fills all of it. Throws where the source is not on. */
  fill(bytes: Uint8Array): void;
}

/** What lies where in the one buffer, in bytes: the key, a block of ChaCha20, what the source gave last. */
const BLOCK = 32;
const FRESH = 96;
const END = 128;
const KEY_WORDS = 8;
const BLOCK_WORDS = 16;

/**
 * A deterministic generator over a source of entropy, ChaCha20 with fast key erasure: each call mixes 32 fresh bytes of the source into the key, and the
 * first 32 bytes of its keystream take the key's place before the rest is given out. So what comes out is as good as the better of source and generator,
 * and who learns the state later learns nothing of what was given out before. A source that is missing, stuck or repeats itself is refused.
 */
export class DeviceRandom implements Random {
  private readonly source: EntropySource;
  /** Two views of the one buffer. */
  private readonly words: Int32Array;
  private readonly fresh: Uint8Array;
  private spent: boolean;

  constructor(source: EntropySource | undefined) {
    if (typeof source !== "object" || source === null || typeof source.fill !== "function")
      throw new Error("random: this device has no source of entropy, and without one there is no TLS");
    const buffer = new ArrayBuffer(END);
    this.source = source;
    this.words = new Int32Array(buffer);
    this.fresh = new Uint8Array(buffer, FRESH);
    this.spent = false;
    // Twice: a source that gives zeros, or always the same, is found now.
    this.stir();
    this.stir();
  }

  fill(bytes: Uint8Array, offset: number, length: number): void {
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
      throw new RangeError(`fill(): bytes ${offset} to ${offset + length} of an array of ${bytes.length}`);
    const { words } = this;
    this.stir();
    // Blocks from 1 on are given out; the first half of block 0 then is the next key.
    for (let i = 0; i < length; i++) {
      const at = i & 63;
      if (at === 0) this.block(1 + (i >> 6));
      bytes[offset + i] = (words[(BLOCK + at) >> 2] as number) >> (8 * (at & 3));
    }
    this.block(0);
    for (let i = 0; i < KEY_WORDS; i++) words[i] = words[KEY_WORDS + i] as number;
    words.fill(0, KEY_WORDS, KEY_WORDS + BLOCK_WORDS);
  }

  /** Zeroes all that it knows; it fails from then on. */
  wipe(): void {
    this.words.fill(0);
    this.spent = true;
  }

  /** Block number `counter` of the keystream. */
  private block(counter: number): void {
    const { words } = this;
    words.fill(0, KEY_WORDS, KEY_WORDS + BLOCK_WORDS);
    chacha20Xor(words, 0, counter, 0, 0, 0, words, BLOCK >> 2, 1);
  }

  /** Fresh bytes of the source into the key. */
  private stir(): void {
    const { words, fresh } = this;
    if (this.spent) throw new Error("random: it was wiped");
    const first = words[FRESH >> 2] as number;
    const second = words[(FRESH >> 2) + 1] as number;
    this.source.fill(fresh);
    // SP 800-90B §4.4: a source that is stuck gives the same again. By chance that happens once in 2^64 calls.
    if (words[FRESH >> 2] === first && words[(FRESH >> 2) + 1] === second)
      throw new TLSAlert(internal_error, "random: the source of entropy is stuck", "internal");
    for (let i = 0; i < KEY_WORDS; i++) words[i] = (words[i] as number) ^ (words[(FRESH >> 2) + i] as number);
    // All but what the next fresh bytes are held against.
    words.fill(0, (FRESH >> 2) + 2);
  }
}
