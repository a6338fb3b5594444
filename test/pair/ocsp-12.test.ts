// OCSP stapling in TLS 1.2 (RFC 6066 §8): CertificateStatus behind Certificate, our client with our server however their bytes are cut, then each with a
// peer that errs.
import { expect } from "chai";
import {
  bad_certificate_status_response,
  certificate_revoked,
  decode_error,
  illegal_parameter,
  unexpected_message,
  unsupported_extension,
} from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import { AnchorList } from "../../src/x509/anchors.js";
import type { OcspAnswer, OcspOptions } from "../../src/x509/ocsp-stapling.js";
import { PIN_KEY } from "../../src/x509/trust.js";
import { concat, hex, splice, u24 } from "../peer/bytes.js";
import { extension, HANDSHAKE_TYPES as T } from "../peer/messages.js";
import type { ClientOptions12 } from "../peer/scripted-client-12.js";
import type { ServerOptions12 } from "../peer/scripted-server-12.js";
import * as der from "../support/der.js";
import * as ocsp from "../support/ocsp.js";
import * as pki from "../support/pki.js";
import { type BothParts, cutOnce, pieces } from "./both.js";
import { ON_XS, sampled } from "./effort.js";
import { asking, DELEGATED, GOOD, HOST, made, OF_ROOT, peerOf, REVOKED, STATUS_REQUEST, short, stapling } from "./ocsp-parts.js";
import { Bench12, client12, ONLY_12, ONLY_12_SERVER, only, RESUMING_12, RESUMING_12_SERVER, server12 } from "./pair-12.js";
import { SessionPair } from "./sessions.js";

