import { p384 } from "@noble/curves/nist.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { KEY_RSA } from "../../../src/crypto/provider.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { identityFrom, issuerHashes, matchesCertificate } from "../../../src/keys/identity-from.js";
import { p256Keys } from "../../../src/keys/p256-key.js";
import { p384Keys } from "../../../src/keys/p384-key.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { rsaKeys } from "../../../src/keys/rsa-key.js";
import * as der from "../../support/der.js";
import { baseFields, commonName, ecSpki, makeCertificate, makeChain, testKey } from "../../support/pki.js";
import { MODULUS_2048, publicKeyDer, RSA_2048 } from "../../support/rsa-keys.js";

const KEYS = [p256Keys, rsaKeys];

function pkcs8(scalar: Uint8Array): Uint8Array {
  return der.sequence(
    der.integer(0),
    der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7")),
    der.octetString(der.sequence(der.integer(1), der.octetString(scalar))),
  );
}

function rsaSpki(modulus: bigint, exponent: bigint): Uint8Array {
  return der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue()), der.bitString(publicKeyDer(modulus, exponent)));
}

const rsaCertificate = makeCertificate({ ...baseFields(), spki: rsaSpki(MODULUS_2048, 65537n), issuer: commonName("an issuer") });

describe("Identities from certificates and key", function () {
  this.timeout(60000);

  const { chain, leafKey } = makeChain();
  const leaf = chain[0]!;

  it("makes one of a P-256 key", () => {
    const identity = identityFrom({ certificates: chain, key: pkcs8(leafKey.secretKey), keys: KEYS, sha256 });
    expect(identity.certificates).to.equal(chain);
    expect([...identity.key.schemes]).to.deep.equal([0x0403]);
    expect(identity.key.maxSignature).to.equal(72);
    expect(identity.issuers!.map(der.toHex)).to.deep.equal(
      [commonName("Test Issuer 1"), commonName("Test Root")].map((name) => der.toHex(nobleSha256(name))),
    );
  });

  it("makes one of an RSA key", () => {
    const identity = identityFrom({ certificates: [rsaCertificate], key: RSA_2048, keys: KEYS, sha256 });
    expect([...identity.key.schemes]).to.deep.equal([0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601]);
    expect(identity.key.maxSignature).to.equal(256);
    expect(der.toHex(identity.issuers![0]!)).to.equal(der.toHex(nobleSha256(commonName("an issuer"))));
  });

  it("makes one of a P-384 key", () => {
    const scalar = new Uint8Array(48).fill(0x3c);
    const curve = "1.3.132.0.34";
    const key = der.sequence(der.integer(1), der.octetString(scalar), der.explicit(0, der.oid(curve)));
    const certificate = makeCertificate({ ...baseFields(), spki: ecSpki(p384.getPublicKey(scalar, false), curve) });
    const keys = [p256Keys, p384Keys];
    expect([...identityFrom({ certificates: [certificate], key, keys, sha256 }).key.schemes]).to.deep.equal([0x0503]);
    expect(matchesCertificate(parsePrivateKey(key), leaf, keys)).to.equal(false);
    scalar[47]! ^= 1;
    const other = makeCertificate({ ...baseFields(), spki: ecSpki(p384.getPublicKey(scalar, false), curve) });
    expect(matchesCertificate(parsePrivateKey(key), other, keys)).to.equal(false);
  });

  it("knows which certificate a key belongs to", () => {
    const p256 = parsePrivateKey(pkcs8(leafKey.secretKey));
    const rsa = parsePrivateKey(RSA_2048);
    expect(matchesCertificate(p256, leaf, KEYS)).to.equal(true);
    expect(matchesCertificate(p256, chain[1]!, KEYS)).to.equal(false);
    expect(matchesCertificate(p256, rsaCertificate, KEYS)).to.equal(false);
    expect(matchesCertificate(rsa, rsaCertificate, KEYS)).to.equal(true);
    expect(matchesCertificate(rsa, leaf, KEYS)).to.equal(false);
    for (const spki of [rsaSpki(MODULUS_2048 + 2n, 65537n), rsaSpki(MODULUS_2048, 3n), rsaSpki(MODULUS_2048 << 1n, 65537n)])
      expect(matchesCertificate(rsa, makeCertificate({ ...baseFields(), spki }), KEYS)).to.equal(false);
    // The smallest and the largest key
    for (const scalar of [1n, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550n]) {
      const bytes = der.fromHex(scalar.toString(16).padStart(64, "0"));
      expect(matchesCertificate(parsePrivateKey(pkcs8(bytes)), leaf, KEYS)).to.equal(false);
    }
  });

  const mismatches: [string, () => unknown, string][] = [
    ["no certificate", () => identityFrom({ certificates: [], key: RSA_2048, keys: KEYS, sha256 }), "identity: there is no certificate"],
    [
      "another P-256 key",
      () => identityFrom({ certificates: chain, key: pkcs8(testKey("other").secretKey), keys: KEYS, sha256 }),
      "identity: the private key does not belong to the first certificate",
    ],
    [
      "the key of another certificate in the chain",
      () => identityFrom({ certificates: chain, key: pkcs8(testKey("issuer 1").secretKey), keys: KEYS, sha256 }),
      "identity: the private key does not belong to the first certificate",
    ],
    [
      "a key of another type",
      () => identityFrom({ certificates: chain, key: RSA_2048, keys: KEYS, sha256 }),
      "identity: the private key is RSA, the key of the first certificate is P-256",
    ],
    [
      "a certificate with a key type not known",
      () =>
        identityFrom({
          certificates: [
            makeCertificate({
              ...baseFields(),
              spki: der.sequence(der.sequence(der.oid("1.3.101.113")), der.bitString(leaf.slice(0, 57))),
            }),
          ],
          key: RSA_2048,
          keys: KEYS,
          sha256,
        }),
      "identity: the private key is RSA, the key of the first certificate is of another type",
    ],
    [
      "a key type without support",
      () => identityFrom({ certificates: [rsaCertificate], key: RSA_2048, keys: [p256Keys], sha256 }),
      "private key: RSA keys cannot sign here",
    ],
    [
      "a certificate cut off",
      () => identityFrom({ certificates: [leaf, leaf.slice(0, 100)], key: pkcs8(leafKey.secretKey), keys: KEYS, sha256 }),
      "certificate 2: Certificate is cut off",
    ],
    [
      "octets behind a certificate",
      () => identityFrom({ certificates: [der.concat(leaf, Uint8Array.of(0))], key: pkcs8(leafKey.secretKey), keys: KEYS, sha256 }),
      "certificate 1: 1 octets follow it",
    ],
    [
      "a key for a certificate",
      () => issuerHashes([RSA_2048], sha256),
      "certificate 1: tbsCertificate does not stand where it is expected",
    ],
  ];
  for (const [what, make, message] of mismatches) it(`refuses ${what}`, () => expect(make).to.throw(RangeError, message));

  it("only makes signers of the right keys", () => {
    expect(rsaKeys.keyType).to.equal(KEY_RSA);
    expect(() => rsaKeys.createSigner(parsePrivateKey(pkcs8(leafKey.secretKey)))).to.throw(RangeError);
    expect(rsaKeys.matches(parsePrivateKey(pkcs8(leafKey.secretKey)), leaf, 0, 10)).to.equal(false);
  });
});
