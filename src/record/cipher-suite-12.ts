import type { Random, Suite } from "../crypto/provider.js";
import type { Protection } from "./protection.js";

/** How a suite of TLS 1.2 agrees on the pre-master secret. */
export const KX_ECDHE = 1;
export const KX_RSA = 2;
export const KX_PSK = 3;
export const KX_ECDHE_PSK = 4;

/** What the server proves itself with: the key type of its certificate, or a pre-shared key and no certificate. */
export const BY_ECDSA = 1;
export const BY_RSA = 2;
export const BY_PSK = 3;

/** Record protection of TLS 1.2, of one direction or both: each takes its keys from the key block once (RFC 5246 §6.3). */
export interface Protection12 extends Protection {
  /** A direction's MAC key, write key and IV stand at block[mac …), block[key …) and block[iv …), as long as the cipher says. opens: the peer's. */
  setKeys(opens: boolean, block: Uint8Array, mac: number, key: number, iv: number): void;
}

/** What protection gets of the connection: `keys`, in which IVs and nonce have their places. */
export interface KeyPlaces {
  readonly keys: Uint8Array;
  /** For initialization vectors of CBC. */
  readonly random: Random;
}

/** A cipher's records with the MAC made before they are encrypted: insecureMacThenEncrypt, or null for what is sound. */
export interface MacFirst {
  create(cipher: Cipher12, opens: boolean, sibling: Protection12 | null, random: Random): Protection12;
}

/** How the records of a suite are protected: an AEAD, or a MAC and CBC. */
export interface Cipher12 {
  readonly name: string;
  /** Bytes of the key block for one direction: MAC key (0 with an AEAD), write key, IV (RFC 5246 §6.3). */
  readonly macKeyLength: number;
  readonly keyLength: number;
  readonly ivLength: number;
  /** The most bytes that protection adds to a record's content. */
  readonly overhead: number;
  /** True where encrypt-then-MAC (RFC 7366) is offered and answered for it: CBC alone. */
  readonly takesEncryptThenMac: boolean;
  /**
   * opens: for what the peer sends. sibling: the other direction's, made before, which may be made for both. macFirst: where encrypt-then-MAC was
   * not agreed on for a cipher that takes it, and the config allows that.
   */
  create(opens: boolean, sibling: Protection12 | null, places: KeyPlaces, macFirst: MacFirst | null): Protection12;
}

/** A cipher suite of TLS 1.2. Its hash is that of the PRF, of Finished, and of the transcript. */
export interface CipherSuite12 extends Suite {
  /** KX_ECDHE … */
  readonly kx: number;
  /** BY_ECDSA … */
  readonly by: number;
  readonly cipher: Cipher12;
}
