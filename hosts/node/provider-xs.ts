/** The device's own primitives as a provider for Node: what a firmware computes with, tried with the peers of a desktop. */
import type { CipherSuite, CryptoProvider } from "../../src/crypto/provider.js";
import { tlsAes128Ccm8Sha256 } from "../../src/crypto/suites/tls-aes-128-ccm-8-sha256.js";
import { tlsAes128CcmSha256 } from "../../src/crypto/suites/tls-aes-128-ccm-sha256.js";
import { tlsAes128GcmSha256 } from "../../src/crypto/suites/tls-aes-128-gcm-sha256.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { tlsChacha20Poly1305Sha256 } from "../../src/crypto/suites/tls-chacha20-poly1305-sha256.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { secp384r1 } from "../../src/crypto/xs/p384-ecdh.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";
import { certificateSignatures } from "./verify-chain.js";

/** Every suite; CCM_8 is only for peers that have nothing else: its tag has 8 bytes. */
export const xsSuites: readonly CipherSuite[] = [
  tlsChacha20Poly1305Sha256,
  tlsAes128GcmSha256,
  tlsAes256GcmSha384,
  tlsAes128CcmSha256,
  tlsAes128Ccm8Sha256,
];

export const xsProvider: CryptoProvider = {
  name: "xs",
  suites: xsSuites.filter((suite) => suite !== tlsAes128Ccm8Sha256),
  groups: [x25519, secp256r1, secp384r1],
  signatures: certificateSignatures,
  sha256,
};
