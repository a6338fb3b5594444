import { KEY_P256 } from "../crypto/provider.js";
import { secp256r1 } from "../crypto/xs/p256-ecdh.js";
import { P256Signer } from "../crypto/xs/p256-sign.js";
import { pointMatches } from "./curve-key.js";
import type { KeySupport } from "./key-support.js";
import type { PrivateKey } from "./private-key.js";

/** P-256 keys, which sign with ecdsa_secp256r1_sha256. */
export const p256Keys: KeySupport = {
  keyType: KEY_P256,
  createSigner(key: PrivateKey): P256Signer {
    return new P256Signer(key.bytes, key.secret >> 16);
  },
  matches(key: PrivateKey, bytes: Uint8Array, at: number, length: number): boolean {
    return pointMatches(secp256r1.create(), secp256r1.publicLength, key, bytes, at, length);
  },
};
