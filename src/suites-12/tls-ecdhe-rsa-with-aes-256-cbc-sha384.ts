import { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 } from "../constants.js";
import { aes256Cbc } from "../crypto/xs/aes-cbc.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_RSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";

/** RFC 5289 §3.1. For peers that have no AEAD. */
export const tlsEcdheRsaWithAes256CbcSha384: CipherSuite12 = {
  id: TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
  name: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
  kx: KX_ECDHE,
  by: BY_RSA,
  hash: sha384,
  cipher: new CbcCipher12({ cipher: aes256Cbc, mac: sha384 }),
};
