import { TLS_ECDHE_ECDSA_WITH_AES_128_CCM } from "../constants.js";
import { aes128Ccm } from "../crypto/xs/aes-ccm.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_ECDSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 7251. For peers whose hardware has AES but no GHASH. */
export const tlsEcdheEcdsaWithAes128Ccm: CipherSuite12 = {
  id: TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  name: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
  kx: KX_ECDHE,
  by: BY_ECDSA,
  hash: sha256,
  cipher: new AeadCipher12(aes128Ccm, EXPLICIT_NONCE),
};
