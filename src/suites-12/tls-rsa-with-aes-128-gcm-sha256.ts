import { TLS_RSA_WITH_AES_128_GCM_SHA256 } from "../constants.js";
import { aes128Gcm } from "../crypto/xs/aes-gcm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_RSA, type CipherSuite12, KX_RSA } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 5288 §3. No forward secrecy: for servers that have no ECDHE. */
export const tlsRsaWithAes128GcmSha256: CipherSuite12 = {
  id: TLS_RSA_WITH_AES_128_GCM_SHA256,
  name: "TLS_RSA_WITH_AES_128_GCM_SHA256",
  kx: KX_RSA,
  by: BY_RSA,
  hash: sha256,
  cipher: new AeadCipher12(aes128Gcm, EXPLICIT_NONCE),
};
