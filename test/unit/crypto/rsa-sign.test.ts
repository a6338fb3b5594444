import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import { DONE, type Random, type SignatureAlgorithm } from "../../../src/crypto/provider.js";
import { rsaPssRsaeSha256 } from "../../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha384 } from "../../../src/crypto/xs/rsa-pss-rsae-sha384.js";
import { rsaPssRsaeSha512 } from "../../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { RsaPssSigner } from "../../../src/crypto/xs/rsa-sign.js";
import { SecretPower } from "../../../src/crypto/xs/secret-power.js";
import type { Signer } from "../../../src/identity.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";
import { MODULUS_2048, NUMBERS_2048, power, publicKeyDer, RSA_2048 } from "../../support/rsa-keys.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";

const ALL = Number.POSITIVE_INFINITY;
const ALGORITHMS: readonly SignatureAlgorithm[] = [rsaPssRsaeSha256, rsaPssRsaeSha384, rsaPssRsaeSha512];
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
    const signer = new RsaPssSigner(key, ALGORITHMS);
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
    const signer = new RsaPssSigner(key, ALGORITHMS);
    const message = fromAscii("sample");
    for (const random of [constantRandom(0), constantRandom(0xff), constantRandom(1)])
      expect(accepted(rsaPssRsaeSha256, message, sign(signer, 0x0804, message, random))).to.equal(true);
    const random = seeded(1);
    for (let i = 0; i < rounds(20); i++) expect(accepted(rsaPssRsaeSha256, message, sign(signer, 0x0804, message, random))).to.equal(true);
  });

  it("blinds with what does not show: the same salt gives the same signature", () => {
    const signer = new RsaPssSigner(key, ALGORITHMS);
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
      const signer = new RsaPssSigner({ ...key, bytes }, ALGORITHMS);
      signer.begin(0x0804, fromAscii("x"), 0, 1, seeded(1));
      expect(() => signer.step(ALL), field).to.throw(TLSAlert, "a result does not verify");
      expect(() => signer.writeSignature(new Uint8Array(256), 0)).to.throw(RangeError, "there is no signature");
    }
  });

  it("takes the same number of steps for every signature, but for the inversion", () => {
    const signer = new RsaPssSigner(key, ALGORITHMS);
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
    const signer = new RsaPssSigner(key, ALGORITHMS.slice(0, 1));
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
