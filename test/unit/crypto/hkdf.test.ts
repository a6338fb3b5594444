import { expand as oracleExpand, extract as oracleExtract } from "@noble/hashes/hkdf.js";
import { sha256 as oracleHash } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import {
  expand,
  expandLabel,
  extract,
  extractKeyed,
  LABEL_CLIENT_APPLICATION_TRAFFIC,
  LABEL_CLIENT_HANDSHAKE_TRAFFIC,
  LABEL_DERIVED,
  LABEL_EXPORTER_SECRET,
  LABEL_FINISHED,
  LABEL_IV,
  LABEL_KEY,
  LABEL_RESUMPTION,
  LABEL_RESUMPTION_SECRET,
  LABEL_SERVER_APPLICATION_TRAFFIC,
  LABEL_SERVER_HANDSHAKE_TRAFFIC,
  LABEL_TRAFFIC_UPDATE,
} from "../../../src/crypto/xs/hkdf.js";
import { Hmac } from "../../../src/crypto/xs/hmac.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { fromAscii, fromHex, Seeded, toHex } from "../../support/hex.js";
import { bytesOf, numberOf, wycheproof } from "../../support/wycheproof.js";

const hmac = new Hmac(sha256.create());

function extracted(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  extract(hmac, salt, 0, salt.length, secret, 0, secret.length, out, 0);
  return out;
}

function expanded(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  hmac.setKey(prk, 0, prk.length);
  expand(hmac, info, 0, info.length, out, 0, length);
  return out;
}

function labelled(secret: Uint8Array, label: Uint8Array, context: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  hmac.setKey(secret, 0, secret.length);
  expandLabel(hmac, label, context, 0, context.length, out, 0, length);
  return out;
}

describe("HKDF-SHA-256", () => {
  it("gives the keys of RFC 5869 appendix A", () => {
    const prk1 = extracted(fromHex("000102030405060708090a0b0c"), new Uint8Array(22).fill(0x0b));
    expect(toHex(prk1)).to.equal("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    expect(toHex(expanded(prk1, fromHex("f0f1f2f3f4f5f6f7f8f9"), 42))).to.equal(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
    const count = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, i) => from + i);
    const prk2 = extracted(count(0x60, 0xb0), count(0, 0x50));
    expect(toHex(prk2)).to.equal("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244");
    expect(toHex(expanded(prk2, count(0xb0, 0x100), 82))).to.equal(
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" +
        "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    );
    const prk3 = extracted(new Uint8Array(0), new Uint8Array(22).fill(0x0b));
    expect(toHex(prk3)).to.equal("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
    expect(toHex(expanded(prk3, new Uint8Array(0), 42))).to.equal(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });

  it("agrees with the oracle", () => {
    const random = new Seeded(21);
    for (let round = 0; round < 25; round++) {
      const salt = random.bytes(random.number(100));
      const secret = random.bytes(random.number(100));
      const prk = extracted(salt, secret);
      expect(toHex(prk)).to.equal(toHex(oracleExtract(oracleHash, secret, salt)));
      const info = random.bytes(random.number(80));
      const length = 1 + random.number(150);
      expect(toHex(expanded(prk, info, length))).to.equal(toHex(oracleExpand(oracleHash, prk, info, length)));
    }
  });

  wycheproof("hkdf_sha256_test.json", (test) => {
    const size = numberOf(test, "size");
    // RFC 5869 §2.3 forbids more than 255 blocks; no caller in TLS can ask for them, so expand() does not check.
    if (size > 255 * 32) return false;
    return toHex(expanded(extracted(bytesOf(test, "salt"), bytesOf(test, "ikm")), bytesOf(test, "info"), size)) === test.okm;
  });
});

describe("HKDF-Expand-Label", () => {
  it("spells its labels as RFC 9846 §7 does", () => {
    const names: [Uint8Array, string][] = [
      [LABEL_DERIVED, "derived"],
      [LABEL_CLIENT_HANDSHAKE_TRAFFIC, "c hs traffic"],
      [LABEL_SERVER_HANDSHAKE_TRAFFIC, "s hs traffic"],
      [LABEL_CLIENT_APPLICATION_TRAFFIC, "c ap traffic"],
      [LABEL_SERVER_APPLICATION_TRAFFIC, "s ap traffic"],
      [LABEL_EXPORTER_SECRET, "exp master"],
      [LABEL_RESUMPTION_SECRET, "res master"],
      [LABEL_FINISHED, "finished"],
      [LABEL_KEY, "key"],
      [LABEL_IV, "iv"],
      [LABEL_TRAFFIC_UPDATE, "traffic upd"],
      [LABEL_RESUMPTION, "resumption"],
    ];
    for (const [label, name] of names) {
      expect(label[0]).to.equal(label.length - 1);
      expect(toHex(label.subarray(1))).to.equal(toHex(fromAscii(`tls13 ${name}`)));
    }
  });

  it("gives the secrets and keys of RFC 8448 §3", () => {
    const none = new Uint8Array(0);
    const shared = fromHex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
    const handshake = new Uint8Array(32);
    hmac.setMidstates(sha256.fullHandshakeMidstates, 0);
    extractKeyed(hmac, shared, 0, 32, handshake, 0);
    expect(toHex(handshake)).to.equal("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac");

    const hello = fromHex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
    const client = labelled(handshake, LABEL_CLIENT_HANDSHAKE_TRAFFIC, hello, 32);
    expect(toHex(client)).to.equal("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
    const server = labelled(handshake, LABEL_SERVER_HANDSHAKE_TRAFFIC, hello, 32);
    expect(toHex(server)).to.equal("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
    expect(toHex(labelled(server, LABEL_KEY, none, 16))).to.equal("3fce516009c21727d0f2e4e86ee403bc");
    expect(toHex(labelled(server, LABEL_IV, none, 12))).to.equal("5d313eb2671276ee13000b30");
    expect(toHex(labelled(server, LABEL_FINISHED, none, 32))).to.equal("008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8");
    expect(toHex(labelled(handshake, LABEL_DERIVED, sha256.emptyDigest, 32))).to.equal(
      "43de77e0c77713859a944db9db2590b53190a65b3ee2e4f12dd7a0bb7ce254b4",
    );
  });

  it("writes outputs of any length, and nothing beside them", () => {
    const random = new Seeded(22);
    const secret = random.bytes(32);
    hmac.setKey(secret, 0, 32);
    for (const length of [1, 12, 31, 32, 33, 64, 100]) {
      const context = random.bytes(random.number(33));
      const whole = random.embedded(context, 5, 5);
      const out = new Uint8Array(length + 8);
      expandLabel(hmac, LABEL_TRAFFIC_UPDATE, whole, 5, context.length, out, 4, length);
      const info = Uint8Array.from([length >> 8, length & 255, ...LABEL_TRAFFIC_UPDATE, context.length, ...context]);
      expect(toHex(out)).to.equal(`00000000${toHex(oracleExpand(oracleHash, secret, info, length))}00000000`);
    }
  });

  it("may write where its secret was", () => {
    const secret = new Seeded(23).bytes(32);
    const expected = toHex(labelled(secret, LABEL_TRAFFIC_UPDATE, secret.subarray(0, 0), 32));
    hmac.setKey(secret, 0, 32);
    expandLabel(hmac, LABEL_TRAFFIC_UPDATE, secret, 0, 0, secret, 0, 32);
    expect(toHex(secret)).to.equal(expected);
  });
});
