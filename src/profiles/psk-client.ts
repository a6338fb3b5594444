import type { CryptoProvider } from "../crypto/provider.js";
import { tlsChacha20Poly1305Sha256 } from "../crypto/suites/tls-chacha20-poly1305-sha256.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { x25519 } from "../crypto/xs/x25519.js";

/** What a device needs that has a key in common with its server, and no certificates: one suite, one group for forward secrecy. */
export const pskClient: CryptoProvider = {
  name: "psk-client",
  suites: [tlsChacha20Poly1305Sha256],
  groups: [x25519],
  signatures: [],
  sha256,
};
