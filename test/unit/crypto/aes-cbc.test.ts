import { cbc } from "@noble/ciphers/aes.js";
import { expect } from "chai";
import type { CbcAlgorithm } from "../../../src/crypto/cbc.js";
import { aes128Cbc, aes256Cbc } from "../../../src/crypto/xs/aes-cbc.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";
import { bytesOf, numberOf, wycheproof } from "../../support/wycheproof.js";

function crypted(algorithm: CbcAlgorithm, decrypts: boolean, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = algorithm.create(decrypts);
  cipher.setKey(key, 0);
  const buf = new Uint8Array(16 + blocks.length);
  buf.set(iv);
  buf.set(blocks, 16);
  cipher.crypt(buf, 16, blocks.length);
  expect(toHex(buf.subarray(0, 16)), "the IV stays").to.equal(toHex(iv));
  return buf.slice(16);
}

/** The plaintext without its PKCS #7 padding, or null where that is none. */
function unpadded(plaintext: Uint8Array): Uint8Array | null {
  const { length } = plaintext;
  const count = length === 0 ? 0 : plaintext[length - 1]!;
  if (count < 1 || count > 16) return null;
  for (let i = length - count; i < length; i++) if (plaintext[i] !== count) return null;
  return plaintext.slice(0, length - count);
}

function behaviour(algorithm: CbcAlgorithm): void {
  const { keyLength } = algorithm;

  it("agrees with the oracle both ways, at every place of the buffer, and touches nothing beside", () => {
    const random = new Seeded(51);
    const encryption = algorithm.create(false);
    const decryption = algorithm.create(true);
    for (let round = 0; round < 40; round++) {
      const key = random.bytes(keyLength);
      const iv = random.bytes(16);
      const plaintext = random.bytes(16 * random.number(12));
      const keyAt = random.number(5);
      const before = random.number(9);
      const keyIn = random.embedded(key, keyAt, 2);
      const buf = random.embedded(new Uint8Array(16 + plaintext.length), before, 20);
      buf.set(iv, before);
      buf.set(plaintext, before + 16);
      const at = before + 16;
      const beside = () => toHex(buf.subarray(0, at)) + toHex(buf.subarray(at + plaintext.length));
      const others = beside();
      encryption.setKey(keyIn, keyAt);
      decryption.setKey(keyIn, keyAt);
      encryption.crypt(buf, at, plaintext.length);
      expect(toHex(buf.subarray(at, at + plaintext.length))).to.equal(toHex(cbc(key, iv, { disablePadding: true }).encrypt(plaintext)));
      expect(beside()).to.equal(others);
      decryption.crypt(buf, at, plaintext.length);
      expect(toHex(buf.subarray(at, at + plaintext.length))).to.equal(toHex(plaintext));
      expect(beside()).to.equal(others);
    }
  });

  it("has no key after wipe()", () => {
    const key = new Uint8Array(keyLength).fill(7);
    const cipher = algorithm.create(false);
    cipher.setKey(key, 0);
    const buf = new Uint8Array(32);
    cipher.crypt(buf, 16, 16);
    const good = toHex(buf);
    cipher.wipe();
    buf.fill(0);
    cipher.crypt(buf, 16, 16);
    expect(toHex(buf)).not.to.equal(good);
    cipher.setKey(key, 0);
    buf.fill(0);
    cipher.crypt(buf, 16, 16);
    expect(toHex(buf)).to.equal(good);
  });

  wycheproof("aes_cbc_pkcs5_test.json", (test, group) => {
    if (numberOf(group, "keySize") !== 8 * keyLength) return null;
    const key = bytesOf(test, "key");
    const iv = bytesOf(test, "iv");
    const ciphertext = bytesOf(test, "ct");
    if (ciphertext.length % 16 !== 0) return false;
    const blocks = crypted(algorithm, true, key, iv, ciphertext);
    expect(toHex(crypted(algorithm, false, key, iv, blocks))).to.equal(toHex(ciphertext));
    const message = unpadded(blocks);
    return message !== null && toHex(message) === test.msg;
  });
}

const PLAINTEXT = fromHex(
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
);
const IV = fromHex("000102030405060708090a0b0c0d0e0f");

describe("AES-128-CBC", () => {
  it("encrypts and decrypts NIST SP 800-38A F.2.1 and F.2.2", () => {
    const key = fromHex("2b7e151628aed2a6abf7158809cf4f3c");
    const ciphertext = crypted(aes128Cbc, false, key, IV, PLAINTEXT);
    expect(toHex(ciphertext)).to.equal(
      "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
    );
    expect(toHex(crypted(aes128Cbc, true, key, IV, ciphertext))).to.equal(toHex(PLAINTEXT));
  });

  behaviour(aes128Cbc);
});

describe("AES-256-CBC", () => {
  it("encrypts and decrypts NIST SP 800-38A F.2.5 and F.2.6", () => {
    const key = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const ciphertext = crypted(aes256Cbc, false, key, IV, PLAINTEXT);
    expect(toHex(ciphertext)).to.equal(
      "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    );
    expect(toHex(crypted(aes256Cbc, true, key, IV, ciphertext))).to.equal(toHex(PLAINTEXT));
  });

  behaviour(aes256Cbc);
});
