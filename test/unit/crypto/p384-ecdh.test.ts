import { p384 as oracle } from "@noble/curves/nist.js";
import { expect } from "chai";
import { DONE, type KeyExchange } from "../../../src/crypto/provider.js";
import { secp384r1 } from "../../../src/crypto/xs/p384-ecdh.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";
import { agreed, BUDGETS, complete, fixedRandom, generated, rounds } from "../../support/stepping.js";
import { bytesOf, wycheproof } from "../../support/wycheproof.js";

const N = oracle.Point.Fn.ORDER;
const P = oracle.Point.Fp.ORDER;
const ALL = Number.POSITIVE_INFINITY;

function hex(value: bigint, bytes = 48): string {
  return value.toString(16).padStart(2 * bytes, "0");
}

/** The 56 random bytes from which key `k` is made. */
function randomFor(k: bigint): Uint8Array {
  return fromHex(hex(k - 1n, 56));
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** An exchange with the private key k. Its public key is not computed. */
function withKey(k: bigint): KeyExchange {
  const exchange = secp384r1.create();
  exchange.beginGenerate(fixedRandom(randomFor(k)));
  return exchange;
}

function shared(k: bigint, peer: Uint8Array, budget = ALL): string {
  const secret = agreed(withKey(k), peer, budget, 48);
  return secret === null ? "refused" : toHex(secret);
}

/** What the oracle says: the public key, and the secret with `peer`. */
function publicOf(k: bigint): Uint8Array {
  return oracle.Point.BASE.multiply(k).toBytes(false);
}
function sharedOf(k: bigint, peer: Uint8Array): string {
  return hex(oracle.Point.fromBytes(peer).multiply(k).toAffine().x);
}

describe("secp384r1 key exchange", function () {
  this.timeout(60000);

  it("gives the keys and the secret of RFC 5903 §8.2", () => {
    const i = number(fromHex("099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194"));
    const r = number(fromHex("41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc"));
    const iPublic =
      "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa" +
      "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c";
    const rPublic =
      "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571" +
      "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c";
    const secret = "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746";
    for (const budget of BUDGETS) {
      const a = secp384r1.create();
      const b = secp384r1.create();
      expect(toHex(generated(a, randomFor(i), 97, budget))).to.equal(iPublic);
      expect(toHex(generated(b, randomFor(r), 97, budget))).to.equal(rPublic);
      expect(toHex(agreed(a, fromHex(rPublic), budget, 48)!)).to.equal(secret);
      expect(toHex(agreed(b, fromHex(iPublic), budget, 48)!)).to.equal(secret);
    }
  });

  it("agrees with the oracle for random keys, in slices of any size", () => {
    const random = new Seeded(384);
    for (let i = 0; i < rounds(10); i++) {
      const k = (number(random.bytes(56)) % (N - 1n)) + 1n;
      const peer = publicOf((number(random.bytes(56)) % (N - 1n)) + 1n);
      const budget = i < 6 ? BUDGETS[i % 3]! : ALL;
      const exchange = secp384r1.create();
      expect(toHex(generated(exchange, randomFor(k), 97, budget))).to.equal(toHex(publicOf(k)));
      expect(toHex(agreed(exchange, peer, budget, 48)!)).to.equal(sharedOf(k, peer));
    }
  });

  it("reduces 448 random bits to a key of 1 .. n - 1", () => {
    const random = new Seeded(448);
    const draws = [new Uint8Array(56), new Uint8Array(56).fill(0xff), randomFor(N - 1n), randomFor(N), randomFor(N + 1n), random.bytes(56)];
    for (const draw of draws) {
      const k = (number(draw) % (N - 1n)) + 1n;
      expect(toHex(generated(secp384r1.create(), draw, 97, ALL))).to.equal(toHex(publicOf(k)));
    }
  });

  it("agrees with the oracle for keys at the edges, with peers whose multiples they meet on the way", () => {
    const edges = [1n, 2n, 3n, 4n, 7n, 8n, N - 1n, N - 2n, N - 3n, N - 8n, 1n << 383n, (1n << 192n) - 1n, N >> 1n, (N >> 1n) + 1n];
    for (let i = 0; i < edges.length; i += edges.length / rounds(edges.length)) {
      const k = edges[Math.floor(i)]!;
      expect(toHex(generated(secp384r1.create(), randomFor(k), 97, ALL))).to.equal(toHex(publicOf(k)));
      for (const peer of [publicOf(1n), publicOf(N - 1n), publicOf(5n)]) expect(shared(k, peer)).to.equal(sharedOf(k, peer));
    }
  });

  it("keeps leading zeros of coordinates and secrets", () => {
    // Multiples of G small enough to be found quickly: x or y of these begin with a zero byte.
    let point = oracle.Point.BASE;
    const found = [0, 0];
    for (let k = 1n; k < 3000n && (found[0]! < 2 || found[1]! < 2); k++) {
      const { x, y } = point.toAffine();
      if (x >> 376n === 0n && found[0]! < 2) {
        found[0]!++;
        expect(toHex(generated(secp384r1.create(), randomFor(k), 97, ALL))).to.equal(toHex(publicOf(k)));
        expect(shared(k, publicOf(1n))).to.equal(hex(x));
        expect(hex(x).startsWith("00")).to.equal(true);
        // A key with a leading zero byte as the peer's
        expect(shared(12345n, publicOf(k))).to.equal(sharedOf(12345n, publicOf(k)));
      }
      if (y >> 376n === 0n && found[1]! < 2) {
        found[1]!++;
        expect(toHex(generated(secp384r1.create(), randomFor(k), 97, ALL))).to.equal(toHex(publicOf(k)));
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
    // A point with a small x, whose x + p still fits in 48 bytes.
    const two = oracle.Point.fromBytes(fromHex(`02${hex(2n)}`)).toAffine();
    expect(shared(3n, withXY(two.x, two.y))).to.equal(sharedOf(3n, withXY(two.x, two.y)));
    const bad: Record<string, Uint8Array> = {
      "off the curve": withXY(x, (y + 1n) % P),
      "on another curve": withXY(x, x),
      "x + p": withXY(two.x + P, two.y),
      "x = p": withXY(P, y),
      "y = p": withXY(x, P),
      "all bits set": fromHex(`04${"ff".repeat(96)}`),
      zero: fromHex(`04${"00".repeat(96)}`),
      compressed: oracle.Point.BASE.toBytes(true),
      "compressed tag": changed((bytes) => {
        bytes[0] = 2;
      }),
      "hybrid tag": changed((bytes) => {
        bytes[0] = 6 + (bytes[96]! & 1);
      }),
      infinity: new Uint8Array(1),
      "97 zeros": new Uint8Array(97),
      empty: new Uint8Array(0),
      "too short": good.slice(0, 96),
      "too long": fromHex(`${toHex(good)}00`),
    };
    for (const [name, peer] of Object.entries(bad)) {
      for (const budget of [1, ALL]) expect(shared(99n, peer, budget), name).to.equal("refused");
    }
  });

  it("writes no secret before there is one, nor after wipe()", () => {
    const exchange = secp384r1.create();
    const out = new Uint8Array(48);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    generated(exchange, randomFor(1234567n), 97, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    exchange.beginAgree(publicOf(7n), 0, 97);
    exchange.step(100);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    complete(exchange, 100);
    expect(exchange.writeSecret(out, 0)).to.equal(true);
    exchange.wipe();
    expect(exchange.step(1)).to.equal(DONE);
    expect(exchange.writeSecret(out, 0)).to.equal(false);
    const left = new Uint8Array(97).fill(1);
    exchange.writePublicKey(left, 0);
    expect(toHex(left)).to.equal(`04${"00".repeat(96)}`);
  });

  it("can be wiped in the middle and used again", () => {
    const exchange = withKey(987654321n);
    exchange.step(20);
    exchange.wipe();
    expect(toHex(generated(exchange, randomFor(5n), 97, 5))).to.equal(toHex(publicOf(5n)));
    exchange.beginAgree(publicOf(7n), 0, 97);
    exchange.step(8);
    exchange.wipe();
    expect(exchange.step(1)).to.equal(DONE);
    expect(toHex(generated(exchange, randomFor(6n), 97, 5))).to.equal(toHex(publicOf(6n)));
  });

  it("keeps its public key while the secret is made", () => {
    const exchange = secp384r1.create();
    generated(exchange, randomFor(42n), 97, 100);
    agreed(exchange, publicOf(43n), 100, 48);
    const out = new Uint8Array(97);
    exchange.writePublicKey(out, 0);
    expect(toHex(out)).to.equal(toHex(publicOf(42n)));
  });

  it("takes the same number of steps of the walk for each key", () => {
    const peer = publicOf(1000n);
    for (const k of [3n, N - 4n, (1n << 383n) + 12345n, ((1n << 384n) - 1n) / 3n]) {
      const exchange = withKey(k);
      exchange.beginAgree(peer, 0, 97);
      // 8 steps for the table and 382 for the walk, and two inversions, which depend on numbers blinded with the key.
      expect(complete(exchange, 1)).to.be.within(390 + 24, 390 + 60);
    }
  });

  wycheproof("ecdh_secp384r1_ecpoint_test.json", (test) => {
    const k = number(bytesOf(test, "private"));
    const secret = shared(k, bytesOf(test, "public"));
    if (secret === "refused") return false;
    if (secret !== test.shared) throw new Error(`tcId ${test.tcId}: ${secret}, must be ${test.shared}`);
    return true;
  });
});
