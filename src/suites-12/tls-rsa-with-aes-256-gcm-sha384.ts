import { TLS_RSA_WITH_AES_256_GCM_SHA384 } from "../constants.js";
import { aes256Gcm } from "../crypto/xs/aes-gcm.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { BY_RSA, type CipherSuite12, KX_RSA } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 5288 §3. No forward secrecy: for servers that have no ECDHE. */
export const tlsRsaWithAes256GcmSha384: CipherSuite12 = {
  id: TLS_RSA_WITH_AES_256_GCM_SHA384,
  name: "TLS_RSA_WITH_AES_256_GCM_SHA384",
  kx: KX_RSA,
  by: BY_RSA,
  hash: sha384,
  cipher: new AeadCipher12(aes256Gcm, EXPLICIT_NONCE),
};
