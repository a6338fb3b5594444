import type { CipherSuite12 } from "../record/cipher-suite-12.js";
import { tlsEcdheEcdsaWithAes128Ccm } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-ccm.js";
import { tlsEcdheEcdsaWithAes128Ccm8 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-ccm-8.js";
import { tlsEcdheEcdsaWithAes128GcmSha256 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-gcm-sha256.js";
import { tlsEcdheEcdsaWithAes256Ccm } from "../suites-12/tls-ecdhe-ecdsa-with-aes-256-ccm.js";
import { tlsEcdheEcdsaWithAes256Ccm8 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-256-ccm-8.js";
import { tlsEcdheEcdsaWithAes256GcmSha384 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-256-gcm-sha384.js";
import { tlsEcdheEcdsaWithChacha20Poly1305Sha256 } from "../suites-12/tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256.js";
import { tlsEcdheRsaWithAes128GcmSha256 } from "../suites-12/tls-ecdhe-rsa-with-aes-128-gcm-sha256.js";
import { tlsEcdheRsaWithAes256GcmSha384 } from "../suites-12/tls-ecdhe-rsa-with-aes-256-gcm-sha384.js";
import { tlsEcdheRsaWithChacha20Poly1305Sha256 } from "../suites-12/tls-ecdhe-rsa-with-chacha20-poly1305-sha256.js";

/** Every suite of TLS 1.2 here that needs no name that frightens. The fastest first. */
export const suites12: readonly CipherSuite12[] = [
  tlsEcdheEcdsaWithChacha20Poly1305Sha256,
  tlsEcdheRsaWithChacha20Poly1305Sha256,
  tlsEcdheEcdsaWithAes128GcmSha256,
  tlsEcdheRsaWithAes128GcmSha256,
  tlsEcdheEcdsaWithAes256GcmSha384,
  tlsEcdheRsaWithAes256GcmSha384,
  tlsEcdheEcdsaWithAes128Ccm,
  tlsEcdheEcdsaWithAes256Ccm,
  tlsEcdheEcdsaWithAes128Ccm8,
  tlsEcdheEcdsaWithAes256Ccm8,
];
