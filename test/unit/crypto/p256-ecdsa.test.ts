import { p256 as oracle } from "@noble/curves/nist.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { DONE } from "../../../src/crypto/provider.js";
import { ecdsaSecp256r1Sha256 } from "../../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { locateInteger } from "../../../src/crypto/xs/ecdsa-signature.js";
import { P256Verifier } from "../../../src/crypto/xs/p256-ecdsa.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";
import { bytesOf, type Fields, wycheproof } from "../../support/wycheproof.js";

const N = oracle.Point.Fn.ORDER;
const P = oracle.Point.Fp.ORDER;
const ALL = Number.POSITIVE_INFINITY;
const verifier = new P256Verifier();

function verify(key: Uint8Array, digest: Uint8Array, signature: Uint8Array, budget = ALL): boolean {
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

function sha256(message: Uint8Array): Uint8Array {
  const hash = ecdsaSecp256r1Sha256.hash.create();
  const out = new Uint8Array(32);
  hash.update(message, 0, message.length);
  hash.digest(out, 0);
  return out;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function hex(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

function publicOf(k: bigint): Uint8Array {
  return oracle.Point.BASE.multiply(k).toBytes(false);
}

/** Content of an INTEGER, in the fewest bytes. */
function integer(value: bigint): string {
  let digits = value.toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  if (Number.parseInt(digits.slice(0, 2), 16) > 127) digits = `00${digits}`;
  return digits;
}
function tlv(tag: string, content: string): string {
  return tag + (content.length / 2).toString(16).padStart(2, "0") + content;
}
function der(r: bigint, s: bigint): Uint8Array {
  return fromHex(tlv("30", tlv("02", integer(r)) + tlv("02", integer(s))));
}

/** Signs with nonce k: u1 = e / s and u2 = r / s are then what the test wants them to be. */
function sign(d: bigint, e: bigint, k: bigint): { r: bigint; s: bigint } {
  const r = oracle.Point.BASE.multiply(k).toAffine().x % N;
  return { r, s: (oracle.Point.Fn.inv(k) * ((e + r * d) % N)) % N };
}

describe("ECDSA on P-256", function () {
  this.timeout(60000);

  // RFC 6979 A.2.5
  const rfcKey = fromHex(
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
  );
  const rfcSignature = der(
    0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
    0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
  );

  it("accepts the signatures of RFC 6979 A.2.5 and no altered one, in slices of any size", () => {
    const sample = sha256(fromAscii("sample"));
    for (const budget of BUDGETS) {
      expect(verify(rfcKey, sample, rfcSignature, budget)).to.equal(true);
      expect(verify(rfcKey, sha256(fromAscii("simple")), rfcSignature, budget)).to.equal(false);
      expect(verify(publicOf(3n), sample, rfcSignature, budget)).to.equal(false);
    }
    expect(
      verify(
        rfcKey,
        sha256(fromAscii("test")),
        der(
          0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367n,
          0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
        ),
      ),
    ).to.equal(true);
    // SHA-512, of which the leftmost 256 bits count
    expect(
      verify(
        rfcKey,
        sha512(fromAscii("sample")),
        der(
          0x8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00n,
          0x2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fen,
        ),
      ),
    ).to.equal(true);
  });

  it("agrees with the oracle on random signatures, true and altered, in slices of any size", () => {
    const random = new Seeded(186);
    for (let i = 0; i < rounds(24); i++) {
      const secret = random.bytes(32);
      const key = oracle.getPublicKey(secret, false);
      const digest = random.bytes(32);
      const signature = oracle.sign(digest, secret, { prehash: false, format: "der", lowS: false });
      const budget = i < 9 ? BUDGETS[i % 3]! : ALL;
      expect(verify(key, digest, signature, budget)).to.equal(true);
      const altered = digest.slice();
      altered[random.number(32)]! ^= 1 << random.number(8);
      expect(verify(key, altered, signature, budget)).to.equal(false);
      signature[signature.length - 1 - random.number(30)]! ^= 1 << random.number(7);
      expect(verify(key, digest, signature, budget)).to.equal(false);
    }
  });

  it("treats digests of 20 to 64 bytes as FIPS 186-5 §6.4 says, and refuses others", () => {
    const random = new Seeded(6);
    for (const length of [20, 28, 31, 32, 33, 48, 64]) {
      const digest = random.bytes(length);
      const e = number(digest.slice(0, 32)) % N;
      const { r, s } = sign(77n, e, 4711n);
      expect(verify(publicOf(77n), digest, der(r, s)), `${length} bytes`).to.equal(true);
      digest[0]! ^= 1;
      expect(verify(publicOf(77n), digest, der(r, s)), `${length} bytes`).to.equal(false);
    }
    for (const length of [0, 19, 65]) {
      const digest = new Uint8Array(length);
      const { r, s } = sign(77n, 0n, 4711n);
      expect(verify(publicOf(77n), digest, der(r, s)), `${length} bytes`).to.equal(false);
    }
  });

  it("meets doublings, sums that vanish and digests that are 0 modulo n", () => {
    const digestOf = (e: bigint) => fromHex(hex(e));
    const nonces = [1n, 2n, 3n, 5n, N - 1n, N - 2n, 1n << 37n, 1n << 222n];
    const keys = [1n, 2n, 3n, N - 1n, N - 2n, 1n << 37n, N - (1n << 37n)];
    const digests = [0n, 1n, 2n, N - 1n, N, N + 1n, (1n << 256n) - 1n];
    for (let i = 0; i < rounds(nonces.length * keys.length); i++) {
      const k = nonces[i % nonces.length]!;
      const d = keys[i % keys.length]!;
      const e = digests[(3 * i) % digests.length]!;
      const { r, s } = sign(d, e % N, k);
      expect(verify(publicOf(d), digestOf(e), der(r, s)), `d ${d} k ${k} e ${e}`).to.equal(s !== 0n);
      expect(verify(publicOf(d), digestOf(e), der(r, s === 1n ? 2n : 1n)), `d ${d} k ${k} e ${e}, other s`).to.equal(false);
    }
    // e = -r d: the sum is the point at infinity, which is never valid.
    const r = number(publicOf(9n).slice(1, 33)) % N;
    const d = 0xabcdefn;
    expect(verify(publicOf(d), digestOf(N - ((r * d) % N)), der(r, 12345n))).to.equal(false);
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
    const e = 7654321n;
    const Q = R.multiply(s).subtract(oracle.Point.BASE.multiply(e)).multiply(oracle.Point.Fn.inv(r));
    expect(verify(Q.toBytes(false), fromHex(hex(e)), der(r, s))).to.equal(true);
    // The same r by itself, not plus n, where the x is r.
    expect(verify(Q.toBytes(false), fromHex(hex(e)), der(x, s))).to.equal(false);
  });

  it("wants r and s in 1 .. n - 1", () => {
    const e = number(sha256(fromAscii("sample")));
    const { r, s } = sign(5n, e % N, 99n);
    const digest = sha256(fromAscii("sample"));
    expect(verify(publicOf(5n), digest, der(r, s))).to.equal(true);
    expect(verify(publicOf(5n), digest, der(r, N - s))).to.equal(true);
    for (const [a, b] of [
      [0n, s],
      [r, 0n],
      [0n, 0n],
      [N, s],
      [r, N],
      [r + N, s],
      [r, s + N],
      [P, s],
      [(1n << 256n) - 1n, s],
      [1n << 256n, s],
    ] as const) {
      expect(verify(publicOf(5n), digest, der(a, b)), `${a}, ${b}`).to.equal(false);
    }
  });

  it("takes DER only", () => {
    const digest = sha256(fromAscii("sample"));
    const { r, s } = sign(5n, number(digest) % N, 99n);
    const R = integer(r);
    const S = integer(s);
    const whole = tlv("30", tlv("02", R) + tlv("02", S));
    expect(verify(publicOf(5n), digest, fromHex(whole))).to.equal(true);
    const bad: Record<string, string> = {
      empty: "",
      "one byte": "30",
      "empty sequence": "3000",
      "r alone": tlv("30", tlv("02", R)),
      "a third integer": tlv("30", tlv("02", R) + tlv("02", S) + tlv("02", "01")),
      "bytes behind": `${whole}00`,
      "bytes behind, inside": tlv("30", `${tlv("02", R) + tlv("02", S)}00`),
      "a leading zero in r": tlv("30", tlv("02", `00${R}`) + tlv("02", S)),
      "a leading zero in s": tlv("30", tlv("02", R) + tlv("02", `00${S}`)),
      "negative r": tlv("30", tlv("02", `ff${R}`) + tlv("02", S)),
      "negative, no zero": tlv("30", tlv("02", "ff") + tlv("02", S)),
      "empty r": tlv("30", tlv("02", "") + tlv("02", S)),
      "long form": `3081${whole.slice(2)}`,
      "long form of r": tlv("30", `0281${tlv("02", R).slice(2)}${tlv("02", S)}`),
      indefinite: `3080${tlv("02", R) + tlv("02", S)}0000`,
      "a set": `31${whole.slice(2)}`,
      "an octet string for r": tlv("30", tlv("04", R) + tlv("02", S)),
      "plain r and s": hex(r) + hex(s),
    };
    for (const [name, signature] of Object.entries(bad)) expect(verify(publicOf(5n), digest, fromHex(signature)), name).to.equal(false);
    for (let i = 0; i < whole.length / 2; i++) {
      expect(verify(publicOf(5n), digest, fromHex(whole.slice(0, 2 * i))), `cut to ${i}`).to.equal(false);
    }
    // The bytes that are not a number's
    for (const i of [0, 1, 2, 3, 4 + R.length / 2, 5 + R.length / 2]) {
      const bytes = fromHex(whole);
      for (let bit = 0; bit < 8; bit++) {
        bytes[i]! ^= 1 << bit;
        expect(verify(publicOf(5n), digest, bytes), `byte ${i}, bit ${bit}`).to.equal(false);
        bytes[i]! ^= 1 << bit;
      }
    }
  });

  it("finds the integers of larger curves' signatures, whose sequence has a long length", () => {
    const locate = (hex: string, size: number, which: number): number => locateInteger(fromHex(`77${hex}`), 1, hex.length / 2, size, which);
    const R = `01${"ab".repeat(65)}`;
    const S = `80${"cd".repeat(65)}`;
    const content = `${tlv("02", R)}${tlv("02", `00${S}`)}`;
    const signature = `3081${(content.length / 2).toString(16)}${content}`;
    expect(locate(signature, 66, 0)).to.equal(5 * 256 + 66);
    expect(locate(signature, 66, 1)).to.equal((5 + 66 + 3) * 256 + 66);
    expect(locate(signature, 65, 0)).to.equal(0);
    expect(locate(`30${signature.slice(4)}`, 66, 0)).to.equal(0);
    expect(locate(`3082${"00"}${signature.slice(4)}`, 66, 0)).to.equal(0);
    expect(locate(tlv("30", tlv("02", "01") + tlv("02", "7f")), 66, 1)).to.equal(7 * 256 + 1);
  });

  it("refuses a key that is not an uncompressed point on the curve", () => {
    const digest = sha256(fromAscii("sample"));
    const { r, s } = sign(5n, number(digest) % N, 99n);
    const key = publicOf(5n);
    const signature = der(r, s);
    const changed = (i: number, value: number): Uint8Array => {
      const bytes = key.slice();
      bytes[i] = value;
      return bytes;
    };
    for (const bad of [
      new Uint8Array(0),
      new Uint8Array(1),
      new Uint8Array(65),
      oracle.Point.BASE.multiply(5n).toBytes(true),
      key.slice(0, 64),
      fromHex(`${toHex(key)}00`),
      changed(0, 2),
      changed(0, 6),
      changed(0, 7),
      changed(64, key[64]! ^ 1),
      changed(1, key[1]! ^ 1),
      fromHex(`04${"ff".repeat(64)}`),
    ]) {
      expect(verify(bad, digest, signature), toHex(bad)).to.equal(false);
    }
  });

  it("may be used again at any time, and is not valid until it is done", () => {
    const verifier = ecdsaSecp256r1Sha256.createVerifier();
    const digest = sha256(fromAscii("sample"));
    const begin = (signature: Uint8Array): void => verifier.begin(rfcKey, 0, 65, digest, 0, 32, signature, 0, signature.length);
    expect(verifier.step(1)).to.equal(DONE);
    expect(verifier.valid()).to.equal(false);
    for (const abandonedAfter of [1, 8, 14, 20, 25, 32, 200]) {
      begin(rfcSignature);
      verifier.step(abandonedAfter);
      expect(verifier.valid()).to.equal(false);
    }
    begin(rfcSignature);
    complete(verifier, 50);
    expect(verifier.valid()).to.equal(true);
    begin(new Uint8Array(3));
    expect(verifier.valid()).to.equal(false);
    expect(verifier.step(1)).to.equal(DONE);
    expect(verifier.valid()).to.equal(false);
  });

  it("takes a step for each bit of the walk, each point of the table and each round of an inversion", () => {
    const digest = sha256(fromAscii("sample"));
    verifier.begin(rfcKey, 0, 65, digest, 0, 32, rfcSignature, 0, rfcSignature.length);
    // 257 for the walk, 8 for the table, two inversions.
    expect(complete(verifier, 1)).to.be.within(265 + 16, 265 + 40);
  });

  const keyOf = (group: Fields): Uint8Array => bytesOf(group.publicKey as Fields, "uncompressed");
  wycheproof("ecdsa_secp256r1_sha256_test.json", (test, group) => verify(keyOf(group), sha256(bytesOf(test, "msg")), bytesOf(test, "sig")));
  wycheproof("ecdsa_secp256r1_sha512_test.json", (test, group) => verify(keyOf(group), sha512(bytesOf(test, "msg")), bytesOf(test, "sig")));
});
