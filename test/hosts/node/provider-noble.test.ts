import {
  constants,
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { expect } from "chai";
import { aes128ccm, aes128ccm8, aes128gcm, aes256gcm, chachaPoly1305 } from "../../../hosts/node/noble/aeads.js";
import { groupP256, groupP384, groupX25519 } from "../../../hosts/node/noble/groups.js";
import { sha256, sha384, sha512 } from "../../../hosts/node/noble/hashes.js";
import { ecdsaP256Sha256, nobleSignatures } from "../../../hosts/node/noble/signatures.js";
import { nobleProvider, nobleSuites } from "../../../hosts/node/provider-noble.js";
import { systemClock, systemRandom } from "../../../hosts/node/system.js";
import {
  DONE,
  KEY_ED25519,
  KEY_P256,
  KEY_P384,
  KEY_P521,
  KEY_RSA,
  KEY_RSA_PSS,
  type NamedGroup,
  type SignatureAlgorithm,
} from "../../../src/crypto/provider.js";
import { sha384 as deviceSha384 } from "../../../src/crypto/xs/sha384.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("hosts/node provider on noble", () => {
  for (const [algorithm, name] of [
    [sha256, "sha256"],
    [sha384, "sha384"],
    [sha512, "sha512"],
  ] as const)
    it(`${algorithm.name} in pieces equals node:crypto; midstates can be saved`, () => {
      const data = randomBytes(300);
      const hash = algorithm.create();
      const { outputLength, blockLength, stateLength } = algorithm;
      const out = new Uint8Array(4 + outputLength);
      for (let length = 0; length <= 300; length += 13) {
        hash.reset();
        for (let at = 0; at < length; at += 29) hash.update(data, at, Math.min(29, length - at));
        hash.digest(out, 4);
        expect(hex(out.slice(4))).to.equal(createHash(name).update(data.subarray(0, length)).digest("hex"));
      }
      const saved = new Uint8Array(stateLength);
      hash.reset();
      hash.update(data, 0, 2 * blockLength);
      hash.save(saved, 0);
      const other = algorithm.create();
      other.restore(saved, 0, 2);
      other.update(data, 2 * blockLength, 300 - 2 * blockLength);
      other.digest(out, 4);
      expect(hex(out.slice(4))).to.equal(createHash(name).update(data).digest("hex"));
      const inner = new Uint8Array(outputLength);
      hash.restore(algorithm.fullHandshakeMidstates, stateLength, 1);
      hash.update(data, 0, 3);
      hash.digest(inner, 0);
      hash.restore(algorithm.fullHandshakeMidstates, 0, 1);
      hash.update(inner, 0, outputLength);
      hash.digest(inner, 0);
      expect(hex(inner)).to.equal(createHmac(name, algorithm.fullHandshakeSalt).update(data.subarray(0, 3)).digest("hex"));
    });

  it("SHA-384's constants are those of the device's own", () => {
    expect(sha384).to.deep.include({
      emptyDigest: deviceSha384.emptyDigest,
      fullHandshakeSalt: deviceSha384.fullHandshakeSalt,
      fullHandshakeMidstates: deviceSha384.fullHandshakeMidstates,
    });
  });

  it("saves and restores midstates, copies whole states", () => {
    const data = randomBytes(200);
    const expected = createHash("sha256").update(data).digest("hex");
    const hash = sha256.create();
    const saved = new Uint8Array(34);
    const out = new Uint8Array(32);
    hash.update(data, 0, 128);
    hash.save(saved, 2);
    hash.wipe();
    const other = sha256.create();
    other.restore(saved, 2, 2);
    other.update(data, 128, 30);
    hash.copy(other);
    for (const h of [other, hash]) {
      h.update(data, 158, 42);
      h.digest(out, 0);
      expect(hex(out)).to.equal(expected);
    }
    hash.restore(saved, 2, 2);
    hash.update(data, 128, 1);
    expect(() => hash.save(saved, 0)).to.throw(RangeError);
  });

  it("constants of the schedule (RFC 8448 §3: derived secret of the early secret)", () => {
    expect(hex(sha256.emptyDigest)).to.equal(createHash("sha256").digest("hex"));
    expect(hex(sha256.fullHandshakeSalt)).to.equal("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");
    const hash = sha256.create();
    const inner = new Uint8Array(32);
    hash.restore(sha256.fullHandshakeMidstates, 32, 1);
    hash.update(inner, 0, 3);
    hash.digest(inner, 0);
    hash.restore(sha256.fullHandshakeMidstates, 0, 1);
    hash.update(inner, 0, 32);
    hash.digest(inner, 0);
    expect(hex(inner)).to.equal(createHmac("sha256", sha256.fullHandshakeSalt).update(new Uint8Array(3)).digest("hex"));
  });

  for (const [algorithm, name] of [
    [aes128gcm, "aes-128-gcm"],
    [aes256gcm, "aes-256-gcm"],
    [aes128ccm, "aes-128-ccm"],
    [aes128ccm8, "aes-128-ccm"],
    [chachaPoly1305, "chacha20-poly1305"],
  ] as const) {
    it(`${algorithm.name} equals node:crypto, and refuses every flipped byte`, () => {
      const keyBytes = randomBytes(algorithm.keyLength);
      const nonce = randomBytes(14);
      const aad = randomBytes(9);
      const key = algorithm.create(1);
      key.setKey(false, keyBytes, 0);
      for (const length of name === "aes-128-ccm" ? [1, 16, 100] : [0, 1, 16, 100]) {
        const plain = randomBytes(length);
        const cipher = createCipheriv(name as "aes-128-gcm", keyBytes, nonce.subarray(2), { authTagLength: algorithm.tagLength });
        cipher.setAAD(aad.subarray(3, 8), { plaintextLength: length });
        const expected = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
        const buf = new Uint8Array(5 + length + algorithm.tagLength);
        buf.set(plain, 5);
        key.seal(nonce, 2, aad, 3, 5, buf, 5, length);
        expect(hex(buf.slice(5))).to.equal(hex(expected));
        for (let i = 5; i < buf.length; i++) {
          const bad = buf.slice();
          bad[i] = (bad[i] ?? 0) ^ 1;
          const before = hex(bad);
          expect(key.open(nonce, 2, aad, 3, 5, bad, 5, length)).to.equal(false);
          expect(hex(bad)).to.equal(before);
        }
        expect(key.open(nonce, 2, aad, 3, 5, buf, 5, length)).to.equal(true);
        expect(hex(buf.slice(5, 5 + length))).to.equal(hex(plain));
      }
    });
  }

  function agree(group: NamedGroup) {
    const [a, b] = [group.create(), group.create()];
    const keys = [a, b].map((exchange) => {
      exchange.beginGenerate(systemRandom);
      expect(exchange.step(1)).to.equal(DONE);
      const key = new Uint8Array(group.publicLength);
      exchange.writePublicKey(key, 0);
      return key;
    }) as [Uint8Array, Uint8Array];
    const secret = (exchange: typeof a, peer: Uint8Array, length = peer.length) => {
      exchange.beginAgree(peer, 0, length);
      exchange.step(Infinity);
      const out = new Uint8Array(group.secretLength);
      return exchange.writeSecret(out, 0) ? hex(out) : null;
    };
    return { a, b, keys, secret };
  }

  for (const group of [groupX25519, groupP256, groupP384]) {
    it(`${group.name}: both sides get the same secret; wrong lengths are refused`, () => {
      const { a, b, keys, secret } = agree(group);
      expect(secret(a, keys[1]))
        .to.equal(secret(b, keys[0]))
        .and.to.have.length(2 * group.secretLength);
      expect(secret(a, keys[1], keys[1].length - 1)).to.equal(null);
      expect(secret(a, Uint8Array.of(...keys[1], 0))).to.equal(null);
    });
  }

  it("refuses the all-zero result, points off the curve and compressed points", () => {
    const x = agree(groupX25519);
    expect(x.secret(x.a, new Uint8Array(32))).to.equal(null);
    const p = agree(groupP256);
    const off = p.keys[1].slice();
    off[64] = (off[64] ?? 0) ^ 1;
    expect(p.secret(p.a, off)).to.equal(null);
    const compressed = Buffer.from(createECDH("prime256v1").generateKeys("hex", "compressed"), "hex");
    expect(p.secret(p.a, new Uint8Array(compressed))).to.equal(null);
  });

  it("verifies ECDSA signatures of node:crypto and no others", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const message = randomBytes(50);
    const signature = new Uint8Array(createSign("sha256").update(message).sign(privateKey));
    const digest = new Uint8Array(createHash("sha256").update(message).digest());
    const key = new Uint8Array(publicKey.export({ format: "der", type: "spki" })).slice(-65);
    const verify = (k: Uint8Array, d: Uint8Array, s: Uint8Array) => {
      const verifier = ecdsaP256Sha256.createVerifier();
      verifier.begin(k, 0, k.length, d, 0, d.length, s, 0, s.length);
      expect(verifier.step(1)).to.equal(DONE);
      return verifier.valid();
    };
    expect(verify(key, digest, signature)).to.equal(true);
    expect(verify(key, new Uint8Array(32), signature)).to.equal(false);
    expect(verify(key.slice(1), digest, signature)).to.equal(false);
    expect(verify(key, digest, signature.slice(1))).to.equal(false);
    expect(verify(key, digest, new Uint8Array(0))).to.equal(false);
  });

  const keyPairs = {
    [KEY_P256]: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
    [KEY_P384]: () => generateKeyPairSync("ec", { namedCurve: "secp384r1" }),
    [KEY_P521]: () => generateKeyPairSync("ec", { namedCurve: "secp521r1" }),
    [KEY_ED25519]: () => generateKeyPairSync("ed25519"),
    [KEY_RSA]: () => generateKeyPairSync("rsa", { modulusLength: 2049 }),
    [KEY_RSA_PSS]: () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
  };

  for (const algorithm of nobleSignatures)
    it(`verifies ${algorithm.name} signatures of node:crypto, and none that were changed`, () => {
      const { publicKey, privateKey } = keyPairs[algorithm.keyType as keyof typeof keyPairs]();
      const hash = algorithm.hash.name.toLowerCase().replace("-", "");
      const message = randomBytes(70);
      const pure = algorithm.keyType === KEY_ED25519;
      const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.hash.outputLength };
      const signature = sign(pure ? null : hash, message, { key: privateKey, ...(algorithm.name.includes("pss") ? pss : {}) });
      const digest = pure ? message : createHash(hash).update(message).digest();
      const key = publicKeyOf(publicKey);
      const verify = (k: Uint8Array, d: Uint8Array, s: Uint8Array) => {
        const verifier = algorithm.createVerifier();
        verifier.begin(k, 0, k.length, d, 0, d.length, s, 0, s.length);
        verifier.step(1);
        return verifier.valid();
      };
      const changed = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(verify(key, digest, signature)).to.equal(true);
      expect(verify(key, changed(digest, 3), signature)).to.equal(false);
      for (const at of [0, 1, 5, signature.length >> 1, signature.length - 1])
        expect(verify(key, digest, changed(signature, at)), `byte ${at}`).to.equal(false);
      expect(verify(key, digest, signature.subarray(1))).to.equal(false);
      expect(verify(key, digest, Buffer.concat([signature, Buffer.of(0)]))).to.equal(false);
      expect(verify(new Uint8Array(0), digest, signature)).to.equal(false);
    });

  /** The BIT STRING's content, or the RSAPublicKey. */
  function publicKeyOf(key: KeyObject): Uint8Array {
    if (key.asymmetricKeyType === "rsa") return key.export({ format: "der", type: "pkcs1" });
    const spki = key.export({ format: "der", type: "spki" });
    // id-RSASSA-PSS: SEQUENCE, AlgorithmIdentifier of 13 bytes, BIT STRING with its length in three bytes and its number of unused bits.
    if (key.asymmetricKeyType === "rsa-pss") return spki.subarray(4 + 13 + 5);
    const lengths: Record<string, number> = { prime256v1: 65, secp384r1: 97, secp521r1: 133 };
    return spki.subarray(-(lengths[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? 32));
  }

  it("PSS with another salt length, and small or even RSA keys, are refused", () => {
    const pss = nobleSignatures.find(({ name }) => name === "rsa_pss_rsae_sha256") as SignatureAlgorithm;
    const message = randomBytes(20);
    const digest = createHash("sha256").update(message).digest();
    const check = (modulusLength: number, saltLength: number) => {
      const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength });
      const signature = sign("sha256", message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
      const key = publicKeyOf(publicKey);
      const verifier = pss.createVerifier();
      verifier.begin(key, 0, key.length, digest, 0, 32, signature, 0, signature.length);
      return verifier.valid();
    };
    expect(check(2048, 32)).to.equal(true);
    expect(check(2048, 20)).to.equal(false);
    expect(check(1024, 32)).to.equal(false);
  });

  it("names what it has, CCM_8 only on demand, and the time is now", () => {
    expect(nobleProvider.suites.map((suite) => suite.id)).to.deep.equal([0x1303, 0x1301, 0x1302, 0x1304]);
    expect(nobleSuites.map((suite) => suite.id)).to.deep.equal([0x1303, 0x1301, 0x1302, 0x1304, 0x1305]);
    expect(Math.abs(systemClock.seconds() - Date.now() / 1000)).to.be.lessThan(2);
  });
});
