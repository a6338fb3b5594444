// Primitives of the profiles iot-client and iot-server.
import { aes128Gcm } from "../../src/crypto/xs/aes-gcm.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";
import { benchAead, benchExchange, benchHash, benchVerify, roomFor } from "./bench.js";
import { fromHex } from "./hex.js";

export const P256_POINT = fromHex(
  "04a9527f6b73046fff38797bdb4d0eb3f4eb524e3e909f9bfedfa556116a1465b3bb6ace4c7ea8fa0abde2e11480de9797a571ad736fb32664bb6be5d96eb19fef",
);
export const P256_DIGEST = fromHex("da62dfd88d3c7561df673e1409844014c4f94537f3c773e73a24ddfe6a3f218b");
export const P256_SIGNATURE = fromHex(
  "3045022100fa050856a29911fb94877994c6229b61d5eda3a9256e69531c91987b79bc2c930220690f38368e711ba03c5eae61e13b4216a8291c2833b3336f013004320c5fb8d8",
);
export const X25519_PEER = fromHex("fdf2123fd5fee3695cfbbd026c2c4cd98568e91b9c8120b94448e783eeda3e08");

export function measurePrimitives(): void {
  const buffer = roomFor();
  benchAead(["chacha20poly1305 4096", "chacha20poly1305 1024", "chacha20poly1305 64"], chacha20Poly1305, buffer);
  benchAead(["aes128gcm 4096", "aes128gcm 1024", "aes128gcm 64"], aes128Gcm, buffer);
  benchHash(["sha256 4096", "sha256 1024", "sha256 64"], sha256, buffer);
  benchExchange("x25519 keygen", "x25519 shared", x25519, X25519_PEER, buffer);
  benchExchange("p256 keygen", "p256 ecdh", secp256r1, P256_POINT, buffer);
  benchVerify("p256 verify", ecdsaSecp256r1Sha256.createVerifier(), P256_POINT, P256_DIGEST, P256_SIGNATURE);
}
