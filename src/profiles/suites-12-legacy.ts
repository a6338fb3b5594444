import type { CipherSuite12 } from "../record/cipher-suite-12.js";
import { tlsEcdheEcdsaWithAes128CbcSha } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-cbc-sha.js";
import { tlsEcdheEcdsaWithAes128CbcSha256 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-cbc-sha256.js";
import { tlsEcdheEcdsaWithAes256CbcSha } from "../suites-12/tls-ecdhe-ecdsa-with-aes-256-cbc-sha.js";
import { tlsEcdheEcdsaWithAes256CbcSha384 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-256-cbc-sha384.js";
import { tlsEcdhePskWithAes128CbcSha } from "../suites-12/tls-ecdhe-psk-with-aes-128-cbc-sha.js";
import { tlsEcdhePskWithAes128CbcSha256 } from "../suites-12/tls-ecdhe-psk-with-aes-128-cbc-sha256.js";
import { tlsEcdhePskWithAes256CbcSha } from "../suites-12/tls-ecdhe-psk-with-aes-256-cbc-sha.js";
import { tlsEcdhePskWithAes256CbcSha384 } from "../suites-12/tls-ecdhe-psk-with-aes-256-cbc-sha384.js";
import { tlsEcdheRsaWithAes128CbcSha } from "../suites-12/tls-ecdhe-rsa-with-aes-128-cbc-sha.js";
import { tlsEcdheRsaWithAes128CbcSha256 } from "../suites-12/tls-ecdhe-rsa-with-aes-128-cbc-sha256.js";
import { tlsEcdheRsaWithAes256CbcSha } from "../suites-12/tls-ecdhe-rsa-with-aes-256-cbc-sha.js";
import { tlsEcdheRsaWithAes256CbcSha384 } from "../suites-12/tls-ecdhe-rsa-with-aes-256-cbc-sha384.js";
import { tlsPskWithAes128CbcSha } from "../suites-12/tls-psk-with-aes-128-cbc-sha.js";
import { tlsPskWithAes128CbcSha256 } from "../suites-12/tls-psk-with-aes-128-cbc-sha256.js";
import { tlsPskWithAes256CbcSha } from "../suites-12/tls-psk-with-aes-256-cbc-sha.js";
import { tlsPskWithAes256CbcSha384 } from "../suites-12/tls-psk-with-aes-256-cbc-sha384.js";
import { tlsRsaWithAes128CbcSha } from "../suites-12/tls-rsa-with-aes-128-cbc-sha.js";
import { tlsRsaWithAes128CbcSha256 } from "../suites-12/tls-rsa-with-aes-128-cbc-sha256.js";
import { tlsRsaWithAes128Ccm } from "../suites-12/tls-rsa-with-aes-128-ccm.js";
import { tlsRsaWithAes128Ccm8 } from "../suites-12/tls-rsa-with-aes-128-ccm-8.js";
import { tlsRsaWithAes128GcmSha256 } from "../suites-12/tls-rsa-with-aes-128-gcm-sha256.js";
import { tlsRsaWithAes256CbcSha } from "../suites-12/tls-rsa-with-aes-256-cbc-sha.js";
import { tlsRsaWithAes256CbcSha256 } from "../suites-12/tls-rsa-with-aes-256-cbc-sha256.js";
import { tlsRsaWithAes256Ccm } from "../suites-12/tls-rsa-with-aes-256-ccm.js";
import { tlsRsaWithAes256Ccm8 } from "../suites-12/tls-rsa-with-aes-256-ccm-8.js";
import { tlsRsaWithAes256GcmSha384 } from "../suites-12/tls-rsa-with-aes-256-gcm-sha384.js";

/** RSA key exchange with AEADs: no forward secrecy, and a server that decrypts what an attacker sends. */
export const rsaSuites12: readonly CipherSuite12[] = [
  tlsRsaWithAes128GcmSha256,
  tlsRsaWithAes256GcmSha384,
  tlsRsaWithAes128Ccm,
  tlsRsaWithAes256Ccm,
  tlsRsaWithAes128Ccm8,
  tlsRsaWithAes256Ccm8,
];

/** CBC with ECDHE and certificates. */
export const cbcSuites12: readonly CipherSuite12[] = [
  tlsEcdheEcdsaWithAes128CbcSha,
  tlsEcdheEcdsaWithAes256CbcSha,
  tlsEcdheEcdsaWithAes128CbcSha256,
  tlsEcdheEcdsaWithAes256CbcSha384,
  tlsEcdheRsaWithAes128CbcSha,
  tlsEcdheRsaWithAes256CbcSha,
  tlsEcdheRsaWithAes128CbcSha256,
  tlsEcdheRsaWithAes256CbcSha384,
];

/** CBC with RSA key exchange. */
export const rsaCbcSuites12: readonly CipherSuite12[] = [
  tlsRsaWithAes128CbcSha,
  tlsRsaWithAes256CbcSha,
  tlsRsaWithAes128CbcSha256,
  tlsRsaWithAes256CbcSha256,
];

/** CBC with pre-shared keys. */
export const pskCbcSuites12: readonly CipherSuite12[] = [
  tlsEcdhePskWithAes128CbcSha,
  tlsEcdhePskWithAes256CbcSha,
  tlsEcdhePskWithAes128CbcSha256,
  tlsEcdhePskWithAes256CbcSha384,
  tlsPskWithAes128CbcSha,
  tlsPskWithAes256CbcSha,
  tlsPskWithAes128CbcSha256,
  tlsPskWithAes256CbcSha384,
];
