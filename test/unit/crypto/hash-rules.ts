// What holds for each hash, and for the constants of the key schedule on it.
import { hmac as oracleHmac } from "@noble/hashes/hmac.js";
import { expect } from "chai";
import type { HashAlgorithm } from "../../../src/crypto/provider.js";
import { expandLabel, extract, LABEL_DERIVED } from "../../../src/crypto/xs/hkdf.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";

type Oracle = Parameters<typeof oracleHmac>[0];

export const TWO_BLOCKS_OF_64 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
export const TWO_BLOCKS_OF_128 =
  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

function hashOf(algorithm: HashAlgorithm, bytes: Uint8Array): string {
  const hash = algorithm.create();
  const out = new Uint8Array(algorithm.outputLength);
  hash.update(bytes, 0, bytes.length);
  hash.digest(out, 0);
  return toHex(out);
}

export function macOf(hmac: Hmac, key: Uint8Array, message: Uint8Array): Uint8Array {
  const out = new Uint8Array(hmac.outputLength);
  hmac.setKey(key, 0, key.length);
  hmac.begin();
  hmac.update(message, 0, message.length);
  hmac.finish(out, 0);
  return out;
}

/** sizes: of output, block and state; examples: texts of FIPS 180-4 with their digests. */
export function rulesOfHash(
  algorithm: HashAlgorithm,
  oracle: Oracle,
  sizes: readonly [output: number, block: number, state: number],
  examples: readonly (readonly [text: string, digest: string])[],
): void {
  const [length, block, state] = sizes;
  const digestOf = oracle as (bytes: Uint8Array) => Uint8Array;
  /** Of the length in bits, at a block's end. */
  const counter = block / 8;
  const agrees = (bytes: Uint8Array): void => {
    expect(hashOf(algorithm, bytes), `${bytes.length}`).to.equal(toHex(digestOf(bytes)));
  };

  it("gives the digests of FIPS 180-4's examples", () => {
    for (const [text, digest] of examples) expect(hashOf(algorithm, fromAscii(text))).to.equal(digest);
  });

  it("agrees with the oracle at every length around the block's edges", () => {
    const bytes = new Seeded(1).bytes(300);
    for (let n = 0; n <= 300; n++) agrees(bytes.subarray(0, n));
  });

  it("agrees with the oracle where carries are rare and where they are many", () => {
    for (const value of [0x00, 0x7f, 0x80, 0xff]) {
      const bytes = new Uint8Array(500).fill(value);
      for (const n of [64, 128, 256, 499]) agrees(bytes.subarray(0, n));
    }
    // One bit at a time goes through every place of the block.
    for (let bit = 0; bit < 8 * block; bit += 37) {
      const bytes = new Uint8Array(block);
      bytes[bit >> 3] = 1 << (bit & 7);
      agrees(bytes);
    }
  });

  it("agrees with the oracle however the input is split and wherever it lies", () => {
    const random = new Seeded(2);
    const hash = algorithm.create();
    const out = new Uint8Array(length + 8);
    for (let round = 0; round < 60; round++) {
      const bytes = random.bytes(random.number(9 * block));
      const before = random.number(9);
      const whole = random.embedded(bytes, before, 5);
      hash.reset();
      for (let at = 0; at < bytes.length; ) {
        const n = Math.min(bytes.length - at, random.number(3) === 0 ? random.number(4 * block) : random.number(20));
        hash.update(whole, before + at, n);
        at += n;
      }
      out.fill(0xa5);
      hash.digest(out, 3);
      expect(toHex(out)).to.equal(`a5a5a5${toHex(digestOf(bytes))}a5a5a5a5a5`);
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
    expect(toHex(out)).to.equal(toHex(digestOf(bytes.subarray(0, 200))));
    first.update(bytes, 200, 130);
    first.digest(out, 0);
    expect(toHex(out)).to.equal(toHex(digestOf(bytes)));
  });

  it("goes on from a saved chaining value", () => {
    const bytes = new Seeded(4).bytes(3 * block + 16);
    const hash = algorithm.create();
    const saved = new Uint8Array(state + 8);
    const out = new Uint8Array(length);
    hash.update(bytes, 0, 2 * block);
    hash.save(saved, 5);
    hash.wipe();
    hash.restore(saved, 5, 2);
    hash.update(bytes, 2 * block, block + 16);
    hash.digest(out, 0);
    expect(toHex(out)).to.equal(toHex(digestOf(bytes)));
  });

  it("counts lengths beyond 2^29 bytes (the bit length needs its high word)", () => {
    const counts = [2 ** 29 / block, 2 ** 32 / block + 1, 2 ** 36 / block + 3];
    if (block === 128) counts.push(2 ** 52 / block + 5);
    for (const blocks of counts) {
      const zero = new Uint8Array(state);
      const hash = algorithm.create();
      hash.save(zero, 0);
      hash.restore(zero, 0, blocks);
      const out = new Uint8Array(length);
      hash.digest(out, 0);
      // The padding, written out by hand: a block of its own.
      const padding = new Uint8Array(block);
      padding[0] = 0x80;
      let bits = BigInt(blocks) * BigInt(8 * block);
      for (let i = block - 1; i >= block - counter; i--) {
        padding[i] = Number(bits & 255n);
        bits >>= 8n;
      }
      const expected = new Uint8Array(state);
      hash.restore(zero, 0, 0);
      hash.update(padding, 0, block);
      hash.save(expected, 0);
      expect(toHex(out)).to.equal(toHex(expected.subarray(0, length)));
    }
  });

  it("tells its lengths and the hash of nothing", () => {
    for (const one of [algorithm, algorithm.create()])
      expect([one.outputLength, one.blockLength, one.stateLength]).to.deep.equal([length, block, state]);
    expect(toHex(algorithm.emptyDigest)).to.equal(toHex(digestOf(new Uint8Array(0))));
  });

  it("is wiped by wipe()", () => {
    const hash = algorithm.create();
    hash.update(new Seeded(6).bytes(190), 0, 190);
    hash.wipe();
    const saved = new Uint8Array(state).fill(1);
    hash.save(saved, 0);
    expect(toHex(saved)).to.equal("00".repeat(state));
  });

  it("carries HMAC for keys and messages of any length", () => {
    const random = new Seeded(7);
    const hmac = new Hmac(algorithm.create());
    for (const n of [0, 1, 48, block - 1, block, block + 1, 200]) {
      const key = random.bytes(n);
      const message = random.bytes(random.number(400));
      expect(toHex(macOf(hmac, key, message))).to.equal(toHex(oracleHmac(oracle, key as never, message as never)));
    }
  });
}

/** RFC 9846 §7.1: the salt behind an Early Secret without a key, and its midstates. */
export function expectScheduleConstants(algorithm: HashAlgorithm): void {
  const { outputLength: length, blockLength: block, stateLength: size } = algorithm;
  const hash = algorithm.create();
  const hmac = new Hmac(hash);
  const zero = new Uint8Array(length);
  const early = new Uint8Array(length);
  const salt = new Uint8Array(length);
  extract(hmac, zero, 0, length, zero, 0, length, early, 0);
  hmac.setKey(early, 0, length);
  expandLabel(hmac, LABEL_DERIVED, algorithm.emptyDigest, 0, length, salt, 0, length);
  expect(toHex(algorithm.fullHandshakeSalt)).to.equal(toHex(salt));
  // The midstates: one block of key ^ pad each.
  for (let half = 0; half < 2; half++) {
    const padded = new Uint8Array(block).fill(half === 0 ? 0x5c : 0x36);
    for (let i = 0; i < length; i++) padded[i]! ^= salt[i]!;
    const state = new Uint8Array(size);
    hash.reset();
    hash.update(padded, 0, block);
    hash.save(state, 0);
    expect(toHex(algorithm.fullHandshakeMidstates.subarray(size * half, size * half + size))).to.equal(toHex(state));
  }
}
