/**
 * P-256 verification on @noble behind the provider's seams, in several steps, so that tests can see PENDING; SHA-256 is the Node host's. Tests use
 * it wherever the primitives themselves are not what is tested.
 */
import { p256 } from "@noble/curves/nist.js";
import { sha256 as nobleSha256 } from "../../hosts/node/noble/hashes.js";
import { ecdsa_secp256r1_sha256 } from "../../src/constants.js";
import { DONE, KEY_P256, PENDING, type SignatureAlgorithm, type Verifier } from "../../src/crypto/provider.js";

export { nobleSha256 };

/** Takes `STEPS` steps for a signature, so that tests can see PENDING. */
class NobleP256Verifier implements Verifier {
  private left = 0;
  private result = false;

  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    this.left = STEPS;
    try {
      this.result = p256.verify(
        signature.slice(signatureOffset, signatureOffset + signatureLength),
        digest.slice(digestOffset, digestOffset + digestLength),
        key.slice(keyOffset, keyOffset + keyLength),
        { prehash: false, lowS: false, format: "der" },
      );
    } catch {
      this.result = false;
    }
  }
  step(budget: number): number {
    this.left -= Math.min(budget, this.left);
    return this.left === 0 ? DONE : PENDING;
  }
  valid(): boolean {
    return this.left === 0 && this.result;
  }
}

export const STEPS = 4;

export const nobleP256Sha256: SignatureAlgorithm = {
  scheme: ecdsa_secp256r1_sha256,
  name: "ecdsa_secp256r1_sha256",
  keyType: KEY_P256,
  hash: nobleSha256,
  signsHandshake: true,
  createVerifier: () => new NobleP256Verifier(),
};
