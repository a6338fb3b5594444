import { ecdsa_secp384r1_sha384 } from "../../constants.js";
import { KEY_P384, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { EcdsaVerifier } from "./ecdsa-verifier.js";
import { p384 } from "./p384.js";
import { sha384 } from "./sha384.js";

/** ecdsa_secp384r1_sha384 (RFC 9846 §4.3.3): ECDSA on P-384 with SHA-384. */
export const ecdsaSecp384r1Sha384: SignatureAlgorithm = {
  scheme: ecdsa_secp384r1_sha384,
  name: "ecdsa_secp384r1_sha384",
  keyType: KEY_P384,
  hash: sha384,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new EcdsaVerifier(p384);
  },
};
