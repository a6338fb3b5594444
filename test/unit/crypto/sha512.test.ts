import { expand as oracleExpand, extract as oracleExtract } from "@noble/hashes/hkdf.js";
import { hmac as oracleHmac } from "@noble/hashes/hmac.js";
import { sha384 as oracle384, sha512 as oracle512 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import type { HashAlgorithm } from "../../../src/crypto/provider.js";
import { expand, expandLabel, extract, extractKeyed, LABEL_DERIVED, LABEL_KEY } from "../../../src/crypto/xs/hkdf.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { sha384 } from "../../../src/crypto/xs/sha384.js";
import { sha512 } from "../../../src/crypto/xs/sha512.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";
import { bytesOf, numberOf, wycheproof } from "../../support/wycheproof.js";

const STATE = 64;
const BLOCK = 128;

function hashOf(algorithm: HashAlgorithm, bytes: Uint8Array): string {
  const hash = algorithm.create();
  const out = new Uint8Array(algorithm.outputLength);
  hash.update(bytes, 0, bytes.length);
  hash.digest(out, 0);
  return toHex(out);
}

const TWO_BLOCKS = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

/** FIPS 180-4's examples: "abc", then two blocks. */
const EXAMPLES = {
  "SHA-512": [
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
  ],
  "SHA-384": [
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
  ],
} as const;

for (const [algorithm, oracle, examples] of [
  [sha512, oracle512, EXAMPLES["SHA-512"]],
  [sha384, oracle384, EXAMPLES["SHA-384"]],
] as const) {
  const length = algorithm.outputLength;

  describe(algorithm.name, () => {
    it("gives the digests of FIPS 180-4's examples", () => {
      expect(hashOf(algorithm, fromAscii("abc"))).to.equal(examples[0]);
      expect(hashOf(algorithm, fromAscii(TWO_BLOCKS))).to.equal(examples[1]);
    });

    it("agrees with the oracle at every length around the block's edges", () => {
      const bytes = new Seeded(1).bytes(300);
      for (let n = 0; n <= 300; n++) expect(hashOf(algorithm, bytes.subarray(0, n)), `${n}`).to.equal(toHex(oracle(bytes.subarray(0, n))));
    });

    it("agrees with the oracle where carries are rare and where they are many", () => {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        const bytes = new Uint8Array(500).fill(value);
        for (const n of [64, 128, 256, 499]) expect(hashOf(algorithm, bytes.subarray(0, n))).to.equal(toHex(oracle(bytes.subarray(0, n))));
      }
      // One bit at a time goes through every place of the block.
      for (let bit = 0; bit < 8 * BLOCK; bit += 37) {
        const bytes = new Uint8Array(BLOCK);
        bytes[bit >> 3] = 1 << (bit & 7);
        expect(hashOf(algorithm, bytes)).to.equal(toHex(oracle(bytes)));
      }
    });

    it("agrees with the oracle however the input is split and wherever it lies", () => {
      const random = new Seeded(2);
      const hash = algorithm.create();
      const out = new Uint8Array(length + 8);
      for (let round = 0; round < 60; round++) {
        const bytes = random.bytes(random.number(1100));
        const before = random.number(9);
        const whole = random.embedded(bytes, before, 5);
        hash.reset();
        for (let at = 0; at < bytes.length; ) {
          const n = Math.min(bytes.length - at, random.number(3) === 0 ? random.number(500) : random.number(20));
          hash.update(whole, before + at, n);
          at += n;
        }
        out.fill(0xa5);
        hash.digest(out, 3);
        expect(toHex(out)).to.equal(`a5a5a5${toHex(oracle(bytes))}a5a5a5a5a5`);
      }
    });

    it("goes on from a copy, and leaves the original as it is", () => {
      const bytes = new Seeded(3).bytes(330);
      const first = algorithm.create();
      const second = algorithm.create();
      const out = new Uint8Array(length);
      first.update(bytes, 0, 200);
      second.copy(first);
      second.digest(out, 0);
      expect(toHex(out)).to.equal(toHex(oracle(bytes.subarray(0, 200))));
      first.update(bytes, 200, 130);
      first.digest(out, 0);
      expect(toHex(out)).to.equal(toHex(oracle(bytes)));
    });

    it("goes on from a saved chaining value", () => {
      const bytes = new Seeded(4).bytes(400);
      const hash = algorithm.create();
      const saved = new Uint8Array(STATE + 8);
      const out = new Uint8Array(length);
      hash.update(bytes, 0, 256);
      hash.save(saved, 5);
      hash.wipe();
      hash.restore(saved, 5, 2);
      hash.update(bytes, 256, 144);
      hash.digest(out, 0);
      expect(toHex(out)).to.equal(toHex(oracle(bytes)));
    });

    it("counts lengths beyond 2^29 bytes in the last of its 128 bits", () => {
      for (const blocks of [2 ** 22, 2 ** 25 + 1, 2 ** 29 + 3, 2 ** 45 + 5]) {
        const state = new Uint8Array(STATE);
        const hash = algorithm.create();
        hash.save(state, 0);
        hash.restore(state, 0, blocks);
        const out = new Uint8Array(length);
        hash.digest(out, 0);
        // The padding, written out by hand: a block of its own.
        const padding = new Uint8Array(BLOCK);
        padding[0] = 0x80;
        let bits = BigInt(blocks) * 1024n;
        for (let i = BLOCK - 1; i >= BLOCK - 16; i--) {
          padding[i] = Number(bits & 255n);
          bits >>= 8n;
        }
        const expected = new Uint8Array(STATE);
        hash.restore(state, 0, 0);
        hash.update(padding, 0, BLOCK);
        hash.save(expected, 0);
        expect(toHex(out)).to.equal(toHex(expected.subarray(0, length)));
      }
    });

    it("needs a second block for padding from byte 112 of a block on", () => {
      const bytes = new Seeded(5).bytes(260);
      for (const n of [111, 112, 113, 119, 120, 127, 239, 240])
        expect(hashOf(algorithm, bytes.subarray(0, n))).to.equal(toHex(oracle(bytes.subarray(0, n))));
    });

    it("tells its lengths and the hash of nothing", () => {
      const hash = algorithm.create();
      expect([hash.outputLength, hash.blockLength, hash.stateLength]).to.deep.equal([length, BLOCK, STATE]);
      expect([algorithm.blockLength, algorithm.stateLength]).to.deep.equal([BLOCK, STATE]);
      expect(toHex(algorithm.emptyDigest)).to.equal(toHex(oracle(new Uint8Array(0))));
    });

    it("is wiped by wipe()", () => {
      const hash = algorithm.create();
      hash.update(new Seeded(6).bytes(190), 0, 190);
      hash.wipe();
      const state = new Uint8Array(STATE).fill(1);
      hash.save(state, 0);
      expect(toHex(state)).to.equal("00".repeat(STATE));
    });

    it("carries HMAC for keys and messages of any length", () => {
      const random = new Seeded(7);
      const hmac = new Hmac(algorithm.create());
      for (const n of [0, 1, 48, 127, 128, 129, 200]) {
        const key = random.bytes(n);
        const message = random.bytes(random.number(400));
        expect(toHex(macOf(hmac, key, message))).to.equal(toHex(oracleHmac(oracle, key, message)));
      }
    });
  });
}

