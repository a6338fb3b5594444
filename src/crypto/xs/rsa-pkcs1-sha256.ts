import { rsa_pkcs1_sha256 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha256 } from "./sha256.js";

/** DigestInfo of SHA-256 without its digest (RFC 8017 §9.2 note 1). */
const DIGEST_INFO = 0x3031300d060960864801650304020105000420n;

/** rsa_pkcs1_sha256 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-256, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha256: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha256,
  name: "rsa_pkcs1_sha256",
  keyType: KEY_RSA,
  hash: sha256,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha256, DIGEST_INFO, 19);
  },
};
