import { expect } from "chai";
import { KEY_ED25519, KEY_P256, KEY_P384, KEY_RSA } from "../../../src/crypto/provider.js";
import { type PrivateKey, parsePrivateKey } from "../../../src/keys/private-key.js";
import * as der from "../../support/der.js";
import { bytesOfNumber, derNumber, MODULUS_2048, NUMBERS_2048, RSA_2048 } from "../../support/rsa-keys.js";

const { sequence, octetString, integer, oid, explicit, bitString, concat } = der;

const EC = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
const P384 = "1.3.132.0.34";
const ED25519 = "1.3.101.112";
const RSA = "1.2.840.113549.1.1.1";
const N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const N384 = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

const SCALAR = new Uint8Array(32).fill(0x5e);
const POINT = concat(Uint8Array.of(4), new Uint8Array(64).fill(7));
const p256 = sequence(oid(EC), oid(P256));
const p384 = sequence(oid(EC), oid(P384));
const ed25519 = sequence(oid(ED25519));
const rsa = sequence(oid(RSA), der.nullValue());

const ec = (scalar: Uint8Array, ...more: Uint8Array[]): Uint8Array => sequence(integer(1), octetString(scalar), ...more);
const pkcs8 = (algorithm: Uint8Array, key: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  sequence(integer(0), algorithm, octetString(key), ...more);
const parameters = (curve: string): Uint8Array => explicit(0, oid(curve));
const publicKey = (point: Uint8Array): Uint8Array => explicit(1, bitString(point));

/** RSAPrivateKey with some of its nine numbers replaced. */
function rsaKey(replaced: Record<number, bigint> = {}): Uint8Array {
  return sequence(integer(0), ...NUMBERS_2048.slice(1).map((value, i) => derNumber(replaced[i + 1] ?? value)));
}

function secretOf(key: PrivateKey): Uint8Array {
  return key.bytes.slice(key.secret >> 16, (key.secret >> 16) + (key.secret & 0xffff));
}

function publicOf(key: PrivateKey): Uint8Array {
  return key.bytes.slice(key.publicKey >> 16, (key.publicKey >> 16) + (key.publicKey & 0xffff));
}

describe("Private keys", function () {
  this.timeout(60000);

  it("reads EC keys in SEC1 and PKCS#8 form, with and without public key and parameters", () => {
    for (const form of [
      ec(SCALAR, parameters(P256)),
      pkcs8(p256, ec(SCALAR)),
      pkcs8(p256, ec(SCALAR, parameters(P256))),
      pkcs8(p256, ec(SCALAR), explicit(0, sequence())),
    ]) {
      const key = parsePrivateKey(form);
      expect(key.keyType).to.equal(KEY_P256);
      expect(secretOf(key)).to.deep.equal(SCALAR);
      expect(key.publicKey).to.equal(0);
      expect(key.rsa).to.equal(null);
    }
    for (const form of [
      ec(SCALAR, parameters(P256), publicKey(POINT)),
      pkcs8(p256, ec(SCALAR, publicKey(POINT))),
      sequence(integer(1), p256, octetString(ec(SCALAR)), der.implicit(1, concat(Uint8Array.of(0), POINT))),
    ])
      expect(publicOf(parsePrivateKey(form))).to.deep.equal(POINT);
    const key = parsePrivateKey(pkcs8(p384, ec(new Uint8Array(48).fill(9))));
    expect(key.keyType).to.equal(KEY_P384);
    expect(key.secret & 0xffff).to.equal(48);
  });

  it("reads Ed25519 keys (RFC 8410 §10.3)", () => {
    // The examples there, the second with attributes and a public key.
    const plain = der.fromHex("302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    const full = der.fromHex(
      "3072020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273812100" +
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
    );
    for (const form of [plain, full]) {
      const key = parsePrivateKey(form);
      expect(key.keyType).to.equal(KEY_ED25519);
      expect(der.toHex(secretOf(key)).slice(0, 8)).to.equal("d4ee72db");
    }
    expect(der.toHex(publicOf(parsePrivateKey(full))).slice(0, 8)).to.equal("19bf4409");
  });

  it("reads RSA keys in PKCS#1 and PKCS#8 form", () => {
    expect(der.toHex(rsaKey())).to.equal(der.toHex(RSA_2048));
    for (const form of [RSA_2048, pkcs8(rsa, RSA_2048)]) {
      const key = parsePrivateKey(form);
      expect(key.keyType).to.equal(KEY_RSA);
      const { modulus } = key.rsa!;
      expect(modulus & 0xffff).to.equal(256);
      expect(key.bytes.slice(modulus >> 16, (modulus >> 16) + 256)).to.deep.equal(bytesOfNumber(MODULUS_2048, 256));
    }
  });

  const [, n, e, d, p, q, dp, dq, qInv] = NUMBERS_2048 as bigint[];
  const wrong: [string, Uint8Array, string][] = [
    ["nothing", new Uint8Array(0), "it is not DER"],
    ["text", der.ascii("-----BEGIN PRIVATE KEY-----"), "it is not DER"],
    ["an empty sequence", sequence(), "version is missing"],
    ["an encrypted key", sequence(sequence(oid("1.2.840.113549.1.5.13")), octetString(SCALAR)), "it is encrypted; decrypt it first"],
    [
      "a certificate",
      sequence(sequence(integer(1)), sequence(), bitString(SCALAR)),
      "this is no private key (a certificate or a public key?)",
    ],
    ["octets behind", concat(ec(SCALAR, parameters(P256)), Uint8Array.of(0)), "1 octets follow it"],
    ["a version of PKCS#8 not known", sequence(integer(2), p256, octetString(ec(SCALAR))), "version is none that is known"],
    ["a public key in version 1", pkcs8(p256, ec(SCALAR), der.implicit(1, POINT)), "67 octets too many in the key"],
    ["something behind in PKCS#8", pkcs8(p256, ec(SCALAR), integer(1)), "3 octets too many in the key"],
    ["something behind inside", pkcs8(p256, concat(ec(SCALAR), Uint8Array.of(5, 0))), "2 octets too many in privateKey"],
    ["another algorithm", pkcs8(sequence(oid("1.3.101.113")), octetString(SCALAR)), "its algorithm is none of RSA"],
    ["RSA-PSS", pkcs8(sequence(oid("1.2.840.113549.1.1.10")), RSA_2048), "its algorithm is none of RSA"],
    ["another curve", pkcs8(sequence(oid(EC), oid("1.3.132.0.10")), ec(SCALAR)), "its algorithm is none of RSA"],
    ["another curve in SEC1", ec(SCALAR, parameters("1.3.132.0.10")), "its curve is neither P-256 nor P-384"],
    ["two curves", pkcs8(p256, ec(SCALAR, parameters(P384))), "it names two different curves"],
    ["no curve", ec(SCALAR), "it does not name its curve"],
    ["the version of ECPrivateKey", sequence(integer(2), octetString(SCALAR), parameters(P256)), "version of ECPrivateKey is not 1"],
    ["a short scalar", ec(SCALAR.slice(1), parameters(P256)), "a private key of P-256 has 32 octets, not 31"],
    ["a long scalar", ec(concat(Uint8Array.of(0), SCALAR), parameters(P256)), "a private key of P-256 has 32 octets, not 33"],
    ["0", ec(new Uint8Array(32), parameters(P256)), "its number is not in the range of P-256"],
    ["the order", ec(bytesOfNumber(N256, 32), parameters(P256)), "its number is not in the range of P-256"],
    ["all ones", ec(new Uint8Array(32).fill(0xff), parameters(P256)), "its number is not in the range of P-256"],
    ["the order of P-384", ec(bytesOfNumber(N384, 48), parameters(P384)), "its number is not in the range of P-384"],
    [
      "a compressed public key",
      ec(SCALAR, parameters(P256), publicKey(POINT.slice(0, 33))),
      "publicKey has 33 octets, one of P-256 has 65",
    ],
    ["unused bits", ec(SCALAR, parameters(P256), explicit(1, bitString(POINT, 1))), "publicKey is not a string of whole octets"],
    ["a short Ed25519 key", pkcs8(ed25519, octetString(SCALAR.slice(1))), "a private key of Ed25519 has 32 octets, not 31"],
    ["an Ed25519 key without its OCTET STRING", pkcs8(ed25519, SCALAR), "CurvePrivateKey does not stand where it is expected"],
    [
      "a length not in its shortest form",
      concat(der.fromHex("308129"), ec(SCALAR, parameters(P256)).slice(2)),
      "the length of the key is not in its",
    ],
    ["an indefinite length", concat(der.fromHex("3080"), integer(1)), "the key has no length that is allowed here"],
    ["a length of three octets", concat(der.fromHex("3083000001"), integer(1)), "the key has no length that is allowed here"],
    ["more than two primes", sequence(integer(1), ...NUMBERS_2048.slice(1).map(derNumber)), "RSA keys of more than two primes"],
    ["a number missing", sequence(integer(0), ...NUMBERS_2048.slice(1, 8).map(derNumber)), "coefficient is missing"],
    ["a number too many", sequence(integer(0), ...NUMBERS_2048.slice(1).map(derNumber), integer(1)), "3 octets too many in the key"],
    ["a negative modulus", sequence(integer(0), integer(bytesOfNumber(n!, 256))), "modulus is not above 0"],
    [
      "a leading zero",
      sequence(integer(0), integer(concat(Uint8Array.of(0), bytesOfNumber(n!, 257)))),
      "modulus is not in its shortest form",
    ],
    ["an exponent of 0", sequence(integer(0), derNumber(n!), integer(0)), "publicExponent is not above 0"],
    ["a short modulus", rsaKey({ 1: n! >> 1n }), "its modulus has 2047 bits, 2048 to 8192 are allowed"],
    ["another modulus", rsaKey({ 1: n! + 2n }), "its modulus is not the product of its primes"],
    ["an even exponent", rsaKey({ 2: 65536n }), "its public exponent is not odd"],
    ["1 as exponent", rsaKey({ 2: 1n }), "its public exponent is not odd"],
    ["a large exponent", rsaKey({ 2: 2n ** 31n + 1n }), "its public exponent is not odd"],
    ["another exponent", rsaKey({ 2: e! + 2n }), "its exponent1 does not belong to its other numbers"],
    ["another private exponent", rsaKey({ 3: d! + 2n }), "its exponent1 does not belong to its other numbers"],
    ["the primes 1 and n", rsaKey({ 4: n!, 5: 1n }), "its primes are not of about the same length"],
    ["primes exchanged", rsaKey({ 4: q!, 5: p! }), "its exponent1 does not belong to its other numbers"],
    ["another exponent1", rsaKey({ 6: dp! + 2n }), "its exponent1 does not belong to its other numbers"],
    ["exponent1 not reduced", rsaKey({ 6: dp! + p! - 1n }), "its exponent1 does not belong to its other numbers"],
    ["another exponent2", rsaKey({ 7: dq! - 2n }), "its exponent2 does not belong to its other numbers"],
    ["another coefficient", rsaKey({ 8: qInv! + 1n }), "its coefficient does not belong to its primes"],
    ["a coefficient not reduced", rsaKey({ 8: qInv! + p! }), "its coefficient does not belong to its primes"],
  ];
  for (const [what, bytes, message] of wrong)
    it(`refuses ${what}`, () => expect(() => parsePrivateKey(bytes)).to.throw(RangeError, `private key: ${message}`));

  it("refuses keys cut off anywhere, and never tells what they hold", () => {
    for (const whole of [
      pkcs8(p256, ec(SCALAR, parameters(P256), publicKey(POINT))),
      ec(SCALAR, parameters(P256)),
      pkcs8(ed25519, octetString(SCALAR)),
    ]) {
      for (let i = 0; i < whole.length; i++) {
        try {
          parsePrivateKey(whole.slice(0, i));
          expect.fail(`cut to ${i}`);
        } catch (error) {
          expect(error).to.be.instanceOf(RangeError);
          expect(String(error)).to.not.match(/5e5e|94,? ?94/);
        }
      }
    }
    for (let i = 0; i < RSA_2048.length; i += 7) expect(() => parsePrivateKey(RSA_2048.slice(0, i))).to.throw(RangeError, "private key: ");
  });

  it("finds any single octet of an RSA key that is changed", () => {
    for (let i = 0; i < RSA_2048.length; i += 5) {
      const bytes = RSA_2048.slice();
      bytes[i]! ^= 0x10;
      expect(() => parsePrivateKey(bytes), `octet ${i}`).to.throw(RangeError, "private key: ");
    }
  });
});
