/** Verification: ECDSA and Ed25519 with @noble/curves; RSA, which noble lacks, with node:crypto. It runs to completion in begin(). */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import * as constants from "../../../src/constants.js";
import {
  DONE,
  type HashAlgorithm,
  KEY_ED25519,
  KEY_P256,
  KEY_P384,
  KEY_P521,
  KEY_RSA,
  KEY_RSA_PSS,
  type SignatureAlgorithm,
  type Verifier,
} from "../../../src/crypto/provider.js";
import { sha256, sha384, sha512 } from "./hashes.js";
import { verifyPkcs1, verifyPss } from "./rsa.js";

/** rsa_pss_pss_sha256; those with SHA-384 and SHA-512 follow it (RFC 9846 §4.3.3). */
const RSA_PSS_PSS = 0x0809;

/** May throw for malformed input: then the signature is not valid. */
export type Verify = (key: Uint8Array, digest: Uint8Array, signature: Uint8Array) => boolean;

class NodeVerifier implements Verifier {
  private readonly verify: Verify;
  private result = false;

  constructor(verify: Verify) {
    this.verify = verify;
  }

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
    try {
      this.result = this.verify(
        key.slice(keyOffset, keyOffset + keyLength),
        digest.slice(digestOffset, digestOffset + digestLength),
        signature.slice(signatureOffset, signatureOffset + signatureLength),
      );
    } catch {
      this.result = false;
    }
  }

  step(_budget: number): number {
    return DONE;
  }

  valid(): boolean {
    return this.result;
  }
}

function algorithm(
  scheme: number,
  name: string,
  keyType: number,
  hash: HashAlgorithm,
  verify: Verify,
  signsHandshake = true,
): SignatureAlgorithm {
  return { scheme, name, keyType, hash, signsHandshake, createVerifier: () => new NodeVerifier(verify) };
}

function ecdsa(curve: typeof p256): Verify {
  const { publicKeyUncompressed } = curve.lengths;
  return (key, digest, signature) =>
    key.length === publicKeyUncompressed &&
    key[0] === 4 &&
    curve.verify(signature, digest, key, { prehash: false, lowS: false, format: "der" });
}

const onP256 = ecdsa(p256);
const onP384 = ecdsa(p384);
const onP521 = ecdsa(p521);
const onEd25519: Verify = (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false });

export const ecdsaP256Sha256 = algorithm(constants.ecdsa_secp256r1_sha256, "ecdsa_secp256r1_sha256", KEY_P256, sha256, onP256);

/** In order of preference. Those with the scheme 0 are for certificates only, as are rsa_pkcs1_*. */
export const nobleSignatures: readonly SignatureAlgorithm[] = [
  ecdsaP256Sha256,
  algorithm(constants.ed25519, "ed25519", KEY_ED25519, sha512, onEd25519),
  algorithm(constants.ecdsa_secp384r1_sha384, "ecdsa_secp384r1_sha384", KEY_P384, sha384, onP384),
  algorithm(constants.ecdsa_secp521r1_sha512, "ecdsa_secp521r1_sha512", KEY_P521, sha512, onP521),
  algorithm(constants.rsa_pss_rsae_sha256, "rsa_pss_rsae_sha256", KEY_RSA, sha256, verifyPss("sha256", 32)),
  algorithm(constants.rsa_pss_rsae_sha384, "rsa_pss_rsae_sha384", KEY_RSA, sha384, verifyPss("sha384", 48)),
  algorithm(constants.rsa_pss_rsae_sha512, "rsa_pss_rsae_sha512", KEY_RSA, sha512, verifyPss("sha512", 64)),
  algorithm(RSA_PSS_PSS, "rsa_pss_pss_sha256", KEY_RSA_PSS, sha256, verifyPss("sha256", 32)),
  algorithm(RSA_PSS_PSS + 1, "rsa_pss_pss_sha384", KEY_RSA_PSS, sha384, verifyPss("sha384", 48)),
  algorithm(RSA_PSS_PSS + 2, "rsa_pss_pss_sha512", KEY_RSA_PSS, sha512, verifyPss("sha512", 64)),
  algorithm(constants.rsa_pkcs1_sha256, "rsa_pkcs1_sha256", KEY_RSA, sha256, verifyPkcs1(1, 32), false),
  algorithm(constants.rsa_pkcs1_sha384, "rsa_pkcs1_sha384", KEY_RSA, sha384, verifyPkcs1(2, 48), false),
  algorithm(constants.rsa_pkcs1_sha512, "rsa_pkcs1_sha512", KEY_RSA, sha512, verifyPkcs1(3, 64), false),
  algorithm(0, "ecdsa with P-256 and SHA-384", KEY_P256, sha384, onP256, false),
  algorithm(0, "ecdsa with P-256 and SHA-512", KEY_P256, sha512, onP256, false),
  algorithm(0, "ecdsa with P-384 and SHA-256", KEY_P384, sha256, onP384, false),
  algorithm(0, "ecdsa with P-384 and SHA-512", KEY_P384, sha512, onP384, false),
  algorithm(0, "ecdsa with P-521 and SHA-256", KEY_P521, sha256, onP521, false),
  algorithm(0, "ecdsa with P-521 and SHA-384", KEY_P521, sha384, onP521, false),
];
