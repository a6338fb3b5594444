import { rsa_pss_rsae_sha512 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPssVerifier } from "./rsa-verify.js";
import { sha512 } from "./sha512.js";

/** rsa_pss_rsae_sha512 (RFC 9846 §4.3.3): RSASSA-PSS with SHA-512 and a key of the type rsaEncryption. */
export const rsaPssRsaeSha512: SignatureAlgorithm = {
  scheme: rsa_pss_rsae_sha512,
  name: "rsa_pss_rsae_sha512",
  keyType: KEY_RSA,
  hash: sha512,
  signsHandshake: true,
  createVerifier(): Verifier {
    return new RsaPssVerifier(sha512);
  },
};
