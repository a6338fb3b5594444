// OCSP stapling in the handshake (RFC 6066 §8, RFC 9846 §4.5.1.1): our client with our server however their bytes are cut, then each with a peer that errs.
import { expect } from "chai";
import {
  bad_certificate_status_response,
  certificate_revoked,
  decode_error,
  illegal_parameter,
  internal_error,
  unsupported_extension,
} from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import { OUTSIDE } from "../../src/crypto/provider.js";
import type { Identity } from "../../src/identity.js";
import type { OcspAnswer, OcspOptions } from "../../src/x509/ocsp-stapling.js";
import { hex } from "../peer/bytes.js";
import { setExtension } from "../peer/edit.js";
import { type Extension, extension, HANDSHAKE_TYPES } from "../peer/messages.js";
import type { MessageName } from "../peer/scripted-server.js";
import * as der from "../support/der.js";
import * as ocsp from "../support/ocsp.js";
import * as pki from "../support/pki.js";
import { BothBench, type BothParts, cutOnce, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { sampled } from "./effort.js";
import { asking, DELEGATED, GOOD, HOST, made, OF_ROOT, peerOf, REVOKED, STATUS_REQUEST, short, stapling } from "./ocsp-parts.js";
import { Bench } from "./pair.js";
import { identityOf } from "./signer.js";

describe("OCSP stapling", function () {
  this.timeout(120000);
  const bench = new BothBench();
  const parts = (response: Uint8Array | null, options: OcspOptions | null = {}, chain = made): BothParts => ({
    client: asking(options, {}, chain),
    server: { host: { identities: [stapling(bench.crypto, response, chain)] } },
  });

  describe("our client and our server", () => {
    for (const [name, response, chain] of [
      ["by the issuer", GOOD, made],
      ["by a responder", DELEGATED, made],
      ["by the anchor, at the end of the message", OF_ROOT, short],
    ] as const)
      describe(name, () => {
        it("good, and told", () => {
          const told: OcspAnswer[] = [];
          const both = bench.opened(parts(response, { required: true, onGood: (answer) => told.push(answer) }, chain));
          expect(told.map((answer) => answer.delegated)).to.deep.equal([response === DELEGATED]);
          both.write(both.client, pki.commonName("data"));
          expect(hex(both.serverReceived)).to.equal(hex(pki.commonName("data")));
        });

        it("every cut of the server's bytes", () => {
          const all = parts(response, { required: true }, chain);
          const { moved } = bench.opened(all).toClient;
          for (const point of sampled(1, moved, 8)) bench.opened({ ...all, toClient: cutOnce(point) });
        });

        it("in pieces, in slices, with small records, with a small send buffer", () => {
          const all = parts(response, { required: true }, chain);
          for (const size of [1, 7, 100]) bench.opened({ ...all, toClient: pieces(size) });
          for (const sliceSteps of [1, 3, 64]) bench.opened({ ...all, client: { ...all.client, sliceSteps } });
          bench.opened({ ...all, client: { ...all.client, receiveBuffer: 300 } });
          bench.opened({ ...all, server: { ...all.server, sendBuffer: 256 } });
        });
      });

    it("after a HelloRetryRequest, and where the virtual server is looked up elsewhere", () => {
      const all = parts(GOOD, { required: true });
      const retry = p256Retry(bench);
      bench.opened({ client: { ...all.client, ...retry.client }, server: { ...all.server, ...retry.server } });
      let asked = 0;
      const hosts = { find: () => (asked++ < 3 ? OUTSIDE : { identities: [stapling(bench.crypto, GOOD)] }) } as const;
      bench.opened({ ...all, server: { hosts } });
    });

    it("revoked: told to the server", () => {
      const both = bench.joined(parts(REVOKED));
      both.expectAlert(both.client, "certificate_revoked", /^leaf: it was revoked at/);
    });

    it("none where it is required", () => {
      const both = bench.joined(parts(null, { required: true }));
      both.expectAlert(both.client, "bad_certificate_status_response", /required, and none is stapled/);
    });

    it("none where it is only asked for", () => {
      bench.opened(parts(null));
    });

    it("not asked: not sent, so that a bad one does not matter", () => {
      bench.opened(parts(REVOKED, null));
    });

    it("the server reads it anew for each handshake", () => {
      let now = GOOD;
      const identity: Identity = {
        ...identityOf(bench.crypto, peerOf(made)),
        get ocspResponse() {
          return now;
        },
      };
      const all: BothParts = { client: asking({ required: true }), server: { host: { identities: [identity] } } };
      bench.opened(all);
      now = REVOKED;
      const both = bench.joined(all);
      both.expectAlert(both.client, "certificate_revoked");
    });

    it("a response that can't be sent", () => {
      for (const length of [0, 65528]) {
        const both = bench.joined(parts(new Uint8Array(length)));
        expect(both.server.failure?.description).to.equal(internal_error);
        expect(both.server.failure?.reason).to.equal(`Certificate: an OCSP response of ${length} bytes can't be stapled`);
      }
    });
  });

  describe("our client and servers that err", () => {
    const clients = new Bench();
    const staple = (response: Uint8Array): Extension => extension(STATUS_REQUEST, ocsp.certificateStatus(response));
    const run = (entries: readonly (readonly Extension[])[], client: Partial<ClientConfig> = asking()) =>
      clients.run({ identity: peerOf(made), certificateExtensions: entries }, client);

    it("the ClientHello asks for ocsp, without responders and extensions; or does not ask", () => {
      const hello = run([], asking()).server.clientHello!;
      expect(hex(hello.extensions.get(STATUS_REQUEST)!)).to.equal("0100000000");
      expect(run([], asking(null)).server.clientHello!.extensions.has(STATUS_REQUEST)).to.equal(false);
    });

    it("the same by the scripted server", () => {
      run([[staple(GOOD)]], asking({ required: true })).expectOpen();
      run([[staple(REVOKED)]]).expectAlert(certificate_revoked, null, true);
    });

    it("stapled where it was not asked for", () => {
      run([[staple(GOOD)]], asking(null)).expectAlert(unsupported_extension, /entry 0: extension 5 was not asked for/, true);
    });

    it("on an issuer's certificate: its form is checked, and no more", () => {
      run([[staple(GOOD)], [staple(REVOKED)]], asking({ required: true })).expectOpen();
      run([[], [staple(GOOD)]]).expectOpen();
      run([[], [staple(GOOD)]], asking({ required: true })).expectAlert(bad_certificate_status_response, /none is stapled/, true);
      run([[], [extension(STATUS_REQUEST, ocsp.certificateStatus(GOOD, 2))]]).expectAlert(
        illegal_parameter,
        /entry 1: status_type 2/,
        true,
      );
    });

    for (const [what, entry, alert, reason] of [
      ["twice", [staple(GOOD), staple(GOOD)], illegal_parameter, /entry 0: extension status_request stands twice/],
      [
        "another status_type",
        [extension(STATUS_REQUEST, ocsp.certificateStatus(GOOD, 2))],
        illegal_parameter,
        /status_type 2, asked for was ocsp/,
      ],
      ["empty extension_data", [extension(STATUS_REQUEST, [])], decode_error, /a CertificateStatus of 0 bytes/],
      ["an empty OCSPResponse", [extension(STATUS_REQUEST, [1, 0, 0, 0])], decode_error, /a CertificateStatus of 4 bytes/],
      [
        "a length that is too long",
        [extension(STATUS_REQUEST, [1, 0, 0, 2, 0x30])],
        decode_error,
        /an OCSPResponse of 2 bytes in a room of 1/,
      ],
      [
        "a length that is too short",
        [extension(STATUS_REQUEST, [1, 0, 0, 1, 0x30, 0])],
        decode_error,
        /an OCSPResponse of 1 bytes in a room of 2/,
      ],
      ["garbage", [staple(new Uint8Array(9))], bad_certificate_status_response, /tag 0x00 stands where OCSPResponse/],
      ["another extension", [staple(GOOD), extension(18, [0, 0])], unsupported_extension, /extension 18 was not asked for/],
      ["one that belongs elsewhere", [extension(16, [0, 0])], illegal_parameter, /application_layer_protocol_negotiation|alpn/i],
    ] as const)
      it(what, () => {
        run([entry]).expectAlert(alert, reason, true);
      });

    it("in EncryptedExtensions", () => {
      const mutate = (name: MessageName, bytes: Uint8Array) =>
        name === "encrypted_extensions" ? setExtension(bytes, STATUS_REQUEST, []) : bytes;
      clients
        .run({ identity: peerOf(made), mutate }, asking())
        .expectAlert(illegal_parameter, /status_request may not stand in this/, true);
      clients.run({ identity: peerOf(made), mutate }, asking(null)).expectAlert(unsupported_extension, null, true);
    });

    it("an alert right behind a Certificate whose last byte began a check is the peer's alert", () => {
      const before = (name: MessageName, server: { alert(level: number, description: number): void }) => {
        if (name === "certificate_verify") server.alert(2, 40);
      };
      const entries = [[staple(OF_ROOT)]];
      for (const sliceSteps of [1, 1e9])
        clients
          .run({ identity: peerOf(short), certificateExtensions: entries, before }, asking({}, { sliceSteps }, short))
          .expectPeerAlert(40);
    });

    it("an extension block that ends inside the extension", () => {
      for (const cut of [1, 2, 3, 10]) {
        const mutate = (name: MessageName, bytes: Uint8Array) =>
          name === "certificate" ? shortened(bytes, made.chain[0]!.length, cut) : bytes;
        clients
          .run({ identity: peerOf(made), certificateExtensions: [[staple(GOOD)]], mutate }, asking())
          .expectAlert(decode_error, /entry|extension block/, true);
      }
    });
  });

  describe("our server and clients that err", () => {
    const run = (body: Uint8Array | readonly number[]) =>
      bench.run(
        { extensions: [extension(STATUS_REQUEST, body)], serverName: HOST },
        { host: { identities: [stapling(bench.crypto, GOOD)] } },
      );
    const sent = (pair: ReturnType<typeof run>): boolean => {
      const message = pair.client.serverMessages.find((one) => one[0] === HANDSHAKE_TYPES.certificate)!;
      return hex(message).includes(hex(GOOD));
    };

    it("staples for those who ask, and not for others", () => {
      const asked = run([1, 0, 0, 0, 0]);
      asked.expectOpen();
      expect(sent(asked)).to.equal(true);
      const plain = bench.run({ serverName: HOST }, { host: { identities: [stapling(bench.crypto, GOOD)] } });
      plain.expectOpen();
      expect(sent(plain)).to.equal(false);
    });

    it("ResponderIDs and extensions do not matter", () => {
      expect(sent(run([1, 0, 3, 0, 1, 9, 0, 2, 0x30, 0]))).to.equal(true);
    });

    it("another status_type gets none", () => {
      const pair = run([2, 1, 2, 3]);
      pair.expectOpen();
      expect(sent(pair)).to.equal(false);
    });

    for (const body of [[], [1], [1, 0], [1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]])
      it(`malformed: ${body}`, () => {
        run(body).expectAlert(decode_error);
      });
  });
});

/** A Certificate message whose first entry has an extension block that is `cut` bytes shorter than what stands in it; the rest is the next entry's. */
function shortened(message: Uint8Array, leafLength: number, cut: number): Uint8Array {
  const bytes = message.slice();
  const at = 4 + 1 + 3 + 3 + leafLength;
  const length = ((bytes[at]! << 8) | bytes[at + 1]!) - cut;
  bytes[at] = length >> 8;
  bytes[at + 1] = length & 255;
  return der.concat(bytes);
}
