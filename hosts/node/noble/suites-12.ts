/** TLS 1.2's suites on @noble/hashes and @noble/ciphers. */
import type { AeadAlgorithm } from "../../../src/crypto/provider.js";
import { suites12 } from "../../../src/profiles/suites-12.js";
import type { CipherSuite12 } from "../../../src/record/cipher-suite-12.js";
import { AeadCipher12, EXPLICIT_NONCE, NO_EXPLICIT_NONCE } from "../../../src/record/protection-12.js";
import { aes128ccm, aes128ccm8, aes128gcm, aes256ccm, aes256ccm8, aes256gcm, chachaPoly1305 } from "./aeads.js";
import { sha256, sha384 } from "./hashes.js";

/** By the name of the cipher that a suite has on a device. */
const AEADS: Readonly<Record<string, AeadAlgorithm>> = {
  CHACHA20_POLY1305: chachaPoly1305,
  AES_128_GCM: aes128gcm,
  AES_256_GCM: aes256gcm,
  AES_128_CCM: aes128ccm,
  AES_256_CCM: aes256ccm,
  AES_128_CCM_8: aes128ccm8,
  AES_256_CCM_8: aes256ccm8,
};

function onNoble(suite: CipherSuite12): CipherSuite12 {
  const aead = AEADS[suite.cipher.name];
  if (aead === undefined) return suite;
  const explicit = aead === chachaPoly1305 ? NO_EXPLICIT_NONCE : EXPLICIT_NONCE;
  return { ...suite, hash: suite.hash.outputLength === 48 ? sha384 : sha256, cipher: new AeadCipher12(aead, explicit) };
}

/** CBC suites stay as they are on a device. */
export function onNoble12(suites: readonly CipherSuite12[]): readonly CipherSuite12[] {
  return suites.map(onNoble);
}

export const nobleSuites12 = onNoble12(suites12);