function macOf(hmac: Hmac, key: Uint8Array, message: Uint8Array): Uint8Array {
  const out = new Uint8Array(hmac.outputLength);
  hmac.setKey(key, 0, key.length);
  hmac.begin();
  hmac.update(message, 0, message.length);
  hmac.finish(out, 0);
  return out;
}

describe("The key schedule's parts on SHA-384", () => {
  const hmac = new Hmac(sha384.create());

  function expanded(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    const out = new Uint8Array(length);
    hmac.setKey(prk, 0, prk.length);
    expand(hmac, info, 0, info.length, out, 0, length);
    return out;
  }

  it("gives the MACs of RFC 4231", () => {
    expect(toHex(macOf(hmac, new Uint8Array(20).fill(0x0b), fromAscii("Hi There")))).to.equal(
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    );
    expect(
      toHex(macOf(hmac, new Uint8Array(131).fill(0xaa), fromAscii("Test Using Larger Than Block-Size Key - Hash Key First"))),
    ).to.equal("4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
  });

  it("has the right constants", () => {
    const hash = sha384.create();
    const zero = new Uint8Array(48);
    const early = new Uint8Array(48);
    const salt = new Uint8Array(48);
    extract(hmac, zero, 0, 48, zero, 0, 48, early, 0);
    hmac.setKey(early, 0, 48);
    expandLabel(hmac, LABEL_DERIVED, sha384.emptyDigest, 0, 48, salt, 0, 48);
    expect(toHex(sha384.fullHandshakeSalt)).to.equal(toHex(salt));
    // The midstates: one block of key ^ pad each.
    for (let half = 0; half < 2; half++) {
      const block = new Uint8Array(BLOCK).fill(half === 0 ? 0x5c : 0x36);
      for (let i = 0; i < 48; i++) block[i]! ^= salt[i]!;
      const state = new Uint8Array(STATE);
      hash.reset();
      hash.update(block, 0, BLOCK);
      hash.save(state, 0);
      expect(toHex(sha384.fullHandshakeMidstates.subarray(STATE * half, STATE * half + STATE))).to.equal(toHex(state));
    }
  });

  it("takes midstates in a salt's place", () => {
    const shared = new Seeded(8).bytes(32);
    const secret = new Uint8Array(48);
    hmac.setMidstates(sha384.fullHandshakeMidstates, 0);
    extractKeyed(hmac, shared, 0, 32, secret, 0);
    expect(toHex(secret)).to.equal(toHex(oracleExtract(oracle384, shared, sha384.fullHandshakeSalt)));
  });

  it("expands labels as the oracle does", () => {
    const random = new Seeded(9);
    const prk = random.bytes(48);
    hmac.setKey(prk, 0, 48);
    for (const length of [12, 16, 32, 48, 49, 100]) {
      const out = new Uint8Array(length);
      expandLabel(hmac, LABEL_KEY, prk, 0, 48, out, 0, length);
      const info = Uint8Array.from([0, length, ...LABEL_KEY, 48, ...prk]);
      expect(toHex(out)).to.equal(toHex(oracleExpand(oracle384, prk, info, length)));
    }
  });

  wycheproof("hmac_sha384_test.json", (test, group) => {
    const tag = bytesOf(test, "tag");
    expect(tag.length).to.equal(numberOf(group, "tagSize") / 8);
    return toHex(macOf(hmac, bytesOf(test, "key"), bytesOf(test, "msg")).subarray(0, tag.length)) === toHex(tag);
  });

  wycheproof("hkdf_sha384_test.json", (test) => {
    const size = numberOf(test, "size");
    // RFC 5869 §2.3 forbids more than 255 blocks; no caller in TLS can ask for them, so expand() does not check.
    if (size > 255 * 48) return false;
    const prk = new Uint8Array(48);
    const salt = bytesOf(test, "salt");
    const secret = bytesOf(test, "ikm");
    extract(hmac, salt, 0, salt.length, secret, 0, secret.length, prk, 0);
    return toHex(expanded(prk, bytesOf(test, "info"), size)) === test.okm;
  });
});
