import type { CipherSuite12 } from "../record/cipher-suite-12.js";
import { tlsEcdhePskWithAes128Ccm8Sha256 } from "../suites-12/tls-ecdhe-psk-with-aes-128-ccm-8-sha256.js";
import { tlsEcdhePskWithAes128CcmSha256 } from "../suites-12/tls-ecdhe-psk-with-aes-128-ccm-sha256.js";
import { tlsEcdhePskWithAes128GcmSha256 } from "../suites-12/tls-ecdhe-psk-with-aes-128-gcm-sha256.js";
import { tlsEcdhePskWithAes256GcmSha384 } from "../suites-12/tls-ecdhe-psk-with-aes-256-gcm-sha384.js";
import { tlsEcdhePskWithChacha20Poly1305Sha256 } from "../suites-12/tls-ecdhe-psk-with-chacha20-poly1305-sha256.js";
import { tlsPskWithAes128Ccm } from "../suites-12/tls-psk-with-aes-128-ccm.js";
import { tlsPskWithAes128Ccm8 } from "../suites-12/tls-psk-with-aes-128-ccm-8.js";
import { tlsPskWithAes128GcmSha256 } from "../suites-12/tls-psk-with-aes-128-gcm-sha256.js";
import { tlsPskWithAes256Ccm } from "../suites-12/tls-psk-with-aes-256-ccm.js";
import { tlsPskWithAes256Ccm8 } from "../suites-12/tls-psk-with-aes-256-ccm-8.js";
import { tlsPskWithAes256GcmSha384 } from "../suites-12/tls-psk-with-aes-256-gcm-sha384.js";
import { tlsPskWithChacha20Poly1305Sha256 } from "../suites-12/tls-psk-with-chacha20-poly1305-sha256.js";

/** Suites of TLS 1.2 with pre-shared keys. Those with forward secrecy first. */
export const pskSuites12: readonly CipherSuite12[] = [
  tlsEcdhePskWithChacha20Poly1305Sha256,
  tlsEcdhePskWithAes128GcmSha256,
  tlsEcdhePskWithAes256GcmSha384,
  tlsEcdhePskWithAes128Ccm8Sha256,
  tlsEcdhePskWithAes128CcmSha256,
  tlsPskWithAes128GcmSha256,
  tlsPskWithAes256GcmSha384,
  tlsPskWithAes128Ccm,
  tlsPskWithAes256Ccm,
  tlsPskWithAes128Ccm8,
  tlsPskWithAes256Ccm8,
  tlsPskWithChacha20Poly1305Sha256,
];
