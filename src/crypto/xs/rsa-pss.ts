/**
 * EMSA-PSS (RFC 8017 §9.1) with MGF1, the hash of the message and the one of MGF1 the same, and a salt as long as the hash, as TLS asks
 * (RFC 9846 §4.3.3). In steps of about one block of the hash: SHA-512 takes 1.8 M instructions for a block.
 *
 * Layout of `bytes`: the digest, four octets of counter, one hash as scratch, and from EM on the encoded message: masked DB, H, 0xbc. The salt is
 * the end of DB.
 */
import type { Hash, HashAlgorithm } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";

const TRAILER = 0xbc;
const ZEROS = new Uint8Array(8);

const IDLE = 0;
/** H from digest and salt, then the mask: encoding. */
const ENCODE_HASH = 1;
const ENCODE_DIGEST = 2;
const ENCODE_MASK = 3;
/** The mask, then H and its end: checking. */
const CHECK_MASK = 4;
const CHECK_PADDING = 5;
const CHECK_HASH = 6;

export class Pss {
  readonly bytes: Uint8Array;
  /** Where a number as long as the modulus may be written, up to the end of `bytes`. */
  readonly start: number;
  private readonly hash: Hash;
  private readonly length: number;
  private phase: number;
  /** Where DB and H lie, and the unused bits of DB's first octet. */
  private readonly db: number;
  private readonly h: number;
  private readonly firstMask: number;
  /** Where the next block of the mask goes. */
  private at: number;
  private good: boolean;

  /** For a modulus of `bits` bits; takes the digest. */
  constructor(algorithm: HashAlgorithm, bits: number, digest: Uint8Array, offset: number) {
    const length = algorithm.outputLength;
    const start = 2 * length + 8;
    // The encoded message has one bit less than the modulus. There is room for a number as long as the modulus, for what reads and writes numbers
    // eight octets at a time.
    const octets = (bits + 6) >> 3;
    const bytes = new Uint8Array(start + ((((bits + 7) >> 3) + 7) & -8));
    for (let i = 0; i < length; i++) bytes[i] = digest[offset + i]!;
    this.bytes = bytes;
    this.start = start;
    this.hash = algorithm.create();
    this.length = length;
    this.phase = IDLE;
    this.db = bytes.length - octets;
    this.h = bytes.length - length - 1;
    this.firstMask = 0xff >> (8 * octets - bits + 1);
    this.at = this.db;
    this.good = false;
  }

  /** Where the salt goes, outputLength octets, before beginEncode(). */
  get salt(): number {
    return this.h - this.length;
  }

  beginEncode(): void {
    this.phase = ENCODE_HASH;
  }

  /** Begins to check a message; 0 <= message < n. */
  beginCheck(message: bigint): void {
    const bytes = this.bytes;
    const { start } = this;
    this.phase = IDLE;
    // Too long for the encoded message: where the modulus has 8k + 1 bits.
    if (message >> BigInt(8 * (bytes.length - this.db))) return;
    writeBigEndian(message, bytes, start, bytes.length - start);
    if (bytes[bytes.length - 1] !== TRAILER || (bytes[this.db]! & ~this.firstMask) !== 0) return;
    this.phase = CHECK_MASK;
  }

  /** The encoded message as a number. */
  message(): bigint {
    return readBigEndian(this.bytes, this.db, this.bytes.length - this.db);
  }

  finished(): boolean {
    return this.phase === IDLE;
  }

  /** Whether the message that was checked belongs to the digest. */
  valid(): boolean {
    return this.good;
  }

  /** Goes on for up to `budget` steps and returns what is left of the budget. */
  run(budget: number): number {
    for (; budget > 0 && this.phase !== IDLE; budget--) {
      switch (this.phase) {
        case ENCODE_MASK:
        case CHECK_MASK:
          this.mask();
          if (this.at < this.h) break;
          this.bytes[this.db]! &= this.firstMask;
          if (this.phase === ENCODE_MASK) {
            this.bytes[this.bytes.length - 1] = TRAILER;
            this.phase = IDLE;
          } else this.phase = CHECK_PADDING;
          break;
        case CHECK_PADDING:
          this.phase = this.padded() ? CHECK_HASH : IDLE;
          break;
        case ENCODE_HASH:
        case CHECK_HASH:
          this.hashSalted();
          this.phase++;
          break;
        case ENCODE_DIGEST:
          this.hash.digest(this.bytes, this.h);
          this.bytes[this.salt - 1] = 1;
          this.phase = ENCODE_MASK;
          break;
        default:
          this.check();
          this.phase = IDLE;
      }
    }
    return budget;
  }

  wipe(): void {
    this.bytes.fill(0);
    this.hash.wipe();
    this.phase = IDLE;
    this.good = false;
  }

  /** One block of MGF1(H) into DB. */
  private mask(): void {
    const bytes = this.bytes;
    const hash = this.hash;
    const length = this.length;
    const at = this.at;
    const scratch = length + 4;
    // The counter: below 256, as DB has at most 1,024 octets.
    bytes[scratch - 1] = (at - this.db) / length;
    hash.reset();
    hash.update(bytes, this.h, length);
    hash.update(bytes, length, 4);
    hash.digest(bytes, scratch);
    let n = this.h - at;
    if (n > length) n = length;
    for (let i = 0; i < n; i++) bytes[at + i]! ^= bytes[scratch + i]!;
    this.at = at + n;
  }

  /** Whether DB is zeros, 1, salt. */
  private padded(): boolean {
    const bytes = this.bytes;
    const one = this.salt - 1;
    for (let i = this.db; i < one; i++) if (bytes[i] !== 0) return false;
    return bytes[one] === 1;
  }

  /** The hash of eight zeros, digest and salt, but for its end. */
  private hashSalted(): void {
    const hash = this.hash;
    hash.reset();
    hash.update(ZEROS, 0, 8);
    hash.update(this.bytes, 0, this.length);
    hash.update(this.bytes, this.salt, this.length);
  }

  private check(): void {
    const bytes = this.bytes;
    const length = this.length;
    const scratch = length + 4;
    this.hash.digest(bytes, scratch);
    let difference = 0;
    for (let i = 0; i < length; i++) difference |= bytes[scratch + i]! ^ bytes[this.h + i]!;
    this.good = difference === 0;
  }
}
