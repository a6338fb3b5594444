import { rsa_pkcs1_sha384 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { SHA384_INFO } from "./rsa-pkcs1.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha384 } from "./sha384.js";

/** rsa_pkcs1_sha384 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-384, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha384: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha384,
  name: "rsa_pkcs1_sha384",
  keyType: KEY_RSA,
  hash: sha384,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha384, SHA384_INFO);
  },
};
