import { KEY_P521, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { EcdsaVerifier } from "./ecdsa-verifier.js";
import { p521 } from "./p521.js";
import { sha256 } from "./sha256.js";

/** ECDSA on P-521 with SHA-256 (RFC 5758 §3.2): in certificates only, TLS 1.3 has no code point for it. */
export const ecdsaSecp521r1Sha256: SignatureAlgorithm = {
  scheme: 0,
  name: "ecdsa_secp521r1_sha256",
  keyType: KEY_P521,
  hash: sha256,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new EcdsaVerifier(p521);
  },
};
