import { x25519 as oracle } from "@noble/curves/ed25519.js";
import { expect } from "chai";
import { DONE } from "../../../src/crypto/provider.js";
import { X25519, x25519 } from "../../../src/crypto/xs/x25519.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";
import { agreed, BUDGETS, complete, fixedRandom, generated, rounds } from "../../support/stepping.js";
import { bytesOf, wycheproof } from "../../support/wycheproof.js";

const ZERO = "00".repeat(32);

/** The shared secret in hex, or "refused". Wants no public key, so that one ladder is all it costs. */
function shared(key: Uint8Array, peer: Uint8Array, budget = Number.POSITIVE_INFINITY): string {
  const exchange = new X25519();
  exchange.beginGenerate(fixedRandom(key));
  const secret = agreed(exchange, peer, budget);
  return secret === null ? "refused" : toHex(secret);
}

describe("X25519", function () {
  this.timeout(60000);

  it("gives the results of RFC 7748 §5.2", () => {
    expect(
      shared(
        fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
        fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
      ),
    ).to.equal("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    expect(
      shared(
        fromHex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
        fromHex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
      ),
    ).to.equal("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  });

  it("gives the iterated results of RFC 7748 §5.2", () => {
    const last = rounds(10) === 10 ? 1000 : 1;
    const expected: Record<number, string> = {
      1: "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
      1000: "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
    };
    let key = fromHex("09".padEnd(64, "0"));
    let u = key;
    for (let i = 1; i <= last; i++) {
      const next = fromHex(shared(key, u));
      u = key;
      key = next;
      if (expected[i] !== undefined) expect(toHex(key)).to.equal(expected[i]);
    }
  });

  it("gives the keys and the secret of RFC 7748 §6.1", () => {
    for (const budget of BUDGETS) {
      const alice = new X25519();
      const bob = new X25519();
      const alicePublic = generated(alice, fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"), 32, budget);
      const bobPublic = generated(bob, fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"), 32, budget);
      expect(toHex(alicePublic)).to.equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
      expect(toHex(bobPublic)).to.equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
      const secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
      expect(toHex(agreed(alice, bobPublic, budget)!)).to.equal(secret);
      expect(toHex(agreed(bob, alicePublic, budget)!)).to.equal(secret);
    }
  });

  it("agrees with the oracle for random keys, in slices of any size", () => {
    const random = new Seeded(25519);
    for (let i = 0; i < rounds(30); i++) {
      const key = random.bytes(32);
      const peer = random.bytes(32);
      const budget = i < 6 ? BUDGETS[i % 3]! : Number.POSITIVE_INFINITY;
      const exchange = x25519.create();
      expect(toHex(generated(exchange, key, 32, budget))).to.equal(toHex(oracle.getPublicKey(key)));
      expect(toHex(agreed(exchange, peer, budget)!)).to.equal(toHex(oracle.getSharedSecret(key, peer)));
    }
  });

  it("agrees with the oracle for keys at the edges", () => {
    const edges = [ZERO, "ff".repeat(32), `${"00".repeat(31)}80`, `f8${"ff".repeat(30)}7f`, `f0${"ff".repeat(30)}7f`];
    // Around multiples of the base point's order, where the comb's scalar is small or near the order.
    const order = (1n << 252n) + 27742317777372353535851937790883648493n;
    for (let i = 4n; i < 8n; i++) {
      for (let j = -8n; j <= 8n; j += 8n) {
        const hex = (((order * i) / 8n) * 8n + j).toString(16).padStart(64, "0");
        edges.push(toHex(fromHex(hex).reverse()));
      }
    }
    for (let i = 0; i < edges.length; i += edges.length / rounds(edges.length)) {
      const key = edges[Math.floor(i)]!;
      expect(toHex(generated(new X25519(), fromHex(key), 32, Number.POSITIVE_INFINITY))).to.equal(toHex(oracle.getPublicKey(fromHex(key))));
    }
  });

  it("keeps leading and trailing zeros of public keys and secrets", () => {
    // Found by search; each has a zero byte at the end that counts (the last of a little-endian number) or at the first.
    const random = new Seeded(7);
    const wanted = rounds(2);
    let found = 0;
    for (let i = 0; found < wanted && i < 2000; i++) {
      const key = random.bytes(32);
      const expected = oracle.getPublicKey(key);
      if (expected[0] !== 0 && expected[31] !== 0) continue;
      found++;
      expect(toHex(generated(new X25519(), key, 32, Number.POSITIVE_INFINITY))).to.equal(toHex(expected));
      expect(shared(key, fromHex("09".padEnd(64, "0")))).to.equal(toHex(expected));
    }
    expect(found).to.equal(wanted);
  });

  it("ignores the top bit of the peer's u and reduces u modulo p", () => {
    const key = new Seeded(3).bytes(32);
    const nine = fromHex("09".padEnd(64, "0"));
    const expected = toHex(oracle.getPublicKey(key));
    const withTopBit = nine.slice();
    withTopBit[31] = 0x80;
    expect(shared(key, withTopBit)).to.equal(expected);
    // p + 9
    expect(shared(key, fromHex(`f6${"ff".repeat(30)}7f`))).to.equal(expected);
  });

  it("refuses points of low order: the result is all zeros", () => {
    const key = new Seeded(4).bytes(32);
    for (const peer of [
      ZERO,
      `01${"00".repeat(31)}`,
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      `ec${"ff".repeat(30)}7f`,
      `ed${"ff".repeat(30)}7f`,
      `ee${"ff".repeat(30)}7f`,
      `ed${"ff".repeat(31)}`,
    ]) {
      for (const budget of BUDGETS) expect(shared(key, fromHex(peer), budget)).to.equal("refused");
    }
  });

  it("refuses a key of the wrong length", () => {
    const key = new Seeded(5).bytes(32);
    for (const length of [0, 1, 31, 33, 64]) expect(shared(key, new Seeded(6).bytes(length))).to.equal("refused");
  });

  it("writes no secret before there is one, nor after wipe()", () => {
    const exchange = new X25519();
    const out = new Uint8Array(32);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    const peer = oracle.getPublicKey(new Seeded(8).bytes(32));
    generated(exchange, new Seeded(9).bytes(32), 32, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    exchange.beginAgree(peer, 0, 32);
    exchange.step(100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    complete(exchange, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(true);
    exchange.wipe();
    expect(exchange.step(1)).to.equal(DONE);
    expect(exchange.writeSecret(new Uint8Array(32), 0)).to.equal(false);
    const left = new Uint8Array(32).fill(1);
    exchange.writePublicKey(left, 0);
    expect(toHex(left)).to.equal(ZERO);
  });

  it("can be wiped in the middle and used again", () => {
    const exchange = new X25519();
    const key = new Seeded(10).bytes(32);
    exchange.beginGenerate(fixedRandom(new Seeded(11).bytes(32)));
    exchange.step(45);
    exchange.wipe();
    expect(toHex(generated(exchange, key, 32, 5))).to.equal(toHex(oracle.getPublicKey(key)));
  });

  it("keeps its public key while the secret is made", () => {
    const exchange = new X25519();
    const key = new Seeded(12).bytes(32);
    const expected = toHex(generated(exchange, key, 32, 100));
    agreed(exchange, oracle.getPublicKey(new Seeded(13).bytes(32)), 100);
    const out = new Uint8Array(32);
    exchange.writePublicKey(out, 0);
    expect(toHex(out)).to.equal(expected);
  });

  it("takes a step for each column of the comb and each bit of the ladder", () => {
    const exchange = new X25519();
    exchange.beginGenerate(fixedRandom(new Seeded(14).bytes(32)));
    expect(complete(exchange, 1)).to.be.within(43 + 8, 43 + 20);
    exchange.beginAgree(oracle.getPublicKey(new Seeded(15).bytes(32)), 0, 32);
    expect(complete(exchange, 1)).to.be.within(255 + 8, 255 + 20);
  });

  wycheproof("x25519_test.json", (test) => {
    const secret = shared(bytesOf(test, "private"), bytesOf(test, "public"));
    const flags = test.flags as readonly string[];
    if (flags.includes("ZeroSharedSecret")) {
      if (secret !== "refused") throw new Error(`tcId ${test.tcId}: an all-zero secret was accepted`);
      return false;
    }
    // All others are valid for TLS, the "acceptable" (twist, non-canonical u) too (RFC 7748 §5).
    if (secret !== test.shared) throw new Error(`tcId ${test.tcId}: ${secret}, must be ${test.shared}`);
    return true;
  });
});
