import { hmac as oracle } from "@noble/hashes/hmac.js";
import { sha256 as oracleHash } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import type { KeyedHash } from "../../../src/crypto/provider.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { HmacSha256 } from "../../../src/crypto/xs/hmac-sha256.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { bytesOf, numberOf, wycheproof } from "../../support/wycheproof.js";

function macOf(hmac: KeyedHash, key: Uint8Array, message: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  hmac.setKey(key, 0, key.length);
  hmac.begin();
  hmac.update(message, 0, message.length);
  hmac.finish(out, 0);
  return out;
}

const KINDS: readonly (readonly [string, () => KeyedHash])[] = [
  ["HMAC over SHA-256", () => new Hmac(sha256.create())],
  ["HMAC-SHA-256 in one object", () => new HmacSha256()],
];

for (const [kind, make] of KINDS)
  describe(kind, () => {
    const hmac = make();

    it("gives the MACs of RFC 4231 §4", () => {
      const mac = (key: Uint8Array, message: Uint8Array) => toHex(macOf(hmac, key, message));
      expect(mac(new Uint8Array(20).fill(0x0b), fromAscii("Hi There"))).to.equal(
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      );
      expect(mac(fromAscii("Jefe"), fromAscii("what do ya want for nothing?"))).to.equal(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      );
      expect(mac(new Uint8Array(20).fill(0xaa), new Uint8Array(50).fill(0xdd))).to.equal(
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      );
      expect(mac(fromHex("0102030405060708090a0b0c0d0e0f10111213141516171819"), new Uint8Array(50).fill(0xcd))).to.equal(
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      );
      expect(mac(new Uint8Array(131).fill(0xaa), fromAscii("Test Using Larger Than Block-Size Key - Hash Key First"))).to.equal(
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      );
      expect(
        mac(
          new Uint8Array(131).fill(0xaa),
          fromAscii(
            "This is a test using a larger than block-size key and a larger than block-size data. " +
              "The key needs to be hashed before being used by the HMAC algorithm.",
          ),
        ),
      ).to.equal("9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
    });

    it("agrees with the oracle for keys and messages of any length", () => {
      const random = new Seeded(11);
      for (let round = 0; round < 60; round++) {
        const key = random.bytes(random.number(140));
        const message = random.bytes(random.number(300));
        expect(toHex(macOf(hmac, key, message))).to.equal(toHex(oracle(oracleHash, key, message)));
      }
      for (const length of [0, 1, 63, 64, 65]) {
        const key = random.bytes(length);
        expect(toHex(macOf(hmac, key, key))).to.equal(toHex(oracle(oracleHash, key, key)));
      }
    });

    it("uses a key again, byte by byte and with the hash lent in between", () => {
      const random = new Seeded(12);
      const key = random.bytes(32);
      const whole = random.embedded(key, 7, 3);
      const out = new Uint8Array(50);
      hmac.setKey(whole, 7, 32);
      for (let round = 0; round < 4; round++) {
        hmac.hash.reset();
        hmac.hash.update(key, 0, 20);
        const message = random.bytes(40 + round);
        hmac.begin();
        for (const byte of message) hmac.updateByte(byte);
        hmac.finish(out, 1);
        const expected = toHex(oracle(oracleHash, key, message));
        expect(toHex(out.subarray(1, 33))).to.equal(expected);
        hmac.begin();
        hmac.update(message, 0, message.length);
        out.fill(0);
        hmac.finish(out, 2, 12);
        expect(toHex(out.subarray(0, 16))).to.equal(`0000${expected.slice(0, 24)}0000`);
      }
    });

    it("takes midstates in a key's place", () => {
      const message = new Seeded(13).bytes(32);
      const out = new Uint8Array(32);
      hmac.setMidstates(sha256.fullHandshakeMidstates, 0);
      hmac.begin();
      hmac.update(message, 0, 32);
      hmac.finish(out, 0);
      expect(toHex(out)).to.equal(toHex(oracle(oracleHash, sha256.fullHandshakeSalt, message)));
    });

    it("is wiped by wipe()", () => {
      const own = make();
      const key = new Seeded(14).bytes(32);
      own.setKey(key, 0, 32);
      own.wipe();
      const zero = make();
      zero.setMidstates(new Uint8Array(64), 0);
      const out = [new Uint8Array(32), new Uint8Array(32)] as const;
      own.begin();
      own.finish(out[0], 0);
      zero.begin();
      zero.finish(out[1], 0);
      expect(toHex(out[0])).to.equal(toHex(out[1]));
    });

    wycheproof("hmac_sha256_test.json", (test, group) => {
      const tag = bytesOf(test, "tag");
      expect(tag.length).to.equal(numberOf(group, "tagSize") / 8);
      return toHex(macOf(hmac, bytesOf(test, "key"), bytesOf(test, "msg")).subarray(0, tag.length)) === toHex(tag);
    });
  });
