import type { CryptoProvider } from "../crypto/provider.js";
import { tlsAes128Ccm8Sha256 } from "../crypto/suites/tls-aes-128-ccm-8-sha256.js";
import { tlsAes128CcmSha256 } from "../crypto/suites/tls-aes-128-ccm-sha256.js";
import { tlsAes128GcmSha256 } from "../crypto/suites/tls-aes-128-gcm-sha256.js";
import { tlsAes256GcmSha384 } from "../crypto/suites/tls-aes-256-gcm-sha384.js";
import { tlsChacha20Poly1305Sha256 } from "../crypto/suites/tls-chacha20-poly1305-sha256.js";
import { ecdsaSecp256r1Sha256 } from "../crypto/xs/ecdsa-secp256r1-sha256.js";
import { ecdsaSecp256r1Sha384 } from "../crypto/xs/ecdsa-secp256r1-sha384.js";
import { ecdsaSecp256r1Sha512 } from "../crypto/xs/ecdsa-secp256r1-sha512.js";
import { ecdsaSecp384r1Sha256 } from "../crypto/xs/ecdsa-secp384r1-sha256.js";
import { ecdsaSecp384r1Sha384 } from "../crypto/xs/ecdsa-secp384r1-sha384.js";
import { ecdsaSecp384r1Sha512 } from "../crypto/xs/ecdsa-secp384r1-sha512.js";
import { ecdsaSecp521r1Sha256 } from "../crypto/xs/ecdsa-secp521r1-sha256.js";
import { ecdsaSecp521r1Sha384 } from "../crypto/xs/ecdsa-secp521r1-sha384.js";
import { ecdsaSecp521r1Sha512 } from "../crypto/xs/ecdsa-secp521r1-sha512.js";
import { ed25519 } from "../crypto/xs/ed25519.js";
import { secp256r1 } from "../crypto/xs/p256-ecdh.js";
import { secp384r1 } from "../crypto/xs/p384-ecdh.js";
import { rsaPkcs1Sha256 } from "../crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../crypto/xs/rsa-pss-rsae-sha512.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { x25519 } from "../crypto/xs/x25519.js";

/** Every suite, group and signature algorithm that there is here, for a device that has to talk to any peer. The fastest first. */
export const full: CryptoProvider = {
  name: "full",
  suites: [tlsChacha20Poly1305Sha256, tlsAes128GcmSha256, tlsAes256GcmSha384, tlsAes128CcmSha256, tlsAes128Ccm8Sha256],
  groups: [x25519, secp256r1, secp384r1],
  signatures: [
    ecdsaSecp256r1Sha256,
    ed25519,
    rsaPssRsaeSha256,
    ecdsaSecp384r1Sha384,
    rsaPssRsaeSha384,
    rsaPssRsaeSha512,
    ecdsaSecp521r1Sha512,
    // In certificates only.
    rsaPkcs1Sha256,
    rsaPkcs1Sha384,
    rsaPkcs1Sha512,
    ecdsaSecp256r1Sha384,
    ecdsaSecp256r1Sha512,
    ecdsaSecp384r1Sha256,
    ecdsaSecp384r1Sha512,
    ecdsaSecp521r1Sha256,
    ecdsaSecp521r1Sha384,
  ],
  sha256,
};
