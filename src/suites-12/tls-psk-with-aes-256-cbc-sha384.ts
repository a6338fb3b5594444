import { TLS_PSK_WITH_AES_256_CBC_SHA384 } from "../constants.js";
import { aes256Cbc } from "../crypto/xs/aes-cbc.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";

/** RFC 5487 §3. No forward secrecy, no AEAD. */
export const tlsPskWithAes256CbcSha384: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_256_CBC_SHA384,
  name: "TLS_PSK_WITH_AES_256_CBC_SHA384",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha384,
  cipher: new CbcCipher12({ cipher: aes256Cbc, mac: sha384 }),
};
