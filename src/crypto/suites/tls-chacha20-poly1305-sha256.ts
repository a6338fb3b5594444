import { TLS_CHACHA20_POLY1305_SHA256 } from "../../constants.js";
import type { CipherSuite } from "../provider.js";
import { chacha20Poly1305 } from "../xs/chacha20-poly1305.js";
import { sha256 } from "../xs/sha256.js";

/** RFC 9846 Appendix B.4. The fastest one here. */
export const tlsChacha20Poly1305Sha256: CipherSuite = {
  id: TLS_CHACHA20_POLY1305_SHA256,
  name: "TLS_CHACHA20_POLY1305_SHA256",
  hash: sha256,
  aead: chacha20Poly1305,
};
