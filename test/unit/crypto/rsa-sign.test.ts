import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import { DONE, type Random, type SignatureAlgorithm } from "../../../src/crypto/provider.js";
import { rsaPkcs1Sha256 } from "../../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha384 } from "../../../src/crypto/xs/rsa-pkcs1-sha384.js";
import { rsaPkcs1Sha512 } from "../../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { PssScheme, RsaSigner } from "../../../src/crypto/xs/rsa-sign.js";
import { SecretPower } from "../../../src/crypto/xs/secret-power.js";
import type { Signer } from "../../../src/identity.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { rsaKeys } from "../../../src/keys/rsa-key.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { MODULUS_2048, NUMBERS_2048, power, publicKeyDer, RSA_2048 } from "../../support/rsa-keys.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";

const ALL = Number.POSITIVE_INFINITY;
const ALGORITHMS: readonly SignatureAlgorithm[] = [rsaPssRsaeSha256, rsaPssRsaeSha384, rsaPssRsaeSha512];
const PSS = ALGORITHMS.map(({ scheme, hash }) => new PssScheme(scheme, hash));
const key = parsePrivateKey(RSA_2048).rsa!;
const publicKey = publicKeyDer(MODULUS_2048, 65537n);

function seeded(seed: number): Random {
  const source = new Seeded(seed);
  return {
    fill(bytes: Uint8Array, offset: number, length: number): void {
      for (let i = 0; i < length; i++) bytes[offset + i] = source.number(256);
    },
  };
}

function constantRandom(value: number): Random {
  return {
    fill(bytes: Uint8Array, offset: number, length: number): void {
      bytes.fill(value, offset, offset + length);
    },
  };
}

function sign(signer: Signer & { maxSignature: number }, scheme: number, message: Uint8Array, random: Random, budget = ALL): Uint8Array {
  const embedded = new Uint8Array(message.length + 7).fill(0x5a);
  embedded.set(message, 3);
  signer.begin(scheme, embedded, 3, message.length, random);
  // The caller's bytes are free again once begin has returned.
  embedded.fill(0x77);
  let calls = 1;
  while (signer.step(budget) !== DONE) if (++calls > 10000) throw new Error("does not end");
  const out = new Uint8Array(258).fill(0xa5);
  expect(signer.writeSignature(out, 1)).to.equal(256);
  expect(out[0]).to.equal(0xa5);
  expect(out[257]).to.equal(0xa5);
  return out.slice(1, 257);
}

function accepted(algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): boolean {
  const hash = algorithm.hash.create();
  const digest = new Uint8Array(64);
  hash.update(message, 0, message.length);
  hash.digest(digest, 0);
  const verifier = algorithm.createVerifier();
  verifier.begin(publicKey, 0, publicKey.length, digest, 0, algorithm.hash.outputLength, signature, 0, signature.length);
  complete(verifier, ALL);
  return verifier.valid();
}

