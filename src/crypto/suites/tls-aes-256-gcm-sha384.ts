import { TLS_AES_256_GCM_SHA384 } from "../../constants.js";
import type { CipherSuite } from "../provider.js";
import { aes256Gcm } from "../xs/aes-gcm.js";
import { sha384 } from "../xs/sha384.js";

/** RFC 9846 Appendix B.4. Its key schedule and transcript run on SHA-384. */
export const tlsAes256GcmSha384: CipherSuite = {
  id: TLS_AES_256_GCM_SHA384,
  name: "TLS_AES_256_GCM_SHA384",
  hash: sha384,
  aead: aes256Gcm,
};
