// TLS 1.2 clients with RSA key exchange and with a pre-shared key, as they are measured; the flights are recorded with the same.
import { Client12 } from "../../src/handshake/client-12.js";
import { EcdhePskClient12 } from "../../src/handshake/ecdhe-psk-client-12.js";
import { PskClient12 } from "../../src/handshake/psk-client-12.js";
import { insecureRsaClient12 } from "../../src/handshake/rsa-client-12.js";
import { tlsEcdhePskWithChacha20Poly1305Sha256 } from "../../src/suites-12/tls-ecdhe-psk-with-chacha20-poly1305-sha256.js";
import { tlsPskWithAes128Ccm8 } from "../../src/suites-12/tls-psk-with-aes-128-ccm-8.js";
import { tlsRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-rsa-with-aes-128-gcm-sha256.js";
import { fromHex } from "./hex.js";

const psk = { identity: fromHex("73656e736f722037"), key: fromHex("00112233445566778899aabbccddeeff") };

export const rsaClient12 = new Client12([tlsRsaWithAes128GcmSha256], [insecureRsaClient12]);
/** The suite of the IoT profile (RFC 7925 §4.1). */
export const pskClient12 = new Client12([tlsPskWithAes128Ccm8], [new PskClient12(psk)]);
export const ecdhePskClient12 = new Client12([tlsEcdhePskWithChacha20Poly1305Sha256], [new EcdhePskClient12(psk)]);
