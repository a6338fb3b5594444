// A TLS 1.2 server with the scripted client: what goes well in every split, and each message and record that is wrong with its alert.
import { expect } from "chai";
import {
  bad_record_mac,
  decode_error,
  decrypt_error,
  handshake_failure,
  illegal_parameter,
  inappropriate_fallback,
  no_application_protocol,
  protocol_version,
  unexpected_message,
  unknown_ca,
  unrecognized_name,
} from "../../src/alert.js";
import { OUTSIDE } from "../../src/crypto/provider.js";
import { ed25519 } from "../../src/crypto/xs/ed25519.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { ascii, concat, flipBit, splice, text, u16, unhex } from "../peer/bytes.js";
import { append, cutBody, fixLength, withBody } from "../peer/edit.js";
import { alpnList, extension, HANDSHAKE_TYPES as T } from "../peer/messages.js";
import { GROUP_P256, GROUP_P384, GROUP_X25519 } from "../peer/peer-crypto.js";
import { ECDSA_AES_128_GCM, ECDSA_AES_256_GCM, ECDSA_CHACHA20 } from "../peer/schedule-12.js";
import type { ClientName12, ClientOptions12 } from "../peer/scripted-client-12.js";
import { makeChain, NOW } from "../support/pki.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { otherAnchor, trustOf } from "./fixture.js";
import { byteByByte, cutAt, HANDSHAKING, inPieces, recordByRecord } from "./joined.js";
import { Bench12, only, server12 } from "./pair-12.js";

const BOTH = { tls12: server12, tls13: undefined as never };
const GREASE = 0x0a0a;

