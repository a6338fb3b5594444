/**
 * The provider for Node: @noble/hashes, @noble/ciphers and @noble/curves behind the interfaces of src/crypto/provider.ts, and node:crypto for what
 * noble lacks. No device uses it: noble allocates at every call and keeps scratch at module level.
 */
import * as constants from "../../src/constants.js";
import type { AeadAlgorithm, CipherSuite, CryptoProvider, HashAlgorithm } from "../../src/crypto/provider.js";
import { aes128ccm, aes128ccm8, aes128gcm, aes256gcm, chachaPoly1305 } from "./noble/aeads.js";
import { groupP256, groupP384, groupX25519 } from "./noble/groups.js";
import { sha256, sha384 } from "./noble/hashes.js";
import { nobleSignatures } from "./noble/signatures.js";

function suite(id: number, name: string, hash: HashAlgorithm, aead: AeadAlgorithm): CipherSuite {
  return { id, name, hash, aead };
}

const ccm8 = suite(constants.TLS_AES_128_CCM_8_SHA256, "TLS_AES_128_CCM_8_SHA256", sha256, aes128ccm8);

/** Every suite; CCM_8 is only for peers that have nothing else: its tag has 8 bytes. */
export const nobleSuites: readonly CipherSuite[] = [
  suite(constants.TLS_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256", sha256, chachaPoly1305),
  suite(constants.TLS_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", sha256, aes128gcm),
  suite(constants.TLS_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", sha384, aes256gcm),
  suite(constants.TLS_AES_128_CCM_SHA256, "TLS_AES_128_CCM_SHA256", sha256, aes128ccm),
  ccm8,
];

export const nobleProvider: CryptoProvider = {
  name: "noble",
  suites: nobleSuites.filter((one) => one !== ccm8),
  groups: [groupX25519, groupP256, groupP384],
  signatures: nobleSignatures,
  sha256,
};
