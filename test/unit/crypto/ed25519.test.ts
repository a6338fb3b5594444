import { ed25519 as oracle } from "@noble/curves/ed25519.js";
import { sha512 as oracleSha512 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { DONE } from "../../../src/crypto/provider.js";
import { ed25519 } from "../../../src/crypto/xs/ed25519.js";
import { Ed25519Key } from "../../../src/crypto/xs/ed25519-key.js";
import { DIGIT_BYTES, Ed25519Walk } from "../../../src/crypto/xs/ed25519-walk.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";
import { bytesOf, type Fields, wycheproof } from "../../support/wycheproof.js";

const ALL = Number.POSITIVE_INFINITY;
const L = oracle.Point.Fn.ORDER;
const P = oracle.Point.Fp.ORDER;
const verifier = ed25519.createVerifier();

function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array, budget = ALL): boolean {
  const whole = new Uint8Array(key.length + message.length + signature.length + 3).fill(0x30);
  whole.set(key, 1);
  whole.set(message, 2 + key.length);
  whole.set(signature, 3 + key.length + message.length);
  verifier.begin(whole, 1, key.length, whole, 2 + key.length, message.length, whole, 3 + key.length + message.length, signature.length);
  // Key and signature are free again once begin has returned, the message when all is done.
  whole.fill(0x77, 0, 2 + key.length);
  whole.fill(0x77, 2 + key.length + message.length);
  complete(verifier, budget);
  return verifier.valid();
}

/** 32 bytes, the least significant first. */
function little(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}
function fromLittle(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return fromHex(toHex(a) + toHex(b));
}
/** k of a signature. */
function challenge(R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint {
  return fromLittle(oracleSha512(joined(joined(R, A), message))) % L;
}

// RFC 8032 §7.1: TEST 1, 2, 3 and SHA(abc), as key, message, signature
const RFC = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
] as const;

