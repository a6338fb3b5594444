import { p256 } from "@noble/curves/nist.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { DONE, type Random } from "../../../src/crypto/provider.js";
import { EcdsaNonce } from "../../../src/crypto/xs/ecdsa-nonce.js";
import { locateInteger, longestSignature, writeSignature } from "../../../src/crypto/xs/ecdsa-signature.js";
import { P256Signer } from "../../../src/crypto/xs/p256-sign.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import type { Signer } from "../../../src/identity.js";
import { concat } from "../../support/der.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { bytesOfNumber, numberOfBytes } from "../../support/rsa-keys.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";

const SCHEME = 0x0403;
const ALL = Number.POSITIVE_INFINITY;
const N = p256.Point.Fn.ORDER;

/** RFC 6979 A.2.5 */
const RFC_KEY = fromHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");

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

function sign(signer: Signer & { maxSignature: number }, message: Uint8Array, random: Random, budget = ALL): Uint8Array {
  const embedded = new Uint8Array(message.length + 7).fill(0x5a);
  embedded.set(message, 3);
  signer.begin(SCHEME, embedded, 3, message.length, random);
  // The caller's bytes are free again once begin has returned.
  embedded.fill(0x77);
  complete(signer, budget);
  const out = new Uint8Array(signer.maxSignature + 2).fill(0xa5);
  const length = signer.writeSignature(out, 1);
  expect(length).to.be.at.most(signer.maxSignature);
  for (let i = length + 1; i < out.length; i++) expect(out[i]).to.equal(0xa5);
  expect(out[0]).to.equal(0xa5);
  return out.slice(1, length + 1);
}

/** r and s as 64 bytes. */
function compact(signature: Uint8Array): Uint8Array {
  const out = new Uint8Array(64);
  for (let i = 0; i < 2; i++) {
    const at = locateInteger(signature, 0, signature.length, 32, i);
    expect(at, toHex(signature)).to.not.equal(0);
    out.set(signature.slice(at >> 8, (at >> 8) + (at & 255)), 32 * (i + 1) - (at & 255));
  }
  return out;
}

function accepted(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  return p256.verify(compact(signature), message, p256.getPublicKey(key), { lowS: false });
}

