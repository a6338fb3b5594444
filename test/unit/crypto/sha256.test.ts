import { sha256 as oracle } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { expandLabel, extract, LABEL_DERIVED } from "../../../src/crypto/xs/hkdf.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { Sha256 } from "../../../src/crypto/xs/sha256-hash.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";

function hashOf(bytes: Uint8Array): string {
  const hash = new Sha256();
  const out = new Uint8Array(32);
  hash.update(bytes, 0, bytes.length);
  hash.digest(out, 0);
  return toHex(out);
}

describe("SHA-256", () => {
  it("gives the digests of FIPS 180-4's examples", () => {
    expect(hashOf(fromAscii("abc"))).to.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hashOf(fromAscii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))).to.equal(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    expect(
      hashOf(fromAscii("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")),
    ).to.equal("cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  });

  it("agrees with the oracle at every length around the block's edges", () => {
    const bytes = new Seeded(1).bytes(200);
    for (let n = 0; n <= 200; n++) expect(hashOf(bytes.subarray(0, n))).to.equal(toHex(oracle(bytes.subarray(0, n))));
  });

  it("agrees with the oracle however the input is split and wherever it lies", () => {
    const random = new Seeded(2);
    const hash = new Sha256();
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
      expect(toHex(out.subarray(3, 35))).to.equal(toHex(oracle(bytes)));
    }
  });

  it("goes on from a copy, and leaves the original as it is", () => {
    const random = new Seeded(3);
    const bytes = random.bytes(150);
    const first = new Sha256();
    const second = new Sha256();
    const out = new Uint8Array(32);
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
    const hash = new Sha256();
    const saved = new Uint8Array(40);
    const out = new Uint8Array(32);
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
      const state = new Uint8Array(32);
      const hash = new Sha256();
      hash.save(state, 0);
      hash.restore(state, 0, blocks);
      const out = new Uint8Array(32);
      hash.digest(out, 0);
      const padding = new Uint8Array(64);
      padding[0] = 0x80;
      let bits = BigInt(blocks) * 512n;
      for (let i = 63; i >= 56; i--) {
        padding[i] = Number(bits & 255n);
        bits >>= 8n;
      }
      const expected = new Uint8Array(32);
      hash.restore(state, 0, 0);
      hash.update(padding, 0, 64);
      hash.save(expected, 0);
      expect(toHex(out)).to.equal(toHex(expected));
    }
  });

  it("has the right constants", () => {
    expect(toHex(sha256.emptyDigest)).to.equal(toHex(oracle(new Uint8Array(0))));
    const hash = sha256.create();
    const hmac = new Hmac(hash);
    const zero = new Uint8Array(32);
    const early = new Uint8Array(32);
    const salt = new Uint8Array(32);
    extract(hmac, zero, 0, 32, zero, 0, 32, early, 0);
    hmac.setKey(early, 0, 32);
    expandLabel(hmac, LABEL_DERIVED, sha256.emptyDigest, 0, 32, salt, 0, 32);
    expect(toHex(sha256.fullHandshakeSalt)).to.equal(toHex(salt));
    // The midstates: one block of key ^ pad each.
    for (let half = 0; half < 2; half++) {
      const block = new Uint8Array(64).fill(half === 0 ? 0x5c : 0x36);
      for (let i = 0; i < 32; i++) block[i]! ^= salt[i]!;
      const state = new Uint8Array(32);
      hash.reset();
      hash.update(block, 0, 64);
      hash.save(state, 0);
      expect(toHex(sha256.fullHandshakeMidstates.subarray(32 * half, 32 * half + 32))).to.equal(toHex(state));
    }
  });

  it("is wiped by wipe()", () => {
    const hash = new Sha256();
    hash.update(new Seeded(5).bytes(90), 0, 90);
    hash.wipe();
    const state = new Uint8Array(32).fill(1);
    hash.save(state, 0);
    expect(toHex(state)).to.equal("00".repeat(32));
  });
});
