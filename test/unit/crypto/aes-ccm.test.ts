import { cbc, ctr } from "@noble/ciphers/aes.js";
import { expect } from "chai";
import { aes128Ccm, aes128Ccm8, aes256Ccm } from "../../../src/crypto/xs/aes-ccm.js";
import { aeadBehaviour, opened, type SealOracle, sealed } from "../../support/aead.js";
import { fromHex, Seeded, toHex } from "../../support/hex.js";

/** CCM as NIST SP 800-38C §6.1 and its appendix A tell it (q = 3), on noble's CBC, whose last block is the MAC, and noble's counter mode. */
function ccmOracle(tagLength: number): SealOracle {
  return (key, nonce, aad, plaintext) => {
    const input = [
      (aad.length > 0 ? 64 : 0) + 8 * ((tagLength - 2) / 2) + 2,
      ...nonce,
      plaintext.length >> 16,
      plaintext.length >> 8,
      plaintext.length,
    ];
    const pad = () => {
      while (input.length % 16 !== 0) input.push(0);
    };
    const size = aad.length;
    if (size > 0) input.push(...(size < 0xff00 ? [size >> 8, size] : [0xff, 0xfe, size >> 24, size >> 16, size >> 8, size]));
    for (const byte of aad) input.push(byte);
    pad();
    for (const byte of plaintext) input.push(byte);
    pad();
    const mac = cbc(key, new Uint8Array(16), { disablePadding: true }).encrypt(Uint8Array.from(input)).slice(-16);
    const message = new Uint8Array(16 + plaintext.length);
    message.set(mac);
    message.set(plaintext, 16);
    const encrypted = ctr(key, Uint8Array.of(2, ...nonce, 0, 0, 0)).encrypt(message);
    const out = new Uint8Array(plaintext.length + tagLength);
    out.set(encrypted.subarray(16));
    out.set(encrypted.subarray(0, tagLength), plaintext.length);
    return out;
  };
}

describe("AES-128-CCM", () => {
  it("agrees with the oracle where additional data is long", () => {
    const random = new Seeded(42);
    const key = aes128Ccm.create(1);
    const secret = random.bytes(16);
    key.setKey(false, secret, 0);
    const nonce = random.bytes(12);
    // From 0xff00 bytes on its length has six bytes.
    for (const length of [0xfeff, 0xff00]) {
      const aad = new Uint8Array(length).fill(5);
      expect(toHex(sealed(key, nonce, aad, secret, 16))).to.equal(toHex(ccmOracle(16)(secret, nonce, aad, secret)));
    }
  });

  it("never shows what it decrypted under a wrong tag", () => {
    const random = new Seeded(43);
    const key = aes128Ccm.create(1);
    key.setKey(false, random.bytes(16), 0);
    const nonce = random.bytes(12);
    const aad = random.bytes(5);
    for (const length of [1, 15, 16, 17, 100]) {
      const buf = random.bytes(length + 16);
      const before = toHex(buf);
      expect(key.open(nonce, 0, aad, 0, 5, buf, 0, length)).to.equal(false);
      expect(toHex(buf)).to.equal(before);
    }
  });

  it("tells its limits", () => {
    expect([aes128Ccm.recordLimit, aes128Ccm8.recordLimit, aes256Ccm.recordLimit]).to.deep.equal([2 ** 23, 2 ** 23, 2 ** 23]);
    expect([aes128Ccm.tagLength, aes128Ccm8.tagLength, aes256Ccm.tagLength]).to.deep.equal([16, 8, 16]);
  });

  aeadBehaviour(aes128Ccm, ccmOracle(16), "aes_ccm_test.json");
});

describe("AES-128-CCM-8", () => {
  it("has a tag that is no part of the long one: the tag's length is in what is authenticated", () => {
    const secret = new Seeded(44).bytes(16);
    const nonce = new Uint8Array(12);
    const none = new Uint8Array(0);
    const long = aes128Ccm.create(1);
    const short = aes128Ccm8.create(1);
    long.setKey(false, secret, 0);
    short.setKey(false, secret, 0);
    expect(toHex(sealed(long, nonce, none, none, 16)).slice(0, 16)).not.to.equal(toHex(sealed(short, nonce, none, none, 8)));
  });

  it("seals example 3 of NIST SP 800-38C", () => {
    const key = aes128Ccm8.create(1);
    key.setKey(false, fromHex("404142434445464748494a4b4c4d4e4f"), 0);
    const aad = fromHex("000102030405060708090a0b0c0d0e0f10111213");
    const nonce = fromHex("101112131415161718191a1b");
    const plaintext = fromHex("202122232425262728292a2b2c2d2e2f3031323334353637");
    const ciphertext = sealed(key, nonce, aad, plaintext, 8);
    expect(toHex(ciphertext)).to.equal("e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951");
    expect(toHex(opened(key, nonce, aad, ciphertext, 8)!)).to.equal(toHex(plaintext));
  });

  aeadBehaviour(aes128Ccm8, ccmOracle(8), "aes_ccm_test.json");
});

describe("AES-256-CCM", () => {
  aeadBehaviour(aes256Ccm, ccmOracle(16), "aes_ccm_test.json");
});
