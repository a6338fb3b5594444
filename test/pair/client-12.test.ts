// A TLS 1.2 client with the scripted server: what goes well in every split, and each message that is wrong with its alert.
import { expect } from "chai";
import {
  decode_error,
  decrypt_error,
  handshake_failure,
  illegal_parameter,
  protocol_version,
  unexpected_message,
  unknown_ca,
  unsupported_certificate,
  unsupported_extension,
} from "../../src/alert.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { tlsEcdheRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-ecdhe-rsa-with-aes-128-gcm-sha256.js";
import { ascii, concat, flipBit, splice, text, u16 } from "../peer/bytes.js";
import { append, cutBody, fixLength, withBody } from "../peer/edit.js";
import { extension, HANDSHAKE_TYPES as T } from "../peer/messages.js";
import { GROUP_P256, GROUP_P384, GROUP_X25519 } from "../peer/peer-crypto.js";
import { ECDSA_AES_128_GCM, ECDSA_AES_256_GCM, ECDSA_CHACHA20, RSA_AES_128_GCM } from "../peer/schedule-12.js";
import type { ServerOptions12 } from "../peer/scripted-server-12.js";
import { clientIdentity, clientIssuer } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { otherAnchor, trustOf } from "./fixture.js";
import { byteByByte, cutAt, inPieces, recordByRecord } from "./joined.js";
import { Bench12, client12, only } from "./pair-12.js";
import { identityOf } from "./signer.js";

