import { KEY_P256, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { P256Verifier } from "./p256-ecdsa.js";
import { sha384 } from "./sha384.js";

/** ECDSA on P-256 with SHA-384 (RFC 5758 §3.2): in certificates only, TLS 1.3 has no code point for it. */
export const ecdsaSecp256r1Sha384: SignatureAlgorithm = {
  scheme: 0,
  name: "ecdsa_secp256r1_sha384",
  keyType: KEY_P256,
  hash: sha384,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new P256Verifier();
  },
};
