import { rsa_pss_rsae_sha256 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPssVerifier } from "./rsa-verify.js";
import { sha256 } from "./sha256.js";

/** rsa_pss_rsae_sha256 (RFC 9846 §4.3.3): RSASSA-PSS with SHA-256 and a key of the type rsaEncryption. */
export const rsaPssRsaeSha256: SignatureAlgorithm = {
  scheme: rsa_pss_rsae_sha256,
  name: "rsa_pss_rsae_sha256",
  keyType: KEY_RSA,
  hash: sha256,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new RsaPssVerifier(sha256);
  },
};
