/** The seam for RSA decryption, which the RSA key exchange of TLS 1.2 alone needs (RFC 5246 §7.4.7.1). */
import type { Random } from "./provider.js";

/** One decryption under way: a stepper. */
export interface Decrypter {
  /** Begins with a ciphertext of any length and content; copied or read before it returns. */
  begin(ciphertext: Uint8Array, offset: number, length: number, random: Random): void;
  step(budget: number): number;
  /**
   * Once after DONE: writes the key's modulusLength octets, c^d mod n with all its leading zeros: what the padding is, is nothing for the key to look at.
   * For a ciphertext that none can be (of another length, or not below the modulus) it writes zeros, and throws for none.
   */
  writeBlock(out: Uint8Array, offset: number): void;
  /** The handshake ended before: zeroes what belongs to it. */
  wipe?(): void;
}

/** An RSA private key that decrypts, wherever it is. Several connections may use it at one time. */
export interface DecryptionKey {
  readonly modulusLength: number;
  /** Whether its time tells nothing of the key, the ciphertext or the plaintext. One that cannot say so is refused by a server. */
  readonly constantTime: boolean;
  createDecrypter(): Decrypter;
}
