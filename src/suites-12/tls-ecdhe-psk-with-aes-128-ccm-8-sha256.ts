import { TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256 } from "../constants.js";
import { aes128Ccm8 } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_PSK, type CipherSuite12, KX_ECDHE_PSK } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 8442 §3. */
export const tlsEcdhePskWithAes128Ccm8Sha256: CipherSuite12 = {
  id: TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256,
  name: "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256",
  kx: KX_ECDHE_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new AeadCipher12(aes128Ccm8, EXPLICIT_NONCE),
};
