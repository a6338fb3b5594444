import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import type { DecryptionKey } from "../../../src/crypto/decryption-key.js";
import { takePreMasterSecret } from "../../../src/crypto/pre-master-secret.js";
import { DONE, type Random } from "../../../src/crypto/provider.js";
import { RsaDecryptionKey } from "../../../src/crypto/xs/rsa-decrypt.js";
import { RsaEncryption } from "../../../src/crypto/xs/rsa-encrypt.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { Seeded, toHex } from "../../support/hex.js";
import { wrongBlocks } from "../../support/pre-master.js";
import { bytesOfNumber, MODULUS_2048, NUMBERS_2048, numberOfBytes, power, publicKeyDer, RSA_2048 } from "../../support/rsa-keys.js";

const ALL = Number.POSITIVE_INFINITY;
const publicKey = publicKeyDer(MODULUS_2048, 65537n);

function seeded(seed: number): Random {
  const source = new Seeded(seed);
  return {
    fill(bytes: Uint8Array, offset: number, length: number): void {
      for (let i = 0; i < length; i++) bytes[offset + i] = source.number(256);
    },
  };
}

function encrypt(message: Uint8Array, random: Random, budget = ALL): Uint8Array {
  const encryption = new RsaEncryption();
  expect(encryption.begin(publicKey, message, 0, message.length, random)).to.equal(true);
  while (encryption.step(budget) !== DONE);
  const out = new Uint8Array(encryption.octets);
  encryption.writeCiphertext(out, 0);
  return out;
}

function decrypt(key: DecryptionKey, ciphertext: Uint8Array, budget = ALL): Uint8Array {
  const decrypter = key.createDecrypter();
  const embedded = new Uint8Array(ciphertext.length + 5);
  embedded.set(ciphertext, 3);
  decrypter.begin(embedded, 3, ciphertext.length, seeded(7));
  embedded.fill(0x77);
  while (decrypter.step(budget) !== DONE);
  const out = new Uint8Array(key.modulusLength + 2).fill(0xa5);
  decrypter.writeBlock(out, 1);
  expect([out[0], out[out.length - 1]]).to.deep.equal([0xa5, 0xa5]);
  return out.slice(1, -1);
}

describe("RSA encryption of a pre-master secret", () => {
  it("gives what the textbook decrypts: 0, 2, octets that are not 0, 0, message", () => {
    const message = new Seeded(81).bytes(48);
    for (let seed = 1; seed <= 3; seed++) {
      const c = numberOfBytes(encrypt(message, seeded(seed)));
      const block = bytesOfNumber(power(c, NUMBERS_2048[3]!, MODULUS_2048), 256);
      expect([...block.slice(0, 2)]).to.deep.equal([0, 2]);
      expect([...block.slice(2, 207)]).not.to.include(0);
      expect(block[207]).to.equal(0);
      expect(toHex(block.slice(208))).to.equal(toHex(message));
    }
  });

  it("comes out the same in small steps", () => {
    const message = new Seeded(82).bytes(48);
    expect(toHex(encrypt(message, seeded(1), 1))).to.equal(toHex(encrypt(message, seeded(1))));
  });

  it("ends where random gives zeros alone, and refuses what is no key", () => {
    const encryption = new RsaEncryption();
    const zeros: Random = { fill: (bytes, offset, length) => void bytes.fill(0, offset, offset + length) };
    expect(() => encryption.begin(publicKey, new Uint8Array(48), 0, 48, zeros)).to.throw(TLSAlert, "nothing but zeros");
    expect(encryption.begin(publicKey.subarray(1), new Uint8Array(48), 0, 48, seeded(1))).to.equal(false);
  });
});

