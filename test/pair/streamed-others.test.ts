// Handshake records larger than the receive buffer together with what else may happen meanwhile: a stapled status, slices, the end of the transport.
import { expect } from "chai";
import { bad_certificate_status_response, bad_record_mac, certificate_revoked, connection_lost } from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import { type OcspAnswer, type OcspOptions, ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { concat } from "../peer/bytes.js";
import { extension } from "../peer/messages.js";
import type { ScriptedServerOptions } from "../peer/scripted-server.js";
import * as der from "../support/der.js";
import * as ocsp from "../support/ocsp.js";
import * as pki from "../support/pki.js";
import { ON_XS } from "./effort.js";
import { trustOf } from "./fixture.js";
import { allAtOnce, Bench, type Delivery, FAILED, inPieces, OPEN, type Pair } from "./pair.js";

const HOST = "device.example";
const STATUS_REQUEST = 5;

describe("client: large handshake records with a status, with slices, cut off", function () {
  this.timeout(120000);
  const bench = new Bench();

  /** The leaf is as large as makes the flight larger than the buffer. */
  function chainOf(intermediates: number, name = HOST): pki.TestChain {
    const more = pki.extension("1.3.6.1.4.1.32473.1", der.octetString(new Uint8Array(3000).fill(0x5a)));
    return pki.makeChain({
      host: name,
      intermediates,
      leaf: { extensions: [...pki.leafExtensions([pki.dnsName(name)]), more] },
    });
  }

  const long = chainOf(1);
  const short = chainOf(0);
  const ofRoot = { certId: ocsp.certId({ name: pki.commonName("Test Root"), key: pki.testKey("root").publicKey }) };
  const byRoot = (single: Partial<ocsp.SingleFields> = {}): Uint8Array =>
    ocsp.response({
      responder: ocsp.byKey(pki.testKey("root")),
      signer: pki.testKey("root"),
      responses: [ocsp.single({ ...ofRoot, ...single })],
    });

  function server(
    chain: pki.TestChain,
    status: Uint8Array | null,
    more: Partial<ScriptedServerOptions> = {},
  ): Partial<ScriptedServerOptions> {
    const stapled = status === null ? [] : [extension(STATUS_REQUEST, ocsp.certificateStatus(status))];
    return { identity: { chain: chain.chain, privateKey: chain.leafKey.secretKey }, certificateExtensions: [stapled], echo: true, ...more };
  }

  function client(chain: pki.TestChain, options: OcspOptions | null, more: Partial<ClientConfig> = {}): Partial<ClientConfig> {
    return {
      trust: trustOf(chain.anchor),
      serverName: HOST,
      clock: { seconds: () => pki.NOW },
      ...(options === null ? {} : { checks: { status: ocspStapling(options) } }),
      ...more,
    };
  }

  const PIECES: readonly Delivery[] = ON_XS ? [inPieces(700)] : [allAtOnce, inPieces(1), inPieces(64), inPieces(1999)];

  describe("a stapled status", () => {
    for (const [name, chain, good, revoked] of [
      ["of an issuer", long, ocsp.response(), ocsp.response({ responses: [ocsp.single({ status: ocsp.revoked(pki.NOW - 5) })] })],
      ["of the anchor itself", short, byRoot(), byRoot({ status: ocsp.revoked(pki.NOW - 5) })],
    ] as const) {
      it(`${name}: good, told once and behind the tag`, () => {
        for (const delivery of PIECES)
          for (const sliceSteps of [Infinity, 1]) {
            const told: OcspAnswer[] = [];
            const pair = bench.open(
              server(chain, good),
              client(chain, { required: true, onGood: (answer) => told.push(answer) }, { sliceSteps }),
              delivery,
            );
            expect(told).to.have.length(1);
            pair.write(new Uint8Array(10));
            expect(pair.received).to.have.length(10);
          }
      });

      it(`${name}: revoked, missing, or with a wrong tag`, () => {
        const alertOf = (pair: Pair): number | undefined => pair.client.failure?.description;
        expect(alertOf(bench.run(server(chain, revoked), client(chain, {})))).to.equal(certificate_revoked);
        expect(alertOf(bench.run(server(chain, null), client(chain, { required: true })))).to.equal(bad_certificate_status_response);
        let told = 0;
        const flipped = bench.run(
          server(chain, good, { record: (plan) => (plan.messages.includes("certificate") ? { ...plan, flip: 9000 } : plan) }),
          client(chain, { onGood: () => told++ }),
        );
        expect([alertOf(flipped), told]).to.deep.equal([bad_record_mac, 0]);
      });
    }
  });

  it("slices of every length end with the same", () => {
    for (const sliceSteps of ON_XS ? [1, 5] : [1, 2, 3, 5, 8, 64, 1000])
      for (const delivery of PIECES) {
        const pair = bench.open(server(long, null), client(long, null, { sliceSteps }), delivery);
        pair.write(new Uint8Array(100));
        expect(pair.received).to.have.length(100);
      }
  });

  it("the transport ends inside such a record, at any byte: connection_lost, and what was found inside is not told", () => {
    for (const chain of [long, chainOf(1, "other.example")])
      for (const sliceSteps of [Infinity, 1])
        for (const before of [1, 2, 17, 500, 2000]) {
          const pair = bench.pair(server(chain, null), client(long, null, { sliceSteps }));
          const one = pair.client;
          const wire = concat(...pair.server.receiveRecords(one.io.slice(one.txOffset, one.txOffset + one.txPending())));
          one.sent(one.txPending());
          pair.deliver(wire.slice(0, wire.length - before));
          expect(one.state).not.to.equal(OPEN);
          one.receivedEnd();
          for (let n = 0; n < 1000 && (one.wants & 4) !== 0; n++) one.resume();
          expect([one.state, one.failure?.description]).to.deep.equal([FAILED, connection_lost]);
          expect(one.wants & 5).to.equal(0);
        }
  });
});
