import { TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 } from "../constants.js";
import { aes256Ccm8 } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_ECDSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 7251. Its tag has 8 bytes. */
export const tlsEcdheEcdsaWithAes256Ccm8: CipherSuite12 = {
  id: TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8,
  name: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
  kx: KX_ECDHE,
  by: BY_ECDSA,
  hash: sha256,
  cipher: new AeadCipher12(aes256Ccm8, EXPLICIT_NONCE),
};
