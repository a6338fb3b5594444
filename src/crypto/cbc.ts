/** The seam for block ciphers in CBC mode, which only suites for legacy peers have (RFC 5246 §6.2.3.2). */

/** Bytes of a block, and of an initialization vector. */
export const CBC_BLOCK = 16;

/** One direction's key. Nothing allocates once `setKey` has run, but one view when another ArrayBuffer is given. */
export interface CbcKey {
  /** Copies keyLength bytes and makes the key schedule. */
  setKey(key: Uint8Array, offset: number): void;
  /** Encrypts or decrypts buf[offset, offset + length) in place, whole blocks; the initialization vector stands before them, at offset - CBC_BLOCK. */
  crypt(buf: Uint8Array, offset: number, length: number): void;
  /** Forgets the memory that it worked on last, where it keeps a view. */
  detach?(): void;
  /** Zeroes the key and all that was derived from it. */
  wipe(): void;
}

export interface CbcAlgorithm {
  readonly name: string;
  readonly keyLength: number;
  /** A key that decrypts, or one that encrypts. */
  create(decrypts: boolean): CbcKey;
}
