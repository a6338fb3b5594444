import { TLS_AES_128_CCM_SHA256 } from "../../constants.js";
import type { CipherSuite } from "../provider.js";
import { aes128Ccm } from "../xs/aes-ccm.js";
import { sha256 } from "../xs/sha256.js";

/** RFC 9846 Appendix B.4. For peers whose hardware has AES but no GHASH. */
export const tlsAes128CcmSha256: CipherSuite = {
  id: TLS_AES_128_CCM_SHA256,
  name: "TLS_AES_128_CCM_SHA256",
  hash: sha256,
  aead: aes128Ccm,
};
