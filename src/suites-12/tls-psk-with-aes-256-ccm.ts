import { TLS_PSK_WITH_AES_256_CCM } from "../constants.js";
import { aes256Ccm } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 6655 §4. No forward secrecy. */
export const tlsPskWithAes256Ccm: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_256_CCM,
  name: "TLS_PSK_WITH_AES_256_CCM",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new AeadCipher12(aes256Ccm, EXPLICIT_NONCE),
};
