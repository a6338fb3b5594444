import { message_hash } from "../constants.js";
import type { Hash, HashAlgorithm } from "../crypto/provider.js";

/** The transcript hash (RFC 9846 §4.1): it begins when the hash is known, and its value can be read at any point. */
export class Transcript {
  readonly length: number;
  private readonly hash: Hash;
  private readonly work: Hash;

  /** `work` is a hash of the same algorithm that is free whenever a value is read. */
  constructor(algorithm: HashAlgorithm, work: Hash) {
    this.length = algorithm.outputLength;
    this.hash = algorithm.create();
    this.work = work;
    this.hash.reset();
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.hash.update(bytes, offset, length);
  }

  /** Writes the hash of all messages so far to out[offset, offset + length). */
  digest(out: Uint8Array, offset: number): void {
    this.work.copy(this.hash);
    this.work.digest(out, offset);
  }

  /** After a HelloRetryRequest the first ClientHello is replaced by a message_hash message (§4.1). Uses temp[at, at + length). */
  restart(temp: Uint8Array, at: number): void {
    this.hash.digest(temp, at);
    this.beginWith(temp, at);
  }

  /** The same, with a hash of the first ClientHello that came from elsewhere. */
  restartFrom(helloHash: Uint8Array): void {
    this.beginWith(helloHash, 0);
  }

  private beginWith(helloHash: Uint8Array, offset: number): void {
    const { hash, length } = this;
    hash.reset();
    hash.update(MESSAGE_HASH, 0, 3);
    hash.update(length === 48 ? LENGTH_48 : LENGTH_32, 0, 1);
    hash.update(helloHash, offset, length);
  }

  /** Copies what was hashed so far to another hash of the same algorithm, and goes on from such a copy. */
  copyTo(hash: Hash): void {
    hash.copy(this.hash);
  }

  copyFrom(hash: Hash): void {
    this.hash.copy(hash);
  }

  wipe(): void {
    this.hash.wipe();
  }
}

/** The handshake header of message_hash: its type, and the first bytes of its length; the last one is the hash's length. */
const MESSAGE_HASH = new Uint8Array([message_hash, 0, 0]);
const LENGTH_32 = new Uint8Array([32]);
const LENGTH_48 = new Uint8Array([48]);
