import { rsa_pkcs1_sha384 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha384 } from "./sha384.js";

/** DigestInfo of SHA-384 without its digest (RFC 8017 §9.2 note 1). */
const DIGEST_INFO = 0x3041300d060960864801650304020205000430n;

/** rsa_pkcs1_sha384 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-384, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha384: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha384,
  name: "rsa_pkcs1_sha384",
  keyType: KEY_RSA,
  hash: sha384,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha384, DIGEST_INFO, 19);
  },
};
