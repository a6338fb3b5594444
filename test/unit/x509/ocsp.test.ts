import { ed25519 as curve } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import { PENDING } from "../../../src/crypto/provider.js";
import { ed25519 } from "../../../src/crypto/xs/ed25519.js";
import { type ChainConfig, ChainVerifier } from "../../../src/x509/chain.js";
import { type OcspAnswer, type OcspOptions, ocspStapling } from "../../../src/x509/ocsp-stapling.js";
import { PinnedTrust } from "../../../src/x509/pins.js";
import { FloorDate } from "../../../src/x509/time-policy.js";
import { ON_XS } from "../../pair/effort.js";
import * as der from "../../support/der.js";
import { nobleP256Sha256 } from "../../support/noble-provider.js";
import * as ocsp from "../../support/ocsp.js";
import * as pki from "../../support/pki.js";
import { chainConfig } from "./verify.js";

const { NOW } = pki;
const { HOUR } = ocsp;

interface Case {
  chain?: pki.ChainOptions;
  /** The list as it is sent; default: the chain. */
  list?: readonly Uint8Array[];
  options?: OcspOptions;
  config?: Partial<ChainConfig>;
  /** Octets a push. */
  piece?: number;
}

/** Pushes a list, the status behind its leaf. */
function feedAll(verifier: ChainVerifier, list: readonly Uint8Array[], stapled: Uint8Array | null, piece = 1 << 16): void {
  const step = (): void => {
    while (verifier.step(1) === PENDING);
  };
  list.forEach((certificate, i) => {
    verifier.beginCertificate(certificate.length);
    for (let at = 0; at < certificate.length; at += piece) verifier.push(certificate, at, Math.min(piece, certificate.length - at));
    if (verifier.endCertificate() === PENDING) step();
    if (i === 0 && stapled) {
      const body = ocsp.certificateStatus(stapled);
      verifier.status!.beginStatus(0, body.length);
      for (let at = 0; at < body.length; at += piece) verifier.status!.pushStatus(body, at, Math.min(piece, body.length - at));
    }
    if (verifier.endEntry() === PENDING) step();
  });
  verifier.endChain();
}

/** "valid", or "alert: reason". */
function outcome(stapled: Uint8Array | null, { chain = {}, list, options = {}, config = {}, piece }: Case = {}): string {
  const made = pki.makeChain(chain);
  try {
    const verifier = new ChainVerifier(chainConfig([made.anchor], { status: ocspStapling(options), ...config }));
    feedAll(verifier, list ?? made.chain, stapled, piece);
    return "valid";
  } catch (error) {
    if (!(error instanceof TLSAlert)) throw error;
    return error.message;
  }
}

const BAD = "bad_certificate_status_response: leaf: ";
const RESPONSE = `${BAD}the stapled OCSP response: `;
const RESPONDER = `${BAD}the certificate of the OCSP responder: `;

const feature = (...features: readonly number[]): Uint8Array =>
  pki.extension(ocsp.ID_TLS_FEATURE, der.sequence(...features.map((one) => der.integer(one))));
const withFeature = (...features: readonly number[]): pki.ChainOptions => ({
  leaf: { extensions: [...pki.leafExtensions([pki.dnsName("device.example")]), feature(...features)] },
});

const responderKey = pki.testKey("responder");
const RESPONDER_NAME = pki.commonName("Test Responder");

/** A certificate of a responder that is right but for what is replaced. */
function responderCertificate(fields: Partial<pki.CertificateFields> = {}): Uint8Array {
  return pki.makeCertificate({
    ...pki.baseFields(),
    issuer: pki.commonName("Test Issuer 1"),
    subject: RESPONDER_NAME,
    spki: responderKey.spki,
    signer: pki.testKey("issuer 1"),
    extensions: [
      pki.keyUsage(pki.DIGITAL_SIGNATURE),
      pki.extendedKeyUsage(ocsp.OCSP_SIGNING),
      pki.extension(ocsp.ID_NOCHECK, der.nullValue()),
    ],
    ...fields,
  });
}

