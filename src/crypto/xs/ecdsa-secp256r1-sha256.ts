import { ecdsa_secp256r1_sha256 } from "../../constants.js";
import { KEY_P256, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { P256Verifier } from "./p256-ecdsa.js";
import { sha256 } from "./sha256.js";

/** ecdsa_secp256r1_sha256 (RFC 9846 §4.3.3): ECDSA on P-256 with SHA-256. */
export const ecdsaSecp256r1Sha256: SignatureAlgorithm = {
  scheme: ecdsa_secp256r1_sha256,
  name: "ecdsa_secp256r1_sha256",
  keyType: KEY_P256,
  hash: sha256,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new P256Verifier();
  },
};