describe("ECDSA signatures on P-256", function () {
  this.timeout(60000);

  const vectors: [string, string, string][] = [
    [
      "sample",
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ],
    [
      "test",
      "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
      "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    ],
  ];
  for (const [message, r, s] of vectors) {
    it(`gives RFC 6979's signature of "${message}" without additional data, in slices of any size, whatever the blinding`, () => {
      const key = new Uint8Array(40);
      key.set(RFC_KEY, 5);
      const signer = new P256Signer(key, 5, 0);
      for (const budget of BUDGETS)
        expect(toHex(compact(sign(signer, fromAscii(message), seeded(budget === ALL ? 9 : budget), budget)))).to.equal(r + s);
      expect(toHex(compact(sign(signer, fromAscii(message), constantRandom(0))))).to.equal(r + s);
      expect(toHex(compact(sign(signer, fromAscii(message), constantRandom(0xff))))).to.equal(r + s);
    });
  }

  it("mixes 32 random bytes into the nonce, as noble does with the same ones", () => {
    const signer = new P256Signer(RFC_KEY, 0);
    const source = new Seeded(77);
    const bytes = source.bytes(96);
    const random: Random = {
      fill(out: Uint8Array, offset: number, length: number): void {
        expect(length).to.equal(96);
        out.set(bytes, offset);
      },
    };
    const ours = compact(sign(signer, fromAscii("sample"), random));
    const theirs = p256.sign(fromAscii("sample"), RFC_KEY, { extraEntropy: bytes.slice(64), lowS: false });
    expect(toHex(ours)).to.equal(toHex(theirs));
    expect(toHex(ours)).to.not.equal(vectors[0]![1] + vectors[0]![2]);
  });

  it("never gives the same signature twice, and all are accepted", () => {
    const signer = new P256Signer(RFC_KEY, 0);
    const seen = new Set<string>();
    const random = seeded(5);
    for (let i = 0; i < rounds(50); i++) {
      const signature = sign(signer, fromAscii("sample"), random);
      expect(accepted(signature, fromAscii("sample"), RFC_KEY)).to.equal(true);
      seen.add(toHex(signature));
    }
    expect(seen.size).to.equal(rounds(50));
  });

  it("agrees with noble for other keys and messages", () => {
    const source = new Seeded(31);
    const keys = [1n, 2n, 3n, N - 1n, N - 2n, 1n << 255n, (1n << 128n) - 1n].map((value) => bytesOfNumber(value, 32));
    for (let i = 0; i < rounds(20); i++) keys.push(bytesOfNumber((numberOfBytes(source.bytes(32)) % (N - 1n)) + 1n, 32));
    for (const key of keys) {
      const message = source.bytes(source.number(200));
      const ours = compact(sign(new P256Signer(key, 0, 0), message, seeded(3)));
      expect(toHex(ours)).to.equal(toHex(p256.sign(message, key, { lowS: false })));
    }
  });

  it("takes the same steps for every nonce and key, but for the inversions", () => {
    const random = seeded(8);
    const counts = new Set<number>();
    for (let i = 0; i < rounds(40); i++) {
      const signer = new P256Signer(bytesOfNumber(BigInt(i) + 1n, 32), 0);
      signer.begin(SCHEME, fromAscii("x"), 0, 1, random);
      // 1 for the digest, 18 for the nonce, 37 for the walk, two inversions
      counts.add(complete(signer, 1) - 56);
    }
    for (const count of counts) expect(count).to.be.within(16, 34);
  });

  it("signs in at most 72 bytes, and writes short numbers in the fewest bytes", () => {
    expect(new P256Signer(RFC_KEY, 0).maxSignature).to.equal(72);
    expect(longestSignature(48)).to.equal(104);
    const numbers = new Uint8Array(66);
    const out = new Uint8Array(80);
    const written = (r: bigint, s: bigint): string => {
      numbers.set(bytesOfNumber(r, 32), 1);
      numbers.set(bytesOfNumber(s, 32), 33);
      return toHex(out.slice(2, 2 + writeSignature(numbers, 1, 32, out, 2)));
    };
    expect(written(1n, 127n)).to.equal("300602010102017f");
    expect(written(128n, 255n)).to.equal("300802020080020200ff");
    expect(written(256n, 1n)).to.equal("3007020201000201" + "01");
    expect(written(1n << 255n, N - 1n)).to.equal(`3046022100${(1n << 255n).toString(16)}022100${(N - 1n).toString(16)}`);
    const wide = new Uint8Array(96).fill(0xff);
    const long = new Uint8Array(104);
    expect(writeSignature(wide, 0, 48, long, 0)).to.equal(104);
    expect(toHex(long.slice(0, 6))).to.equal("306602310 0ff".replace(" ", ""));
  });

  it("may be begun anew at any time, and says what was not begun", () => {
    const signer = new P256Signer(RFC_KEY, 0, 0);
    expect(signer.step(1)).to.equal(DONE);
    expect(() => signer.writeSignature(new Uint8Array(80), 0)).to.throw(RangeError);
    for (const steps of [0, 1, 9, 10, 30, 60, 1000]) {
      signer.begin(SCHEME, fromAscii("other"), 0, 5, seeded(1));
      signer.step(steps);
    }
    expect(toHex(compact(sign(signer, fromAscii("sample"), seeded(1), 3)))).to.equal(vectors[0]![1] + vectors[0]![2]);
    expect(() => signer.begin(0x0804, fromAscii("x"), 0, 1, seeded(1))).to.throw(RangeError, "a P-256 key cannot sign with scheme 2052");
    signer.begin(SCHEME, fromAscii("x"), 0, 1, seeded(1));
    signer.wipe();
    expect(signer.step(ALL)).to.equal(DONE);
  });

  it("draws the next nonce as RFC 6979 §3.2 h says", () => {
    const order = 1n << 250n;
    const zero = Uint8Array.of(0);
    const extra = fromAscii("additional data");
    const mac = (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array => hmac(nobleSha256, key, concat(...parts));
    let v: Uint8Array = new Uint8Array(32).fill(1);
    let k: Uint8Array = new Uint8Array(32);
    const digest = bytesOfNumber(order - 5n, 32);
    for (const flag of [0, 1]) {
      k = mac(k, v, Uint8Array.of(flag), RFC_KEY, digest, extra);
      v = mac(k, v);
    }
    let refused = 0;
    const next = (): bigint => {
      for (;;) {
        v = mac(k, v);
        const value = numberOfBytes(v);
        if (value < order) return value;
        refused++;
        k = mac(k, v, zero);
        v = mac(k, v);
      }
    };
    // An order so small that most candidates are refused.
    const nonce = new EcdsaNonce(sha256, order, RFC_KEY, 0, digest, 0, extra, 0, extra.length);
    for (const budget of BUDGETS) {
      while (!nonce.finished()) nonce.run(budget);
      expect(nonce.result()).to.equal(next());
      nonce.retry();
      expect(nonce.finished()).to.equal(false);
      k = mac(k, v, zero);
      v = mac(k, v);
    }
    expect(refused).to.be.above(20);
  });
});