function delegated(certificate: Partial<pki.CertificateFields> = {}, fields: Partial<ocsp.ResponseFields> = {}): Uint8Array {
  return ocsp.response({
    responder: ocsp.byName(RESPONDER_NAME),
    signer: responderKey,
    certs: [responderCertificate(certificate)],
    ...fields,
  });
}

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

  describe("who signed", () => {
    it("a responder of the issuer, by name and by key, alone and among other certificates", () => {
      const told: OcspAnswer[] = [];
      const options = { onGood: (answer: OcspAnswer) => told.push(answer) };
      const other = responderCertificate({ subject: pki.commonName("Another"), spki: pki.testKey("another").spki });
      for (const certs of [[responderCertificate()], [other, responderCertificate()], [responderCertificate(), other]])
        for (const responder of [ocsp.byName(RESPONDER_NAME), ocsp.byKey(responderKey)])
          expect(outcome(delegated({}, { responder, certs }), { options })).to.equal("valid");
      expect(told.map((answer) => answer.delegated)).to.deep.equal([true, true, true, true, true, true]);
    });

    it("the issuer, which sends its own certificate along", () => {
      const { chain } = pki.makeChain();
      for (const responder of [ocsp.byName(pki.commonName("Test Issuer 1")), ocsp.byKey(pki.testKey("issuer 1"))])
        expect(outcome(ocsp.response({ responder, certs: [chain[1]!] }))).to.equal("valid");
    });

    it("somebody else in the issuer's name", () => {
      expect(outcome(ocsp.response({ signer: responderKey }))).to.equal(
        `${RESPONSE}its signature does not verify with the key of the leaf's issuer`,
      );
    });

    it("somebody who is not there", () => {
      for (const responder of [ocsp.byName(RESPONDER_NAME), ocsp.byKey(responderKey)])
        for (const certs of [[], [responderCertificate({ subject: pki.commonName("Another"), spki: pki.testKey("another").spki })]])
          expect(outcome(delegated({}, { responder, certs }))).to.equal(
            `${RESPONSE}its responderID is neither the leaf's issuer nor in one of its certs`,
          );
    });

    it("another than the responder whose certificate is there", () => {
      expect(outcome(delegated({}, { signer: pki.testKey("leaf") }))).to.equal(
        `${RESPONSE}its signature does not verify with the key of its responder`,
      );
    });

    const purposes = (...all: readonly string[]) => [pki.keyUsage(pki.DIGITAL_SIGNATURE), pki.extendedKeyUsage(...all)];
    for (const [what, fields, reason] of [
      ["issued by another", { issuer: pki.commonName("Test Root"), signer: pki.testKey("root") }, "it was not issued by the leaf's issuer"],
      ["signed by another", { signer: pki.testKey("root") }, "its signature does not verify with the key of the leaf's issuer"],
      ["without extKeyUsage", { extensions: [pki.keyUsage(pki.DIGITAL_SIGNATURE)] }, "its extKeyUsage does not have OCSPSigning"],
      ["for servers", { extensions: purposes(pki.SERVER_AUTH) }, "its extKeyUsage does not have OCSPSigning"],
      ["for anything", { extensions: purposes(pki.ANY_PURPOSE) }, "its extKeyUsage does not have OCSPSigning"],
      [
        "not for signatures",
        { extensions: [pki.keyUsage(pki.KEY_AGREEMENT), pki.extendedKeyUsage(ocsp.OCSP_SIGNING)] },
        "its keyUsage does not have digitalSignature",
      ],
      ["expired", { notAfter: NOW - 1 }, "it expired at 2025-05-31T23:59:59Z; the clock says 2025-06-01T00:00:00Z"],
      ["not valid yet", { notBefore: NOW + 1 }, "it is not valid before 2025-06-01T00:00:01Z; the clock says 2025-06-01T00:00:00Z"],
      [
        "with a critical extension",
        { extensions: [...purposes(ocsp.OCSP_SIGNING), pki.extension("1.2.3.4", der.nullValue(), true)] },
        "critical extension 1.2.3.4 is not supported",
      ],
      ["of version 1", { version: null, extensions: null }, "version is 1, only 3 is supported"],
      ["malformed", { serial: der.nullValue() }, "an element with tag 0x05 stands where serialNumber is expected"],
    ] as const)
      it(`a responder's certificate that is ${what}`, () => {
        expect(outcome(delegated(fields))).to.equal(RESPONDER + reason);
      });

    it("what is wrong with a certificate that is not the responder's does not matter, if its form is right", () => {
      const old = responderCertificate({ subject: pki.commonName("Another"), version: null, extensions: null, notAfter: NOW - 1 });
      expect(outcome(delegated({}, { certs: [old, responderCertificate()] }))).to.equal("valid");
    });

    it("a responder with Ed25519, for which ResponseData is kept", () => {
      const secret = sha256(der.ascii("ed25519 responder"));
      const spki = der.sequence(der.sequence(der.oid("1.3.101.112")), der.bitString(curve.getPublicKey(secret)));
      const config = { signatures: [nobleP256Sha256, ed25519] };
      const algorithm = pki.algorithmIdentifier("1.3.101.112");
      const signature = (tbs: Uint8Array) => der.bitString(curve.sign(tbs, secret));
      expect(outcome(delegated({ spki }, { algorithm, signature }), { config })).to.equal("valid");
      const other = (tbs: Uint8Array) => der.bitString(curve.sign(tbs.slice(1), secret));
      expect(outcome(delegated({ spki }, { algorithm, signature: other }), { config })).to.match(
        /does not verify with the key of its responder/,
      );
      expect(outcome(delegated({ spki }), { config })).to.equal(
        `${RESPONSE}the Ed25519 key of its responder can't have made its signature`,
      );
    });

    it("with an algorithm that is not supported: SHA-1, SHA-384 without it", () => {
      for (const [oid, text] of [
        ["1.2.840.10045.4.1", "1.2.840.10045.4.1"],
        ["1.2.840.113549.1.1.5", "1.2.840.113549.1.1.5"],
        ["1.2.840.10045.4.3.3", "1.2.840.10045.4.3.3"],
      ] as const)
        expect(outcome(ocsp.response({ algorithm: pki.algorithmIdentifier(oid) }))).to.equal(
          `${RESPONSE}its signature algorithm ${text} is not supported`,
        );
    });
  });

  describe("form", () => {
    for (const [what, fields, reason] of [
      ["tryLater", { responseStatus: der.tlv(0x0a, Uint8Array.of(3)) }, "its responseStatus is tryLater, not successful"],
      ["unauthorized", { responseStatus: der.tlv(0x0a, Uint8Array.of(6)) }, "its responseStatus is unauthorized, not successful"],
      ["no responseStatus", { responseStatus: der.integer(0) }, "an element with tag 0x02 stands where responseStatus is expected"],
      ["another responseType", { responseType: der.oid("1.2.3") }, "its responseType is not id-pkix-ocsp-basic"],
      ["version 2", { version: der.explicit(0, der.integer(1)) }, "its version is not 1"],
      [
        "a KeyHash of 32 octets",
        { responder: der.explicit(2, der.octetString(sha256(responderKey.publicKey))) },
        "responderID byKey has 32 octets, SHA-1 has 20",
      ],
      ["no responderID", { responder: new Uint8Array(0) }, "an element with tag 0x18 stands where responderID is expected"],
      ["trailing octets", { tail: der.nullValue() }, "an element with tag 0x05 stands where the end is expected"],
      ["a signature of unused bits", { signature: der.bitString(Uint8Array.of(8), 3) }, "signature has 3 unused bits"],
      ["a long signature", { signature: der.bitString(new Uint8Array(600)) }, "its signature has 600 octets, at most 72 fit its kind"],
      [
        "a long algorithm",
        { algorithm: der.sequence(der.octetString(new Uint8Array(99))) },
        "its signatureAlgorithm of 101 octets is not supported",
      ],
      [
        "a critical extension",
        { extensions: der.explicit(1, der.sequence(pki.extension("1.2.3", der.nullValue(), true))) },
        "it has a critical extension that is not supported",
      ],
      [
        "a critical extension of the answer",
        { responses: [ocsp.single({ extensions: der.explicit(1, der.sequence(pki.extension("1.2.3", der.nullValue(), true))) })] },
        "it has a critical extension that is not supported",
      ],
      ["certStatus with content", { responses: [ocsp.single({ status: der.implicit(0, Uint8Array.of(0)) })] }, "certStatus has 1 octets"],
      [
        "another certStatus",
        { responses: [ocsp.single({ status: der.implicit(3, Uint8Array.of()) })] },
        "an element with tag 0x83 stands where certStatus is expected",
      ],
      [
        "much ResponseData",
        { extensions: der.explicit(1, der.sequence(pki.extension("1.2.3", der.octetString(new Uint8Array(4000))))) },
        "its tbsResponseData has 4172 octets, at most 4096 are kept",
      ],
    ] as const)
      it(what, () => {
        expect(outcome(ocsp.response(fields))).to.equal(RESPONSE + reason);
      });

    it("extensions that are not critical, and version 1 written out, are taken", () => {
      const nonce = der.explicit(1, der.sequence(pki.extension(ocsp.ID_NONCE, der.octetString(Uint8Array.of(1, 2, 3)))));
      const stapled = ocsp.response({
        version: der.explicit(0, der.integer(0)),
        extensions: nonce,
        responses: [ocsp.single({ extensions: nonce })],
      });
      expect(outcome(stapled)).to.equal("valid");
    });

    it("a response without responseBytes, an empty SEQUENCE, no DER", () => {
      expect(outcome(der.sequence(der.tlv(0x0a, Uint8Array.of(0))))).to.equal(`${RESPONSE}responseBytes is missing`);
      expect(outcome(der.sequence())).to.equal(`${RESPONSE}responseStatus is missing`);
      expect(outcome(Uint8Array.of(0x30, 0x80, 0, 0))).to.equal(`${RESPONSE}OCSPResponse has indefinite length`);
      expect(outcome(ocsp.response().slice(0, -1))).to.match(/OCSPResponse has \d+ octets, only \d+ are left/);
    });

    it("a response that is too long", () => {
      expect(outcome(new Uint8Array(16385))).to.equal(`${RESPONSE}it has 16385 octets, at most 16384 are allowed`);
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

  describe("streams", () => {
    it("in pieces of every length, the same answer", () => {
      for (const stapled of [ocsp.response(), delegated()])
        for (let piece = 1; piece < 100; piece += ON_XS ? 23 : piece < 20 ? 1 : 13)
          expect(outcome(stapled, { piece }), `${piece}`).to.equal("valid");
    });

    it("refuses to be read on trial", () => {
      const made = pki.makeChain();
      const config = chainConfig([made.anchor], { status: ocspStapling() });
      expect(() => new ChainVerifier(config).copyFrom(new ChainVerifier(config))).to.throw();
      const without = chainConfig([made.anchor]);
      new ChainVerifier(without).copyFrom(new ChainVerifier(without));
    });
  });

  it("no octet changed gives another good answer", function () {
    this.timeout(120000);
    for (const stapled of [ocsp.response(), delegated()]) {
      const changed = stapled.slice();
      for (let i = 0; i < stapled.length; i += ON_XS ? 41 : 1) {
        for (const bits of [1, 0x80]) {
          changed[i] = stapled[i]! ^ bits;
          expect(outcome(changed), `octet ${i} ^ ${bits}`).to.not.equal("valid");
        }
        changed[i] = stapled[i]!;
      }
      expect(outcome(changed)).to.equal("valid");
    }
  });
});
