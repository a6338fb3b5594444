import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat, u32 } from "./bytes.js";

/** Bytes that depend on the seed alone, so a run can be repeated byte by byte. Not for real connections. */
export class SeededRandom {
  private readonly seed: Uint8Array;
  private counter: number;
  private pool: Uint8Array;

  constructor(seed: string) {
    this.seed = ascii(seed);
    this.counter = 0;
    this.pool = new Uint8Array(0);
  }

  bytes(length: number): Uint8Array {
    while (this.pool.length < length) this.pool = concat(this.pool, sha256(concat(this.seed, u32(this.counter++))));
    const out = this.pool.slice(0, length);
    this.pool = this.pool.slice(length);
    return out;
  }

  /** The shape of thimble's `Random`. */
  fill(bytes: Uint8Array, offset: number, length: number): void {
    bytes.set(this.bytes(length), offset);
  }

  /** A number in [0, limit). */
  below(limit: number): number {
    const [a, b, c] = this.bytes(3);
    return (a! * 65536 + b! * 256 + c!) % limit;
  }
}