describe("RSA decryption with BigInt", () => {
  const key = new RsaDecryptionKey(parsePrivateKey(RSA_2048).rsa!);

  it("does not call itself constant-time", () => {
    expect(key.constantTime).to.equal(false);
    expect(key.modulusLength).to.equal(256);
  });

  it("gives the block back, whatever it is, with all its zeros", () => {
    const random = new Seeded(83);
    const p = NUMBERS_2048[4]!;
    const blocks = [new Uint8Array(256), bytesOfNumber(1n, 256), bytesOfNumber(p, 256), bytesOfNumber(MODULUS_2048 - 1n, 256)];
    for (const zeros of [1, 2, 8, 9, 100]) {
      const block = random.bytes(256);
      block.fill(0, 0, zeros);
      blocks.push(block);
    }
    for (const block of blocks) {
      const c = bytesOfNumber(power(numberOfBytes(block), 65537n, MODULUS_2048), 256);
      expect(toHex(decrypt(key, c))).to.equal(toHex(block));
    }
  });

  it("comes out the same in small steps", () => {
    const c = encrypt(new Seeded(84).bytes(48), seeded(3));
    expect(toHex(decrypt(key, c, 1))).to.equal(toHex(decrypt(key, c)));
  });

  it("gives zeros for what no ciphertext can be", () => {
    const zeros = "00".repeat(256);
    expect(toHex(decrypt(key, new Uint8Array(255).fill(1)))).to.equal(zeros);
    expect(toHex(decrypt(key, new Uint8Array(257).fill(1)))).to.equal(zeros);
    expect(toHex(decrypt(key, new Uint8Array(0)))).to.equal(zeros);
    expect(toHex(decrypt(key, bytesOfNumber(MODULUS_2048, 256)))).to.equal(zeros);
    expect(toHex(decrypt(key, new Uint8Array(256).fill(0xff)))).to.equal(zeros);
  });

  it("keeps a wrong result to itself", () => {
    const numbers = parsePrivateKey(RSA_2048.slice()).rsa!;
    numbers.bytes[(numbers.exponent1 >> 16) + 50]! ^= 1;
    expect(() => decrypt(new RsaDecryptionKey(numbers), encrypt(new Uint8Array(48), seeded(5)))).to.throw(TLSAlert, "does not verify");
  });
});

describe("pre-master secret of a decrypted block", () => {
  const RANDOM = new Seeded(85).bytes(48);

  function taken(block: Uint8Array): Uint8Array {
    const secret = new Uint8Array(50);
    secret.set(RANDOM, 1);
    const embedded = new Uint8Array(block.length + 9).fill(0xee);
    embedded.set(block, 4);
    takePreMasterSecret(embedded, 4, block.length, 0x0303, secret, 1);
    expect([secret[0], secret[49]]).to.deep.equal([0, 0]);
    return secret.slice(1, 49);
  }

  it("is taken where all is right", () => {
    const { right, secret } = wrongBlocks(256, 0x0303);
    expect(toHex(taken(right))).to.equal(toHex(secret));
    // Any other octet in the padding but 0 does.
    for (let i = 2; i < 207; i++) {
      const block = right.slice();
      for (const value of [1, 0x7f, 0x80, 0xff]) {
        block[i] = value;
        expect(toHex(taken(block))).to.equal(toHex(secret));
      }
    }
  });

  it("is the random one where anything is wrong", () => {
    const { wrong } = wrongBlocks(256, 0x0303);
    expect(Object.keys(wrong)).to.have.length.above(10);
    for (const [what, block] of Object.entries(wrong)) expect(toHex(taken(block)), what).to.equal(toHex(RANDOM));
  });

  it("is the random one for every wrong value of every fixed octet", () => {
    const { right } = wrongBlocks(256, 0x0303);
    for (const at of [0, 1, 207, 208, 209])
      for (let value = 0; value < 256; value++) {
        if (value === right[at]) continue;
        const block = right.slice();
        block[at] = value;
        expect(toHex(taken(block)), `octet ${at} is ${value}`).to.equal(toHex(RANDOM));
      }
    for (let at = 2; at < 207; at++) {
      const block = right.slice();
      block[at] = 0;
      expect(toHex(taken(block)), `octet ${at} is 0`).to.equal(toHex(RANDOM));
    }
  });
});
