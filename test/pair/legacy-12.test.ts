// TLS 1.2 with RSA key exchange, CBC and pre-shared keys, our client with our server: every suite, and what an attacker may send.
import { expect } from "chai";
import { bad_record_mac } from "../../src/alert.js";
import type { Writer } from "../../src/bytes/writer.js";
import type { DecryptingIdentity } from "../../src/config.js";
import { DONE, OUTSIDE } from "../../src/crypto/provider.js";
import { RsaDecryptionKey } from "../../src/crypto/xs/rsa-decrypt.js";
import type { ClientHandshake12 } from "../../src/handshake/client-12.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { EcdhePskClient12 } from "../../src/handshake/ecdhe-psk-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { type ClientKind12, NEVER, type ServerKind12 } from "../../src/handshake/exchange-12.js";
import { Proof12 } from "../../src/handshake/proof-12.js";
import { PskClient12 } from "../../src/handshake/psk-client-12.js";
import { EcdhePskServer12, PskServer12 } from "../../src/handshake/psk-server-12.js";
import { insecureRsaClient12 } from "../../src/handshake/rsa-client-12.js";
import { InsecureRsaIdentity12, InsecureRsaServer12 } from "../../src/handshake/rsa-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { decryptionIdentityFrom } from "../../src/keys/decryption-identity.js";
import { parsePrivateKey } from "../../src/keys/private-key.js";
import { full } from "../../src/profiles/full.js";
import { cbcSuites12, pskCbcSuites12, rsaCbcSuites12, rsaSuites12 } from "../../src/profiles/suites-12-legacy.js";
import { pskSuites12 } from "../../src/profiles/suites-12-psk.js";
import type { ServerPsk12 } from "../../src/psk-12.js";
import { BY_RSA, type CipherSuite12, KX_ECDHE_PSK, KX_PSK, KX_RSA } from "../../src/record/cipher-suite-12.js";
import { tlsEcdhePskWithChacha20Poly1305Sha256 } from "../../src/suites-12/tls-ecdhe-psk-with-chacha20-poly1305-sha256.js";
import { tlsPskWithAes128Ccm8 } from "../../src/suites-12/tls-psk-with-aes-128-ccm-8.js";
import { tlsRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-rsa-with-aes-128-gcm-sha256.js";
import { ascii, equal, hex } from "../peer/bytes.js";
import { CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, makeChain, NOW } from "../support/pki.js";
import { wrongBlocks } from "../support/pre-master.js";
import { bytesOfNumber, MODULUS_2048, numberOfBytes, power, RSA_2048 } from "../support/rsa-keys.js";
import { type Both, BothBench, type BothParts, pattern, pieces } from "./both.js";
import { ON_XS } from "./effort.js";
import { trustOf } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { CONTENT_COMMITMENT, KEY_ENCIPHERMENT, rsaChain } from "./rsa-12.js";

const PSK = { identity: ascii("sensor 7"), key: new Uint8Array(24).fill(0x5a) };
const KEYS: ServerPsk12 = {
  find: (bytes, offset, length) => (equal(bytes.slice(offset, offset + length), PSK.identity) ? PSK.key : null),
};
const CLIENT_KINDS = [ecdheClient12, insecureRsaClient12, new PskClient12(PSK), new EcdhePskClient12(PSK)];

describe("TLS 1.2 with RSA key exchange, CBC and pre-shared keys", function () {
  this.timeout(300000);
  const bench = new BothBench();
  const provider = memoProvider(full, bench.memo);
  const chain = rsaChain([KEY_ENCIPHERMENT]);
  const identity = decryptionIdentityFrom(chain.chain, RSA_2048);
  const rsa = new InsecureRsaServer12(new InsecureRsaIdentity12(identity, true));
  const serverKinds: readonly ServerKind12[] = [ecdheServer12, rsa, new PskServer12(KEYS), new EcdhePskServer12(KEYS)];
  const clock = { seconds: () => NOW };

  function config(suite: CipherSuite12, more: BothParts = {}, client = CLIENT_KINDS, server = serverKinds): BothParts {
    // The RSA leaf is valid at another time than the fixture's.
    const own = suite.kx === KX_RSA ? { clock, provider, trust: trustOf(chain.anchor) } : {};
    return {
      ...more,
      client: { tls12: new Client12([suite], client), tls13: false, ...own, ...more.client },
      server: { tls12: new Server12([suite], server), tls13: false, ...own, ...more.server },
    };
  }

  for (const suite of [...rsaSuites12, ...rsaCbcSuites12, ...pskSuites12, ...pskCbcSuites12, ...cbcSuites12])
    if (suite.by !== BY_RSA || suite.kx === KX_RSA)
      it(suite.name, () => {
        const both = bench.opened(config(suite), 0x0303);
        expect([both.client.suite!.id, both.client.peerAuthenticated]).to.deep.equal([suite.id, true]);
        expect(both.server.peerAuthenticated).to.equal(suite.kx === KX_PSK || suite.kx === KX_ECDHE_PSK);
        both.use();
        if (!ON_XS) bench.opened(config(suite, { toServer: pieces(1), toClient: pieces(1), client: { sliceSteps: 3 } }), 0x0303).use();
      });

  it("the same bytes, whatever the cut and the slices", () => {
    for (const suite of [tlsRsaWithAes128GcmSha256, tlsEcdhePskWithChacha20Poly1305Sha256, cbcSuites12[0] as CipherSuite12]) {
      const plain = bench.opened(config(suite), 0x0303);
      const cut = bench.opened(
        config(suite, { client: { sliceSteps: 2 }, server: { sliceSteps: 3 }, toServer: pieces(11), toClient: pieces(13) }),
        0x0303,
      );
      expect(hex(cut.toServer.log)).to.equal(hex(plain.toServer.log));
      expect(hex(cut.toClient.log)).to.equal(hex(plain.toClient.log));
    }
  });

  it("an alert has room behind a full send buffer of CBC records", () => {
    const suite = cbcSuites12.at(3) as CipherSuite12;
    const both = bench.opened(config(suite), 0x0303);
    while (both.client.writeSpace() > 0) both.client.write(pattern(1000), 0, Math.min(1000, both.client.writeSpace()));
    both.client.close();
    both.run();
    expect([both.server.failure, both.server.peerClosed]).to.deep.equal([null, true]);
  });

  describe("RSA key exchange, server", () => {
    const { right, wrong } = wrongBlocks(256, 0x0303);
    const encrypted = (block: Uint8Array) => bytesOfNumber(power(numberOfBytes(block), 65537n, MODULUS_2048), 256);
    const ciphertexts: Record<string, Uint8Array> = {};
    for (const [what, block] of Object.entries(wrong)) ciphertexts[what] = encrypted(block);
    ciphertexts["ciphertext 0"] = new Uint8Array(256);
    ciphertexts["ciphertext 1"] = bytesOfNumber(1n, 256);
    ciphertexts["the modulus"] = bytesOfNumber(MODULUS_2048, 256);
    ciphertexts["above the modulus"] = new Uint8Array(256).fill(0xff);
    ciphertexts["1 octet"] = new Uint8Array([7]);
    ciphertexts["255 octets"] = encrypted(right).slice(1);
    ciphertexts["257 octets"] = new Uint8Array(257).fill(1);

    /** A client that sends this, and goes on with the secret that it would be. */
    const sender = (ciphertext: Uint8Array, secret: Uint8Array): ClientKind12 => ({
      kx: KX_RSA,
      serverKeyExchange: NEVER,
      create: () => ({
        readParams() {},
        step: () => DONE,
        messageLength: 2 + ciphertext.length,
        writeMessage(w: Writer) {
          w.u16(ciphertext.length);
          w.copy(ciphertext, 0, ciphertext.length);
        },
        preMasterSecret: () => secret.slice(),
        wipe() {},
      }),
    });

    const send = (ciphertext: Uint8Array): Both =>
      bench.joined(config(tlsRsaWithAes128GcmSha256, {}, [sender(ciphertext, right.slice(208)) as (typeof CLIENT_KINDS)[0]]));

    it("takes the right one", () => {
      const both = send(encrypted(right));
      both.expectOpen(0x0303);
    });

    it("answers every malformed one alike: the same alert, the same records, at the same place", () => {
      const answers = new Map<string, string[]>();
      for (const [what, ciphertext] of Object.entries(ciphertexts)) {
        const both = send(ciphertext);
        const { failure } = both.server;
        const records: string[] = [];
        const { log } = both.toClient;
        for (let at = 0; at < log.length; at += 5 + log[at + 3]! * 256 + log[at + 4]!)
          records.push(`${log[at]}: ${log[at + 3]! * 256 + log[at + 4]!}`);
        const answer = `${failure?.message}; ${records.join(", ")}; ${hex(log.slice(-2))}; ${both.client.failure?.message}`;
        answers.set(answer, [...(answers.get(answer) ?? []), what]);
        expect(failure?.description, what).to.equal(bad_record_mac);
      }
      expect(Object.keys(ciphertexts)).to.have.length.above(20);
      expect([...answers.values()].map((list) => list.join(", "))).to.have.length(1);
    });

    it("takes another secret each time, so the same malformed one twice gives two keys", () => {
      const keys: string[] = [];
      for (const seed of [1, 2]) {
        // All else that is drawn stays the same, the server's random too.
        const random = { fill: (bytes: Uint8Array, o: number, n: number) => void bytes.fill(n === 48 ? seed : 9, o, o + n) };
        const keyLog = (label: string, _random: Uint8Array, secret: Uint8Array) => keys.push(label + hex(secret));
        const kinds = [sender(new Uint8Array(256), new Uint8Array(48)) as (typeof CLIENT_KINDS)[0]];
        bench.joined(config(tlsRsaWithAes128GcmSha256, { server: { random, keyLog } }, kinds));
      }
      expect(keys).to.have.length(2);
      expect(keys[0]).not.to.equal(keys[1]);
    });

    it("refuses a key whose time varies, and certificates that sign or do not decrypt", () => {
      expect(() => new InsecureRsaIdentity12(identity)).to.throw(RangeError, /insecureVariableTimeDecryption/);
      expect(new RsaDecryptionKey(parsePrivateKey(RSA_2048).rsa!).constantTime).to.equal(false);
      for (const [usage, reason] of [
        [[DIGITAL_SIGNATURE], /does not have keyEncipherment/],
        ...[DIGITAL_SIGNATURE, CONTENT_COMMITMENT, KEY_CERT_SIGN, CRL_SIGN].map((bit) => [[bit, KEY_ENCIPHERMENT], /may sign/] as const),
        [null, /does not have keyEncipherment/],
      ] as const) {
        const other = { certificates: rsaChain(usage).chain, key: identity.key };
        expect(() => new InsecureRsaIdentity12(other, true)).to.throw(RangeError, reason);
        expect(() => decryptionIdentityFrom(other.certificates, RSA_2048)).to.throw(RangeError, reason);
      }
      const p256 = makeChain();
      expect(() => new InsecureRsaIdentity12({ certificates: p256.chain, key: identity.key }, true)).to.throw(RangeError, /no RSA key/);
      expect(() => decryptionIdentityFrom([], RSA_2048)).to.throw(RangeError, /no certificate/);
    });

    it("is not there unless it is named", () => {
      expect(() => new Server12([tlsRsaWithAes128GcmSha256])).to.throw(
        RangeError,
        /key exchange of TLS_RSA_WITH_AES_128_GCM_SHA256 is not given/,
      );
      expect(() => new Client12([tlsRsaWithAes128GcmSha256])).to.throw(
        RangeError,
        /key exchange of TLS_RSA_WITH_AES_128_GCM_SHA256 is not given/,
      );
    });
  });

  describe("RSA key exchange, client", () => {
    const unused = (): never => {
      throw new Error("it signs nothing");
    };
    const shown = (usage: readonly number[] | null): Both => {
      const other = rsaChain(usage);
      const kind: ServerKind12 = {
        kx: KX_RSA,
        fits: (h) => {
          const key = { schemes: [], maxSignature: 0, createSigner: unused };
          const identityShown: DecryptingIdentity = { certificates: other.chain, key, decrypts: identity.key };
          h.proof = new Proof12(identityShown, 0, null);
          return true;
        },
        create: (h) => rsa.create(h),
      };
      return bench.joined(config(tlsRsaWithAes128GcmSha256, {}, CLIENT_KINDS, [kind]));
    };

    it("takes a certificate with keyEncipherment, or without keyUsage", () => {
      shown([KEY_ENCIPHERMENT]).expectOpen(0x0303);
      shown([KEY_ENCIPHERMENT, DIGITAL_SIGNATURE]).expectOpen(0x0303);
      shown(null).expectOpen(0x0303);
    });

    it("refuses one that only signs", () => {
      const both = shown([DIGITAL_SIGNATURE]);
      both.expectAlert(both.client, "unsupported_certificate", /keyUsage does not have keyEncipherment/);
    });
  });

  describe("pre-shared keys", () => {
    const joined = (suite: CipherSuite12, client: (typeof CLIENT_KINDS)[0][], keys: ServerPsk12): Both =>
      bench.joined(config(suite, {}, client, [new PskServer12(keys), new EcdhePskServer12(keys)]));

    for (const [suite, kind] of [
      [tlsPskWithAes128Ccm8, PskClient12],
      [tlsEcdhePskWithChacha20Poly1305Sha256, EcdhePskClient12],
    ] as const) {
      it(`${suite.name}: an unknown identity is not told from a wrong key`, () => {
        const wrongKey = joined(suite, [new kind({ ...PSK, key: new Uint8Array(24).fill(1) })], KEYS);
        const unknown = joined(suite, [new kind({ ...PSK, identity: ascii("sensor 8") })], KEYS);
        wrongKey.expectAlert(wrongKey.server, "bad_record_mac");
        unknown.expectAlert(unknown.server, "bad_record_mac");
        expect(unknown.server.failure!.message).to.equal(wrongKey.server.failure!.message);
        expect(unknown.toClient.log.length).to.equal(wrongKey.toClient.log.length);
      });

      it(`${suite.name}: the key of the look-up stays as it is`, () => {
        // As a Buffer's on Node: its slice() is no copy.
        const key: Uint8Array = Object.defineProperty(PSK.key.slice(), "slice", { value: () => key });
        joined(suite, [new kind(PSK)], { find: () => key }).expectOpen(0x0303);
        expect(hex(key)).to.equal(hex(PSK.key));
      });

      it(`${suite.name}: a key that is looked up elsewhere`, () => {
        let asked = 0;
        const slow: ServerPsk12 = { find: (bytes, o, n) => (++asked < 3 ? OUTSIDE : KEYS.find(bytes, o, n)) };
        joined(suite, [new kind(PSK)], slow).expectOpen(0x0303);
        expect(asked).to.equal(3);
      });

      it(`${suite.name}: identities and keys have bounds`, () => {
        expect(() => new kind({ identity: new Uint8Array(0), key: PSK.key })).to.throw(RangeError, /identity has 0 bytes/);
        expect(() => new kind({ identity: new Uint8Array(257), key: PSK.key })).to.throw(RangeError, /identity has 257 bytes/);
        expect(() => new kind({ identity: PSK.identity, key: new Uint8Array(15) })).to.throw(RangeError, /key has 15 bytes/);
        expect(() => new kind({ identity: PSK.identity, key: new Uint8Array(65) })).to.throw(RangeError, /key has 65 bytes/);
      });
    }

    /** A server whose ServerKeyExchange has these bytes; none: it sends none. */
    const saying = (kx: number, params: Uint8Array): ServerKind12 => ({
      kx,
      fits: () => true,
      create: (h) => {
        const inner = new PskServer12(KEYS).create(h);
        return {
          prepare: () => DONE,
          paramsLength: params.length,
          writeParams: (w: Writer) => w.copy(params, 0, params.length),
          readMessage: (r) => inner.readMessage(r),
          step: (budget) => inner.step(budget),
          preMasterSecret: () => inner.preMasterSecret(),
          wipe: () => inner.wipe(),
        };
      },
    });

    it("need no trust and no name where no certificate can come; else those stay needed", () => {
      const nothing = { trust: undefined as never, serverName: undefined as never };
      for (const suite of [tlsPskWithAes128Ccm8, tlsEcdhePskWithChacha20Poly1305Sha256])
        bench.opened(config(suite, { client: nothing }), 0x0303);
      const missing = /trust is missing/;
      expect(() => bench.join(config(cbcSuites12[0] as CipherSuite12, { client: nothing }))).to.throw(RangeError, missing);
      const mixed = new Client12([tlsPskWithAes128Ccm8, cbcSuites12[0] as CipherSuite12], CLIENT_KINDS);
      expect(() => bench.join(config(tlsPskWithAes128Ccm8, { client: { ...nothing, tls12: mixed } }))).to.throw(RangeError, missing);
      expect(() => bench.join(config(tlsPskWithAes128Ccm8, { client: { ...nothing, tls13: undefined as never } }))).to.throw(
        RangeError,
        missing,
      );
    });

    it("plain PSK: a hint is passed over", () => {
      const hint = new Uint8Array([0, 3, 65, 66, 67]);
      bench.joined(config(tlsPskWithAes128Ccm8, {}, CLIENT_KINDS, [saying(KX_PSK, hint)])).expectOpen(0x0303);
    });

    it("ServerKeyExchange: cut off, too long, of a group that was not offered, missing", () => {
      const psk = (params: number[]) =>
        bench.joined(config(tlsPskWithAes128Ccm8, {}, CLIENT_KINDS, [saying(KX_PSK, new Uint8Array(params))]));
      const ecdhe = (params: number[]) =>
        bench.joined(config(tlsEcdhePskWithChacha20Poly1305Sha256, {}, CLIENT_KINDS, [saying(KX_ECDHE_PSK, new Uint8Array(params))]));
      for (const [both, alert] of [
        [psk([0, 3, 65]), "decode_error"],
        [psk([0, 1, 65, 66]), "decode_error"],
        [ecdhe([0, 0]), "decode_error"],
        [ecdhe([0, 0, 3, 0, 0x18, 1, 4]), "illegal_parameter"],
        [ecdhe([0, 0, 1, 0, 0x1d, 1, 4]), "illegal_parameter"],
        [ecdhe([0, 0, 3, 0, 0x1d, 1, 4]), "illegal_parameter"],
        [ecdhe([]), "unexpected_message"],
      ] as const)
        both.expectAlert(both.client, alert);
    });

    /** A client whose ClientKeyExchange has these bytes. */
    const answering = (message: Uint8Array): (typeof CLIENT_KINDS)[0] =>
      ({
        kx: KX_PSK,
        serverKeyExchange: 1,
        create: (_h: ClientHandshake12) => ({
          readParams() {},
          step: () => DONE,
          messageLength: message.length,
          writeMessage: (w: Writer) => w.copy(message, 0, message.length),
          preMasterSecret: () => new Uint8Array(8),
          wipe() {},
        }),
      }) as unknown as (typeof CLIENT_KINDS)[0];

    it("ClientKeyExchange: empty, cut off, too long", () => {
      for (const [message, alert] of [
        [new Uint8Array(0), "decode_error"],
        [new Uint8Array([0, 0]), "decode_error"],
        [new Uint8Array([0, 3, 65]), "decode_error"],
        [new Uint8Array([0, 1, 65, 66]), "decode_error"],
        [new Uint8Array(259).fill(1, 0, 2), "illegal_parameter"],
      ] as const) {
        const both = joined(tlsPskWithAes128Ccm8, [answering(message)], KEYS);
        both.expectAlert(both.server, alert);
      }
    });

    it("a key of the look-up that cannot be one is a fault of the host", () => {
      const both = joined(tlsPskWithAes128Ccm8, [new PskClient12(PSK)], { find: () => new Uint8Array(65) });
      expect([both.server.failure!.alert, both.server.failure!.origin]).to.deep.equal(["internal_error", "internal"]);
    });
  });
});
