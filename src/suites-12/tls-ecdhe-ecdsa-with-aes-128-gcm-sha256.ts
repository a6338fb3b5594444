import { TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 } from "../constants.js";
import { aes128Gcm } from "../crypto/xs/aes-gcm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_ECDSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 5289 §3.2: nearly every peer has this one. */
export const tlsEcdheEcdsaWithAes128GcmSha256: CipherSuite12 = {
  id: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  name: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  kx: KX_ECDHE,
  by: BY_ECDSA,
  hash: sha256,
  cipher: new AeadCipher12(aes128Gcm, EXPLICIT_NONCE),
};
