import { expand as oracleExpand, extract as oracleExtract } from "@noble/hashes/hkdf.js";
import { sha384 as oracle384, sha512 as oracle512 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { expand, expandLabel, extract, extractKeyed, LABEL_KEY } from "../../../src/crypto/xs/hkdf.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { sha384 } from "../../../src/crypto/xs/sha384.js";
import { sha512 } from "../../../src/crypto/xs/sha512.js";
import { fromAscii, Seeded, toHex } from "../../support/hex.js";
import { bytesOf, numberOf, wycheproof } from "../../support/wycheproof.js";
import { expectScheduleConstants, macOf, rulesOfHash, TWO_BLOCKS_OF_128 } from "./hash-rules.js";

/** FIPS 180-4's examples: "abc", then two blocks. */
const EXAMPLES = {
  "SHA-512": [
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
  ],
  "SHA-384": [
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
  ],
} as const;

for (const [algorithm, oracle, length] of [
  [sha512, oracle512, 64],
  [sha384, oracle384, 48],
] as const)
  describe(algorithm.name, () => {
    const [abc, two] = EXAMPLES[algorithm.name as keyof typeof EXAMPLES];
    rulesOfHash(
      algorithm,
      oracle,
      [length, 128, 64],
      [
        ["abc", abc],
        [TWO_BLOCKS_OF_128, two],
      ],
    );
  });

describe("The key schedule's parts on SHA-384", () => {
  const hmac = new Hmac(sha384.create());

  function expanded(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    const out = new Uint8Array(length);
    hmac.setKey(prk, 0, prk.length);
    expand(hmac, info, 0, info.length, out, 0, length);
    return out;
  }

  it("gives the MACs of RFC 4231", () => {
    expect(toHex(macOf(hmac, new Uint8Array(20).fill(0x0b), fromAscii("Hi There")))).to.equal(
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    );
    expect(
      toHex(macOf(hmac, new Uint8Array(131).fill(0xaa), fromAscii("Test Using Larger Than Block-Size Key - Hash Key First"))),
    ).to.equal("4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
  });

  it("has the right constants", () => expectScheduleConstants(sha384));

  it("takes midstates in a salt's place", () => {
    const shared = new Seeded(8).bytes(32);
    const secret = new Uint8Array(48);
    hmac.setMidstates(sha384.fullHandshakeMidstates, 0);
    extractKeyed(hmac, shared, 0, 32, secret, 0);
    expect(toHex(secret)).to.equal(toHex(oracleExtract(oracle384, shared, sha384.fullHandshakeSalt)));
  });

  it("expands labels as the oracle does", () => {
    const random = new Seeded(9);
    const prk = random.bytes(48);
    hmac.setKey(prk, 0, 48);
    for (const length of [12, 16, 32, 48, 49, 100]) {
      const out = new Uint8Array(length);
      expandLabel(hmac, LABEL_KEY, prk, 0, 48, out, 0, length);
      const info = Uint8Array.from([0, length, ...LABEL_KEY, 48, ...prk]);
      expect(toHex(out)).to.equal(toHex(oracleExpand(oracle384, prk, info, length)));
    }
  });

  wycheproof("hmac_sha384_test.json", (test, group) => {
    const tag = bytesOf(test, "tag");
    expect(tag.length).to.equal(numberOf(group, "tagSize") / 8);
    return toHex(macOf(hmac, bytesOf(test, "key"), bytesOf(test, "msg")).subarray(0, tag.length)) === toHex(tag);
  });

  wycheproof("hkdf_sha384_test.json", (test) => {
    const size = numberOf(test, "size");
    // RFC 5869 §2.3 forbids more than 255 blocks; no caller in TLS can ask for them, so expand() does not check.
    if (size > 255 * 48) return false;
    const prk = new Uint8Array(48);
    const salt = bytesOf(test, "salt");
    const secret = bytesOf(test, "ikm");
    extract(hmac, salt, 0, salt.length, secret, 0, secret.length, prk, 0);
    return toHex(expanded(prk, bytesOf(test, "info"), size)) === test.okm;
  });
});
