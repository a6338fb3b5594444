// OCSP stapling: who signed a response, and how its bytes are read.
import { ed25519 as curve } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { ed25519 } from "../../../src/crypto/xs/ed25519.js";
import { ChainVerifier } from "../../../src/x509/chain.js";
import { type OcspAnswer, ocspStapling } from "../../../src/x509/ocsp-stapling.js";
import { ON_XS } from "../../pair/effort.js";
import * as der from "../../support/der.js";
import { nobleP256Sha256 } from "../../support/noble-provider.js";
import * as ocsp from "../../support/ocsp.js";
import * as pki from "../../support/pki.js";
import { delegated, outcome, RESPONDER, RESPONDER_NAME, RESPONSE, responderCertificate, responderKey } from "./ocsp-outcome.js";
import { chainConfig } from "./verify.js";

const { NOW } = pki;

describe("x509/ocsp-stapling: a response", () => {
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
