import { TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 } from "../constants.js";
import { aes128Cbc } from "../crypto/xs/aes-cbc.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_RSA, type CipherSuite12, KX_ECDHE } from "../record/cipher-suite-12.js";

/** RFC 5289 §3.1. For peers that have no AEAD. */
export const tlsEcdheRsaWithAes128CbcSha256: CipherSuite12 = {
  id: TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
  name: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  kx: KX_ECDHE,
  by: BY_RSA,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes128Cbc, mac: sha256 }),
};
