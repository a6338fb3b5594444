import { TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 } from "../constants.js";
import { aes256Gcm } from "../crypto/xs/aes-gcm.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { BY_ECDSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 5289 §3.2. Its PRF and transcript run on SHA-384. */
export const tlsEcdheEcdsaWithAes256GcmSha384: CipherSuite12 = {
  id: TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  name: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  kx: KX_ECDHE,
  by: BY_ECDSA,
  hash: sha384,
  cipher: new AeadCipher12(aes256Gcm, EXPLICIT_NONCE),
};
