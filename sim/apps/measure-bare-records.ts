// Seals and opens so many records of TLS 1.2 as the first argument says, by the cipher that the second names, without a connection. The third, "mac-first":
// CBC without encrypt-then-MAC.
import host from "sim:host";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { tlsEcdheEcdsaWithAes128CbcSha } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-128-cbc-sha.js";
import { tlsEcdheEcdsaWithAes128Ccm } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-128-ccm.js";
import { tlsEcdheEcdsaWithAes128Ccm8 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-128-ccm-8.js";
import { tlsEcdheEcdsaWithAes256Ccm } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-256-ccm.js";
import { tlsEcdheEcdsaWithAes256Ccm8 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-256-ccm-8.js";
import { tlsEcdheEcdsaWithAes256GcmSha384 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-256-gcm-sha384.js";
import { BareRecords } from "./bare-records.js";

const CIPHERS = {
  cbc: tlsEcdheEcdsaWithAes128CbcSha.cipher,
  aes256gcm: tlsEcdheEcdsaWithAes256GcmSha384.cipher,
  aes128ccm: tlsEcdheEcdsaWithAes128Ccm.cipher,
  aes128ccm8: tlsEcdheEcdsaWithAes128Ccm8.cipher,
  aes256ccm: tlsEcdheEcdsaWithAes256Ccm.cipher,
  aes256ccm8: tlsEcdheEcdsaWithAes256Ccm8.cipher,
};

const cipher = CIPHERS[host.argument(1) as keyof typeof CIPHERS];
new BareRecords(cipher, host.argument(2) === "mac-first" ? insecureMacThenEncrypt : null).run(Number(host.argument(0)));
