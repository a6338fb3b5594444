/** `verifyChain` with all signature algorithms that thimble has. */
import { KEY_RSA_PSS, type SignatureAlgorithm } from "../../src/crypto/provider.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { ecdsaSecp256r1Sha384 } from "../../src/crypto/xs/ecdsa-secp256r1-sha384.js";
import { ecdsaSecp256r1Sha512 } from "../../src/crypto/xs/ecdsa-secp256r1-sha512.js";
import { ecdsaSecp384r1Sha256 } from "../../src/crypto/xs/ecdsa-secp384r1-sha256.js";
import { ecdsaSecp384r1Sha384 } from "../../src/crypto/xs/ecdsa-secp384r1-sha384.js";
import { ecdsaSecp384r1Sha512 } from "../../src/crypto/xs/ecdsa-secp384r1-sha512.js";
import { ecdsaSecp521r1Sha256 } from "../../src/crypto/xs/ecdsa-secp521r1-sha256.js";
import { ecdsaSecp521r1Sha384 } from "../../src/crypto/xs/ecdsa-secp521r1-sha384.js";
import { ecdsaSecp521r1Sha512 } from "../../src/crypto/xs/ecdsa-secp521r1-sha512.js";
import { ed25519 } from "../../src/crypto/xs/ed25519.js";
import { rsaPkcs1Sha256 } from "../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../../src/crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { type ChainToVerify, type ChainVerdict, verifyChain as verify } from "../../src/x509/verify-chain.js";
import { sha256 } from "./noble/hashes.js";

/** rsa_pss_pss_*: the same signature, with a key that can do nothing else (RFC 9846 §4.3.3). */
function withPssKey(algorithm: SignatureAlgorithm): SignatureAlgorithm {
  const { hash, scheme, signsHandshake } = algorithm;
  return {
    name: algorithm.name.replace("rsae", "pss"),
    scheme: scheme + 5,
    keyType: KEY_RSA_PSS,
    hash,
    signsHandshake,
    createVerifier: () => algorithm.createVerifier(),
  };
}

const rsaPss = [rsaPssRsaeSha256, rsaPssRsaeSha384, rsaPssRsaeSha512];

/** What may sign certificates. */
export const certificateSignatures: readonly SignatureAlgorithm[] = [
  ecdsaSecp256r1Sha256,
  ecdsaSecp256r1Sha384,
  ecdsaSecp256r1Sha512,
  ecdsaSecp384r1Sha256,
  ecdsaSecp384r1Sha384,
  ecdsaSecp384r1Sha512,
  ecdsaSecp521r1Sha256,
  ecdsaSecp521r1Sha384,
  ecdsaSecp521r1Sha512,
  ed25519,
  rsaPkcs1Sha256,
  rsaPkcs1Sha384,
  rsaPkcs1Sha512,
  ...rsaPss,
  ...rsaPss.map(withPssKey),
];

/** As verifyChain of the library, where the primitives may be left out. */
export function verifyChain(
  input: Omit<ChainToVerify, "signatures" | "sha256"> & Partial<Pick<ChainToVerify, "signatures">>,
): ChainVerdict {
  return verify({ signatures: certificateSignatures, ...input, sha256 });
}