describe("RSA-PSS signatures", function () {
  this.timeout(120000);

  it("signs so that its verifier accepts, with each hash, in slices of any size, the same each time for the same random bytes", () => {
    const signer = new RsaSigner(key, PSS);
    expect(signer.schemes).to.deep.equal([0x0804, 0x0805, 0x0806]);
    expect(signer.maxSignature).to.equal(256);
    for (const algorithm of ALGORITHMS) {
      const message = fromAscii(`signed with ${algorithm.name}`);
      const signatures = BUDGETS.map((budget) => toHex(sign(signer, algorithm.scheme, message, seeded(5), budget)));
      expect(new Set(signatures).size).to.equal(1);
      const signature = sign(signer, algorithm.scheme, message, seeded(6));
      expect(toHex(signature)).to.not.equal(signatures[0]);
      expect(accepted(algorithm, message, signature)).to.equal(true);
      expect(accepted(algorithm, message.slice(1), signature)).to.equal(false);
    }
  });

  it("signs right whatever the random bytes are", () => {
    const signer = new RsaSigner(key, PSS);
    const message = fromAscii("sample");
    for (const random of [constantRandom(0), constantRandom(0xff), constantRandom(1)])
      expect(accepted(rsaPssRsaeSha256, message, sign(signer, 0x0804, message, random))).to.equal(true);
    const random = seeded(1);
    for (let i = 0; i < rounds(20); i++) expect(accepted(rsaPssRsaeSha256, message, sign(signer, 0x0804, message, random))).to.equal(true);
  });

  it("blinds with what does not show: the same salt gives the same signature", () => {
    const signer = new RsaSigner(key, PSS);
    const signatures = [3, 4].map((seed) => {
      const others = seeded(seed);
      let first = true;
      const random: Random = {
        fill(bytes: Uint8Array, offset: number, length: number): void {
          if (first) bytes.fill(9, offset, offset + length);
          else others.fill(bytes, offset, length);
          first = false;
        },
      };
      return toHex(sign(signer, 0x0804, fromAscii("sample"), random));
    });
    expect(signatures[0]).to.equal(signatures[1]);
  });

  it("keeps a wrong result to itself", () => {
    for (const field of ["prime1", "exponent1", "exponent2", "coefficient"] as const) {
      const bytes = RSA_2048.slice();
      // The lowest bit but one
      bytes[(key[field] >> 16) + (key[field] & 0xffff) - 1]! ^= 2;
      const signer = new RsaSigner({ ...key, bytes }, PSS);
      signer.begin(0x0804, fromAscii("x"), 0, 1, seeded(1));
      expect(() => signer.step(ALL), field).to.throw(TLSAlert, "a result does not verify");
      expect(() => signer.writeSignature(new Uint8Array(256), 0)).to.throw(RangeError, "there is no signature");
    }
  });

  it("takes the same number of steps for every signature, but for the inversion", () => {
    const signer = new RsaSigner(key, PSS);
    const random = seeded(12);
    const counts: number[] = [];
    for (let i = 0; i < rounds(10); i++) {
      signer.begin(0x0804, fromAscii("x"), 0, 1, random);
      let calls = 1;
      while (signer.step(1) !== DONE) calls++;
      counts.push(calls);
    }
    expect(Math.max(...counts) - Math.min(...counts)).to.be.below(15);
    // 2 · (14 for the table, 263 digits of 5) and some 150 more
    expect(counts[0]).to.be.within(2 * (14 + 263 * 5) + 100, 2 * (14 + 263 * 5) + 200);
  });

  it("may be begun anew at any time, and says what was not begun", () => {
    const signer = new RsaSigner(key, PSS.slice(0, 1));
    expect(signer.step(1)).to.equal(DONE);
    expect(() => signer.writeSignature(new Uint8Array(256), 0)).to.throw(RangeError, "there is no signature");
    for (const steps of [0, 1, 9, 100, 150, 1000, 2000]) {
      signer.begin(0x0804, fromAscii("other"), 0, 5, seeded(1));
      signer.step(steps);
      expect(() => signer.writeSignature(new Uint8Array(256), 0)).to.throw(RangeError, "there is no signature");
    }
    expect(accepted(rsaPssRsaeSha256, fromAscii("sample"), sign(signer, 0x0804, fromAscii("sample"), seeded(2), 100))).to.equal(true);
    expect(() => signer.begin(0x0805, fromAscii("x"), 0, 1, seeded(1))).to.throw(RangeError, "this RSA key cannot sign with scheme 2053");
  });
});

/** By `openssl dgst -sign` with the key, of "signed with " and the scheme's name. */
const KNOWN: readonly (readonly [SignatureAlgorithm, Uint8Array])[] = [
  [
    rsaPkcs1Sha256,
    fromHex(
      "105041ed28b96bbceb97153478fed04c68e24d379cd79b2cc4c79daec5fa7e4c2d829ce3a0e85ae3bc75ee131183f069713d7330f35a4faafd71aa9935b0d8e3" +
        "f76bffaaa5cd1586c5b7417f2774f37b39b494b0eaebefe8d9020d946da6b9779cca5a8bcd1fd67817c616314438f34b2378d5791c05e987359ab430e5f3a401" +
        "5df2059d75cf60c77349d8e662e3a173b82a17736c6710294d2d948de452a1b859cd6996859ec45a88428a5bf4f07cfafba1ef638e9a18da3d7eeb3379d67f15" +
        "1b5333e352446c378125efac966f4c9d7eaffa02fd6a24d2942d257a3642f4ac6f81ed43c1dd3d3884dd887d747fa79e7b7f6fa9eaf8d3fe5a5e8b696a01dea7",
    ),
  ],
  [
    rsaPkcs1Sha384,
    fromHex(
      "2be1825ee1053559d55fb1fa3417c01cac7ca7bbbeb31ccbfe5f2e87362a8f934bc41ec28759b9071e80b297059c17e4108aa3db42de2b22931bcbb348b2e1e4" +
        "fc5ed7aa72843c9ab98e0b9d9616f8be386e1a083ab9405c84645e6a3da55e823409e6af269683a4b2bf322d34db8c43e608b5df49ca968e4fecc763ae13e77e" +
        "f80550acfc5dcae798abaeaed756fa3b13b706fbc20dc8985b99348e11928553aed648ae024bd886209e86cf9546927375f0289692c1ecf0c849413c36da985c" +
        "3e817bfe3c96a8d73efb120c1d6f0fb0d7e615854b0d89e78b2c116b15c36188e58317e17d51f009dfbdd9cd3b8de71be260844e10b15aefc88c19ddd9f12c04",
    ),
  ],
  [
    rsaPkcs1Sha512,
    fromHex(
      "7af01ad71de1cd8d034c670d8de3815898fafc870a1945f299653df837aaddff1356702d7969a5461576f3788fee352e85baf2ed05a0d44f37c75cfb04518f57" +
        "de299831110981302a257429e3f24f630a10b8bb237518922185bc22c6870bf4d7aa54e452ee7e5674ab3d6353f01b35a3eb3ddce12cab34f17069437081897a" +
        "f7981c2b358b4e1c9bed7531360cb3d72698c479853b9f51b56de1a196c318d70c8645731b0cd92be7375c1ce508f622c26cf20db5af8c105e319351c2efbb42" +
        "33b36028a4f051537eed295e14853ef953f96933868ddb2ed09d439fe06a69cfbfe50c36ea0a03eb1e2f180b277fa1c7779adaca59258f54fd3625ee644aeda5",
    ),
  ],
];

