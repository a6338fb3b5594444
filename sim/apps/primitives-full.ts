// Primitives that only the profile full has, and those that sign.
import { ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256 } from "../../src/constants.js";
import { aes128Ccm } from "../../src/crypto/xs/aes-ccm.js";
import { aes256Gcm } from "../../src/crypto/xs/aes-gcm.js";
import { ecdsaSecp384r1Sha384 } from "../../src/crypto/xs/ecdsa-secp384r1-sha384.js";
import { ecdsaSecp521r1Sha512 } from "../../src/crypto/xs/ecdsa-secp521r1-sha512.js";
import { ed25519 } from "../../src/crypto/xs/ed25519.js";
import { secp384r1 } from "../../src/crypto/xs/p384-ecdh.js";
import { rsaPkcs1Sha256 } from "../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPssRsaeSha256 } from "../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { sha384 } from "../../src/crypto/xs/sha384.js";
import { sha512 } from "../../src/crypto/xs/sha512.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { parsePrivateKey } from "../../src/keys/private-key.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { benchAead, benchExchange, benchHash, benchSign, benchVerify, digestOf, roomFor } from "./bench.js";
import * as vector from "./vectors.js";

const DIGEST_256 = digestOf(sha256, vector.CONTENT);
const DIGEST_384 = digestOf(sha384, vector.CONTENT);
const DIGEST_512 = digestOf(sha512, vector.CONTENT);

export function measurePrimitivesFull(): void {
  const buffer = roomFor();
  benchAead(["aes256gcm 4096", "aes256gcm 1024", "aes256gcm 64"], aes256Gcm, buffer);
  benchAead(["aes128ccm 4096", "aes128ccm 1024", "aes128ccm 64"], aes128Ccm, buffer);
  benchHash(["sha384 4096", "sha384 1024", "sha384 64"], sha384, buffer);
  benchHash(["sha512 4096", "sha512 1024", "sha512 64"], sha512, buffer);
  benchExchange("p384 keygen", "p384 ecdh", secp384r1, vector.P384_POINT, buffer);
  benchVerify("p384 verify", ecdsaSecp384r1Sha384.createVerifier(), vector.P384_POINT, DIGEST_384, vector.P384_SIGNATURE);
  benchVerify("p521 verify", ecdsaSecp521r1Sha512.createVerifier(), vector.P521_POINT, DIGEST_512, vector.P521_SIGNATURE);
  benchVerify("ed25519 verify", ed25519.createVerifier(), vector.ED25519_KEY, vector.CONTENT, vector.ED25519_SIGNATURE);
  benchVerify("rsa2048 verify", rsaPssRsaeSha256.createVerifier(), vector.RSA_KEY, DIGEST_256, vector.RSA_PSS_SIGNATURE);
  benchVerify("rsa2048 verifyPkcs1", rsaPkcs1Sha256.createVerifier(), vector.RSA_KEY, DIGEST_256, vector.RSA_PKCS1_SIGNATURE);
  const p256 = p256Keys.createSigner(parsePrivateKey(vector.P256_PRIVATE_KEY));
  benchSign("p256 sign", p256, ecdsa_secp256r1_sha256, vector.CONTENT, buffer);
  const rsa = rsaKeys.createSigner(parsePrivateKey(vector.RSA_PRIVATE_KEY));
  benchSign("rsa2048 sign", rsa, rsa_pss_rsae_sha256, vector.CONTENT, buffer);
}
