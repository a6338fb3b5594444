import { TLS_RSA_WITH_AES_256_CBC_SHA } from "../constants.js";
import { aes256Cbc } from "../crypto/xs/aes-cbc.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_RSA, type CipherSuite12, KX_RSA } from "../record/cipher-suite-12.js";

/** RFC 5246 Appendix A.5. No forward secrecy, no AEAD: the last resort. */
export const tlsRsaWithAes256CbcSha: CipherSuite12 = {
  id: TLS_RSA_WITH_AES_256_CBC_SHA,
  name: "TLS_RSA_WITH_AES_256_CBC_SHA",
  kx: KX_RSA,
  by: BY_RSA,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes256Cbc, mac: sha1 }),
};
