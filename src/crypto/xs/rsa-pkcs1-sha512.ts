import { rsa_pkcs1_sha512 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha512 } from "./sha512.js";

/** DigestInfo of SHA-512 without its digest (RFC 8017 §9.2 note 1). */
const DIGEST_INFO = 0x3051300d060960864801650304020305000440n;

/** rsa_pkcs1_sha512 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-512, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha512: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha512,
  name: "rsa_pkcs1_sha512",
  keyType: KEY_RSA,
  hash: sha512,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha512, DIGEST_INFO, 19);
  },
};