describe("RSA PKCS#1 v1.5 signatures", function () {
  this.timeout(120000);
  const signer = () => rsaKeys.createSigner(parsePrivateKey(RSA_2048));

  it("stand behind those of PSS", () => {
    expect(signer().schemes).to.deep.equal([0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601]);
  });

  for (const [algorithm, signature] of KNOWN)
    it(`${algorithm.name}: the one that OpenSSL makes, in slices of any size, whatever the random bytes that blind it`, () => {
      const message = fromAscii(`signed with ${algorithm.name}`);
      const made = BUDGETS.map((budget, i) => toHex(sign(signer(), algorithm.scheme, message, seeded(i), budget)));
      for (const random of [constantRandom(0), constantRandom(0xff)]) made.push(toHex(sign(signer(), algorithm.scheme, message, random)));
      expect(new Set(made)).to.deep.equal(new Set([toHex(signature)]));
      expect(accepted(algorithm, message, signature)).to.equal(true);
      expect(accepted(algorithm, message.slice(1), signature)).to.equal(false);
    });

  it("content that came piece by piece", () => {
    const [algorithm, signature] = KNOWN[1]!;
    const message = fromAscii(`signed with ${algorithm.name}`);
    const one = signer();
    const content = one.createContent!(algorithm.scheme)!;
    for (let i = 0; i < message.length; i += 5) content.update(message, i, Math.min(5, message.length - i));
    one.beginContent!(algorithm.scheme, content, seeded(3));
    while (one.step(100) !== DONE);
    const out = new Uint8Array(256);
    expect(one.writeSignature(out, 0)).to.equal(256);
    expect(toHex(out)).to.equal(toHex(signature));
  });

  it("draw fresh random bytes to blind with, and keep a wrong result to themselves", () => {
    let drawn = 0;
    const source = seeded(4);
    const random: Random = {
      fill(bytes, offset, length) {
        drawn += length;
        source.fill(bytes, offset, length);
      },
    };
    sign(signer(), 0x0401, fromAscii("x"), random);
    // r, the factor for its inversion, both exponents' blinds.
    expect(drawn).to.equal(256 + 256 + 8);
    for (const field of ["prime1", "exponent1", "exponent2", "coefficient"] as const) {
      const bytes = RSA_2048.slice();
      bytes[(key[field] >> 16) + (key[field] & 0xffff) - 1]! ^= 2;
      const damaged = rsaKeys.createSigner({ ...parsePrivateKey(RSA_2048), rsa: { ...key, bytes } });
      damaged.begin(0x0401, fromAscii("x"), 0, 1, seeded(1));
      expect(() => damaged.step(ALL), field).to.throw(TLSAlert, "a result does not verify");
      expect(() => damaged.writeSignature(new Uint8Array(256), 0)).to.throw(RangeError, "there is no signature");
    }
  });
});

describe("Powers modulo a secret prime", function () {
  this.timeout(60000);

  it("are right for primes and exponents of many lengths, in slices of any size", () => {
    const primes = [
      NUMBERS_2048[4]!,
      NUMBERS_2048[5]!,
      2n ** 521n - 1n,
      2n ** 607n - 1n,
      2n ** 1279n - 1n,
      2n ** 255n - 19n,
      2n ** 414n - 17n,
      2n ** 512n - 569n,
    ];
    const source = new Seeded(2);
    for (const p of primes) {
      const bits = p.toString(2).length;
      for (const exponent of [1n, 2n, 65537n, p - 2n, BigInt(`0x${toHex(source.bytes(bits >> 3))}`) % p]) {
        const x = BigInt(`0x${toHex(source.bytes((bits >> 3) + 8))}`) % p;
        const wanted = power(x, exponent, p);
        for (const blind of [1n << 31n, (1n << 32n) - 1n]) {
          const secret = new SecretPower(x, p, bits, exponent, blind);
          const budget = BUDGETS[Number(exponent % 3n)]!;
          while (!secret.finished()) secret.run(budget);
          expect(secret.take(), `${bits} bits`).to.equal(wanted);
        }
      }
    }
  });
});
