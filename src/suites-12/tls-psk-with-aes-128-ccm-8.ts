import { TLS_PSK_WITH_AES_128_CCM_8 } from "../constants.js";
import { aes128Ccm8 } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 6655 §4: the suite of the IoT profile for pre-shared keys (RFC 7925 §4.1). No forward secrecy. */
export const tlsPskWithAes128Ccm8: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_128_CCM_8,
  name: "TLS_PSK_WITH_AES_128_CCM_8",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new AeadCipher12(aes128Ccm8, EXPLICIT_NONCE),
};
