/** The device's own primitives as a provider for Node: what a firmware computes with, tried with the peers of a desktop. */
import type { CipherSuite, CryptoProvider } from "../../src/crypto/provider.js";
import { tlsAes128Ccm8Sha256 } from "../../src/crypto/suites/tls-aes-128-ccm-8-sha256.js";
import { tlsAes128CcmSha256 } from "../../src/crypto/suites/tls-aes-128-ccm-sha256.js";
import { tlsAes128GcmSha256 } from "../../src/crypto/suites/tls-aes-128-gcm-sha256.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { tlsChacha20Poly1305Sha256 } from "../../src/crypto/suites/tls-chacha20-poly1305-sha256.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { rsaPkcs1Sha256 } from "../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../../src/crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";

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
  groups: [x25519, secp256r1],
  signatures: [ecdsaSecp256r1Sha256, rsaPssRsaeSha256, rsaPssRsaeSha384, rsaPssRsaeSha512, rsaPkcs1Sha256, rsaPkcs1Sha384, rsaPkcs1Sha512],
  sha256,
};
