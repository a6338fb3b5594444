import { TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256 } from "../constants.js";
import type { CryptoProvider } from "../crypto/provider.js";
import { aes128Gcm } from "../crypto/xs/aes-gcm.js";
import { chacha20Poly1305 } from "../crypto/xs/chacha20-poly1305.js";
import { ecdsaSecp256r1Sha256 } from "../crypto/xs/ecdsa-secp256r1-sha256.js";
import { secp256r1 } from "../crypto/xs/p256-ecdh.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { x25519 } from "../crypto/xs/x25519.js";

/** What a TLS 1.3 client of a device needs to talk to a server whose certificates are on P-256, and nothing else: a firmware links only this. */
export const iotClient: CryptoProvider = {
  name: "iot-client",
  suites: [
    { id: TLS_CHACHA20_POLY1305_SHA256, name: "TLS_CHACHA20_POLY1305_SHA256", hash: sha256, aead: chacha20Poly1305 },
    { id: TLS_AES_128_GCM_SHA256, name: "TLS_AES_128_GCM_SHA256", hash: sha256, aead: aes128Gcm },
  ],
  groups: [x25519, secp256r1],
  signatures: [ecdsaSecp256r1Sha256],
  sha256,
};
