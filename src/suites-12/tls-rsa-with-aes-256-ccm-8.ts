import { TLS_RSA_WITH_AES_256_CCM_8 } from "../constants.js";
import { aes256Ccm8 } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_RSA, type CipherSuite12, KX_RSA } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 6655 §3. No forward secrecy: for servers that have no ECDHE. */
export const tlsRsaWithAes256Ccm8: CipherSuite12 = {
  id: TLS_RSA_WITH_AES_256_CCM_8,
  name: "TLS_RSA_WITH_AES_256_CCM_8",
  kx: KX_RSA,
  by: BY_RSA,
  hash: sha256,
  cipher: new AeadCipher12(aes256Ccm8, EXPLICIT_NONCE),
};