describe("TLS 1.2 client", function () {
  this.timeout(180000);
  const bench = new Bench12();
  const identities = [identityOf(bench.crypto, clientIdentity())];

  describe("a handshake", () => {
    for (const suite of [ECDSA_CHACHA20, ECDSA_AES_128_GCM])
      for (const group of [GROUP_X25519, GROUP_P256])
        it(`suite 0x${suite.toString(16)}, group ${group}`, () => {
          const pair = bench.openClient12({ suite, group, echo: true });
          const { tested } = pair;
          expect([tested.version, tested.suite!.id, tested.group!.id, tested.peerAuthenticated]).to.deep.equal([
            0x0303,
            suite,
            group,
            true,
          ]);
          expect(pair.write(ascii("ping"))).to.equal(true);
          pair.run();
          expect(text(pair.received)).to.equal("ping");
        });

    it("every cut of the server's bytes", () => {
      const { delivered } = bench.openClient12({ echo: true });
      for (const point of sampled(1, delivered, 8)) bench.openClient12({}, {}, cutAt(point));
    });

    it("byte by byte, in pieces, in small records, in slices", () => {
      for (const delivery of ON_XS ? [inPieces(9)] : [byteByByte, inPieces(2), inPieces(7), inPieces(100), recordByRecord]) {
        bench.openClient12({}, {}, delivery);
        bench.openClient12({ fragment: 1 + (delivery === byteByByte ? 4 : 0) }, { sliceSteps: 3 }, delivery);
        bench.openClient12({ request: {}, fragment: 50 }, { identities }, delivery);
      }
    });

    it("a server's flight in one record, whether TLS 1.3 was offered too or not (RFC 5246 §6.2.1)", () => {
      for (const client of [{}, { tls13: undefined as never }])
        for (const server of [{}, { fragment: 90 }, { request: {} }])
          bench.openClient12({ joined: true, ...server }, { ...client, identities });
    });

    it("without extended master secret, as old servers are", () => {
      expect(bench.openClient12({ extended: false, echo: true }).peer.extended).to.equal(false);
    });

    it("its ClientHello: TLS 1.2 alone, no session, EMS, secure renegotiation, uncompressed points", () => {
      const { hello } = bench.openClient12().peer;
      expect(hello!.legacyVersion).to.equal(0x0303);
      expect(hello!.sessionId.length).to.equal(0);
      expect(hello!.versions).to.deep.equal([]);
      expect(hello!.keyShares.size).to.equal(0);
      expect([...hello!.extensions.keys()]).to.include.members([23, 0xff01, 11, 10, 13]);
      expect(hello!.extensions.get(11)).to.deep.equal(new Uint8Array([1, 0]));
    });

    it("a record_size_limit of TLS 1.2, however large the receive buffer is: 2^14 (RFC 8449 §4)", () => {
      const { hello } = bench.openClient12({}, { receiveBuffer: 20_000 }).peer;
      expect(hello!.extensions.get(28)).to.deep.equal(new Uint8Array([0x40, 0]));
    });

    it("supported_groups in a ServerHello, as some servers answer, means nothing", () => {
      bench.openClient12({ extensions: (l) => [...l, extension(10, [0, 2, 0, 29])] });
    });

    it("ALPN, and no data before the end", () => {
      expect(bench.openClient12({ alpn: "mqtt" }, { alpn: ["mqtt"] }).tested.alpn).to.equal("mqtt");
    });

    it("close_notify both ways", () => {
      const pair = bench.openClient12();
      pair.peer.alert(1, 0);
      pair.run();
      expect(pair.tested.peerClosed).to.equal(true);
      pair.tested.close();
      pair.run();
      expect(pair.peer.alerts).to.deep.equal([{ level: 1, description: 0, sealed: true }]);
    });
  });

  describe("client authentication", () => {
    it("a certificate and a signature over all messages", () => {
      const pair = bench.openClient12({ request: {} }, { identities });
      expect(pair.peer.clientVerified).to.equal(true);
      expect(pair.peer.types).to.deep.equal([T.client_hello, T.certificate, T.client_key_exchange, T.certificate_verify, T.finished]);
    });

    it("an authority that fits, and one that does not", () => {
      const [one] = identities;
      const named = [{ ...one!, issuers: [bench.provider.sha256.emptyDigest] }];
      expect(bench.openClient12({ request: { names: [clientIssuer()] } }, { identities: named }).peer.clientChain).to.have.length(0);
      expect(bench.openClient12({ request: { names: [] } }, { identities: named }).peer.clientVerified).to.equal(true);
    });

    for (const [name, request] of [
      ["RSA certificates alone", { types: [1] }],
      ["a scheme that we do not have", { schemes: [0x0401, 0x0201] }],
    ] as const)
      it(`${name}: an empty list is the answer`, () => {
        const pair = bench.openClient12({ request }, { identities });
        expect(pair.peer.clientChain).to.deep.equal([]);
        expect(pair.peer.clientVerified).to.equal(false);
      });

    it("asked without an identity", () => {
      expect(bench.openClient12({ request: {} }).peer.clientChain).to.deep.equal([]);
    });

    for (const [name, change] of [
      ["no types", (m: Uint8Array) => splice(m, 4, 2, [0])],
      ["an odd list of schemes", (m: Uint8Array) => fixLength(splice(m, 6, 4, [0, 3, 4, 3, 4]))],
      ["bytes behind it", (m: Uint8Array) => append(m, [1])],
      ["cut short", (m: Uint8Array) => cutBody(m, m.length - 5)],
      ["an empty name", (m: Uint8Array) => fixLength(splice(m, m.length - 2, 2, [0, 2, 0, 0]))],
    ] as const)
      it(`a CertificateRequest with ${name}`, () => {
        bench
          .client12({ request: {}, transcript: "original", mutate: only("certificate_request", change) }, { identities })
          .expectAlert(decode_error);
      });
  });

  describe("ServerHello", () => {
    const cases: readonly (readonly [string, number, Partial<ServerOptions12>, RegExp | null])[] = [
      ["SSL 3", protocol_version, { version: 0x0300 }, /0x300/],
      ["TLS 1.0", protocol_version, { version: 0x0301 }, /0x301/],
      ["TLS 1.1", protocol_version, { version: 0x0302 }, /0x302/],
      ["a suite that was not offered", illegal_parameter, { suite: ECDSA_AES_256_GCM }, /was not offered/],
      ["no renegotiation_info", handshake_failure, { extensions: (l) => l.filter(({ type }) => type !== 0xff01) }, /renegotiation_info/],
      ["no extensions at all", handshake_failure, { extended: false, extensions: () => [] }, /renegotiation_info/],
      [
        "renegotiation_info of a connection before",
        handshake_failure,
        { extensions: (l) => l.map((e) => (e.type === 0xff01 ? extension(0xff01, [3, 1, 2, 3]) : e)) },
        /3 bytes/,
      ],
      [
        "point formats without uncompressed",
        illegal_parameter,
        { extensions: (l) => [...l.filter((e) => e.type !== 11), extension(11, [1, 1])] },
        /uncompressed/,
      ],
      ["an extension nobody asked for", unsupported_extension, { extensions: (l) => [...l, extension(35, [])] }, /35/],
      ["an extension of TLS 1.3", unsupported_extension, { extensions: (l) => [...l, extension(51, [0, 29])] }, /51/],
      ["an extension twice", illegal_parameter, { extensions: (l) => [...l, extension(23, [])] }, /twice/],
      ["a body in extended_master_secret", decode_error, { extensions: (l) => [extension(23, [0]), ...l.slice(1)] }, /too many/],
      ["compression", illegal_parameter, { mutate: only("server_hello", (m) => splice(m, 4 + 2 + 32 + 1 + 2, 1, [1])) }, /compression/],
      ["bytes behind it", decode_error, { mutate: only("server_hello", (m) => append(m, [0])) }, null],
    ];
    for (const [name, alert, options, reason] of cases)
      it(name, () => {
        bench.client12({ transcript: "original", ...options }).expectAlert(alert, reason, false);
      });

    it("a session id of its own is taken", () => {
      bench.openClient12({ sessionId: new Uint8Array(32).fill(7) });
    });
  });

  describe("version choice", () => {
    it("offers both: a server of TLS 1.2 gets TLS 1.2, with the key of its key share", () => {
      for (const group of [GROUP_X25519, GROUP_P256]) {
        const pair = bench.openClient12({ group, echo: true }, { tls12: client12, tls13: undefined as never });
        expect(pair.peer.hello!.versions).to.deep.equal([0x0304, 0x0303]);
        expect(pair.tested.version).to.equal(0x0303);
        pair.write(ascii("x"));
        pair.run();
        expect(text(pair.received)).to.equal("x");
      }
    });

    for (const end of [0, 1])
      it(`the downgrade sentinel ${end}: somebody changed the hello`, () => {
        const randomEnd = concat(ascii("DOWNGRD"), [end]);
        bench
          .client12({ randomEnd }, { tls12: client12, tls13: undefined as never })
          .expectAlert(illegal_parameter, /somebody changed/, false);
        bench.openClient12({ randomEnd });
      });

    it("the session id that was made up for TLS 1.3", () => {
      const pair = bench.client12({}, { tls12: client12, tls13: undefined as never });
      const sessionId = pair.peer.hello!.sessionId;
      expect(sessionId.length).to.equal(32);
      bench.client12({ sessionId }, { tls12: client12, tls13: undefined as never }).expectAlert(illegal_parameter, /session/);
    });

    it("without tls12 nothing of it is offered, and TLS 1.2 is refused", () => {
      const pair = bench.client12(
        { extended: false, extensions: () => [], suite: ECDSA_CHACHA20 },
        { tls12: undefined as never, tls13: undefined as never },
      );
      expect(pair.peer.hello!.versions).to.deep.equal([0x0304]);
      pair.expectAlert(protocol_version);
    });

    it("a warning before ServerHello", () => {
      for (const client of [{}, { tls13: undefined as never }])
        bench.openClient12({ before: (name, peer) => name === "server_hello" && peer.alert(1, 112) }, client);
    });
  });

  describe("certificates", () => {
    it("no trust anchor", () => {
      bench.client12({}, { trust: trustOf(otherAnchor()) }).expectAlert(unknown_ca, null, false);
    });

    it("a key that does not fit the suite", () => {
      const tls12 = new Client12([tlsEcdheRsaWithAes128GcmSha256]);
      bench.client12({ suite: RSA_AES_128_GCM }, { tls12 }).expectAlert(unsupported_certificate, /does not fit the suite/, false);
    });

    it("an empty list", () => {
      bench.client12({ mutate: only("certificate", (m) => withBody(m, [0, 0, 0])) }).expectAlert(decode_error);
    });

    for (const [name, change] of [
      ["a list that is longer than the message", (m: Uint8Array) => splice(m, 6, 1, [m[6]! + 1])],
      ["a list that is shorter", (m: Uint8Array) => splice(m, 6, 1, [m[6]! - 1])],
      ["an empty entry", (m: Uint8Array) => fixLength(concat(m.slice(0, 4), [0, 0, 3, 0, 0, 0]))],
      ["cut off", (m: Uint8Array) => cutBody(m, m.length - 10)],
    ] as const)
      it(name, () => {
        bench.client12({ transcript: "original", mutate: only("certificate", change) }).expectAlert(decode_error);
      });
  });

  describe("ServerKeyExchange", () => {
    const ske = (change: (bytes: Uint8Array) => Uint8Array | null) => ({
      transcript: "original" as const,
      mutate: only("server_key_exchange", change),
    });
    // type 3, group, length, point of 32; scheme, length, signature
    const SCHEME = 4 + 4 + 32;

    it("missing: its signature is what proves the server", () => {
      bench.client12(ske(() => null)).expectAlert(unexpected_message, null, false);
    });

    it("every bit of the signature's last bytes, and of the parameters", () => {
      for (const bit of sampled(8 * 8, 8 * 12, 4))
        bench.client12(ske((m) => flipBit(m, bit))).expectAlert([decrypt_error, illegal_parameter]);
      for (const back of sampled(1, 40, 4)) bench.client12(ske((m) => flipBit(m, m.length * 8 - back * 8))).expectAlert(decrypt_error);
    });

    it("signed for another handshake", () => {
      let first: Uint8Array | null = null;
      bench.openClient12({ mutate: only("server_key_exchange", (m) => (first = m)) });
      bench.client12({ seed: "another", ...ske(() => first) }).expectAlert(decrypt_error, /does not prove/);
    });

    for (const [name, scheme] of [
      ["SHA-1 with ECDSA", 0x0203],
      ["MD5 with RSA", 0x0101],
      ["anonymous", 0x0000],
      ["unknown", 0xfefe],
      ["SHA-384 with ECDSA, not offered", 0x0503],
      ["RSA-PSS, not offered", 0x0804],
      ["Ed25519, not offered", 0x0807],
    ] as const)
      it(`a signature algorithm: ${name}`, () => {
        bench.client12({ scheme }).expectAlert(illegal_parameter, /was not offered/);
      });

    for (const [name, change, alert] of [
      ["explicit_prime", (m: Uint8Array) => splice(m, 4, 1, [1]), illegal_parameter],
      ["explicit_char2", (m: Uint8Array) => splice(m, 4, 1, [2]), illegal_parameter],
      ["a group that was not offered", (m: Uint8Array) => splice(m, 5, 2, u16(GROUP_P384)), illegal_parameter],
      ["a point of another length", (m: Uint8Array) => fixLength(splice(m, 7, 2, [31])), illegal_parameter],
      ["no point", (m: Uint8Array) => fixLength(splice(m, 7, 33, [0])), illegal_parameter],
      ["no signature", (m: Uint8Array) => fixLength(m.slice(0, SCHEME)), decode_error],
      ["an empty signature", (m: Uint8Array) => fixLength(concat(m.slice(0, SCHEME + 2), [0, 0])), decrypt_error],
      ["a signature cut short", (m: Uint8Array) => cutBody(m, m.length - 5), decode_error],
      ["bytes behind it", (m: Uint8Array) => append(m, [0]), decode_error],
    ] as const)
      it(name, () => {
        bench.client12(ske(change)).expectAlert(alert, null, false);
      });

    it("a key that is no point: signed, and yet refused", () => {
      const bad = new Uint8Array(32);
      const crypto = bench.crypto;
      const zero = Object.assign(Object.create(crypto) as typeof crypto, {
        publicKey: (group: number, secret: Uint8Array) => (group === GROUP_X25519 ? bad : crypto.publicKey(group, secret)),
        agree: () => new Uint8Array(32),
      });
      bench.client12({ crypto: zero, group: GROUP_X25519 }).expectAlert(illegal_parameter, /not a valid public key/);
      const off = Object.assign(Object.create(crypto) as typeof crypto, {
        publicKey: (group: number, secret: Uint8Array) => flipBit(crypto.publicKey(group, secret), 500),
        agree: () => new Uint8Array(32),
      });
      bench
        .client12({ crypto: off, group: GROUP_P256 }, { provider: { ...bench.provider, groups: [secp256r1] } })
        .expectAlert(illegal_parameter, /not a valid public key/);
    });
  });
});
