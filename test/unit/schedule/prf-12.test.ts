// The PRF of TLS 1.2: published vectors, and against @noble.
import { expect } from "chai";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { sha384 } from "../../../src/crypto/xs/sha384.js";
import { CLIENT_FINISHED, Prf12 } from "../../../src/schedule/prf-12.js";
import { concat, hex, unhex } from "../../peer/bytes.js";
import { prf as oracle, suite12 } from "../../peer/schedule-12.js";

/** P_SHA256 and P_SHA384 as the IETF's TLS working group published them (2009): secret, seed, and the output for "test label". */
const VECTORS = [
  {
    algorithm: sha256,
    secret: "9bbe436ba940f017b17652849a71db35",
    seed: "a0ba9f936cda311827a6f796ffd5198c",
    output:
      "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab" +
      "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
  },
  {
    algorithm: sha384,
    secret: "b80b733d6ceefcdc71566ea48e5567df",
    seed: "cd665cf6a8447dd6ff8b27555edb7465",
    output:
      "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd" +
      "8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6" +
      "91c8f3a26854308d5eaa3be85e0990703d73e56f",
  },
];

const label = new Uint8Array([..."test label"].map((c) => c.charCodeAt(0)));

describe("PRF of TLS 1.2", () => {
  for (const { algorithm, secret, seed, output } of VECTORS)
    it(`${algorithm.name}: the published vector`, () => {
      const prf = new Prf12(algorithm);
      const out = new Uint8Array(output.length / 2);
      (prf as unknown as { hmac: { setKey(k: Uint8Array, o: number, l: number): void } }).hmac.setKey(unhex(secret), 0, 16);
      prf.expand(label, unhex(seed), 0, 16, out, 0, out.length);
      expect(hex(out)).to.equal(output);
    });

  for (const id of [0xcca9, 0xc02c])
    it(`master secrets, key block, verify_data of suite 0x${id.toString(16)}`, () => {
      const { hash } = suite12(id)!;
      const prf = new Prf12(id === 0xcca9 ? sha256 : sha384);
      const client = new Uint8Array(32).fill(1);
      const server = new Uint8Array(32).fill(2);
      const preMaster = new Uint8Array(48).fill(3);
      const digest = new Uint8Array(prf.length).fill(4);
      prf.setClientRandom(client, 0);
      prf.setServerRandom(server, 0);
      const master = new Uint8Array(48);
      prf.masterSecret(preMaster, 0, 48, false, master, 0);
      expect(hex(master)).to.equal(hex(oracle(hash, preMaster, "master secret", concat(client, server), 48)));
      prf.secrets.set(digest, prf.digest);
      prf.masterSecret(preMaster, 0, 48, true, master, 0);
      expect(hex(master)).to.equal(hex(oracle(hash, preMaster, "extended master secret", digest, 48)));
      for (const length of [1, 88, 104, 200]) {
        const block = new Uint8Array(length);
        prf.keyBlock(master, 0, block);
        expect(hex(block)).to.equal(hex(oracle(hash, master, "key expansion", concat(server, client), length)));
      }
      prf.secrets.set(digest, prf.digest);
      prf.verifyData(master, 0, CLIENT_FINISHED, prf.secrets, prf.digest);
      expect(hex(prf.secrets.slice(prf.digest, prf.digest + 12))).to.equal(hex(oracle(hash, master, "client finished", digest, 12)));
      prf.wipe();
      expect(prf.secrets.every((byte) => byte === 0)).to.equal(true);
    });
});
