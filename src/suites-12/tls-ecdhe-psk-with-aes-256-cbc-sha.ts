import { TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA } from "../constants.js";
import { aes256Cbc } from "../crypto/xs/aes-cbc.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_PSK, type CipherSuite12, KX_ECDHE_PSK } from "../record/cipher-suite-12.js";

/** RFC 5489 §3.1. For peers that have no AEAD. */
export const tlsEcdhePskWithAes256CbcSha: CipherSuite12 = {
  id: TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA,
  name: "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA",
  kx: KX_ECDHE_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes256Cbc, mac: sha1 }),
};
