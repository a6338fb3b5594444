import { TLS_AES_128_CCM_8_SHA256 } from "../../constants.js";
import type { CipherSuite } from "../provider.js";
import { aes128Ccm8 } from "../xs/aes-ccm.js";
import { sha256 } from "../xs/sha256.js";

/** RFC 9846 Appendix B.4. IANA does not recommend it: its tag has 8 bytes. For peers that have nothing else. */
export const tlsAes128Ccm8Sha256: CipherSuite = {
  id: TLS_AES_128_CCM_8_SHA256,
  name: "TLS_AES_128_CCM_8_SHA256",
  hash: sha256,
  aead: aes128Ccm8,
};
