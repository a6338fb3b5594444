/**
 * Padding and MAC of a decrypted CBC record (RFC 5246 §6.2.3.2), in the same steps whatever they are: where the content ends is a secret until the
 * MAC is found right. What may depend on it is the value of numbers, never a branch, a loop's end, an index or the number of hashed blocks.
 * A mask is -1 where something holds and 0 where it does not.
 */
import type { HashAlgorithm } from "../crypto/provider.js";
import type { Hmac } from "../crypto/xs/hmac.js";
import { PSEUDO_HEADER } from "./protection-12-cbc.js";

/** padding_length has one byte. */
const MAX_PADDING = 255;

/** -1 where a === b; both from 0 to 2^30. Written out in loops, as is a < b: (a - b) >> 31. */
function same(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31;
}

export class CbcOpening {
  private readonly blockLength: number;
  private readonly digestLength: number;
  /** log2(blockLength) */
  private readonly shift: number;
  /** Bytes at the end of the last block that hold the length. */
  private readonly lengthField: number;
  /** The block that is hashed next; then the digest, the chaining value, the record's MAC twice. */
  private readonly bytes: Uint8Array;
  private readonly digest: number;
  private readonly state: number;
  private readonly mac: number;

  constructor(algorithm: HashAlgorithm) {
    const { blockLength, outputLength, stateLength } = algorithm;
    this.blockLength = blockLength;
    this.digestLength = outputLength;
    this.shift = blockLength === 128 ? 7 : 6;
    this.lengthField = blockLength >> 3;
    this.digest = blockLength;
    this.state = blockLength + outputLength;
    this.mac = this.state + stateLength;
    this.bytes = new Uint8Array(this.mac + 2 * outputLength);
  }

  /**
   * The length of the content at io[start …), or -1 where padding or MAC is wrong. `size` bytes were decrypted there: whole blocks, more than a MAC.
   * header: the pseudo-header, in which the length is still to be written.
   */
  check(hmac: Hmac, header: Uint8Array, io: Uint8Array, start: number, size: number): number {
    const longest = size - this.digestLength - 1;
    const padding = io[start + size - 1];
    let good = ~((longest - padding) >> 31);
    let wrong = 0;
    const count = Math.min(size, MAX_PADDING + 1);
    for (let i = 0, at = start + size - 1; i < count; i++, at--) wrong |= ~((padding - i) >> 31) & (io[at] ^ padding);
    good &= same(wrong, 0);
    // Where the padding is wrong a MAC is computed all the same, as if there were none (RFC 5246 §6.2.3.2).
    const content = longest - (padding & good);
    header[PSEUDO_HEADER - 2] = content >> 8;
    header[PSEUDO_HEADER - 1] = content;
    const shortest = Math.max(0, longest - MAX_PADDING);
    this.hash(hmac, header, io, start, size, shortest, longest, content);
    this.takeMac(io, start, shortest, size, content);
    const { bytes, digest, mac, digestLength } = this;
    hmac.finishFrom(bytes, digest, bytes, digest);
    wrong = 0;
    for (let i = 0; i < digestLength; i++) wrong |= bytes[digest + i] ^ bytes[mac + i];
    good &= same(wrong, 0);
    bytes.fill(0);
    return (content & good) | ~good;
  }

  wipe(): void {
    this.bytes.fill(0);
  }

  /**
   * The inner digest of pseudo-header and content. Blocks that are content whatever the padding is are hashed where they are. All those that may be
   * the last one are made here, with the end of the content and the length put where they belong by masks, and all are hashed: the digest is the
   * chaining value behind the last one.
   */
  private hash(
    hmac: Hmac,
    header: Uint8Array,
    io: Uint8Array,
    start: number,
    size: number,
    shortest: number,
    longest: number,
    content: number,
  ): void {
    const { bytes, blockLength, lengthField, shift, digest, state, digestLength } = this;
    const { hash } = hmac;
    let block = (PSEUDO_HEADER + shortest) >> shift;
    const end = (PSEUDO_HEADER + longest + lengthField) >> shift;
    const last = (PSEUDO_HEADER + content + lengthField) >> shift;
    // The key's block was hashed before.
    const bits = (blockLength + PSEUDO_HEADER + content) << 3;
    hmac.begin();
    if (block > 0) {
      hash.update(header, 0, PSEUDO_HEADER);
      hash.update(io, start, block * blockLength - PSEUDO_HEADER);
    }
    bytes.fill(0, digest, state);
    hash.save(bytes, state);
    for (; block <= end; block++) {
      let at = block * blockLength - PSEUDO_HEADER;
      // Blocks behind the last one get the chaining value: on XS a hash of zeros takes fewer instructions, as fewer of its sums overflow.
      const behind = (last - block) >> 31;
      for (let i = 0; i < blockLength; i++, at++) {
        if (at < 0) bytes[i] = header[PSEUDO_HEADER + at];
        else {
          bytes[i] =
            ((at < size ? io[start + at] : 0) & ((at - content) >> 31)) |
            (0x80 & (((at ^ content) - 1) >> 31)) |
            (bytes[state + (i & 15)] & behind);
        }
      }
      const isLast = same(block, last);
      bytes[blockLength - 3] |= (bits >> 16) & isLast;
      bytes[blockLength - 2] |= (bits >> 8) & isLast;
      bytes[blockLength - 1] |= bits & isLast;
      // In halves, as the hash makes a view of what it reads whole blocks from.
      hash.update(bytes, 0, blockLength >> 1);
      hash.update(bytes, blockLength >> 1, blockLength >> 1);
      hash.save(bytes, state);
      for (let i = 0; i < digestLength; i++) bytes[digest + i] |= bytes[state + i] & isLast;
    }
  }

  /** The record's MAC, which begins behind the content: first turned by a secret number of bytes, then turned back, one bit of that number at a time. */
  private takeMac(io: Uint8Array, start: number, shortest: number, size: number, content: number): void {
    const { bytes, mac, digestLength } = this;
    const spare = mac + digestLength;
    const end = content + digestLength;
    let turn = 0;
    bytes.fill(0, mac, spare);
    for (let at = shortest, i = mac; at < size; at++) {
      bytes[i] |= io[start + at] & ~((at - content) >> 31) & ((at - end) >> 31);
      turn |= i & (((at ^ content) - 1) >> 31);
      i++;
      if (i === spare) i = mac;
    }
    turn -= mac;
    for (let step = 1; step < digestLength; step <<= 1, turn >>= 1) {
      const turned = same(turn & 1, 1);
      bytes.copyWithin(spare, mac, spare);
      for (let i = 0, from = step; i < digestLength; i++) {
        if (from >= digestLength) from -= digestLength;
        bytes[mac + i] = (bytes[spare + i] & ~turned) | (bytes[spare + from] & turned);
        from++;
      }
    }
  }
}
