import { TLS_AES_128_GCM_SHA256 } from "../../constants.js";
import type { CipherSuite } from "../provider.js";
import { aes128Gcm } from "../xs/aes-gcm.js";
import { sha256 } from "../xs/sha256.js";

/** RFC 9846 Appendix B.4: every TLS 1.3 peer has this one (§9.1). */
export const tlsAes128GcmSha256: CipherSuite = {
  id: TLS_AES_128_GCM_SHA256,
  name: "TLS_AES_128_GCM_SHA256",
  hash: sha256,
  aead: aes128Gcm,
};
