import { TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 } from "../constants.js";
import { chacha20Poly1305 } from "../crypto/xs/chacha20-poly1305.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { BY_PSK, type CipherSuite12, KX_PSK } from "../record/cipher-suite-12.js";
import { AeadCipher12, NO_EXPLICIT_NONCE } from "../record/protection-12.js";

/** RFC 7905. No forward secrecy. */
export const tlsPskWithChacha20Poly1305Sha256: CipherSuite12 = {
  id: TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
  name: "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256",
  kx: KX_PSK,
  by: BY_PSK,
  hash: sha256,
  cipher: new AeadCipher12(chacha20Poly1305, NO_EXPLICIT_NONCE),
};
