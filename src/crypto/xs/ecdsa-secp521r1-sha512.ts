import { ecdsa_secp521r1_sha512 } from "../../constants.js";
import { KEY_P521, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { EcdsaVerifier } from "./ecdsa-verifier.js";
import { p521 } from "./p521.js";
import { sha512 } from "./sha512.js";

/** ecdsa_secp521r1_sha512 (RFC 9846 §4.3.3): ECDSA on P-521 with SHA-512. */
export const ecdsaSecp521r1Sha512: SignatureAlgorithm = {
  scheme: ecdsa_secp521r1_sha512,
  name: "ecdsa_secp521r1_sha512",
  keyType: KEY_P521,
  hash: sha512,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new EcdsaVerifier(p521);
  },
};
