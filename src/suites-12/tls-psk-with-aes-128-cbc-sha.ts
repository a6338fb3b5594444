import { TLS_PSK_WITH_AES_128_CBC_SHA } from "../constants.js";
import { aes128Cbc } from "../crypto/xs/aes-cbc.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";

/** RFC 4279 §2. No forward secrecy, no AEAD. */
export const tlsPskWithAes128CbcSha: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_128_CBC_SHA,
  name: "TLS_PSK_WITH_AES_128_CBC_SHA",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes128Cbc, mac: sha1 }),
};
