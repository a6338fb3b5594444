import { KEY_P384 } from "../crypto/provider.js";
import { secp384r1 } from "../crypto/xs/p384-ecdh.js";
import { P384Signer } from "../crypto/xs/p384-sign.js";
import { pointMatches } from "./curve-key.js";
import type { KeySupport } from "./key-support.js";
import type { PrivateKey } from "./private-key.js";

/** P-384 keys, which sign with ecdsa_secp384r1_sha384. */
export const p384Keys: KeySupport = {
  keyType: KEY_P384,
  createSigner(key: PrivateKey): P384Signer {
    return new P384Signer(key.bytes, key.secret >> 16);
  },
  matches(key: PrivateKey, bytes: Uint8Array, at: number, length: number): boolean {
    return pointMatches(secp384r1.create(), secp384r1.publicLength, key, bytes, at, length);
  },
};
