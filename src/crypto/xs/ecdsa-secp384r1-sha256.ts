import { KEY_P384, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { EcdsaVerifier } from "./ecdsa-verifier.js";
import { p384 } from "./p384.js";
import { sha256 } from "./sha256.js";

/** ECDSA on P-384 with SHA-256 (RFC 5758 §3.2): in certificates only, TLS 1.3 has no code point for it. */
export const ecdsaSecp384r1Sha256: SignatureAlgorithm = {
  scheme: 0,
  name: "ecdsa_secp384r1_sha256",
  keyType: KEY_P384,
  hash: sha256,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new EcdsaVerifier(p384);
  },
};
