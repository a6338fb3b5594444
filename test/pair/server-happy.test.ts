// The server's handshake that shall succeed, in every way a client and a network may cut its bytes.
import { expect } from "chai";
import { exporter } from "../../src/schedule/exporter.js";
import { ascii, concat, equal, hex } from "../peer/bytes.js";
import { clientHello, extension } from "../peer/messages.js";
import { AES_128_GCM, CHACHA20_POLY1305, GROUP_P256, GROUP_X25519 } from "../peer/peer-crypto.js";
import type { ScriptedClient, ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { SERVER_NAME } from "./fixture.js";
import { PSK } from "./server-damage.js";
import {
  byteByByte,
  COOKIES,
  cutAt,
  inPieces,
  OPEN,
  recordByRecord,
  ServerBench,
  type ServerPair,
  type ServerParts,
} from "./server-pair.js";

const SUITES: readonly (readonly [string, number])[] = [
  ["TLS_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305],
  ["TLS_AES_128_GCM_SHA256", AES_128_GCM],
];
const GROUPS: readonly (readonly [string, number])[] = [
  ["x25519", GROUP_X25519],
  ["secp256r1", GROUP_P256],
];

/** A text that depends on its place, so that a lost or doubled byte shows. */
function pattern(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * 7 + (i >> 8)) & 255;
  return out;
}

describe("server and scripted client: handshakes that succeed", function () {
  this.timeout(120000);
  const bench = new ServerBench();

  function empties(client: ScriptedClient): void {
    for (let i = 0; i < 3; i++) client.write(new Uint8Array(0));
  }

  /** Both ways, whatever the cut. */
  function talk(pair: ServerPair, length = 100): void {
    const message = pattern(length);
    pair.client.write(message);
    pair.run();
    expect(hex(pair.received)).to.equal(hex(message));
    expect(pair.write(message)).to.equal(true);
    expect(hex(pair.client.received)).to.equal(hex(message));
  }

  describe("suite × group × ALPN × SNI × client authentication", () => {
    for (const [suiteName, suite] of SUITES)
      for (const [groupName, group] of GROUPS)
        for (const alpn of [false, true])
          for (const sni of [false, true])
            for (const auth of ["none", "asked, empty", "asked", "required"]) {
              const name = `${suiteName}, ${groupName}, ${alpn ? "ALPN" : "no ALPN"}, ${sni ? "SNI" : "no SNI"}, ${auth}`;
              it(name, () => {
                const pair = bench.open(
                  {
                    suites: [suite],
                    groups: [group],
                    ...(alpn ? { alpn: ["h2", "http/1.1"] } : {}),
                    ...(sni ? { serverName: SERVER_NAME } : {}),
                    identity: auth === "asked, empty" ? null : clientIdentity(),
                  },
                  { host: { alpn: ["mqtt", "http/1.1"], ...(auth === "none" ? {} : bench.asked(auth === "required")) } },
                );
                const { server, client } = pair;
                expect(server.suite!.id).to.equal(suite);
                expect(server.group!.id).to.equal(group);
                expect(server.version).to.equal(0x0304);
                expect(server.alpn).to.equal(alpn ? "http/1.1" : null);
                expect(client.alpn).to.equal(alpn ? "http/1.1" : null);
                expect(server.sni).to.equal(sni ? SERVER_NAME : "");
                expect(client.encryptedExtensions!.has(0)).to.equal(sni);
                expect(client.certificateRequest !== null).to.equal(auth !== "none");
                talk(pair);
              });
            }
  });

  describe("what the server sends", () => {
    it("ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished; nothing more", () => {
      const { client } = bench.open();
      expect(client.serverMessages.map((one) => one[0])).to.deep.equal([2, 8, 11, 15, 20]);
      expect([...client.serverHello!.extensions.keys()].sort()).to.deep.equal([43, 51]);
      expect(client.chain.map(hex)).to.deep.equal(bench.identity.chain.map(hex));
      expect(client.tickets).to.equal(0);
    });

    it("CertificateRequest between EncryptedExtensions and Certificate (§4.4.2)", () => {
      const { client } = bench.open({ identity: clientIdentity() }, { host: bench.asked() });
      expect(client.serverMessages.map((one) => one[0])).to.deep.equal([2, 8, 13, 11, 15, 20]);
    });

    it("one change_cipher_spec for a client in compatibility mode, none without (Appendix E.4)", () => {
      expect(bench.open().client.changeCipherSpecs).to.equal(1);
      expect(bench.open({ sessionId: new Uint8Array(0) }).client.changeCipherSpecs).to.equal(0);
    });

    it("record version 0x0303 in all records (§5.1)", () => {
      const { client } = bench.open();
      expect(new Set(client.incoming.versions)).to.deep.equal(new Set([0x0303]));
    });

    it("the session id comes back, whatever its length (§4.2.3)", () => {
      for (const length of [0, 1, 31, 32]) bench.open({ sessionId: new Uint8Array(length).fill(7) });
    });

    it("fresh randoms and shares for each connection", () => {
      const { random } = bench.config();
      const [a, b] = [bench.open({}, { random }), bench.open({}, { random })].map((pair) => pair.client.serverHello!);
      expect(equal(a!.random, b!.random)).to.equal(false);
      expect(equal(a!.share, b!.share)).to.equal(false);
    });

    it("application data may follow its first flight at once on the client's Finished, in one record", () => {
      const pair = bench.open({ opened: (client) => client.write(ascii("GET /")) });
      expect(hex(pair.received)).to.equal(hex(ascii("GET /")));
    });

    it("key log: the secrets of the client, one line each", () => {
      const lines: string[] = [];
      const pair = bench.open({}, { exporter, keyLog: (label, random, secret) => lines.push(`${label} ${hex(random)} ${hex(secret)}`) });
      const secrets = pair.client.secrets();
      expect(lines.map((line) => line.split(" ")[0]).sort()).to.deep.equal(Object.keys(secrets).sort());
      for (const line of lines) {
        const [label, random, secret] = line.split(" ");
        expect(random).to.equal(hex(pair.client.hello!.random));
        expect(secret, label).to.equal(hex(secrets[label!]!));
      }
    });
  });

  describe("what a client may do", () => {
    const allowed: readonly (readonly [string, ScriptedClientOptions])[] = [
      ["no change_cipher_spec", { changeCipherSpec: false }],
      ["each message in its own record", { coalesce: false, identity: clientIdentity() }],
      ["padding in every record (§5.4)", { padding: 100 }],
      ["records of one byte", { fragment: ON_XS ? 20 : 1 }],
      [
        "legacy_record_version 0x0301 in the first record (§5.1)",
        { record: (plan) => (plan.index === 0 ? { ...plan, version: 0x0301 } : plan) },
      ],
      ["legacy_record_version 0 in all records: ignored (§5.1)", { record: (plan) => ({ ...plan, version: 0 }) }],
      ["GREASE in all lists (RFC 8701)", { grease: true, alpn: ["http/1.1"] }],
      ["unknown extensions (§4.2.2: ignored)", { extensions: [extension(0x1234, [1, 2, 3]), extension(0xfe0d, new Uint8Array(200))] }],
      ["the padding extension (RFC 7685)", { lastExtensions: [extension(21, new Uint8Array(300))] }],
      [
        "a pre_shared_key that this server never gave: a full handshake",
        { extensions: [extension(45, [1, 1])], lastExtensions: [extension(41, PSK)] },
      ],
      ["psk_key_exchange_modes alone", { extensions: [extension(45, [1, 1])] }],
      [
        "extensions of other features: status_request, SCT, record_size_limit",
        {
          extensions: [
            extension(5, [1, 0, 0, 0, 0]),
            extension(18, []),
            extension(28, [0x40, 1]),
            extension(0xff01, [0]),
            extension(23, []),
          ],
        },
      ],
      ["signature_algorithms_cert", { certificateSchemes: [0x0403, 0x0401] }],
      [
        "many suites, groups and schemes that are unknown",
        {
          suites: [0xc02f, 0x009c, 0x00ff, 0x1399, AES_128_GCM],
          groups: [0x0100, 0x0019, 0x6399, GROUP_P256],
          shares: [GROUP_P256],
          schemes: [0x0401, 0x0201, 0x0909, 0x0403],
        },
      ],
      ["TLS 1.2 and unknown versions beside TLS 1.3", { versions: [0x7a7a, 0x7f1c, 0x0304, 0x0303, 0x0302] }],
      ["TLS 1.3 last of its versions", { versions: [0x0303, 0x0304] }],
      ["shares for both groups", { shares: [GROUP_X25519, GROUP_P256] }],
      ["a share for the group that it likes less", { shares: [GROUP_P256] }],
      ["supported_groups in another order than key_share has it", { groups: [GROUP_P256, GROUP_X25519], shares: [GROUP_X25519] }],
      [
        "change_cipher_spec before each message of its second flight",
        {
          identity: clientIdentity(),
          before: (name, client) => name !== "client_hello" && client.out.data(20, new Uint8Array([1])),
        },
      ],
      ["empty records of application data (§5.1)", { opened: empties }],
    ];
    for (const [name, options] of allowed)
      it(name, () => {
        const host = { alpn: ["http/1.1"], ...bench.asked() };
        talk(bench.open(options, { host }));
        bench.open(options, { host }, ON_XS ? inPieces(13) : byteByByte);
      });
  });

  it("of two shares the one that the server likes more, in whatever order they come", () => {
    for (const groups of [
      [GROUP_X25519, GROUP_P256],
      [GROUP_P256, GROUP_X25519],
    ])
      expect(bench.open({ groups, shares: groups }).server.group!.id).to.equal(GROUP_X25519);
  });

  it("of several suites the one that the server likes more", () => {
    for (const suites of [
      [AES_128_GCM, CHACHA20_POLY1305],
      [CHACHA20_POLY1305, AES_128_GCM],
    ])
      expect(bench.open({ suites }).server.suite!.id).to.equal(bench.provider.suites[0]!.id);
  });

  describe("every cut of the client's bytes", () => {
    const cases: readonly (readonly [string, ScriptedClientOptions, ServerParts])[] = [
      ["plain", {}, {}],
      ["GREASE, SNI, ALPN", { grease: true, serverName: SERVER_NAME, alpn: ["a", "b"] }, { host: { alpn: ["b"] } }],
      ["client authentication", { identity: clientIdentity() }, { host: bench.asked(true) }],
      ["HelloRetryRequest with a cookie", { shares: [] }, { cookies: COOKIES }],
    ];
    for (const [name, client, server] of cases) {
      const sent = ascii("first words");
      const options: ScriptedClientOptions = { ...client, opened: (peer) => peer.write(sent) };

      it(`${name}: at every point`, () => {
        const { delivered } = bench.open(options, server);
        for (const point of sampled(1, delivered - 1, 12)) {
          const pair = bench.run(options, server, cutAt(point));
          if (pair.server.state !== OPEN) throw new Error(`cut at ${point}: ${pair.failure?.message}`);
          expect(hex(pair.received), `cut at ${point}`).to.equal(hex(sent));
        }
      });

      it(`${name}: one byte at a time, in pieces, record by record`, () => {
        for (const delivery of [byteByByte, inPieces(7), inPieces(64), inPieces(1000), recordByRecord])
          expect(hex(bench.open(options, server, delivery).received)).to.equal(hex(sent));
      });

      it(`${name}: one byte at a time in slices of one step`, () => {
        expect(hex(bench.open(options, { ...server, sliceSteps: 1 }, ON_XS ? inPieces(50) : byteByByte).received)).to.equal(hex(sent));
      });

      it(`${name}: records of every size from 1 to 40`, () => {
        for (const fragment of sampled(1, 40, 3)) bench.open({ ...options, fragment }, server);
      });
    }

    it("ClientHello cut into records at every point", () => {
      const { length } = clientHello(bench.open().client.hello!);
      for (const first of sampled(1, length, 8)) bench.open({ fragment: [first, 16384] });
    });
  });

  it("both directions, data of many sizes", () => {
    const pair = bench.open();
    for (const length of ON_XS ? [1, 300, 2000] : [1, 15, 16, 17, 255, 256, 480, 512, 2000, 16384, 40000]) {
      const message = pattern(length);
      pair.client.received = new Uint8Array(0);
      expect(pair.write(message), `${length}`).to.equal(true);
      expect(equal(pair.client.received, message), `${length} out`).to.equal(true);
    }
    for (const length of ON_XS ? [1, 300, 1500] : [1, 15, 16, 17, 255, 256, 1500, 2000]) {
      const message = pattern(length);
      pair.received = new Uint8Array(0);
      pair.client.write(message);
      pair.run();
      expect(equal(pair.received, message), `${length} in`).to.equal(true);
    }
    pair.expectOpen();
  });

  it("slices of 1 to N steps give the same bytes", () => {
    const options: ScriptedClientOptions = { identity: clientIdentity(), groups: [GROUP_P256] };
    const whole = bench.open(options, { host: bench.asked() }).sent;
    for (const sliceSteps of ON_XS ? [1, 1000] : [1, 2, 3, 5, 8, 50, 100, 1000, 100000]) {
      const pair = bench.open(options, { host: bench.asked(), sliceSteps });
      expect(equal(pair.sent, whole), `${sliceSteps}`).to.equal(true);
      expect(pair.resumes, `${sliceSteps}`).to.be.greaterThan(2);
    }
  });

  it("two runs are equal, byte by byte", () => {
    expect(equal(bench.open().sent, bench.open().sent)).to.equal(true);
    expect(concat(bench.open({ seed: "other" }).sent).length).to.be.greaterThan(0);
  });
});
