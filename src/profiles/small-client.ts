import type { CryptoProvider } from "../crypto/provider.js";
import { tlsChacha20Poly1305Sha256 } from "../crypto/suites/tls-chacha20-poly1305-sha256.js";
import { ecdsaSecp256r1Sha256 } from "../crypto/xs/ecdsa-secp256r1-sha256.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { x25519 } from "../crypto/xs/x25519.js";

/** The smallest client with certificates: one suite, one group, one signature algorithm. For a server of your own, since others need not have them (RFC 9846 §9.1). */
export const smallClient: CryptoProvider = {
  name: "small-client",
  suites: [tlsChacha20Poly1305Sha256],
  groups: [x25519],
  signatures: [ecdsaSecp256r1Sha256],
  sha256,
};
