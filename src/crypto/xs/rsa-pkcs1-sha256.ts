import { rsa_pkcs1_sha256 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { SHA256_INFO } from "./rsa-pkcs1.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha256 } from "./sha256.js";

/** rsa_pkcs1_sha256 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-256, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha256: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha256,
  name: "rsa_pkcs1_sha256",
  keyType: KEY_RSA,
  hash: sha256,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha256, SHA256_INFO);
  },
};
