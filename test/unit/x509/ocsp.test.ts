// OCSP stapling: when a response is needed, and what it says.
import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { type ChainConfig, ChainVerifier } from "../../../src/x509/chain.js";
import { type OcspAnswer, ocspStapling } from "../../../src/x509/ocsp-stapling.js";
import { PinnedTrust } from "../../../src/x509/pins.js";
import { FloorDate } from "../../../src/x509/time-policy.js";
import * as der from "../../support/der.js";
import * as ocsp from "../../support/ocsp.js";
import * as pki from "../../support/pki.js";
import { BAD, feedAll, outcome, RESPONSE, responderKey, withFeature } from "./ocsp-outcome.js";
import { chainConfig } from "./verify.js";

const { NOW } = pki;
const { HOUR } = ocsp;

describe("x509/ocsp-stapling", () => {
  describe("policy", () => {
    it("nothing stapled is fine where it was only asked for", () => {
      expect(outcome(null)).to.equal("valid");
    });

    it("nothing stapled is refused where it is required", () => {
      expect(outcome(null, { options: { required: true } })).to.equal(`${BAD}an OCSP response is required, and none is stapled`);
    });

    it("nothing stapled is refused where the leaf asks for it (RFC 7633)", () => {
      const reason = `${BAD}its TLS feature extension asks for a stapled OCSP response, and none is stapled`;
      expect(outcome(null, { chain: withFeature(5) })).to.equal(reason);
      expect(outcome(null, { chain: withFeature(17, 5) })).to.equal(reason);
      expect(outcome(ocsp.response(), { chain: withFeature(5) })).to.equal("valid");
    });

    it("other TLS features ask for nothing, and nor does the leaf where the client did not ask", () => {
      expect(outcome(null, { chain: withFeature(17) })).to.equal("valid");
      const made = pki.makeChain(withFeature(5));
      feedAll(new ChainVerifier(chainConfig([made.anchor])), made.chain, null);
    });

    it("a malformed TLS feature is refused", () => {
      const extensions = [...pki.leafExtensions([pki.dnsName("device.example")]), pki.extension(ocsp.ID_TLS_FEATURE, der.integer(5))];
      expect(outcome(null, { chain: { leaf: { extensions } } })).to.equal(
        "bad_certificate: leaf: an element with tag 0x02 stands where TLS feature is expected",
      );
    });

    it("a critical TLS feature is a critical extension that is not supported", () => {
      const critical = pki.extension(ocsp.ID_TLS_FEATURE, der.sequence(der.integer(5)), true);
      const extensions = [...pki.leafExtensions([pki.dnsName("device.example")]), critical];
      expect(outcome(ocsp.response(), { chain: { leaf: { extensions } } })).to.equal(
        "unsupported_certificate: leaf: critical extension 1.3.6.1.5.5.7.1.24 is not supported",
      );
    });

    it("is for servers only", () => {
      const made = pki.makeChain();
      const config = chainConfig([made.anchor], { status: ocspStapling(), purpose: "client" });
      expect(() => new ChainVerifier(config)).to.throw(RangeError, "checks.status: only servers are asked for a status");
    });

    it("refuses options that can't be", () => {
      expect(() => ocspStapling({ skew: -1 })).to.throw(RangeError, "skew is -1");
      expect(() => ocspStapling({ maxAge: Number.NaN })).to.throw(RangeError, "maxAge is NaN");
    });
  });

  describe("answers", () => {
    it("good: and tells what was said", () => {
      const told: OcspAnswer[] = [];
      expect(outcome(ocsp.response(), { options: { required: true, onGood: (answer) => told.push(answer) } })).to.equal("valid");
      expect(told).to.deep.equal([{ producedAt: NOW - HOUR, thisUpdate: NOW - HOUR, nextUpdate: NOW + 48 * HOUR, delegated: false }]);
    });

    it("good, by each way to name the responder and the certificate", () => {
      const issuer = pki.testKey("issuer 1");
      for (const id of [ocsp.certId(), ocsp.certId(ocsp.SHA256_ID), ocsp.certId({ algorithm: pki.algorithmIdentifier(ocsp.ID_SHA1) })])
        for (const responder of [ocsp.byName(pki.commonName("Test Issuer 1")), ocsp.byKey(issuer)])
          expect(outcome(ocsp.response({ responder, responses: [ocsp.single({ certId: id })] }))).to.equal("valid");
    });

    it("good, for a leaf right below the anchor", () => {
      const root = { name: pki.commonName("Test Root"), key: pki.testKey("root").publicKey };
      const stapled = ocsp.response({
        responder: ocsp.byName(root.name),
        signer: pki.testKey("root"),
        responses: [ocsp.single({ certId: ocsp.certId(root) })],
      });
      expect(outcome(stapled, { chain: { intermediates: 0 }, options: { required: true } })).to.equal("valid");
      expect(outcome(ocsp.response(), { chain: { intermediates: 0 } })).to.equal(`${RESPONSE}none of its certIDs is the leaf's`);
    });

    it("good, where the issuer comes out of order, or twice", () => {
      const { chain } = pki.makeChain({ intermediates: 2 });
      for (const order of [
        [0, 2, 1],
        [0, 1, 1, 2],
        [0, 2, 2, 1],
      ])
        expect(outcome(ocsp.response(), { chain: { intermediates: 2 }, list: order.map((i) => chain[i]!) })).to.equal("valid");
      const bad = ocsp.response({ signer: pki.testKey("root") });
      expect(outcome(bad, { chain: { intermediates: 2 }, list: [chain[0]!, chain[2]!, chain[1]!] })).to.match(/its signature does not/);
    });

    it("revoked", () => {
      const at = (reason: number | null) => ocsp.response({ responses: [ocsp.single({ status: ocsp.revoked(NOW - 5 * HOUR, reason) })] });
      const reason = "certificate_revoked: leaf: it was revoked at 2025-05-31T19:00:00Z, says the stapled OCSP response";
      expect(outcome(at(null))).to.equal(reason);
      expect(outcome(at(1))).to.equal(reason);
    });

    it("revoked, but not signed by anybody who may say so", () => {
      const stapled = ocsp.response({ responses: [ocsp.single({ status: ocsp.revoked(NOW) })], signer: pki.testKey("leaf") });
      expect(outcome(stapled)).to.equal(`${RESPONSE}its signature does not verify with the key of the leaf's issuer`);
    });

    it("unknown", () => {
      expect(outcome(ocsp.response({ responses: [ocsp.single({ status: ocsp.unknown() })] }))).to.equal(
        `${RESPONSE}it says that the leaf's status is unknown`,
      );
    });

    it("finds the leaf's among several", () => {
      const other = (serial: number, status = ocsp.good()) => ocsp.single({ certId: ocsp.certId({ serial: der.integer(serial) }), status });
      expect(outcome(ocsp.response({ responses: [other(7, ocsp.revoked(NOW)), ocsp.single(), other(8, ocsp.unknown())] }))).to.equal(
        "valid",
      );
      const revoked = ocsp.single({ status: ocsp.revoked(NOW) });
      expect(outcome(ocsp.response({ responses: [other(7), revoked, other(8)] }))).to.match(/^certificate_revoked/);
      expect(outcome(ocsp.response({ responses: [ocsp.single(), revoked] }))).to.equal(`${RESPONSE}it has two answers for the leaf`);
      expect(outcome(ocsp.response({ responses: [] }))).to.equal(`${RESPONSE}none of its certIDs is the leaf's`);
    });

    for (const [what, id] of [
      ["serial number", { serial: der.integer(1001) }],
      ["longer serial number", { serial: der.integer(Uint8Array.of(3, 0xe8, 0)) }],
      ["issuer's name", { name: pki.commonName("Test Issuer 2") }],
      ["hash algorithm", { algorithm: pki.algorithmIdentifier("2.16.840.1.101.3.4.2.2"), hash: sha256 }],
      ["hash of another length", { hash: sha256 }],
    ] as const)
      it(`of another certificate: ${what}`, () => {
        const stapled = ocsp.response({ responses: [ocsp.single({ certId: ocsp.certId(id) })] });
        expect(outcome(stapled)).to.equal(`${RESPONSE}none of its certIDs is the leaf's`);
      });

    it("of an issuer with the same name and another key", () => {
      for (const id of [{}, ocsp.SHA256_ID]) {
        const key = pki.testKey("other issuer").publicKey;
        const stapled = ocsp.response({ responses: [ocsp.single({ certId: ocsp.certId({ ...id, key }) })] });
        expect(outcome(stapled)).to.equal(`${RESPONSE}its certID has another issuerKeyHash than the leaf's issuer`);
      }
    });
  });

  describe("times", () => {
    const timed = (thisUpdate: number, nextUpdate: number | null) =>
      ocsp.response({
        responses: [
          ocsp.single({ thisUpdate: ocsp.generalTime(thisUpdate), nextUpdate: nextUpdate === null ? null : ocsp.generalTime(nextUpdate) }),
        ],
      });

    it("nextUpdate, to the second, with the skew", () => {
      expect(outcome(timed(NOW - 9 * HOUR, NOW - 300))).to.equal("valid");
      expect(outcome(timed(NOW - 9 * HOUR, NOW - 301))).to.equal(
        `${RESPONSE}it expired at 2025-05-31T23:54:59Z; the clock says 2025-06-01T00:00:00Z`,
      );
      expect(outcome(timed(NOW - 9 * HOUR, NOW - 1), { options: { skew: 0 } })).to.match(/it expired at/);
      expect(outcome(timed(NOW - 9 * HOUR, NOW), { options: { skew: 0 } })).to.equal("valid");
    });

    it("thisUpdate", () => {
      expect(outcome(timed(NOW + 300, NOW + HOUR))).to.equal("valid");
      expect(outcome(timed(NOW + 301, NOW + HOUR))).to.equal(
        `${RESPONSE}it is not valid before 2025-06-01T00:05:01Z; the clock says 2025-06-01T00:00:00Z`,
      );
    });

    it("without nextUpdate: a day, or what the options say", () => {
      expect(outcome(timed(NOW - 24 * HOUR - 300, null))).to.equal("valid");
      expect(outcome(timed(NOW - 24 * HOUR - 301, null))).to.match(
        /it is of 2025-05-30T23:54:59Z and has no nextUpdate, so it holds 86400 seconds; the clock says 2025-06-01T00:00:00Z$/,
      );
      expect(outcome(timed(NOW - HOUR, null), { options: { maxAge: 3000 } })).to.match(/so it holds 3000 seconds/);
    });

    it("nextUpdate before thisUpdate", () => {
      expect(outcome(timed(NOW, NOW - 1))).to.equal(`${RESPONSE}nextUpdate is before thisUpdate`);
    });

    it("a clock that is not set: what expired before the floor is refused, what is not valid yet can't be told", () => {
      const config = { clock: { seconds: () => -1 }, timePolicy: new FloorDate(NOW, NOW + 1) };
      expect(outcome(timed(NOW + 99 * HOUR, NOW + 100 * HOUR), { config })).to.equal("valid");
      expect(outcome(timed(NOW - 9 * HOUR, NOW - 301), { config })).to.equal(
        `${RESPONSE}it expired at 2025-05-31T23:54:59Z; the clock is not set, the time is at least 2025-06-01T00:00:00Z`,
      );
      expect(outcome(timed(NOW - 25 * HOUR, null), { config })).to.match(/the clock is not set/);
    });

    it("malformed times", () => {
      for (const [field, fields] of [
        ["thisUpdate", { thisUpdate: der.generalizedTime("20250601000000") }],
        ["thisUpdate", { thisUpdate: der.generalizedTime("20251301000000Z") }],
        ["nextUpdate", { nextUpdate: der.generalizedTime("20250601000000.5Z") }],
        ["revocationTime", { status: der.explicit(1, der.generalizedTime("250601000000Z")) }],
      ] as const)
        expect(outcome(ocsp.response({ responses: [ocsp.single(fields)] }))).to.equal(`${RESPONSE}${field} is not a valid time`);
      expect(outcome(ocsp.response({ producedAt: der.generalizedTime("x") }))).to.equal(`${RESPONSE}producedAt is not a valid time`);
      expect(outcome(ocsp.response({ producedAt: der.utcTime("250601000000Z") }))).to.equal(
        `${RESPONSE}an element with tag 0x17 stands where producedAt is expected`,
      );
    });
  });

  describe("pins", () => {
    const pin = (spki: Uint8Array): Partial<ChainConfig> => ({ trust: new PinnedTrust([sha256(spki)]) });

    it("a pinned issuer signs for the leaf", () => {
      const config = pin(pki.testKey("issuer 1").spki);
      expect(outcome(ocsp.response(), { config, options: { required: true } })).to.equal("valid");
      expect(outcome(ocsp.response({ signer: responderKey }), { config })).to.match(/its signature does not verify/);
    });

    it("a pinned leaf has no issuer: what is stapled can't be checked, and is as good as none", () => {
      const config = pin(pki.testKey("leaf").spki);
      expect(outcome(ocsp.response(), { config })).to.equal("valid");
      const rest = "and what is stapled can't be checked, because the path ends at the leaf: it is pinned";
      expect(outcome(ocsp.response(), { config, options: { required: true } })).to.equal(`${BAD}an OCSP response is required, ${rest}`);
      expect(outcome(ocsp.response(), { config, chain: withFeature(5) })).to.equal(
        `${BAD}its TLS feature extension asks for a stapled OCSP response, ${rest}`,
      );
    });
  });
});
