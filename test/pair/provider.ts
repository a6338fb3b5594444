import { ecdsa_secp256r1_sha256, TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256 } from "../../src/constants.js";
import { type CryptoProvider, KEY_P256, type NamedGroup } from "../../src/crypto/provider.js";
import { aes128Gcm } from "../../src/crypto/xs/aes-gcm.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { P256Verifier } from "../../src/crypto/xs/p256-ecdsa.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";

/** The primitives that the pair suites run with: those that a device has. groups: best first. */
export function testProvider(groups: readonly NamedGroup[] = [x25519]): CryptoProvider {
  return {
    name: "xs",
    suites: [
      { id: TLS_CHACHA20_POLY1305_SHA256, name: "TLS_CHACHA20_POLY1305_SHA256", hash: sha256, aead: chacha20Poly1305 },
      { id: TLS_AES_128_GCM_SHA256, name: "TLS_AES_128_GCM_SHA256", hash: sha256, aead: aes128Gcm },
    ],
    groups,
    signatures: [
      {
        scheme: ecdsa_secp256r1_sha256,
        name: "ecdsa_secp256r1_sha256",
        keyType: KEY_P256,
        hash: sha256,
        signsHandshake: true,
        createVerifier: () => new P256Verifier(),
      },
    ],
    sha256,
  };
}