describe("OCSP stapling in TLS 1.2", function () {
  this.timeout(180000);
  const bench = new Bench12();
  const strict = pki.makeChain({
    leaf: {
      extensions: [
        ...pki.leafExtensions([pki.dnsName(HOST)]),
        pki.extension(ocsp.ID_TLS_FEATURE, der.sequence(der.integer(STATUS_REQUEST))),
      ],
    },
  });
  const OLD = ocsp.response({ responses: [ocsp.single({ nextUpdate: ocsp.generalTime(pki.NOW - ocsp.HOUR) })] });
  const STRANGE = ocsp.response({ signer: pki.testKey("root") });

  const parts = (response: Uint8Array | null, options: OcspOptions | null = {}, chain = made): BothParts => ({
    client: { ...ONLY_12, ...asking(options, {}, chain) },
    server: { ...ONLY_12_SERVER, host: { identities: [stapling(bench.crypto, response, chain)] } },
  });

  describe("our client and our server", () => {
    for (const [name, response, chain] of [
      ["by the issuer", GOOD, made],
      ["by a responder", DELEGATED, made],
      ["by the anchor", OF_ROOT, short],
    ] as const)
      describe(name, () => {
        it("good, and told", () => {
          const told: OcspAnswer[] = [];
          const both = bench.opened(parts(response, { required: true, onGood: (answer) => told.push(answer) }, chain), 0x0303);
          expect(told.map((answer) => answer.delegated)).to.deep.equal([response === DELEGATED]);
          both.write(both.client, pki.commonName("data"));
          expect(hex(both.serverReceived)).to.equal(hex(pki.commonName("data")));
        });

        it("every cut of the server's bytes", () => {
          const all = parts(response, { required: true }, chain);
          const { moved } = bench.opened(all, 0x0303).toClient;
          for (const point of sampled(1, moved, 8)) bench.opened({ ...all, toClient: cutOnce(point) }, 0x0303);
        });

        it("in pieces, in slices, with a small receive buffer, with a small send buffer", () => {
          const all = parts(response, { required: true }, chain);
          for (const size of [1, 7, 100]) bench.opened({ ...all, toClient: pieces(size) }, 0x0303);
          for (const sliceSteps of [1, 3, 64]) bench.opened({ ...all, client: { ...all.client, sliceSteps } }, 0x0303);
          bench.opened({ ...all, client: { ...all.client, receiveBuffer: 300 } }, 0x0303);
          bench.opened({ ...all, server: { ...all.server, sendBuffer: 256 } }, 0x0303);
        });
      });

    it("both speak TLS 1.3 too; one does not", () => {
      const all = parts(GOOD, { required: true });
      const both = { tls12: client12, tls13: undefined as never };
      bench.opened({ ...all, client: { ...all.client, ...both } }, 0x0303);
      bench.opened({ ...all, server: { ...all.server, tls12: server12, tls13: undefined as never } }, 0x0303);
    });

    for (const [name, response, alert, reason] of [
      ["revoked", REVOKED, "certificate_revoked", /^leaf: it was revoked at/],
      ["expired", OLD, "bad_certificate_status_response", /it expired at/],
      ["signed by somebody else", STRANGE, "bad_certificate_status_response", /its signature does not verify/],
      ["of another issuer", OF_ROOT, "bad_certificate_status_response", /none of its certIDs is the leaf's/],
      ["garbage", new Uint8Array(9), "bad_certificate_status_response", /tag 0x00 stands where OCSPResponse/],
      ["longer than is read", concat([0x30, 0x82, 0x40, 0], new Uint8Array(16384)), "bad_certificate_status_response", /16384/],
    ] as const)
      it(`${name}: told to the server`, () => {
        const both = bench.joined(parts(response));
        both.expectAlert(both.client, alert, reason);
        expect(both.client.peerAuthenticated).to.equal(false);
      });

    it("none: refused where it is required or the leaf asks for it, and fine where it is only asked for", () => {
      for (const [chain, options, reason] of [
        [made, { required: true }, /required, and none is stapled/],
        [strict, {}, /its TLS feature extension asks for/],
      ] as const) {
        const both = bench.joined(parts(null, options, chain));
        both.expectAlert(both.client, "bad_certificate_status_response", reason);
      }
      bench.opened(parts(null), 0x0303);
      bench.opened(parts(GOOD, {}, strict), 0x0303);
    });

    it("not asked: not sent, so that a bad one does not matter", () => {
      bench.opened(parts(REVOKED, null), 0x0303);
    });

    it("a session that is resumed needs none: it was there when the session was opened", () => {
      const pair = new SessionPair(bench);
      pair.now = pki.NOW;
      const told: OcspAnswer[] = [];
      const client = {
        ...asking({ required: true, onGood: (answer) => told.push(answer) }),
        ...RESUMING_12,
        trust: new AnchorList([made.anchor]),
      };
      const server = { ...RESUMING_12_SERVER, host: { identities: [stapling(bench.crypto, GOOD)] } };
      const resumed = [1, 2].map(() => pair.connect(client, server, {}, 0x0303).client.resumed);
      expect([resumed, told.length]).to.deep.equal([[false, true], 1]);
    });

    it("a pinned leaf: nobody's key can check it", () => {
      const leafKey = bench.provider.sha256.create();
      const digest = new Uint8Array(32);
      leafKey.update(made.leafKey.spki, 0, made.leafKey.spki.length);
      leafKey.digest(digest, 0);
      const trust = {
        find: () => null,
        pins: PIN_KEY,
        pinned: (_kind: number, hashes: Uint8Array, at: number) => hex(hashes.slice(at, at + 32)) === hex(digest),
      };
      const all = parts(REVOKED);
      bench.opened({ ...all, client: { ...all.client, trust } }, 0x0303);
      const needed = parts(GOOD, { required: true });
      const both = bench.joined({ ...needed, client: { ...needed.client, trust } });
      both.expectAlert(both.client, "bad_certificate_status_response", /the path ends at the leaf: it is pinned/);
    });
  });

  describe("our client and servers that err", () => {
    const run = (server: Partial<ServerOptions12>, client: Partial<ClientConfig> = asking()) =>
      bench.client12({ identity: peerOf(made), ...server }, client);
    const message = (body: readonly number[]): Uint8Array => concat([T.certificate_status], u24(body.length), body);
    const STATUS = concat([T.certificate_status], u24(GOOD.length + 4), [1], u24(GOOD.length), GOOD);

    it("the same by the scripted server; byte by byte", () => {
      run({ status: GOOD }, asking({ required: true })).expectOpen();
      run({ status: REVOKED }).expectAlert(certificate_revoked, null, false);
      for (const fragment of ON_XS ? [50] : [1, 50]) run({ status: GOOD, fragment }, asking({ required: true })).expectOpen();
      run({ status: GOOD, request: {} }, asking({ required: true })).expectOpen();
    });

    it("the ClientHello asks for ocsp; or does not ask", () => {
      expect(hex(run({}).peer.hello!.extensions.get(STATUS_REQUEST)!)).to.equal("0100000000");
      expect(run({}, asking(null)).peer.hello!.extensions.has(STATUS_REQUEST)).to.equal(false);
    });

    it("announced, and none comes: as if it had not been", () => {
      run({ status: "announced" }).expectOpen();
      for (const request of [undefined, {}])
        run({ status: "announced", ...(request === undefined ? {} : { request }) }, asking({ required: true })).expectAlert(
          bad_certificate_status_response,
          /required, and none is stapled/,
          false,
        );
      run({ status: "announced", identity: peerOf(strict) }, asking({}, {}, strict)).expectAlert(
        bad_certificate_status_response,
        /its TLS feature extension/,
        false,
      );
    });

    it("announced where it was not asked for; with a body", () => {
      run({ status: "announced" }, asking(null)).expectAlert(unsupported_extension, null, false);
      run({ extensions: (usual) => [...usual, extension(STATUS_REQUEST, [1])] }).expectAlert(decode_error, null, false);
    });

    for (const [what, server] of [
      ["not announced", { mutate: only("server_key_exchange", (m) => [STATUS, m]) }],
      ["twice", { status: GOOD, mutate: only("certificate_status", (m) => [m, m]) }],
      ["before Certificate", { status: "announced", mutate: only("certificate", (m) => [STATUS, m]) }],
      ["behind ServerKeyExchange", { status: "announced", mutate: only("server_key_exchange", (m) => [m, STATUS]) }],
      ["behind CertificateRequest", { status: "announced", request: {}, mutate: only("certificate_request", (m) => [m, STATUS]) }],
    ] as readonly (readonly [string, Partial<ServerOptions12>])[])
      it(`${what}: unexpected_message`, () => {
        run(server).expectAlert(unexpected_message, /22|CertificateStatus/, false);
      });

    it("behind ServerHelloDone: unexpected_message", () => {
      const late: Partial<ServerOptions12> = {
        status: "announced",
        transcript: "original",
        mutate: only("server_hello_done", (m) => [m, STATUS]),
      };
      run(late).expectAlert(unexpected_message, /22/, true);
    });

    for (const [what, bytes, alert, reason] of [
      ["another status_type", message([2, 0, 0, 1, 9]), illegal_parameter, /status_type 2, asked for was ocsp/],
      ["ocsp_multi, which was not asked for (RFC 6961)", message([3, 0, 0, 1, 9]), illegal_parameter, /status_type 3/],
      ["an empty message", message([]), decode_error, /a CertificateStatus of 0 bytes/],
      ["an empty OCSPResponse", message([1, 0, 0, 0]), decode_error, /a CertificateStatus of 4 bytes/],
      ["a length that is too long", message([1, 0, 0, 2, 0x30]), decode_error, /2 bytes in a room of 1/],
      ["a length that is too short", message([1, 0, 0, 1, 0x30, 0]), decode_error, /1 bytes in a room of 2/],
      ["a message of 16 MB", splice(STATUS, 1, 3, [0xff, 0xff, 0xff]), decode_error, /in a room of 16777211/],
      [
        "cut short",
        message([1, 0, (GOOD.length - 1) >> 8, (GOOD.length - 1) & 255, ...GOOD.slice(0, -1)]),
        bad_certificate_status_response,
        null,
      ],
    ] as const)
      it(what, () => {
        const pair = run({ status: GOOD, mutate: only("certificate_status", () => bytes) });
        pair.expectAlert(alert, reason, false);
      });

    it("each byte of it changed: never accepted as another answer", () => {
      const { length } = GOOD;
      for (const at of sampled(8, length + 7, ON_XS ? 40 : 3)) {
        // The server's transcript has the changed byte: Finished would be good.
        const pair = run({ status: GOOD, mutate: only("certificate_status", (m) => m.map((byte, i) => (i === at ? byte ^ 1 : byte))) });
        expect(pair.tested.failure, `byte ${at}`).to.not.equal(null);
        pair.expectAlert([bad_certificate_status_response, certificate_revoked]);
      }
    });
  });

  describe("our server and clients that err", () => {
    const run = (client: ClientOptions12, response: Uint8Array | null = GOOD) =>
      bench.server12({ serverName: HOST, ...client }, { host: { identities: [stapling(bench.crypto, response)] } });
    const ask = (body: readonly number[]): ClientOptions12 => ({ extensions: (usual) => [...usual, extension(STATUS_REQUEST, body)] });
    const TYPES = [T.server_hello, T.certificate, T.server_key_exchange, T.server_hello_done, T.finished];

    it("staples for those who ask, and not for others", () => {
      const asked = run(ask([1, 0, 0, 0, 0]));
      asked.expectOpen();
      expect(asked.peer.types).to.deep.equal([T.server_hello, T.certificate, T.certificate_status, ...TYPES.slice(2)]);
      expect(hex(asked.peer.extensions.get(STATUS_REQUEST)!)).to.equal("");
      for (const plain of [run({}), run(ask([2, 1, 2, 3])), run(ask([1, 0, 0, 0, 0]), null)]) {
        plain.expectOpen();
        expect(plain.peer.types).to.deep.equal(TYPES);
        expect(plain.peer.extensions.has(STATUS_REQUEST)).to.equal(false);
      }
    });

    it("the message is the identity's response", () => {
      expect(hex(run(ask([1, 0, 0, 0, 0])).peer.status!)).to.equal(hex(concat([1], u24(GOOD.length), GOOD)));
    });

    for (const body of [[], [1], [1, 0], [1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]])
      it(`malformed: ${body}`, () => {
        run(ask(body)).expectAlert(decode_error);
      });

    it("a response that can't be sent", () => {
      for (const length of [0, 65528])
        expect(run(ask([1, 0, 0, 0, 0]), new Uint8Array(length)).tested.failure!.reason).to.equal(
          `Certificate: an OCSP response of ${length} bytes can't be stapled`,
        );
    });
  });
});