describe("Ed25519", function () {
  this.timeout(60000);

  it("accepts the signatures of RFC 8032 §7.1 and no altered one, in slices of any size", () => {
    for (const [key, message, signature] of RFC) {
      for (const budget of BUDGETS) expect(verify(fromHex(key), fromHex(message), fromHex(signature), budget)).to.equal(true);
      expect(verify(fromHex(key), fromHex(`${message}00`), fromHex(signature))).to.equal(false);
      expect(verify(fromHex(RFC[1][0]), fromHex(message), fromHex(signature))).to.equal(key === RFC[1][0]);
    }
  });

  it("agrees with the oracle on random signatures, true and altered, in slices of any size", () => {
    const random = new Seeded(8032);
    for (let i = 0; i < rounds(40); i++) {
      const secret = random.bytes(32);
      const key = oracle.getPublicKey(secret);
      const message = random.bytes(random.number(400));
      const signature = oracle.sign(message, secret);
      const budget = i < 9 ? BUDGETS[i % 3]! : ALL;
      expect(verify(key, message, signature, budget)).to.equal(true);
      const altered = signature.slice();
      altered[random.number(64)]! ^= 1 << random.number(8);
      expect(verify(key, message, altered, budget)).to.equal(false);
      const other = key.slice();
      other[random.number(32)]! ^= 1 << random.number(8);
      expect(verify(other, message, signature, budget)).to.equal(false);
    }
  });

  it("takes even and odd S, and no other S", () => {
    const r = 12345n;
    const R = oracle.Point.BASE.multiply(r).toBytes();
    const Fn = oracle.Point.Fn;
    const message = new Uint8Array(1);
    for (const a of [1n, 2n, 7n, L - 1n, 1n << 251n]) {
      const A = oracle.Point.BASE.multiply(a).toBytes();
      for (message[0] = 0; message[0] < rounds(10); message[0]++) {
        const S = Fn.create(r + challenge(R, A, message) * a);
        expect(verify(A, message, joined(R, little(S)))).to.equal(true);
        expect(verify(A, message, joined(R, little(L - S)))).to.equal(false);
        expect(verify(A, message, joined(R, little(0n)))).to.equal(false);
      }
    }
  });

  it("makes k·Q + s·B for numbers at the edges", () => {
    const key = new Ed25519Key(oracle.Point.BASE.multiply(77n).toBytes(), 0);
    key.run(ALL);
    const edges = [0n, 1n, 2n, 3n, 4n, 8n, 15n, 16n, 43n, L - 1n, L - 2n, L >> 1n, 1n << 43n, 1n << 215n, 1n << 252n];
    for (let i = 0; i < edges.length * edges.length; i += rounds(10) < 10 ? 29 : 1) {
      const k = edges[Math.floor(i / edges.length)]!;
      const s = edges[i % edges.length]!;
      const walk = new Ed25519Walk(new Uint8Array(DIGIT_BYTES), key.table!, k, s);
      walk.run(ALL);
      const Fp = oracle.Point.Fp;
      const inverse = Fp.inv(Fp.create(walk.z));
      // The key's table is that of -A.
      const scalar = (((s - 77n * k) % L) + L) % L;
      const { x, y } = scalar === 0n ? oracle.Point.ZERO.toAffine() : oracle.Point.BASE.multiply(scalar).toAffine();
      expect(`${Fp.create(walk.x * inverse)} ${Fp.create(walk.y * inverse)}`, `k ${k} s ${s}`).to.equal(`${x} ${y}`);
    }
  });

  it("wants S below L", () => {
    const [key, message, signature] = RFC[1];
    const S = fromLittle(fromHex(signature).slice(32));
    const R = fromHex(signature).slice(0, 32);
    for (const other of [S + L, S + 2n * L, L, L + 1n, (1n << 256n) - 1n, S + (1n << 255n)]) {
      if (other >= 1n << 256n) continue;
      expect(verify(fromHex(key), fromHex(message), joined(R, little(other))), `${other}`).to.equal(false);
    }
  });

  it("refuses keys that are no point, not canonical, or of small order", () => {
    const message = fromHex("616263");
    const secret = new Uint8Array(32).fill(9);
    const signature = oracle.sign(message, secret);
    const identity = joined(little(1n), little(0n));
    // S = 0 and R = the neutral element hold under every key of small order whose order divides k.
    const small = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for (const key of small) {
      expect(oracle.Point.fromHex(key, true).isSmallOrder()).to.equal(true);
      for (let i = 0; i < 8; i++) expect(verify(fromHex(key), Uint8Array.of(i), identity), key).to.equal(false);
    }
    // Not canonical: y + p for y = 0 .. 18, and a sign for x = 0.
    for (let y = 0n; y < 19n; y++) {
      for (const sign of [0n, 1n << 255n]) {
        const key = little(y + P + sign);
        expect(verify(key, message, signature), toHex(key)).to.equal(false);
        expect(verify(key, message, identity), toHex(key)).to.equal(false);
      }
    }
    expect(verify(little(1n + (1n << 255n)), message, identity)).to.equal(false);
    // No point: about half of all y. Under the identity's own signature nothing but the key is wrong.
    let refused = 0;
    for (let y = 2n; y < 40n; y++) {
      try {
        oracle.Point.fromBytes(little(y));
      } catch {
        refused++;
        for (let i = 0; i < 8; i++) expect(verify(little(y), Uint8Array.of(i), identity), `${y}`).to.equal(false);
      }
    }
    expect(refused).to.be.within(8, 30);
  });

  it("has no factor of 8 in the equation, and wants R canonical", () => {
    const message = fromHex("00");
    const torsion = oracle.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", true);
    const A = oracle.Point.BASE.multiply(77n).toBytes();
    const honest = oracle.Point.BASE.multiply(12345n);
    const sBytes = (R: Uint8Array): Uint8Array => little((12345n + challenge(R, A, message) * 77n) % L);
    const R = honest.toBytes();
    expect(verify(A, message, joined(R, sBytes(R)))).to.equal(true);
    // R plus a point of order 8: only the equation times 8 holds.
    const shifted = honest.add(torsion).toBytes();
    expect(verify(A, message, joined(shifted, sBytes(shifted)))).to.equal(false);
    // The neutral element as R, once canonical, once as y = p + 1, once with a sign.
    for (const [y, good] of [
      [1n, true],
      [P + 1n, false],
      [1n + (1n << 255n), false],
    ] as const) {
      const neutral = little(y);
      expect(verify(A, message, joined(neutral, little((challenge(neutral, A, message) * 77n) % L)))).to.equal(good);
    }
  });

  it("refuses keys and signatures of another length", () => {
    const [key, message, signature] = RFC[0];
    for (const length of [0, 1, 31, 33, 57]) {
      const other = new Uint8Array(length);
      other.set(fromHex(key).slice(0, length));
      expect(verify(other, fromHex(message), fromHex(signature)), `key of ${length}`).to.equal(false);
    }
    for (const length of [0, 32, 63, 65, 114]) {
      const other = new Uint8Array(length);
      other.set(fromHex(signature).slice(0, length));
      expect(verify(fromHex(key), fromHex(message), other), `signature of ${length}`).to.equal(false);
    }
  });

  it("may be used again at any time, and is not valid until it is done", () => {
    const fresh = ed25519.createVerifier();
    const key = fromHex(RFC[1][0]);
    const signature = fromHex(RFC[1][2]);
    const begin = (length: number): void => fresh.begin(key, 0, 32, fromHex("72"), 0, 1, signature, 0, length);
    expect(fresh.step(1)).to.equal(DONE);
    expect(fresh.valid()).to.equal(false);
    for (const abandonedAfter of [1, 7, 8, 9, 10, 100, 264]) {
      begin(64);
      fresh.step(abandonedAfter);
      expect(fresh.valid()).to.equal(false);
    }
    begin(64);
    complete(fresh, 50);
    expect(fresh.valid()).to.equal(true);
    begin(63);
    expect(fresh.valid()).to.equal(false);
    expect(fresh.step(1)).to.equal(DONE);
    expect(fresh.valid()).to.equal(false);
  });

  it("takes 9 steps for the key, one for each bit of the walk and one for each round of the inversion", () => {
    verifier.begin(fromHex(RFC[1][0]), 0, 32, fromHex("72"), 0, 1, fromHex(RFC[1][2]), 0, 64);
    expect(complete(verifier, 1)).to.be.within(263 + 8, 263 + 20);
  });

  wycheproof("ed25519_test.json", (test, group) =>
    verify(bytesOf(group.publicKey as Fields, "pk"), bytesOf(test, "msg"), bytesOf(test, "sig")),
  );
});
