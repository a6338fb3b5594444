import { p256 as oracle256, p384 as oracle384, p521 as oracle521 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { DONE, type SignatureAlgorithm, type Verifier } from "../../../src/crypto/provider.js";
import { ecdsaSecp256r1Sha384 } from "../../../src/crypto/xs/ecdsa-secp256r1-sha384.js";
import { ecdsaSecp256r1Sha512 } from "../../../src/crypto/xs/ecdsa-secp256r1-sha512.js";
import { ecdsaSecp384r1Sha256 } from "../../../src/crypto/xs/ecdsa-secp384r1-sha256.js";
import { ecdsaSecp384r1Sha384 } from "../../../src/crypto/xs/ecdsa-secp384r1-sha384.js";
import { ecdsaSecp384r1Sha512 } from "../../../src/crypto/xs/ecdsa-secp384r1-sha512.js";
import { ecdsaSecp521r1Sha256 } from "../../../src/crypto/xs/ecdsa-secp521r1-sha256.js";
import { ecdsaSecp521r1Sha384 } from "../../../src/crypto/xs/ecdsa-secp521r1-sha384.js";
import { ecdsaSecp521r1Sha512 } from "../../../src/crypto/xs/ecdsa-secp521r1-sha512.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";
import { bytesOf, type Fields, wycheproof } from "../../support/wycheproof.js";

const ALL = Number.POSITIVE_INFINITY;

function verify(verifier: Verifier, key: Uint8Array, digest: Uint8Array, signature: Uint8Array, budget = ALL): boolean {
  const whole = new Uint8Array(key.length + digest.length + signature.length + 3).fill(0x30);
  whole.set(key, 1);
  whole.set(digest, 2 + key.length);
  whole.set(signature, 3 + key.length + digest.length);
  verifier.begin(whole, 1, key.length, whole, 2 + key.length, digest.length, whole, 3 + key.length + digest.length, signature.length);
  // The caller's bytes are free again once begin has returned.
  whole.fill(0x77);
  complete(verifier, budget);
  return verifier.valid();
}

function hashed(algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array {
  const hash = algorithm.hash.create();
  const out = new Uint8Array(algorithm.hash.outputLength);
  hash.update(message, 0, message.length);
  hash.digest(out, 0);
  return out;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** Content of an INTEGER, in the fewest bytes. */
function integer(value: bigint): string {
  let digits = value.toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  if (Number.parseInt(digits.slice(0, 2), 16) > 127) digits = `00${digits}`;
  return digits;
}
function tlv(tag: string, content: string): string {
  const length = content.length / 2;
  return tag + (length > 127 ? "81" : "") + length.toString(16).padStart(2, "0") + content;
}
function der(r: bigint, s: bigint): Uint8Array {
  return fromHex(tlv("30", tlv("02", integer(r)) + tlv("02", integer(s))));
}

const curves = [
  {
    name: "P-384",
    oracle: oracle384,
    algorithm: ecdsaSecp384r1Sha384,
    steps: 385,
    // RFC 6979 A.2.6, SHA-384, "sample"
    key:
      "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13" +
      "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
    r: 0x94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46n,
    s: 0x99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8n,
  },
  {
    name: "P-521",
    oracle: oracle521,
    algorithm: ecdsaSecp521r1Sha512,
    steps: 522,
    // RFC 6979 A.2.7, SHA-512, "sample"
    key:
      "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4" +
      "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
    r: 0xc328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fan,
    s: 0x617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67an,
  },
];

for (const { name, oracle, algorithm, steps, key: rfcPoint, r: rfcR, s: rfcS } of curves) {
  const { Fn, Fp } = oracle.Point;
  const N = Fn.ORDER;
  const P = Fp.ORDER;
  const size = Fp.BYTES;
  const hex = (value: bigint): string => value.toString(16).padStart(2 * size, "0");
  const publicOf = (k: bigint): Uint8Array => oracle.Point.BASE.multiply(k).toBytes(false);
  const verifier = algorithm.createVerifier();
  const check = (key: Uint8Array, digest: Uint8Array, signature: Uint8Array, budget = ALL): boolean =>
    verify(verifier, key, digest, signature, budget);
  const rfcKey = fromHex(`04${rfcPoint}`);
  const rfcSignature = der(rfcR, rfcS);
  const sample = hashed(algorithm, fromAscii("sample"));
  /** The number that a digest stands for. */
  const numberOf = (digest: Uint8Array): bigint => number(digest.slice(0, size)) % N;
  /** Signs with nonce k. */
  const sign = (d: bigint, e: bigint, k: bigint): { r: bigint; s: bigint } => {
    const r = oracle.Point.BASE.multiply(k).toAffine().x % N;
    return { r, s: (Fn.inv(k) * ((e + r * d) % N)) % N };
  };

  describe(`ECDSA on ${name}`, function () {
    this.timeout(120000);

    it("accepts the signature of RFC 6979 and no altered one, in slices of any size", () => {
      const other = hashed(algorithm, fromAscii("simple"));
      for (const budget of BUDGETS) {
        expect(check(rfcKey, sample, rfcSignature, budget)).to.equal(true);
        expect(check(rfcKey, other, rfcSignature, budget)).to.equal(false);
        expect(check(publicOf(3n), sample, rfcSignature, budget)).to.equal(false);
      }
    });

    it("agrees with the oracle on random signatures, true and altered, in slices of any size", () => {
      const random = new Seeded(186);
      for (let i = 0; i < rounds(12); i++) {
        const secret = random.bytes(size);
        if (size === 66) secret[0] = 0;
        const key = oracle.getPublicKey(secret, false);
        const digest = random.bytes(algorithm.hash.outputLength);
        const signature = oracle.sign(digest, secret, { prehash: false, format: "der", lowS: false });
        const budget = i < 6 ? BUDGETS[i % 3]! : ALL;
        expect(check(key, digest, signature, budget)).to.equal(true);
        const altered = digest.slice();
        altered[random.number(altered.length)]! ^= 1 << random.number(8);
        expect(check(key, altered, signature, budget)).to.equal(false);
        signature[signature.length - 1 - random.number(30)]! ^= 1 << random.number(7);
        expect(check(key, digest, signature, budget)).to.equal(false);
      }
    });

    it("treats digests of 20 to 64 bytes as FIPS 186-5 §6.4 says, and refuses others", () => {
      const random = new Seeded(6);
      for (const length of [20, 28, 32, 47, 48, 49, 64]) {
        const digest = random.bytes(length);
        const { r, s } = sign(77n, numberOf(digest), 4711n);
        expect(check(publicOf(77n), digest, der(r, s)), `${length} bytes`).to.equal(true);
        digest[0]! ^= 1;
        expect(check(publicOf(77n), digest, der(r, s)), `${length} bytes`).to.equal(false);
      }
      for (const length of [0, 19, 65]) {
        const { r, s } = sign(77n, 0n, 4711n);
        expect(check(publicOf(77n), new Uint8Array(length), der(r, s)), `${length} bytes`).to.equal(false);
      }
    });

    it("meets doublings, sums that vanish and digests that are 0 modulo n", () => {
      const nonces = [1n, 2n, 3n, N - 1n, N - 2n];
      const keys = [1n, 2n, N - 1n, 1n << 37n];
      for (let i = 0; i < rounds(nonces.length * keys.length); i++) {
        const k = nonces[i % nonces.length]!;
        const d = keys[i % keys.length]!;
        const digest = new Uint8Array(algorithm.hash.outputLength);
        digest[digest.length - 1] = i % 3;
        const { r, s } = sign(d, numberOf(digest), k);
        expect(check(publicOf(d), digest, der(r, s)), `d ${d} k ${k}`).to.equal(s !== 0n);
        expect(check(publicOf(d), digest, der(r, s === 1n ? 2n : 1n)), `d ${d} k ${k}, other s`).to.equal(false);
      }
      // e = -r d: the sum is the point at infinity, which is never valid. With e small, d = -e / r.
      const digest = sample;
      const r = oracle.Point.BASE.multiply(9n).toAffine().x % N;
      const d = Fn.create(-numberOf(digest) * Fn.inv(r));
      expect(check(publicOf(d), digest, der(r, 12345n))).to.equal(false);
    });

    it("compares x modulo n", () => {
      // A point whose x is n or more: r = x - n. Q is made to fit: Q = (s·R - e·G) / r.
      let x = N + 1n;
      for (; ; x++) {
        try {
          oracle.Point.fromBytes(fromHex(`02${hex(x)}`));
          break;
        } catch {
          // not the x of a point
        }
      }
      expect(x < P).to.equal(true);
      const R = oracle.Point.fromBytes(fromHex(`02${hex(x)}`));
      const r = x - N;
      const s = 1234567n;
      const Q = R.multiply(s)
        .subtract(oracle.Point.BASE.multiply(numberOf(sample)))
        .multiply(Fn.inv(r));
      expect(check(Q.toBytes(false), sample, der(r, s))).to.equal(true);
      expect(check(Q.toBytes(false), sample, der(x, s))).to.equal(false);
    });

    it("wants r and s in 1 .. n - 1", () => {
      const { r, s } = sign(5n, numberOf(sample), 99n);
      const key = publicOf(5n);
      expect(check(key, sample, der(r, s))).to.equal(true);
      expect(check(key, sample, der(r, N - s))).to.equal(true);
      for (const [a, b] of [
        [0n, s],
        [r, 0n],
        [0n, 0n],
        [N, s],
        [r, N],
        [r + N, s],
        [r, s + N],
        [P, s],
        [(1n << BigInt(8 * size)) - 1n, s],
        [1n << BigInt(8 * size), s],
      ] as const) {
        expect(check(key, sample, der(a, b)), `${a}, ${b}`).to.equal(false);
      }
    });

    it("takes DER only", () => {
      const { r, s } = sign(5n, numberOf(sample), 99n);
      const key = publicOf(5n);
      const whole = toHex(der(r, s));
      expect(check(key, sample, fromHex(whole))).to.equal(true);
      for (let i = 0; i < whole.length / 2; i++) expect(check(key, sample, fromHex(whole.slice(0, 2 * i))), `cut to ${i}`).to.equal(false);
      expect(check(key, sample, fromHex(`${whole}00`))).to.equal(false);
      expect(check(key, sample, fromHex(hex(r) + hex(s)))).to.equal(false);
      expect(check(key, sample, fromHex(tlv("30", tlv("02", `00${integer(r)}`) + tlv("02", integer(s)))))).to.equal(false);
    });

    it("refuses a key that is not an uncompressed point on the curve", () => {
      const { r, s } = sign(5n, numberOf(sample), 99n);
      const key = publicOf(5n);
      const signature = der(r, s);
      const changed = (i: number, value: number): Uint8Array => {
        const bytes = key.slice();
        bytes[i] = value;
        return bytes;
      };
      const last = 2 * size;
      for (const bad of [
        new Uint8Array(0),
        new Uint8Array(1),
        new Uint8Array(last + 1),
        oracle.Point.BASE.multiply(5n).toBytes(true),
        key.slice(0, last),
        fromHex(`${toHex(key)}00`),
        oracle256.Point.BASE.multiply(5n).toBytes(false),
        changed(0, 2),
        changed(0, 6),
        changed(0, 7),
        changed(last, key[last]! ^ 1),
        changed(size, key[size]! ^ 1),
        fromHex(`04${"ff".repeat(last)}`),
        fromHex(`04${hex(P)}${hex(0n)}`),
      ]) {
        expect(check(bad, sample, signature), toHex(bad)).to.equal(false);
      }
      expect(check(key, sample, signature)).to.equal(true);
    });

    it("may be used again at any time, and is not valid until it is done", () => {
      const fresh = algorithm.createVerifier();
      const begin = (signature: Uint8Array): void =>
        fresh.begin(rfcKey, 0, rfcKey.length, sample, 0, sample.length, signature, 0, signature.length);
      expect(fresh.step(1)).to.equal(DONE);
      expect(fresh.valid()).to.equal(false);
      for (const abandonedAfter of [1, 8, 20, 30, 45, 60, 300]) {
        begin(rfcSignature);
        fresh.step(abandonedAfter);
        expect(fresh.valid()).to.equal(false);
      }
      begin(rfcSignature);
      complete(fresh, 50);
      expect(fresh.valid()).to.equal(true);
      begin(new Uint8Array(3));
      expect(fresh.valid()).to.equal(false);
      expect(fresh.step(1)).to.equal(DONE);
      expect(fresh.valid()).to.equal(false);
    });

    it("takes a step for each bit of the walk, each point of the table and each round of an inversion", () => {
      verifier.begin(rfcKey, 0, rfcKey.length, sample, 0, sample.length, rfcSignature, 0, rfcSignature.length);
      const inversions = complete(verifier, 1) - steps - 8;
      expect(inversions).to.be.within(steps / 16 - 8, steps / 8);
    });
  });
}

describe("ECDSA signature algorithms", function () {
  this.timeout(120000);

  it("take digests of their own hash", () => {
    for (const [algorithm, oracle] of [
      [ecdsaSecp256r1Sha384, oracle256],
      [ecdsaSecp256r1Sha512, oracle256],
      [ecdsaSecp384r1Sha256, oracle384],
      [ecdsaSecp384r1Sha384, oracle384],
      [ecdsaSecp384r1Sha512, oracle384],
      [ecdsaSecp521r1Sha256, oracle521],
      [ecdsaSecp521r1Sha384, oracle521],
      [ecdsaSecp521r1Sha512, oracle521],
    ] as const) {
      const secret = new Uint8Array(oracle.Point.Fn.BYTES);
      secret[secret.length - 1] = 0x55;
      const digest = hashed(algorithm, fromAscii("abc"));
      const signature = oracle.sign(digest, secret, { prehash: false, format: "der", lowS: false });
      const key = oracle.getPublicKey(secret, false);
      expect(verify(algorithm.createVerifier(), key, digest, signature), algorithm.name).to.equal(true);
      digest[5]! ^= 4;
      expect(verify(algorithm.createVerifier(), key, digest, signature), algorithm.name).to.equal(false);
    }
  });

  for (const [file, algorithm] of [
    ["ecdsa_secp256r1_sha512_test.json", ecdsaSecp256r1Sha512],
    ["ecdsa_secp384r1_sha256_test.json", ecdsaSecp384r1Sha256],
    ["ecdsa_secp384r1_sha384_test.json", ecdsaSecp384r1Sha384],
    ["ecdsa_secp384r1_sha512_test.json", ecdsaSecp384r1Sha512],
    ["ecdsa_secp521r1_sha512_test.json", ecdsaSecp521r1Sha512],
  ] as const) {
    const verifier = algorithm.createVerifier();
    wycheproof(file, (test, group) => {
      const key = bytesOf(group.publicKey as Fields, "uncompressed");
      return verify(verifier, key, hashed(algorithm, bytesOf(test, "msg")), bytesOf(test, "sig"));
    });
  }
});
