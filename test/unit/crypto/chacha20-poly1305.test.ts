import { poly1305 as oraclePoly1305 } from "@noble/ciphers/_poly1305.js";
import { chacha20poly1305 as oracle } from "@noble/ciphers/chacha.js";
import { expect } from "chai";
import { chacha20Poly1305 } from "../../../src/crypto/xs/chacha20-poly1305.js";
import { poly1305Blocks, poly1305Tag } from "../../../src/crypto/xs/generated/poly1305.js";
import { aeadBehaviour, opened, sealed } from "../../support/aead.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";

describe("ChaCha20-Poly1305", () => {
  it("seals the example of RFC 8439 §2.8.2", () => {
    const key = chacha20Poly1305.create(1);
    key.setKey(false, fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"), 0);
    const nonce = fromHex("070000004041424344454647");
    const aad = fromHex("50515253c0c1c2c3c4c5c6c7");
    const plaintext = fromAscii(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const ciphertext = sealed(key, nonce, aad, plaintext, 16);
    expect(toHex(ciphertext)).to.equal(
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36" +
        "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060" +
        "0691",
    );
    expect(toHex(opened(key, nonce, aad, ciphertext, 16)!)).to.equal(toHex(plaintext));
  });

  aeadBehaviour(
    chacha20Poly1305,
    (key, nonce, aad, plaintext) => oracle(key, nonce, aad).encrypt(plaintext),
    "chacha20_poly1305_test.json",
  );
});

describe("Poly1305", () => {
  /** The MAC of whole blocks under a one-time key (r, s), at a word of its buffer. */
  function macOf(key: Uint8Array, message: Uint8Array, before: number): string {
    const state = new Int32Array(48);
    const bytes = new Uint8Array(state.buffer);
    bytes.set(key);
    const buffer = new ArrayBuffer(message.length + 32);
    new Uint8Array(buffer).set(message, 4 * before);
    const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    poly1305Blocks(state, 0, words, before, message.length >> 4, 0);
    poly1305Tag(state);
    return toHex(bytes.slice(64, 80));
  }

  it("gives the tags of RFC 8439 §2.5.2 and appendix A.3 (whole blocks)", () => {
    const hex = (text: string, length: number) => fromHex(text.padEnd(2 * length, "0"));
    const ff = "ff".repeat(16);
    // Vectors 7 to 11 of A.3: carries over 2^130 and 2^128 at their edges.
    expect(macOf(hex("02", 32), fromHex(ff), 0)).to.equal("03".padEnd(32, "0"));
    expect(macOf(fromHex(`02${"00".repeat(15)}${ff}`), hex("02", 16), 0)).to.equal("03".padEnd(32, "0"));
    expect(macOf(hex("01", 32), fromHex(`${ff}f0${"ff".repeat(15)}11${"00".repeat(15)}`), 0)).to.equal("05".padEnd(32, "0"));
    expect(macOf(hex("01", 32), fromHex(`${ff}fb${"fe".repeat(15)}${"01".repeat(16)}`), 0)).to.equal("00".repeat(16));
    expect(macOf(hex("02", 32), fromHex(`fd${"ff".repeat(15)}`), 0)).to.equal(`fa${"ff".repeat(15)}`);
  });

  it("keeps every sum within 32 bits: extreme keys and messages agree with the oracle", () => {
    const random = new Seeded(41);
    for (let round = 0; round < 400; round++) {
      const extreme = (length: number) => {
        const bytes = random.bytes(length);
        const odds = random.number(3);
        for (let i = 0; i < length; i++) if (random.number(8) < 3 * odds + 2) bytes[i] = random.number(12) === 0 ? 0 : 0xff;
        return bytes;
      };
      const key = extreme(32);
      const message = extreme(16 * (1 + random.number(8)));
      expect(macOf(key, message, round % 8)).to.equal(toHex(oraclePoly1305(message, key)));
    }
    const full = new Uint8Array(32).fill(0xff);
    for (let blocks = 1; blocks <= 32; blocks++) {
      const message = new Uint8Array(16 * blocks).fill(0xff);
      expect(macOf(full, message, 0)).to.equal(toHex(oraclePoly1305(message, full)));
    }
  });
});
