import { p384 } from "@noble/curves/nist.js";
import { expect } from "chai";
import type { Random } from "../../../src/crypto/provider.js";
import { locateInteger } from "../../../src/crypto/xs/ecdsa-signature.js";
import { P384Signer } from "../../../src/crypto/xs/p384-sign.js";
import type { Signer } from "../../../src/identity.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { bytesOfNumber } from "../../support/rsa-keys.js";
import { BUDGETS, complete, rounds } from "../../support/stepping.js";

const SCHEME = 0x0503;
const N = p384.Point.Fn.ORDER;

/** RFC 6979 A.2.6 */
const RFC_KEY = fromHex("6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5");

/** Reproducible bytes; the last 48 of each draw are `extra` where that is given. */
function seeded(seed: number, extra: Uint8Array | null = null): Random {
  const source = new Seeded(seed);
  return {
    fill(bytes: Uint8Array, offset: number, length: number): void {
      bytes.set(source.bytes(length), offset);
      if (extra !== null) bytes.set(extra, offset + length - 48);
    },
  };
}

function sign(
  signer: Signer & { maxSignature: number },
  message: Uint8Array,
  random: Random,
  budget = Number.POSITIVE_INFINITY,
): Uint8Array {
  signer.begin(SCHEME, message, 0, message.length, random);
  complete(signer, budget);
  const signature = new Uint8Array(signer.maxSignature);
  const length = signer.writeSignature(signature, 0);
  const out = new Uint8Array(96);
  for (let i = 0; i < 2; i++) {
    const at = locateInteger(signature, 0, length, 48, i);
    expect(at).to.not.equal(0);
    out.set(signature.slice(at >> 8, (at >> 8) + (at & 255)), 48 * (i + 1) - (at & 255));
  }
  return out;
}

describe("ECDSA signatures on P-384", function () {
  this.timeout(60000);

  const vectors: [string, string][] = [
    [
      "sample",
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe4699ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ],
    [
      "test",
      "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023dbddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5",
    ],
  ];
  for (const [message, signature] of vectors) {
    it(`gives RFC 6979's signature of "${message}" without additional data, in slices of any size`, () => {
      const signer = new P384Signer(RFC_KEY, 0, 0);
      expect(signer.maxSignature).to.equal(104);
      for (const budget of BUDGETS) expect(toHex(sign(signer, fromAscii(message), seeded(9), budget))).to.equal(signature);
    });
  }

  it("agrees with noble, with and without the same additional data", () => {
    const source = new Seeded(31);
    const keys = [1n, 2n, N - 1n, N - 2n].map((value) => bytesOfNumber(value, 48));
    for (let i = 0; i < rounds(10); i++) keys.push(source.bytes(48));
    for (const key of keys) {
      const message = source.bytes(source.number(200));
      const extraEntropy = source.bytes(48);
      const plain = p384.sign(message, key, { lowS: false });
      expect(toHex(sign(new P384Signer(key, 0, 0), message, seeded(3)))).to.equal(toHex(plain));
      const mixed = p384.sign(message, key, { lowS: false, extraEntropy });
      expect(toHex(sign(new P384Signer(key, 0), message, seeded(3, extraEntropy)))).to.equal(toHex(mixed));
    }
  });

  it("refuses another scheme", () => {
    const signer = new P384Signer(RFC_KEY, 0);
    expect(() => signer.begin(0x0403, RFC_KEY, 0, 1, seeded(1))).to.throw(RangeError, "a P-384 key cannot sign with scheme 1027");
  });
});
