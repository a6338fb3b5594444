import { TLS_PSK_WITH_AES_128_CBC_SHA256 } from "../constants.js";
import { aes128Cbc } from "../crypto/xs/aes-cbc.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { CbcCipher12 } from "../record/cbc-cipher-12.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";

/** RFC 5487 §3. No forward secrecy, no AEAD. */
export const tlsPskWithAes128CbcSha256: CipherSuite12 = {
  id: TLS_PSK_WITH_AES_128_CBC_SHA256,
  name: "TLS_PSK_WITH_AES_128_CBC_SHA256",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new CbcCipher12({ cipher: aes128Cbc, mac: sha256 }),
};
