import { p256 as oracle } from "@noble/curves/nist.js";
import { expect } from "chai";
import { DONE } from "../../../src/crypto/provider.js";
import { P256KeyExchange, secp256r1 } from "../../../src/crypto/xs/p256-ecdh.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";
import { agreed, BUDGETS, complete, fixedRandom, generated, rounds } from "../../support/stepping.js";
import { bytesOf, wycheproof } from "../../support/wycheproof.js";

const N = oracle.Point.Fn.ORDER;
const P = oracle.Point.Fp.ORDER;
const ALL = Number.POSITIVE_INFINITY;

function hex(value: bigint, bytes = 32): string {
  return value.toString(16).padStart(2 * bytes, "0");
}

/** The 40 random bytes from which key `k` is made. */
function randomFor(k: bigint): Uint8Array {
  return fromHex(hex(k - 1n, 40));
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** An exchange with the private key k. Its public key is not computed. */
function withKey(k: bigint): P256KeyExchange {
  const exchange = new P256KeyExchange();
  exchange.beginGenerate(fixedRandom(randomFor(k)));
  return exchange;
}

function shared(k: bigint, peer: Uint8Array, budget = ALL): string {
  const secret = agreed(withKey(k), peer, budget);
  return secret === null ? "refused" : toHex(secret);
}

/** What the oracle says: the public key, and the secret with `peer`. */
function publicOf(k: bigint): Uint8Array {
  return oracle.Point.BASE.multiply(k).toBytes(false);
}
function sharedOf(k: bigint, peer: Uint8Array): string {
  return hex(oracle.Point.fromBytes(peer).multiply(k).toAffine().x);
}

describe("secp256r1 key exchange", function () {
  this.timeout(60000);

  it("gives the keys and the secret of RFC 5903 §8.1", () => {
    const i = number(fromHex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"));
    const r = number(fromHex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"));
    const iPublic =
      "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c377258118" +
      "05271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3";
    const rPublic =
      "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" +
      "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
    const secret = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
    for (const budget of BUDGETS) {
      const a = secp256r1.create();
      const b = secp256r1.create();
      expect(toHex(generated(a, randomFor(i), 65, budget))).to.equal(iPublic);
      expect(toHex(generated(b, randomFor(r), 65, budget))).to.equal(rPublic);
      expect(toHex(agreed(a, fromHex(rPublic), budget)!)).to.equal(secret);
      expect(toHex(agreed(b, fromHex(iPublic), budget)!)).to.equal(secret);
    }
  });

  it("agrees with the oracle for random keys, in slices of any size", () => {
    const random = new Seeded(256);
    for (let i = 0; i < rounds(20); i++) {
      const k = (number(random.bytes(40)) % (N - 1n)) + 1n;
      const peer = publicOf((number(random.bytes(40)) % (N - 1n)) + 1n);
      const budget = i < 6 ? BUDGETS[i % 3]! : ALL;
      const exchange = secp256r1.create();
      expect(toHex(generated(exchange, randomFor(k), 65, budget))).to.equal(toHex(publicOf(k)));
      expect(toHex(agreed(exchange, peer, budget)!)).to.equal(sharedOf(k, peer));
    }
  });

  it("reduces 320 random bits to a key of 1 .. n - 1", () => {
    const random = new Seeded(320);
    const draws = [new Uint8Array(40), new Uint8Array(40).fill(0xff), randomFor(N - 1n), randomFor(N), randomFor(N + 1n), random.bytes(40)];
    for (const draw of draws) {
      const k = (number(draw) % (N - 1n)) + 1n;
      expect(toHex(generated(new P256KeyExchange(), draw, 65, ALL))).to.equal(toHex(publicOf(k)));
    }
  });

  it("agrees with the oracle for keys at the edges, with peers whose multiples they meet on the way", () => {
    const edges = [1n, 2n, 3n, 4n, 7n, 8n, N - 1n, N - 2n, N - 3n, N - 8n, 1n << 255n, (1n << 128n) - 1n, N >> 1n, (N >> 1n) + 1n];
    for (let i = 0; i < edges.length; i += edges.length / rounds(edges.length)) {
      const k = edges[Math.floor(i)]!;
      expect(toHex(generated(new P256KeyExchange(), randomFor(k), 65, ALL))).to.equal(toHex(publicOf(k)));
      for (const peer of [publicOf(1n), publicOf(N - 1n), publicOf(5n)]) expect(shared(k, peer)).to.equal(sharedOf(k, peer));
    }
  });

  it("keeps leading zeros of coordinates and secrets", () => {
    // Multiples of G small enough to be found quickly: x or y of these begin with a zero byte.
    let point = oracle.Point.BASE;
    const found = [0, 0];
    for (let k = 1n; k < 3000n && (found[0]! < 2 || found[1]! < 2); k++) {
      const { x, y } = point.toAffine();
      if (x >> 248n === 0n && found[0]! < 2) {
        found[0]!++;
        expect(toHex(generated(new P256KeyExchange(), randomFor(k), 65, ALL))).to.equal(toHex(publicOf(k)));
        expect(shared(k, publicOf(1n))).to.equal(hex(x));
        expect(hex(x).startsWith("00")).to.equal(true);
        // A key with a leading zero byte as the peer's
        expect(shared(12345n, publicOf(k))).to.equal(sharedOf(12345n, publicOf(k)));
      }
      if (y >> 248n === 0n && found[1]! < 2) {
        found[1]!++;
        expect(toHex(generated(new P256KeyExchange(), randomFor(k), 65, ALL))).to.equal(toHex(publicOf(k)));
        expect(shared(12345n, publicOf(k))).to.equal(sharedOf(12345n, publicOf(k)));
      }
      point = point.add(oracle.Point.BASE);
    }
    expect(found).to.deep.equal([2, 2]);
  });

  it("refuses what is not an uncompressed point on the curve", () => {
    const good = publicOf(77n);
    const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
      const bytes = good.slice();
      change(bytes);
      return bytes;
    };
    const withXY = (x: bigint, y: bigint): Uint8Array => fromHex(`04${hex(x)}${hex(y)}`);
    const { x, y } = oracle.Point.fromBytes(good).toAffine();
    // A point with a small x, whose x + p still fits in 32 bytes: x = 5 is on the curve.
    const five = oracle.Point.fromBytes(fromHex(`02${hex(5n)}`)).toAffine();
    expect(shared(3n, withXY(five.x, five.y))).to.equal(sharedOf(3n, withXY(five.x, five.y)));
    const bad: Record<string, Uint8Array> = {
      "off the curve": withXY(x, (y + 1n) % P),
      "on another curve": withXY(x, x),
      "x + p": withXY(five.x + P, five.y),
      "x = p": withXY(P, y),
      "y = p": withXY(x, P),
      "all bits set": fromHex(`04${"ff".repeat(64)}`),
      zero: fromHex(`04${"00".repeat(64)}`),
      compressed: oracle.Point.BASE.toBytes(true),
      "compressed tag": changed((bytes) => {
        bytes[0] = 2;
      }),
      "hybrid tag": changed((bytes) => {
        bytes[0] = 6 + (bytes[64]! & 1);
      }),
      infinity: new Uint8Array(1),
      "65 zeros": new Uint8Array(65),
      empty: new Uint8Array(0),
      "too short": good.slice(0, 64),
      "too long": fromHex(`${toHex(good)}00`),
    };
    for (const [name, peer] of Object.entries(bad)) {
      for (const budget of [1, ALL]) expect(shared(99n, peer, budget), name).to.equal("refused");
    }
  });

  it("writes no secret before there is one, nor after wipe()", () => {
    const exchange = new P256KeyExchange();
    const out = new Uint8Array(32);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    generated(exchange, randomFor(1234567n), 65, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    exchange.beginAgree(publicOf(7n), 0, 65);
    exchange.step(100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    complete(exchange, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(true);
    exchange.wipe();
    expect(exchange.step(1)).to.equal(DONE);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    const left = new Uint8Array(65).fill(1);
    exchange.writePublicKey(left, 0);
    expect(toHex(left)).to.equal(`04${"00".repeat(64)}`);
  });

  it("can be wiped in the middle and used again", () => {
    const exchange = withKey(987654321n);
    exchange.step(20);
    exchange.wipe();
    expect(toHex(generated(exchange, randomFor(5n), 65, 5))).to.equal(toHex(publicOf(5n)));
    exchange.beginAgree(publicOf(7n), 0, 65);
    exchange.step(8);
    exchange.wipe();
    expect(exchange.step(1)).to.equal(DONE);
    expect(toHex(generated(exchange, randomFor(6n), 65, 5))).to.equal(toHex(publicOf(6n)));
  });

  it("keeps its public key while the secret is made", () => {
    const exchange = new P256KeyExchange();
    generated(exchange, randomFor(42n), 65, 100);
    agreed(exchange, publicOf(43n), 100);
    const out = new Uint8Array(65);
    exchange.writePublicKey(out, 0);
    expect(toHex(out)).to.equal(toHex(publicOf(42n)));
  });

  it("takes the same number of steps of the walk for each key", () => {
    const peer = publicOf(1000n);
    for (const k of [3n, N - 4n, (1n << 255n) + 12345n, 0x5555555555555555555555555555555555555555555555555555555555555555n]) {
      const exchange = withKey(k);
      exchange.beginAgree(peer, 0, 65);
      // 8 steps for the table and 256 for the walk, and two inversions, which depend on numbers blinded with the key.
      expect(complete(exchange, 1)).to.be.within(264 + 16, 264 + 40);
    }
  });

  wycheproof("ecdh_secp256r1_ecpoint_test.json", (test) => {
    const k = number(bytesOf(test, "private"));
    const secret = shared(k, bytesOf(test, "public"));
    if (secret === "refused") return false;
    if (secret !== test.shared) throw new Error(`tcId ${test.tcId}: ${secret}, must be ${test.shared}`);
    return true;
  });
});
