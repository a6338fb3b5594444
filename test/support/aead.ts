/** What holds for every AEAD key: agreement with an oracle, refusal of what was altered, independence of keys, wiping. */
import { expect } from "chai";
import type { AeadAlgorithm, AeadKeys } from "../../src/crypto/provider.js";
import { fromHex, Seeded, toHex } from "./hex.js";
import { bytesOf, numberOf, wycheproof } from "./wycheproof.js";

/** Ciphertext and tag of the oracle. */
export type SealOracle = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) => Uint8Array;

/** Seals in a buffer of its own; the answer is ciphertext and tag. */
export function sealed(keys: AeadKeys, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tagLength: number): Uint8Array {
  const buf = new Uint8Array(plaintext.length + tagLength);
  buf.set(plaintext);
  keys.seal(nonce, 0, aad, 0, aad.length, buf, 0, plaintext.length);
  return buf;
}

/** The plaintext, or null where the tag was wrong. */
export function opened(keys: AeadKeys, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tagLength: number): Uint8Array | null {
  const buf = ciphertext.slice();
  const length = buf.length - tagLength;
  return keys.open(nonce, 0, aad, 0, aad.length, buf, 0, length) ? buf.subarray(0, length) : null;
}

export function aeadBehaviour(algorithm: AeadAlgorithm, oracle: SealOracle, vectors: string): void {
  const tagLength = algorithm.tagLength;
  const one = algorithm.create(1);
  const both = algorithm.create(2);

  /** One message, lying anywhere, sealed and opened again, by one key and by two; what lies beside it stays. */
  function roundTrip(random: Seeded, length: number, aadLength: number, before: number): void {
    const secret = random.bytes(algorithm.keyLength);
    const nonce = random.bytes(12);
    const aad = random.bytes(aadLength);
    const plaintext = random.bytes(length);
    const keyAt = random.number(5);
    const nonceAt = random.number(5);
    const aadAt = random.number(5);
    const keyIn = random.embedded(secret, keyAt, 2);
    const nonceIn = random.embedded(nonce, nonceAt, 2);
    const aadIn = random.embedded(aad, aadAt, 2);
    const buf = random.embedded(new Uint8Array(length + tagLength), before, 20);
    const beside = toHex(buf.subarray(0, before)) + toHex(buf.subarray(before + length + tagLength));
    const expected = toHex(oracle(secret, nonce, aad, plaintext));

    one.setKey(random.number(2) === 0, keyIn, keyAt);
    both.setKey(true, keyIn, keyAt);
    both.setKey(false, keyIn, keyAt);
    for (const [sealing, opening] of [
      [one, both],
      [both, one],
    ] as const) {
      buf.set(plaintext, before);
      sealing.seal(nonceIn, nonceAt, aadIn, aadAt, aadLength, buf, before, length);
      const what = `length ${length}, aad ${aadLength}, offset ${before}`;
      expect(toHex(buf.subarray(before, before + length + tagLength)), what).to.equal(expected);
      expect(opening.open(nonceIn, nonceAt, aadIn, aadAt, aadLength, buf, before, length), what).to.equal(true);
      expect(toHex(buf.subarray(before, before + length)), what).to.equal(toHex(plaintext));
      expect(toHex(buf.subarray(0, before)) + toHex(buf.subarray(before + length + tagLength)), what).to.equal(beside);
    }
  }

  it("agrees with the oracle at every length of the first blocks, at every alignment", () => {
    const random = new Seeded(31);
    for (let length = 0; length <= 130; length++) roundTrip(random, length, 5, length % 7);
  });

  it("agrees with the oracle at random lengths and places", () => {
    const random = new Seeded(32);
    for (let round = 0; round < 40; round++) roundTrip(random, random.number(1200), random.number(60), random.number(16));
    for (let aadLength = 0; aadLength <= 50; aadLength++) roundTrip(random, 20, aadLength, 5);
  });

  it("agrees with the oracle beyond 256 blocks (the counter's second byte)", () => {
    const random = new Seeded(33);
    for (const length of [4096, 4097, 8208, 16400]) roundTrip(random, length, 5, 1);
  });

  it("opens in parts, while records are sealed in between", () => {
    const random = new Seeded(36);
    for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 128, 200, 777, 4100]) {
      const secret = random.bytes(algorithm.keyLength);
      const nonce = random.bytes(12);
      const aad = random.bytes([5, 0, 40][length % 3]!);
      const plaintext = random.bytes(length);
      one.setKey(false, secret, 0);
      both.setKey(true, secret, 0);
      both.setKey(false, random.bytes(algorithm.keyLength), 0);
      const good = sealed(one, nonce, aad, plaintext, tagLength);
      const inParts = (wire: Uint8Array, before: number): Uint8Array | null => {
        const opening = both.openInParts!(nonce, 0, aad, 0, aad.length, length);
        const got = new Uint8Array(length);
        let at = 0;
        do {
          const size = Math.min(length - at, 64 * (1 + random.number(9)));
          const buf = random.embedded(wire.slice(at, at + size), before, 3);
          opening.part(buf, before, size);
          got.set(buf.subarray(before, before + size), at);
          sealed(both, nonce, aad, plaintext.subarray(0, 50), tagLength);
          at += size;
        } while (at < length);
        return opening.end(random.embedded(wire.slice(length), before, 1), before) ? got : null;
      };
      for (let before = 0; before < 5; before++) expect(toHex(inParts(good, before)!), `length ${length}`).to.equal(toHex(plaintext));
      for (let n = 0; n < 10; n++) {
        const bad = good.slice();
        bad[random.number(bad.length)]! ^= 1 << random.number(8);
        expect(inParts(bad, 0), `length ${length}`).to.equal(null);
      }
      expect(toHex(opened(both, nonce, aad, good, tagLength)!)).to.equal(toHex(plaintext));
    }
  });

  it("refuses what was altered, and leaves it as it was", () => {
    const random = new Seeded(34);
    const secret = random.bytes(algorithm.keyLength);
    both.setKey(true, secret, 0);
    one.setKey(false, secret, 0);
    for (const length of [0, 1, 16, 77, 200]) {
      const nonce = random.bytes(12);
      const aad = random.bytes(13);
      const plaintext = random.bytes(length);
      const good = sealed(one, nonce, aad, plaintext, tagLength);
      const refuse = (n: Uint8Array, a: Uint8Array, c: Uint8Array) => {
        const buf = c.slice();
        expect(both.open(n, 0, a, 0, a.length, buf, 0, length)).to.equal(false);
        expect(toHex(buf)).to.equal(toHex(c));
      };
      const flip = (bytes: Uint8Array, at: number) => {
        const copy = bytes.slice();
        copy[at]! ^= 1 << random.number(8);
        return copy;
      };
      for (let at = 0; at < good.length; at += at < length ? 1 + random.number(20) : 1) refuse(nonce, aad, flip(good, at));
      for (let at = 0; at < 13; at++) refuse(nonce, flip(aad, at), good);
      for (let at = 0; at < 12; at++) refuse(flip(nonce, at), aad, good);
      refuse(nonce, aad.subarray(0, 12), good);
      expect(toHex(opened(both, nonce, aad, good, tagLength)!)).to.equal(toHex(plaintext));
    }
  });

  it("keeps the key to seal with and the key to open with apart, and objects too; wipes both", () => {
    const random = new Seeded(35);
    const pairs = [algorithm.create(2), algorithm.create(2)];
    const secrets = pairs.map(() => [random.bytes(algorithm.keyLength), random.bytes(algorithm.keyLength)] as const);
    pairs.forEach((keys, i) => {
      keys.setKey(i === 0, secrets[i]![i === 0 ? 1 : 0], 0);
      keys.setKey(i !== 0, secrets[i]![i === 0 ? 0 : 1], 0);
    });
    const nonce = random.bytes(12);
    const aad = random.bytes(5);
    const plaintext = random.bytes(100);
    const holds = (keys: AeadKeys, [seals, opens]: readonly [Uint8Array, Uint8Array]): void => {
      expect(toHex(sealed(keys, nonce, aad, plaintext, tagLength))).to.equal(toHex(oracle(seals, nonce, aad, plaintext)));
      expect(toHex(opened(keys, nonce, aad, oracle(opens, nonce, aad, plaintext), tagLength) ?? new Uint8Array(0))).to.equal(
        toHex(plaintext),
      );
      expect(opened(keys, nonce, aad, oracle(seals, nonce, aad, plaintext), tagLength)).to.equal(null);
    };
    for (let round = 0; round < 2; round++) for (const [i, keys] of pairs.entries()) holds(keys, secrets[i]!);
    pairs[0]!.wipe();
    holds(pairs[1]!, secrets[1]!);
    expect(toHex(sealed(pairs[0]!, nonce, aad, plaintext, tagLength))).not.to.equal(toHex(oracle(secrets[0]![0], nonce, aad, plaintext)));
    expect(opened(pairs[0]!, nonce, aad, oracle(secrets[0]![1], nonce, aad, plaintext), tagLength)).to.equal(null);
    const zero = new Uint8Array(algorithm.keyLength);
    pairs[0]!.setKey(true, secrets[1]![0], 0);
    pairs[0]!.setKey(false, zero, 0);
    holds(pairs[0]!, [zero, secrets[1]![0]]);
  });

  wycheproof(vectors, (test, group) => {
    // TLS has one nonce length, one tag length and one key length for each algorithm.
    if (numberOf(group, "ivSize") !== 96 || numberOf(group, "tagSize") !== 8 * tagLength) return null;
    if (numberOf(group, "keySize") !== 8 * algorithm.keyLength) return null;
    const nonce = bytesOf(test, "iv");
    const aad = bytesOf(test, "aad");
    one.setKey(true, bytesOf(test, "key"), 0);
    const ciphertext = fromHex((test.ct as string) + (test.tag as string));
    const plaintext = opened(one, nonce, aad, ciphertext, tagLength);
    if (plaintext !== null && toHex(plaintext) !== test.msg) return false;
    const again = toHex(sealed(one, nonce, aad, bytesOf(test, "msg"), tagLength)) === toHex(ciphertext);
    return plaintext !== null && again;
  });
}
