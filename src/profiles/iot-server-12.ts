import { Server12 } from "../handshake/server-12.js";
import { tlsEcdheEcdsaWithAes128GcmSha256 } from "../suites-12/tls-ecdhe-ecdsa-with-aes-128-gcm-sha256.js";
import { tlsEcdheEcdsaWithChacha20Poly1305Sha256 } from "../suites-12/tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256.js";

/** TLS 1.2 beside the profile iotServer (`tls12` of its config): the same ciphers, and no more. */
export const iotServer12 = new Server12([tlsEcdheEcdsaWithChacha20Poly1305Sha256, tlsEcdheEcdsaWithAes128GcmSha256]);
