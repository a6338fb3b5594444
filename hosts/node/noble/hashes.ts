/** SHA-2 of @noble/hashes behind the provider's Hash, with its chaining value open to save and restore at block boundaries. */
import { expand, extract } from "@noble/hashes/hkdf.js";
import { _SHA256, _SHA384, _SHA512, sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";
import type { Hash, HashAlgorithm } from "../../../src/crypto/provider.js";

/** A hash of noble with the words of its chaining value. */
interface Midstate {
  words(): number[];
  resume(words: number[], blocks: number): void;
  update(bytes: Uint8Array): unknown;
  digestInto(out: Uint8Array): void;
  destroy(): void;
  copyFrom(other: Midstate): void;
}

class Midstate256 extends _SHA256 implements Midstate {
  words(): number[] {
    if (this.pos !== 0) throw new RangeError("save() only at a multiple of 64 bytes hashed");
    return this.get();
  }
  resume(words: number[], blocks: number): void {
    this.set(...(words as ReturnType<Midstate256["get"]>));
    this.pos = 0;
    this.length = blocks * this.blockLen;
    this.finished = false;
    this.destroyed = false;
  }
  copyFrom(other: Midstate): void {
    (other as Midstate256)._cloneInto(this);
  }
}

class Midstate384 extends _SHA384 implements Midstate {
  words(): number[] {
    if (this.pos !== 0) throw new RangeError("save() only at a multiple of 128 bytes hashed");
    return this.get();
  }
  resume(words: number[], blocks: number): void {
    this.set(...(words as ReturnType<Midstate384["get"]>));
    this.pos = 0;
    this.length = blocks * this.blockLen;
    this.finished = false;
    this.destroyed = false;
  }
  copyFrom(other: Midstate): void {
    (other as Midstate384)._cloneInto(this);
  }
}

class Midstate512 extends _SHA512 implements Midstate {
  words(): number[] {
    if (this.pos !== 0) throw new RangeError("save() only at a multiple of 128 bytes hashed");
    return this.get();
  }
  resume(words: number[], blocks: number): void {
    this.set(...(words as ReturnType<Midstate512["get"]>));
    this.pos = 0;
    this.length = blocks * this.blockLen;
    this.finished = false;
    this.destroyed = false;
  }
  copyFrom(other: Midstate): void {
    (other as Midstate512)._cloneInto(this);
  }
}

class NobleHash implements Hash {
  readonly outputLength: number;
  readonly blockLength: number;
  readonly stateLength: number;
  private readonly fresh: () => Midstate;
  private readonly state: Midstate;

  constructor(fresh: () => Midstate, outputLength: number, blockLength: number) {
    this.outputLength = outputLength;
    this.blockLength = blockLength;
    this.stateLength = blockLength / 2;
    this.fresh = fresh;
    this.state = fresh();
  }

  reset(): void {
    this.state.copyFrom(this.fresh());
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.state.update(bytes.subarray(offset, offset + length));
  }

  digest(out: Uint8Array, offset: number): void {
    this.state.digestInto(out.subarray(offset, offset + this.outputLength));
  }

  copy(from: Hash): void {
    this.state.copyFrom((from as NobleHash).state);
  }

  save(out: Uint8Array, offset: number): void {
    const view = new DataView(out.buffer, out.byteOffset + offset, this.stateLength);
    this.state.words().forEach((word, i) => {
      view.setInt32(4 * i, word);
    });
  }

  restore(saved: Uint8Array, offset: number, blocks: number): void {
    const view = new DataView(saved.buffer, saved.byteOffset + offset, this.stateLength);
    const words: number[] = [];
    for (let i = 0; i < this.stateLength; i += 4) words.push(view.getInt32(i));
    this.state.resume(words, blocks);
  }

  wipe(): void {
    this.state.destroy();
  }
}

function algorithm(name: string, noble: typeof nobleSha256 | typeof nobleSha512, fresh: () => Midstate): HashAlgorithm {
  const { outputLen: outputLength, blockLen: blockLength } = noble;
  const create = () => new NobleHash(fresh, outputLength, blockLength);
  const emptyDigest = noble(new Uint8Array(0));
  // HKDF-Expand-Label(secret, "derived", emptyDigest, length) of the early secret without PSK (RFC 9846 §7.1).
  const zeros = new Uint8Array(outputLength);
  const label = new TextEncoder().encode("tls13 derived");
  const info = new Uint8Array([0, outputLength, label.length, ...label, outputLength, ...emptyDigest]);
  const fullHandshakeSalt = expand(noble, extract(noble, zeros, zeros), info, outputLength);
  const stateLength = blockLength / 2;
  const fullHandshakeMidstates = hmacMidstates(fullHandshakeSalt, create, blockLength);
  return { name, outputLength, blockLength, stateLength, emptyDigest, fullHandshakeSalt, fullHandshakeMidstates, create };
}

/** The chaining values behind HMAC's outer and inner key blocks (RFC 2104). */
function hmacMidstates(key: Uint8Array, create: () => Hash, blockLength: number): Uint8Array {
  const saved = new Uint8Array(blockLength);
  const block = new Uint8Array(blockLength);
  [0x5c, 0x36].forEach((pad, i) => {
    for (let k = 0; k < blockLength; k++) block[k] = (key[k] ?? 0) ^ pad;
    const hash = create();
    hash.update(block, 0, blockLength);
    hash.save(saved, (blockLength / 2) * i);
  });
  return saved;
}

export const sha256 = algorithm("SHA-256", nobleSha256, () => new Midstate256());
export const sha384 = algorithm("SHA-384", nobleSha384, () => new Midstate384());
export const sha512 = algorithm("SHA-512", nobleSha512, () => new Midstate512());
