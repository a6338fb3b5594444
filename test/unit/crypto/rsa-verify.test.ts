import { sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { DONE, type SignatureAlgorithm } from "../../../src/crypto/provider.js";
import { rsaPkcs1Sha256 } from "../../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../../../src/crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { concat, integer, sequence, tlv } from "../../support/der.js";
import { fromAscii, fromHex } from "../../support/hex.js";
import { bytesOfNumber, MODULUS_2048, numberOfBytes, privatePower, publicKeyDer } from "../../support/rsa-keys.js";
import { BUDGETS, complete } from "../../support/stepping.js";
import { bytesOf, type Fields, wycheproof } from "../../support/wycheproof.js";

const ALL = Number.POSITIVE_INFINITY;

interface Case {
  readonly pss: SignatureAlgorithm;
  readonly pkcs1: SignatureAlgorithm;
  readonly hash: (message: Uint8Array) => Uint8Array;
  readonly prefix: string;
}

const CASES: readonly Case[] = [
  { pss: rsaPssRsaeSha256, pkcs1: rsaPkcs1Sha256, hash: nobleSha256, prefix: "3031300d060960864801650304020105000420" },
  { pss: rsaPssRsaeSha384, pkcs1: rsaPkcs1Sha384, hash: nobleSha384, prefix: "3041300d060960864801650304020205000430" },
  { pss: rsaPssRsaeSha512, pkcs1: rsaPkcs1Sha512, hash: nobleSha512, prefix: "3051300d060960864801650304020305000440" },
];

function verify(algorithm: SignatureAlgorithm, key: Uint8Array, digest: Uint8Array, signature: Uint8Array, budget = ALL): boolean {
  const verifier = algorithm.createVerifier();
  const whole = concat(Uint8Array.of(1), key, Uint8Array.of(2), digest, Uint8Array.of(3), signature, Uint8Array.of(4));
  const digestAt = key.length + 2;
  const signatureAt = digestAt + digest.length + 1;
  verifier.begin(whole, 1, key.length, whole, digestAt, digest.length, whole, signatureAt, signature.length);
  // The caller's bytes are free again once begin has returned.
  whole.fill(0x77);
  expect(verifier.valid()).to.equal(false);
  complete(verifier, budget);
  return verifier.valid();
}

/** The raw private operation on any encoded message: makes signatures that are wrong in every way. */
function signed(message: Uint8Array): Uint8Array {
  return bytesOfNumber(privatePower(numberOfBytes(message)), 256);
}

function pkcs1Message(prefix: string, digest: Uint8Array): Uint8Array {
  const info = concat(fromHex(prefix), digest);
  return concat(Uint8Array.of(0, 1), new Uint8Array(256 - 3 - info.length).fill(0xff), Uint8Array.of(0), info);
}

function mgf1(hash: Case["hash"], seed: Uint8Array, length: number): Uint8Array {
  let mask = new Uint8Array(0);
  for (let i = 0; mask.length < length; i++) mask = new Uint8Array(concat(mask, hash(concat(seed, Uint8Array.of(0, 0, 0, i)))));
  return mask.slice(0, length);
}

interface PssFields {
  padding?: number;
  one?: number;
  trailer?: number;
  topBit?: number;
  hashOf?: Uint8Array;
}

function pssMessage(hash: Case["hash"], digest: Uint8Array, salt: Uint8Array, fields: PssFields = {}): Uint8Array {
  const h = hash(concat(new Uint8Array(8), fields.hashOf ?? digest, salt));
  const db = new Uint8Array(256 - h.length - 1);
  db.set(salt, db.length - salt.length);
  db[db.length - salt.length - 1] = fields.one ?? 1;
  db[5]! ^= fields.padding ?? 0;
  const mask = mgf1(hash, h, db.length);
  for (let i = 0; i < db.length; i++) db[i]! ^= mask[i]!;
  db[0] = (db[0]! & 0x7f) | (fields.topBit ?? 0);
  return concat(db, h, Uint8Array.of(fields.trailer ?? 0xbc));
}

describe("RSA verification", function () {
  this.timeout(120000);

  const key = publicKeyDer(MODULUS_2048, 65537n);

  it("has the right code points, and rsa_pkcs1 is for certificates only", () => {
    expect(CASES.map((c) => [c.pss.scheme, c.pss.signsHandshake, c.pss.keyType])).to.deep.equal([
      [0x0804, true, 4],
      [0x0805, true, 4],
      [0x0806, true, 4],
    ]);
    expect(CASES.map((c) => [c.pkcs1.scheme, c.pkcs1.signsHandshake, c.pkcs1.keyType])).to.deep.equal([
      [0x0401, false, 4],
      [0x0501, false, 4],
      [0x0601, false, 4],
    ]);
  });

  it("accepts right signatures, in slices of any size", () => {
    for (const { pss, pkcs1, hash, prefix } of CASES) {
      const digest = hash(fromAscii("sample"));
      const other = hash(fromAscii("simple"));
      const a = signed(pkcs1Message(prefix, digest));
      const b = signed(pssMessage(hash, digest, digest));
      for (const budget of BUDGETS) {
        expect(verify(pkcs1, key, digest, a, budget), pkcs1.name).to.equal(true);
        expect(verify(pkcs1, key, other, a, budget), pkcs1.name).to.equal(false);
        expect(verify(pss, key, digest, b, budget), pss.name).to.equal(true);
        expect(verify(pss, key, other, b, budget), pss.name).to.equal(false);
      }
      expect(verify(pkcs1, key, digest, b)).to.equal(false);
      expect(verify(pss, key, digest, a)).to.equal(false);
      expect(verify(pss, key, digest.slice(1), b)).to.equal(false);
      expect(verify(pkcs1, key, digest.slice(1), a)).to.equal(false);
    }
  });

  it("refuses PKCS#1 messages that differ anywhere", () => {
    const { pkcs1, hash, prefix } = CASES[0]!;
    const digest = hash(fromAscii("sample"));
    const right = pkcs1Message(prefix, digest);
    for (const at of [0, 1, 2, 100, 203, 204, 205, 223, 224, 255]) {
      const message = right.slice();
      message[at]! ^= at === 0 ? 0x20 : 1;
      expect(verify(pkcs1, key, digest, signed(message)), `octet ${at}`).to.equal(false);
    }
    // Without the NULL; a short padding with octets behind the digest (Bleichenbacher 2006).
    expect(verify(pkcs1, key, digest, signed(pkcs1Message("302f300b0609608648016503040201" + "0420", digest)))).to.equal(false);
    const short = concat(Uint8Array.of(0, 1), new Uint8Array(8).fill(0xff), Uint8Array.of(0), fromHex(prefix), digest, new Uint8Array(194));
    expect(short.length).to.equal(256);
    expect(verify(pkcs1, key, digest, signed(short))).to.equal(false);
  });

  it("refuses PSS messages that differ anywhere", () => {
    for (const { pss, hash } of CASES) {
      const digest = hash(fromAscii("sample"));
      const check = (salt: Uint8Array, fields: PssFields): boolean =>
        verify(pss, key, digest, signed(pssMessage(hash, digest, salt, fields)));
      expect(check(digest, {})).to.equal(true);
      expect(check(new Uint8Array(digest.length), {})).to.equal(true);
      expect(check(digest, { padding: 1 })).to.equal(false);
      expect(check(digest, { one: 2 })).to.equal(false);
      expect(check(digest, { one: 0 })).to.equal(false);
      expect(check(digest, { trailer: 0xcc })).to.equal(false);
      expect(check(digest, { hashOf: hash(digest) })).to.equal(false);
      // A salt of another length than the hash's
      expect(check(digest.slice(1), {})).to.equal(false);
      expect(check(new Uint8Array(0), {})).to.equal(false);
      expect(check(concat(Uint8Array.of(1), digest), {})).to.equal(false);
    }
    const { pss, hash } = CASES[0]!;
    const digest = hash(fromAscii("sample"));
    // The bit above the encoded message, where the number stays below n.
    for (let i = 0; i < 40; i++) {
      const message = pssMessage(hash, digest, hash(Uint8Array.of(i)), { topBit: 0x80 });
      if (numberOfBytes(message) >= MODULUS_2048) continue;
      expect(verify(pss, key, digest, signed(message))).to.equal(false);
    }
  });

  it("refuses signatures of another length than the modulus, and numbers from the modulus on", () => {
    for (const [algorithm, message] of [
      [rsaPkcs1Sha256, pkcs1Message(CASES[0]!.prefix, nobleSha256(fromAscii("sample")))],
      [rsaPssRsaeSha256, pssMessage(nobleSha256, nobleSha256(fromAscii("sample")), new Uint8Array(32))],
    ] as const) {
      const digest = nobleSha256(fromAscii("sample"));
      const signature = signed(message);
      expect(verify(algorithm, key, digest, signature)).to.equal(true);
      expect(verify(algorithm, key, digest, concat(Uint8Array.of(0), signature))).to.equal(false);
      expect(verify(algorithm, key, digest, signature.slice(0, 255))).to.equal(false);
      expect(verify(algorithm, key, digest, new Uint8Array(0))).to.equal(false);
      expect(verify(algorithm, key, digest, new Uint8Array(256))).to.equal(false);
      expect(verify(algorithm, key, digest, bytesOfNumber(MODULUS_2048, 256))).to.equal(false);
      expect(verify(algorithm, key, digest, new Uint8Array(256).fill(0xff))).to.equal(false);
      const above = numberOfBytes(signature) + MODULUS_2048;
      if (above < 1n << 2048n) expect(verify(algorithm, key, digest, bytesOfNumber(above, 256))).to.equal(false);
    }
  });

  it("refuses keys before any work", () => {
    const digest = nobleSha256(fromAscii("sample"));
    const n = bytesOfNumber(MODULUS_2048, 257);
    const e = fromHex("010001");
    const odd = (bits: number): Uint8Array => publicKeyDer((1n << BigInt(bits - 1)) + 1n, 65537n);
    const bad: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      "an empty sequence": sequence(),
      "no exponent": sequence(integer(n)),
      "a third integer": sequence(integer(n), integer(e), integer(e)),
      "octets behind": concat(key, Uint8Array.of(0)),
      "one octet less": key.slice(0, key.length - 1),
      "a set": tlv(0x31, integer(n), integer(e)),
      "a leading zero too many": sequence(integer(concat(Uint8Array.of(0), n)), integer(e)),
      "a leading zero in e": sequence(integer(n), integer(concat(Uint8Array.of(0), e))),
      "a negative modulus": sequence(integer(n.slice(1)), integer(e)),
      "an octet string": sequence(tlv(0x04, n), integer(e)),
      "a long length": concat(fromHex("308300010a"), integer(n), integer(e)),
      "an indefinite length": concat(fromHex("3080"), integer(n), integer(e), fromHex("0000")),
      "an even modulus": publicKeyDer(MODULUS_2048 - 1n, 65537n),
      "2,047 bits": odd(2047),
      "8,193 bits": odd(8193),
      "a modulus of 0": sequence(integer(0), integer(e)),
      "e = 1": publicKeyDer(MODULUS_2048, 1n),
      "e = 2": publicKeyDer(MODULUS_2048, 2n),
      "an even e": publicKeyDer(MODULUS_2048, 65536n),
      "e = 0": sequence(integer(n), integer(0)),
      "e = 2^31 + 1": publicKeyDer(MODULUS_2048, (1n << 31n) + 1n),
      "e = 2^32 + 1": publicKeyDer(MODULUS_2048, (1n << 32n) + 1n),
    };
    for (const [name, wrong] of Object.entries(bad)) {
      for (const algorithm of [rsaPkcs1Sha256, rsaPssRsaeSha256]) {
        const verifier = algorithm.createVerifier();
        const signature = new Uint8Array(name === "8,193 bits" ? 1025 : 256).fill(1);
        verifier.begin(wrong, 0, wrong.length, digest, 0, 32, signature, 0, signature.length);
        expect(verifier.step(1), name).to.equal(DONE);
        expect(verifier.valid(), name).to.equal(false);
      }
    }
  });

  it("takes the exponents 3 and 2^31 - 1, and moduli of odd sizes", () => {
    // A message of the right form to the power of 1 / e is not needed: s^e is compared with what s was made of.
    const verifier = rsaPkcs1Sha256.createVerifier();
    for (const bits of [2048, 2049, 2063, 2065, 2080, 3072]) {
      const modulus = (1n << BigInt(bits)) - 2n ** 61n - 1n;
      for (const e of [3n, 5n, 2n ** 31n - 1n]) {
        const der = publicKeyDer(modulus, e);
        const s = bytesOfNumber(modulus / 3n, Math.ceil(bits / 8));
        verifier.begin(der, 0, der.length, s, 0, 32, s, 0, s.length);
        expect(verifier.step(1), `${bits} ${e}`).to.not.equal(DONE);
        complete(verifier, ALL);
        expect(verifier.valid()).to.equal(false);
      }
    }
  });

  it("may be used again at any time", () => {
    const digest = nobleSha256(fromAscii("sample"));
    for (const [algorithm, message] of [
      [rsaPkcs1Sha256, pkcs1Message(CASES[0]!.prefix, digest)],
      [rsaPssRsaeSha256, pssMessage(nobleSha256, digest, new Uint8Array(32))],
    ] as const) {
      const verifier = algorithm.createVerifier();
      const signature = signed(message);
      expect(verifier.step(1)).to.equal(DONE);
      for (const steps of [1, 5, 18, 20]) {
        verifier.begin(key, 0, key.length, digest, 0, 32, signature, 0, 256);
        verifier.step(steps);
      }
      verifier.begin(key, 0, key.length, digest, 0, 32, signature, 0, 256);
      expect(complete(verifier, 1)).to.be.within(18, 30);
      expect(verifier.valid()).to.equal(true);
      verifier.begin(key, 0, 5, digest, 0, 32, signature, 0, 256);
      expect(verifier.step(1)).to.equal(DONE);
      expect(verifier.valid()).to.equal(false);
    }
  });

  const keyOf = (group: Fields): Uint8Array => bytesOf(group, "publicKeyAsn");
  for (const [size, bits] of [
    [2048, 256],
    [2048, 384],
    [2048, 512],
    [3072, 256],
    [3072, 384],
    [4096, 256],
    [4096, 512],
  ] as const) {
    const { pkcs1, hash } = CASES[bits === 256 ? 0 : bits === 384 ? 1 : 2]!;
    wycheproof(`rsa_signature_${size}_sha${bits}_test.json`, (test, group) =>
      verify(pkcs1, keyOf(group), hash(bytesOf(test, "msg")), bytesOf(test, "sig")),
    );
  }
  for (const [size, bits] of [
    [2048, 256],
    [2048, 384],
    [3072, 256],
    [4096, 512],
  ] as const) {
    const { pss, hash } = CASES[bits === 256 ? 0 : bits === 384 ? 1 : 2]!;
    wycheproof(`rsa_pss_${size}_sha${bits}_mgf1_${bits / 8}_test.json`, (test, group) =>
      verify(pss, keyOf(group), hash(bytesOf(test, "msg")), bytesOf(test, "sig")),
    );
  }
  // Every combination of hashes and salt lengths, all right in themselves: ours is right for exactly one of them each.
  wycheproof("rsa_pss_misc_test.json", (test, group) => {
    const found = CASES.find((c) => c.pss.hash.name === group.sha);
    if (found === undefined || group.mgf !== "MGF1") return null;
    const ours = group.mgfSha === group.sha && group.sLen === found.pss.hash.outputLength;
    const answer = verify(found.pss, keyOf(group), found.hash(bytesOf(test, "msg")), bytesOf(test, "sig"));
    return answer === ours;
  });
});
