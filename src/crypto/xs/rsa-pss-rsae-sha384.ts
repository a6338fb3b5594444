import { rsa_pss_rsae_sha384 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPssVerifier } from "./rsa-verify.js";
import { sha384 } from "./sha384.js";

/** rsa_pss_rsae_sha384 (RFC 9846 §4.3.3): RSASSA-PSS with SHA-384 and a key of the type rsaEncryption. */
export const rsaPssRsaeSha384: SignatureAlgorithm = {
  scheme: rsa_pss_rsae_sha384,
  name: "rsa_pss_rsae_sha384",
  keyType: KEY_RSA,
  hash: sha384,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new RsaPssVerifier(sha384);
  },
};
