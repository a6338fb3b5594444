import { sha1 as oracle } from "@noble/hashes/legacy.js";
import { expect } from "chai";
import { Sha1, sha1 } from "../../../src/crypto/xs/sha1.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";

function hashOf(bytes: Uint8Array): string {
  const hash = new Sha1();
  const out = new Uint8Array(20);
  hash.update(bytes, 0, bytes.length);
  hash.digest(out, 0);
  return toHex(out);
}

describe("SHA-1", () => {
  it("gives the digests of FIPS 180-4's examples", () => {
    expect(hashOf(fromAscii("abc"))).to.equal("a9993e364706816aba3e25717850c26c9cd0d89d");
    expect(hashOf(fromAscii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))).to.equal(
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    );
    expect(
      hashOf(fromAscii("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")),
    ).to.equal("a49b2446a02c645bf419f995b67091253a04a259");
  });

  it("agrees with the oracle at every length around the block's edges", () => {
    const bytes = new Seeded(1).bytes(200);
    for (let n = 0; n <= 200; n++) expect(hashOf(bytes.subarray(0, n))).to.equal(toHex(oracle(bytes.subarray(0, n))));
  });

  it("agrees with the oracle however the input is split and wherever it lies", () => {
    const random = new Seeded(2);
    const hash = new Sha1();
    const out = new Uint8Array(40);
    for (let round = 0; round < 60; round++) {
      const bytes = random.bytes(random.number(700));
      const before = random.number(9);
      const whole = random.embedded(bytes, before, 5);
      hash.reset();
      for (let at = 0; at < bytes.length; ) {
        const n = Math.min(bytes.length - at, random.number(3) === 0 ? random.number(300) : random.number(20));
        hash.update(whole, before + at, n);
        at += n;
      }
      hash.digest(out, 3);
      expect(toHex(out.subarray(3, 23))).to.equal(toHex(oracle(bytes)));
    }
  });

  it("goes on from a copy, and leaves the original as it is", () => {
    const random = new Seeded(3);
    const bytes = random.bytes(150);
    const first = new Sha1();
    const second = new Sha1();
    const out = new Uint8Array(20);
    first.update(bytes, 0, 100);
    second.copy(first);
    second.digest(out, 0);
    expect(toHex(out)).to.equal(toHex(oracle(bytes.subarray(0, 100))));
    first.update(bytes, 100, 50);
    first.digest(out, 0);
    expect(toHex(out)).to.equal(toHex(oracle(bytes)));
  });

  it("goes on from a saved chaining value", () => {
    const bytes = new Seeded(4).bytes(200);
    const hash = new Sha1();
    const saved = new Uint8Array(40);
    const out = new Uint8Array(20);
    hash.update(bytes, 0, 128);
    hash.save(saved, 5);
    hash.wipe();
    hash.restore(saved, 5, 2);
    hash.update(bytes, 128, 72);
    hash.digest(out, 0);
    expect(toHex(out)).to.equal(toHex(oracle(bytes)));
  });

  it("counts lengths beyond 2^29 bytes (the bit length needs its high word)", () => {
    // 2^29 and 2^32 + 64 bytes by restore(); the oracle's padding is written out by hand here.
    for (const blocks of [2 ** 23, 2 ** 26 + 1, 2 ** 30 + 3]) {
      const state = new Uint8Array(20);
      const hash = new Sha1();
      hash.save(state, 0);
      hash.restore(state, 0, blocks);
      const out = new Uint8Array(20);
      hash.digest(out, 0);
      const padding = new Uint8Array(64);
      padding[0] = 0x80;
      let bits = BigInt(blocks) * 512n;
      for (let i = 63; i >= 56; i--) {
        padding[i] = Number(bits & 255n);
        bits >>= 8n;
      }
      const expected = new Uint8Array(20);
      hash.restore(state, 0, 0);
      hash.update(padding, 0, 64);
      hash.save(expected, 0);
      expect(toHex(out)).to.equal(toHex(expected));
    }
  });

  it("has the right constants", () => {
    expect(toHex(sha1.emptyDigest)).to.equal(toHex(oracle(new Uint8Array(0))));
    expect([sha1.outputLength, sha1.blockLength, sha1.stateLength]).to.deep.equal([20, 64, 20]);
  });

  it("is wiped by wipe()", () => {
    const hash = new Sha1();
    hash.update(new Seeded(5).bytes(90), 0, 90);
    hash.wipe();
    const state = new Uint8Array(20).fill(1);
    hash.save(state, 0);
    expect(toHex(state)).to.equal("00".repeat(20));
  });
});
