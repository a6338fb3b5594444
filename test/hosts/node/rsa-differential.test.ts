import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { expect } from "chai";
import { systemRandom } from "../../../hosts/node/system.js";
import { DONE, type SignatureAlgorithm } from "../../../src/crypto/provider.js";
import { rsaPkcs1Sha256 } from "../../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../../../src/crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { rsaKeys } from "../../../src/keys/rsa-key.js";
import { integer, sequence } from "../../support/der.js";
import { derNumber } from "../../support/rsa-keys.js";

const HASHES: readonly [string, SignatureAlgorithm, SignatureAlgorithm][] = [
  ["sha256", rsaPssRsaeSha256, rsaPkcs1Sha256],
  ["sha384", rsaPssRsaeSha384, rsaPkcs1Sha384],
  ["sha512", rsaPssRsaeSha512, rsaPkcs1Sha512],
];
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Lengths on both sides of a multiple of 8 and of 32 bits, and exponents of all kinds of bits. */
const KEYS: readonly [number, number][] = [
  [2048, 3],
  [2048, 65537],
  [2049, 65537],
  [2050, 17],
  [2056, 0x7fffffff],
  [2079, 0x10101],
  [2081, 5],
  [3071, 65537],
  [4096, 65537],
];

describe("RSA against node:crypto", function () {
  this.timeout(120000);

  const content = new TextEncoder().encode("what is signed");

  function accepts(algorithm: SignatureAlgorithm, hash: string, publicKey: KeyObject, signature: Uint8Array): boolean {
    const key = publicKey.export({ type: "pkcs1", format: "der" });
    const digest = createHash(hash).update(content).digest();
    const verifier = algorithm.createVerifier();
    verifier.begin(key, 0, key.length, digest, 0, digest.length, signature, 0, signature.length);
    while (verifier.step(7) !== DONE);
    return verifier.valid();
  }

  /** A key of exactly 8k + 1 bits, whose encoded message is one octet shorter than the modulus: OpenSSL makes none. */
  function longKey(): Uint8Array {
    const e = 65537n;
    for (;;) {
      const p = generatePrimeSync(1025, { bigint: true });
      const q = generatePrimeSync(1024, { bigint: true });
      if ((p * q).toString(2).length !== 2049 || (p - 1n) % e === 0n || (q - 1n) % e === 0n) continue;
      const d = inverse(e, (p - 1n) * (q - 1n));
      const numbers = [p * q, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q % p, p)];
      return sequence(integer(0), ...numbers.map(derNumber));
    }
  }

  function inverse(value: bigint, modulus: bigint): bigint {
    let [a, b, x, y] = [value, modulus, 1n, 0n];
    while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
    return ((x % modulus) + modulus) % modulus;
  }

  for (const [modulusLength, publicExponent] of KEYS) {
    it(`verifies and signs with a modulus of ${modulusLength} bits and the exponent ${publicExponent}`, () => {
      const privateKey =
        modulusLength === 2049
          ? createPrivateKey({ key: Buffer.from(longKey()), format: "der", type: "pkcs1" })
          : generateKeyPairSync("rsa", { modulusLength, publicExponent }).privateKey;
      const publicKey = createPublicKey(privateKey);
      const signer = rsaKeys.createSigner(parsePrivateKey(privateKey.export({ type: "pkcs1", format: "der" })));
      for (const [hash, pss, pkcs1] of HASHES) {
        const signature = sign(hash, content, { key: privateKey, ...PSS });
        expect(accepts(pss, hash, publicKey, signature), pss.name).to.equal(true);
        expect(accepts(pkcs1, hash, publicKey, signature)).to.equal(false);
        expect(accepts(pkcs1, hash, publicKey, sign(hash, content, privateKey)), pkcs1.name).to.equal(true);
        signature[signature.length >> 1]! ^= 4;
        expect(accepts(pss, hash, publicKey, signature)).to.equal(false);
        if (modulusLength === 2049) expect(signature.length).to.equal(257);
        const ours = (scheme: number): Uint8Array => {
          signer.begin(scheme, content, 0, content.length, systemRandom);
          while (signer.step(50) !== DONE);
          const bytes = new Uint8Array(signer.maxSignature);
          expect(signer.writeSignature(bytes, 0)).to.equal(signature.length);
          return bytes;
        };
        expect(verify(hash, content, { key: publicKey, ...PSS }, ours(pss.scheme)), `ours, ${pss.name}`).to.equal(true);
        // It has no salt: there is one for each content.
        expect(Buffer.from(ours(pkcs1.scheme)).equals(sign(hash, content, privateKey)), `ours, ${pkcs1.name}`).to.equal(true);
      }
    });
  }
});
