import { TLS_PSK_WITH_AES_256_GCM_SHA384 } from "../constants.js";
import { aes256Gcm } from "../crypto/xs/aes-gcm.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 5487 §2. No forward secrecy. */
export const tlsPskWithAes256GcmSha384: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_256_GCM_SHA384,
  name: "TLS_PSK_WITH_AES_256_GCM_SHA384",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha384,
  cipher: new AeadCipher12(aes256Gcm, EXPLICIT_NONCE),
};
