import type { CryptoProvider } from "../crypto/provider.js";
import { tlsAes128GcmSha256 } from "../crypto/suites/tls-aes-128-gcm-sha256.js";
import { tlsChacha20Poly1305Sha256 } from "../crypto/suites/tls-chacha20-poly1305-sha256.js";
import { ecdsaSecp256r1Sha256 } from "../crypto/xs/ecdsa-secp256r1-sha256.js";
import { secp256r1 } from "../crypto/xs/p256-ecdh.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { x25519 } from "../crypto/xs/x25519.js";

/**
 * What a TLS 1.3 server of a device needs, and nothing else. What signs comes with the identity (src/keys); the signature algorithm here verifies
 * clients' certificates, where they are asked for.
 */
export const iotServer: CryptoProvider = {
  name: "iot-server",
  suites: [tlsChacha20Poly1305Sha256, tlsAes128GcmSha256],
  groups: [x25519, secp256r1],
  signatures: [ecdsaSecp256r1Sha256],
  sha256,
};
