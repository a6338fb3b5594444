import { gcm as oracle } from "@noble/ciphers/aes.js";
import { expect } from "chai";
import { aes128Gcm, aes256Gcm } from "../../../src/crypto/xs/aes-gcm.js";
import { aeadBehaviour, opened, sealed } from "../../support/aead.js";
import { fromHex, toHex } from "../../support/hex.js";

describe("AES-128-GCM", () => {
  it("seals test cases 2 and 4 of the GCM specification", () => {
    const key = aes128Gcm.create(1);
    const none = new Uint8Array(0);
    key.setKey(false, new Uint8Array(16), 0);
    expect(toHex(sealed(key, new Uint8Array(12), none, new Uint8Array(16), 16))).to.equal(
      "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
    );
    key.setKey(false, fromHex("feffe9928665731c6d6a8f9467308308"), 0);
    const plaintext = fromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const aad = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const nonce = fromHex("cafebabefacedbaddecaf888");
    const ciphertext = sealed(key, nonce, aad, plaintext, 16);
    expect(toHex(ciphertext)).to.equal(
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091" +
        "5bc94fbc3221a5db94fae95ae7121a47",
    );
    expect(toHex(opened(key, nonce, aad, ciphertext, 16)!)).to.equal(toHex(plaintext));
  });

  aeadBehaviour(aes128Gcm, (key, nonce, aad, plaintext) => oracle(key, nonce, aad).encrypt(plaintext), "aes_gcm_test.json");
});

describe("AES-256-GCM", () => {
  it("seals test cases 14 and 16 of the GCM specification", () => {
    const key = aes256Gcm.create(1);
    const none = new Uint8Array(0);
    key.setKey(false, new Uint8Array(32), 0);
    expect(toHex(sealed(key, new Uint8Array(12), none, new Uint8Array(16), 16))).to.equal(
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    );
    key.setKey(false, fromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), 0);
    const plaintext = fromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const aad = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const nonce = fromHex("cafebabefacedbaddecaf888");
    const ciphertext = sealed(key, nonce, aad, plaintext, 16);
    expect(toHex(ciphertext)).to.equal(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" +
        "76fc6ece0f4e1768cddf8853bb2d551b",
    );
    expect(toHex(opened(key, nonce, aad, ciphertext, 16)!)).to.equal(toHex(plaintext));
  });

  aeadBehaviour(aes256Gcm, (key, nonce, aad, plaintext) => oracle(key, nonce, aad).encrypt(plaintext), "aes_gcm_test.json");
});
