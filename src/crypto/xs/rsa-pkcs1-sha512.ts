import { rsa_pkcs1_sha512 } from "../../constants.js";
import { KEY_RSA, type SignatureAlgorithm, type Verifier } from "../provider.js";
import { SHA512_INFO } from "./rsa-pkcs1.js";
import { RsaPkcs1Verifier } from "./rsa-verify.js";
import { sha512 } from "./sha512.js";

/** rsa_pkcs1_sha512 (RFC 9846 §4.3.3): RSASSA-PKCS1-v1_5 with SHA-512, in certificates and in TLS 1.2. */
export const rsaPkcs1Sha512: SignatureAlgorithm = {
  scheme: rsa_pkcs1_sha512,
  name: "rsa_pkcs1_sha512",
  keyType: KEY_RSA,
  hash: sha512,
  signsHandshake: false,
  createVerifier(): Verifier {
    return new RsaPkcs1Verifier(sha512, SHA512_INFO);
  },
};
