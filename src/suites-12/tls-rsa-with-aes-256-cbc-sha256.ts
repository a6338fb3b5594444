import { TLS_RSA_WITH_AES_256_CBC_SHA256 } from "../constants.js";
import { aes256Cbc } from "../crypto/xs/aes-cbc.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_RSA, type CipherSuite12, KX_RSA } from "../record/cipher-suite-12.js";

/** RFC 5246 Appendix A.5. No forward secrecy, no AEAD: the last resort. */
export const tlsRsaWithAes256CbcSha256: CipherSuite12 = {
  id: TLS_RSA_WITH_AES_256_CBC_SHA256,
  name: "TLS_RSA_WITH_AES_256_CBC_SHA256",
  kx: KX_RSA,
  by: BY_RSA,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes256Cbc, mac: sha256 }),
};