describe("TLS 1.2 server", function () {
  this.timeout(180000);
  const bench = new Bench12();
  const identity = clientIdentity();

  const preferring = (group: number) => ({
    ...bench.provider,
    groups: [...bench.provider.groups].sort((a, b) => Number(b.id === group) - Number(a.id === group)),
  });

  describe("a handshake", () => {
    for (const suite of [ECDSA_CHACHA20, ECDSA_AES_128_GCM])
      for (const group of [GROUP_X25519, GROUP_P256])
        it(`suite 0x${suite.toString(16)}, group ${group}`, () => {
          const pair = bench.openServer12(
            { suites: [GREASE, suite], groups: [GREASE, group, GROUP_P256], echo: true },
            { provider: preferring(group) },
          );
          const { tested } = pair;
          expect([tested.version, tested.suite!.id, tested.group!.id, tested.peerAuthenticated]).to.deep.equal([
            0x0303,
            suite,
            group,
            false,
          ]);
          pair.write(ascii("ping"));
          pair.run();
          expect(text(pair.received)).to.equal("ping");
        });

    it("every cut of the client's bytes", () => {
      const options: ClientOptions12 = { identity };
      const { delivered } = bench.openServer12(options, { host: bench.asked(true) });
      for (const point of sampled(1, delivered, 8)) bench.openServer12(options, { host: bench.asked(true) }, cutAt(point));
    });

    it("byte by byte, in pieces, in small records, in slices", () => {
      for (const delivery of ON_XS ? [inPieces(9)] : [byteByByte, inPieces(2), inPieces(7), inPieces(100), recordByRecord]) {
        bench.openServer12({}, {}, delivery);
        bench.openServer12({ fragment: 5 }, { sliceSteps: 3 }, delivery);
        bench.openServer12({ identity, fragment: 50 }, { host: bench.asked(true), sendBuffer: 256 }, delivery);
      }
    });

    it("a client's messages that share a record (RFC 5246 §6.2.1), to a server of both versions and of one", () => {
      for (const server of [{}, { tls13: undefined as never }])
        bench.openServer12({ identity, joined: true }, { ...server, host: bench.asked(true) });
    });

    it("its messages, and an empty session id", () => {
      const pair = bench.openServer12();
      expect(pair.peer.types).to.deep.equal([T.server_hello, T.certificate, T.server_key_exchange, T.server_hello_done, T.finished]);
      expect(pair.peer.sessionId.length).to.equal(0);
      expect([...pair.peer.extensions.keys()].sort()).to.deep.equal([11, 23, 0xff01]);
    });

    it("extensions are answered only where they were sent", () => {
      const pair = bench.openServer12({ extensions: (l) => l.filter(({ type }) => type === 10 || type === 13) });
      expect([...pair.peer.extensions.keys()]).to.deep.equal([]);
      expect(pair.peer.extended).to.equal(false);
    });

    it("the SCSV does as renegotiation_info does", () => {
      const pair = bench.openServer12({ suites: [0x00ff, ECDSA_CHACHA20], extensions: (l) => l.filter(({ type }) => type !== 0xff01) });
      expect(pair.peer.extensions.get(0xff01)).to.deep.equal(new Uint8Array([0]));
    });

    it("a client without supported_groups gets P-256", () => {
      expect(bench.openServer12({ groups: null }).tested.group!.id).to.equal(GROUP_P256);
    });

    it("SNI, ALPN, a size", () => {
      const pair = bench.openServer12(
        { serverName: "server.test", extensions: (l) => [...l, extension(16, alpnList(["b", "a"])), extension(28, [0, 100])], echo: true },
        { host: { alpn: ["a"] } },
      );
      expect([pair.tested.sni, pair.tested.alpn]).to.deep.equal(["server.test", "a"]);
      expect([...pair.peer.extensions.keys()]).to.include.members([0, 16, 28]);
    });

    it("a host that is looked up elsewhere, a signature made elsewhere", () => {
      let asked = 0;
      const host = bench.host();
      const pair = bench.server12({}, { hosts: { find: () => (++asked < 3 ? OUTSIDE : host) } });
      for (let i = 0; i < 4; i++) {
        pair.tested.resume();
        pair.run();
      }
      pair.expectOpen();
    });
  });

  describe("version choice", () => {
    it("a client of TLS 1.2 and a server of both: TLS 1.2, with the downgrade sentinel", () => {
      const { peer, tested } = bench.openServer12({}, BOTH);
      expect(tested.version).to.equal(0x0303);
      expect(peer.serverRandom.slice(24)).to.deep.equal(concat(ascii("DOWNGRD"), [1]));
      bench.openServer12({ versions: [0x0303, 0x0302] }, BOTH);
    });

    it("a server of TLS 1.2 alone sends no sentinel", () => {
      expect(text(bench.openServer12().peer.serverRandom.slice(24, 31))).to.not.equal("DOWNGRD");
      bench.openServer12({ versions: [0x0304, 0x0303] });
    });

    for (const [name, version] of [
      ["SSL 3", 0x0300],
      ["TLS 1.0", 0x0301],
      ["TLS 1.1", 0x0302],
    ] as const)
      it(name, () => {
        for (const server of [{}, BOTH]) {
          bench.server12({ version }, server).expectAlert(protocol_version, /no version below TLS 1\.2/, false);
          bench.server12({ version, suites: [ECDSA_CHACHA20, 0x5600] }, server).expectAlert(inappropriate_fallback, null, false);
        }
      });

    it("supported_versions without TLS 1.2", () => {
      bench.server12({ versions: [0x0302, 0x0301] }).expectAlert(protocol_version);
      bench.server12({ versions: [0x0304] }).expectAlert(protocol_version);
    });

    it("SSL 2", () => {
      const pair = bench.server12({ mutate: () => null });
      pair.peer.raw(new Uint8Array([0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10]));
      pair.run();
      pair.expectAlert(protocol_version, /SSL 2/);
    });

    it("a version above: TLS 1.2 is the answer", () => {
      bench.openServer12({ version: 0x0304 });
      bench.openServer12({ version: 0x03ff }, BOTH);
    });

    it("TLS_FALLBACK_SCSV: a client of TLS 1.2 that fell back from TLS 1.3", () => {
      const suites = [ECDSA_CHACHA20, 0x5600];
      bench.server12({ suites }, BOTH).expectAlert(inappropriate_fallback, /fell back/, false);
      bench.openServer12({ suites });
    });

    it("without tls12 a client of TLS 1.2 is refused", () => {
      bench.server12({}, { tls12: undefined as never, tls13: undefined as never }).expectAlert(protocol_version, null, false);
    });
  });

  describe("ClientHello", () => {
    const cases: readonly (readonly [string, number, ClientOptions12])[] = [
      ["no suite of ours", handshake_failure, { suites: [ECDSA_AES_256_GCM, 0x1301] }],
      ["suites of RSA certificates alone", handshake_failure, { suites: [0xc02f, 0xcca8] }],
      ["no group of ours", handshake_failure, { groups: [GROUP_P384] }],
      ["the curve of our certificate is none of the client's groups", handshake_failure, { groups: [GROUP_X25519] }],
      ["no scheme of ours", handshake_failure, { schemes: [0x0401, 0x0203] }],
      ["no signature_algorithms: SHA-1 is all that is left", handshake_failure, { schemes: null }],
      ["no null compression", illegal_parameter, { compression: [1] }],
      ["compression methods empty", decode_error, { compression: [] }],
      [
        "renegotiation_info with a body",
        handshake_failure,
        { extensions: (l) => l.map((e) => (e.type === 0xff01 ? extension(0xff01, [1, 7]) : e)) },
      ],
      [
        "point formats without uncompressed",
        illegal_parameter,
        { extensions: (l) => l.map((e) => (e.type === 11 ? extension(11, [1, 2]) : e)) },
      ],
      ["point formats empty", decode_error, { extensions: (l) => l.map((e) => (e.type === 11 ? extension(11, [0]) : e)) }],
      ["a body in extended_master_secret", decode_error, { extensions: (l) => l.map((e) => (e.type === 23 ? extension(23, [1]) : e)) }],
      ["an extension twice", illegal_parameter, { extensions: (l) => [...l, extension(0xff01, [0])] }],
      ["bytes behind it", decode_error, { mutate: only("client_hello", (m) => append(m, [0])) }],
      ["cut short", decode_error, { mutate: only("client_hello", (m) => cutBody(m, m.length - 8)) }],
    ];
    for (const [name, alert, options] of cases)
      it(name, () => {
        bench.server12(options).expectAlert(alert, null, false);
        bench.server12(options, BOTH).expectAlert(alert, null, false);
      });

    it("compression besides null is passed over", () => {
      bench.openServer12({ compression: [1, 0] });
    });

    it("an unknown name, no common protocol", () => {
      bench.server12({ serverName: "other.test" }, { hosts: { find: () => null } }).expectAlert(unrecognized_name);
      bench
        .server12({ extensions: (l) => [...l, extension(16, alpnList(["x"]))] }, { host: { alpn: ["a"] } })
        .expectAlert(no_application_protocol);
    });
  });

  describe("client authentication", () => {
    it("a certificate and a signature over all messages", () => {
      const pair = bench.openServer12({ identity }, { host: bench.asked(true) });
      expect(pair.tested.peerAuthenticated).to.equal(true);
      expect(pair.peer.types).to.include(T.certificate_request);
    });

    it("none where one may be missing, none where it may not", () => {
      expect(bench.openServer12({}, { host: bench.asked(false) }).tested.peerAuthenticated).to.equal(false);
      bench.server12({}, { host: bench.asked(true) }).expectAlert(handshake_failure, /requires one/);
    });

    it("one of another authority", () => {
      bench.server12({ identity }, { host: bench.asked(true, { trust: trustOf(otherAnchor()) }) }).expectAlert(unknown_ca);
    });

    it("a certificate whose key is not proved", () => {
      bench.server12({ identity, withoutVerify: true }, { host: bench.asked(true) }).expectAlert(unexpected_message, /change_cipher_spec/);
    });

    it("a signature that is wrong in any bit, or over other messages", () => {
      for (const back of sampled(1, 60, 4))
        bench
          .server12(
            { identity, mutate: only("certificate_verify", (m) => flipBit(m, m.length * 8 - back * 8)) },
            { host: bench.asked(true) },
          )
          .expectAlert([decrypt_error]);
      bench
        .server12({ identity, transcript: "original", mutate: only("client_key_exchange", (m) => m) }, { host: bench.asked(true) })
        .expectOpen();
    });

    for (const scheme of [0x0203, 0x0503, 0x0401, 0x0807, 0xfefe, 0])
      it(`signature algorithm 0x${scheme.toString(16)} was not asked for`, () => {
        bench.server12({ identity, scheme }, { host: bench.asked(true) }).expectAlert(illegal_parameter, /was not offered/);
      });

    it("Ed25519, which would need all messages as they are, though certificates may have it", () => {
      const spki = unhex(`302a300506032b6570032100${"5a".repeat(32)}`);
      const made = makeChain({ leaf: { spki } });
      const host = bench.asked(true, { trust: trustOf(made.anchor) });
      const provider = { ...bench.provider, signatures: [...bench.provider.signatures, ed25519] };
      bench
        .server12({ identity: { ...identity, chain: made.chain }, scheme: 0x0807 }, { host, provider, clock: { seconds: () => NOW } })
        .expectAlert(illegal_parameter, /was not offered/);
    });

    it("a CertificateVerify of a client without a certificate", () => {
      const before = (name: ClientName12, peer: { handshake(m: Uint8Array): void }) => {
        if (name === "change_cipher_spec") peer.handshake(new Uint8Array([15, 0, 0, 4, 4, 3, 0, 0]));
      };
      bench.server12({ before }, { host: bench.asked(false) }).expectAlert(unexpected_message);
    });

    it("a certificate that nobody asked for", () => {
      const before = (name: ClientName12, peer: { handshake(m: Uint8Array): void }) => {
        if (name === "client_key_exchange") peer.handshake(new Uint8Array([11, 0, 0, 3, 0, 0, 0]));
      };
      bench.server12({ before }).expectAlert(unexpected_message);
    });
  });

  describe("ClientKeyExchange", () => {
    for (const [name, change, alert] of [
      ["empty", (m: Uint8Array) => withBody(m, []), decode_error],
      ["no key", (m: Uint8Array) => withBody(m, [0]), decode_error],
      ["a key of another length", (m: Uint8Array) => fixLength(splice(m, 4, 2, [31])), illegal_parameter],
      ["bytes behind it", (m: Uint8Array) => append(m, [1]), decode_error],
      ["a key cut short", (m: Uint8Array) => cutBody(m, m.length - 6), decode_error],
      ["a key of small order", (m: Uint8Array) => concat(m.slice(0, 5), new Uint8Array(32)), illegal_parameter],
    ] as const)
      it(name, () => {
        bench.server12({ transcript: "original", mutate: only("client_key_exchange", change) }).expectAlert(alert);
      });

    it("a point that is not on the curve, one that is compressed", () => {
      const provider = { ...bench.provider, groups: [secp256r1] };
      const off = only("client_key_exchange", (m) => flipBit(m, 8 * 60));
      bench.server12({ transcript: "original", mutate: off }, { provider }).expectAlert(illegal_parameter, /not a valid public key/);
      const compressed = only("client_key_exchange", (m) => fixLength(concat(m.slice(0, 4), [33, 2], m.slice(6, 38))));
      bench.server12({ transcript: "original", mutate: compressed }, { provider }).expectAlert(illegal_parameter);
    });
  });

  describe("Finished and records", () => {
    it("every bit of Finished", () => {
      for (const bit of sampled(32, 127, 6))
        bench.server12({ mutate: only("finished", (m) => flipBit(m, bit)) }).expectAlert(decrypt_error);
      bench.server12({ mutate: only("finished", (m) => cutBody(m, 11)) }).expectAlert(decode_error);
    });

    it("nothing is given out before the client's Finished", () => {
      const pair = bench.server12({ mutate: only("finished", () => null) });
      expect([pair.tested.state, pair.tested.appData(), pair.tested.writeSpace()]).to.deep.equal([HANDSHAKING, 0, 0]);
    });

    it("a tag that is wrong", () => {
      const body = new Array<number>(40).fill(3);
      bench.server12({ connected: (peer) => peer.raw(new Uint8Array([23, 3, 3, 0, 40, ...body])) }).expectAlert(bad_record_mac, null, true);
    });

    it("an alert in clear behind change_cipher_spec is none", () => {
      bench.server12({ connected: (peer) => peer.alert(1, 0, true) }).expectAlert(decode_error);
    });

    it("a record_size_limit is answered with one of TLS 1.2, however large the receive buffer is: 2^14 (RFC 8449 §4)", () => {
      for (const versions of [{}, BOTH]) {
        const pair = bench.openServer12({ extensions: (l) => [...l, extension(28, u16(0x4001))] }, { receiveBuffer: 20_000, ...versions });
        expect(pair.peer.extensions.get(28)).to.deep.equal(new Uint8Array([0x40, 0]));
      }
    });

    it("a record_size_limit counts content", () => {
      const limit = 100;
      const pair = bench.openServer12({ extensions: (l) => [...l, extension(28, u16(limit))] });
      const sizes: number[] = [];
      const open = pair.peer.receiveRecords.bind(pair.peer);
      pair.peer.receiveRecords = (bytes: Uint8Array) => {
        sizes.push(bytes[3]! * 256 + bytes[4]!);
        return open(bytes);
      };
      pair.write(new Uint8Array(300));
      expect(pair.peer.received.length).to.equal(300);
      expect(Math.max(...sizes)).to.be.lessThanOrEqual(limit + 24);
      expect(Math.max(...sizes)).to.be.greaterThan(limit);
    });
  });
});
