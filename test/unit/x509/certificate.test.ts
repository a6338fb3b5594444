import { expect } from "chai";
import { FIELDS, GRAMMAR, STATES } from "../../../src/x509/certificate-grammar.js";
import { ROW } from "../../../src/x509/der-reader.js";
import * as der from "../../support/der.js";
import * as pki from "../../support/pki.js";
import { chainConfig, outcome } from "./verify.js";

/** The outcome of a chain whose leaf is right but for these fields. */
function leaf(fields: Partial<pki.CertificateFields>): string {
  const made = pki.makeChain({ leaf: fields });
  return outcome(made.chain, chainConfig([made.anchor]));
}

/** The outcome of a right chain whose leaf has one more extension, or others instead. */
function withExtensions(...more: readonly Uint8Array[]): string {
  return leaf({ extensions: [...pki.leafExtensions([pki.dnsName("device.example")]), ...more] });
}

function onlyExtensions(...all: readonly Uint8Array[]): string {
  return leaf({ extensions: all });
}

const NAMES = pki.subjectAltName(pki.dnsName("device.example"));

/** The outcome of the DER of a leaf changed as a whole. */
function changed(change: (der: Uint8Array) => Uint8Array): string {
  const made = pki.makeChain();
  return outcome([change(made.chain[0]!), made.chain[1]!], chainConfig([made.anchor]));
}

describe("x509/certificate", () => {
  it("has a grammar row and a name for every state", () => {
    expect(GRAMMAR.length).to.equal(STATES * ROW);
    expect(FIELDS.length).to.equal(STATES);
    for (let state = 1; state < STATES; state++) for (const column of [1, 3, 4]) expect(GRAMMAR[state * ROW + column]).below(STATES);
  });

  it("accepts what is right", () => {
    expect(leaf({})).to.equal("valid");
    expect(leaf({ subject: der.sequence() })).to.equal("valid");
    expect(leaf({ uniqueIds: der.concat(der.implicit(1, der.fromHex("00 01")), der.implicit(2, der.fromHex("00 02"))) })).to.equal("valid");
    expect(leaf({ serial: der.integer(der.fromHex(`7f${"00".repeat(19)}`)) })).to.equal("valid");
    expect(leaf({ notBefore: pki.NOW, notAfter: pki.NOW })).to.equal("valid");
    expect(leaf({ notAfter: der.generalizedTime("99991231235959Z") })).to.equal("valid");
    expect(withExtensions(pki.extension("2.5.29.14", der.octetString(new Uint8Array(20))))).to.equal("valid");
    expect(withExtensions(pki.extension("1.3.6.1.4.1.99999.1", der.nullValue()))).to.equal("valid");
    expect(withExtensions(pki.extension("2.5.29.32", der.sequence(der.sequence(der.oid("2.5.29.32.0"))), true))).to.equal("valid");
  });

  it("accepts harmless forms that real certificates have", () => {
    const no = der.boolean(false);
    expect(onlyExtensions(der.sequence(der.oid("2.5.29.19"), no, der.octetString(der.sequence(no))), NAMES)).to.equal("valid");
    expect(onlyExtensions(pki.extension("2.5.29.19", der.sequence(der.integer(0))), NAMES)).to.equal("valid");
    expect(onlyExtensions(pki.extension("2.5.29.15", der.bitString(Uint8Array.of(0x80), 0)), NAMES)).to.equal("valid");
    expect(leaf({ notBefore: der.generalizedTime("20250101000000Z") })).to.equal("valid");
  });

  const bad = (name: string, run: () => string, reason: string, alert = "bad_certificate"): void => {
    it(`refuses ${name}`, () => expect(run()).to.equal(`${alert}: leaf: ${reason}`));
  };

  describe("version and serialNumber", () => {
    bad("version 1", () => leaf({ version: null }), "version is 1, only 3 is supported");
    bad("version 1 written out", () => leaf({ version: der.explicit(0, der.integer(0)) }), "version is 1, only 3 is supported");
    bad("version 2", () => leaf({ version: der.explicit(0, der.integer(1)) }), "version is 2, only 3 is supported");
    bad("version 4", () => leaf({ version: der.explicit(0, der.integer(3)) }), "version is none that is known");
    bad("an empty version", () => leaf({ version: der.explicit(0) }), "version is empty");
    bad(
      "two versions",
      () => leaf({ version: der.explicit(0, der.integer(2), der.integer(2)) }),
      "an element with tag 0x02 stands where the end is expected",
    );
    bad(
      "a serialNumber of 21 octets",
      () => leaf({ serial: der.integer(der.fromHex(`01${"00".repeat(20)}`)) }),
      "serialNumber has 21 octets, at most 20 are allowed",
    );
    bad("serialNumber 0", () => leaf({ serial: der.integer(0) }), "serialNumber is 0");
    bad("a negative serialNumber", () => leaf({ serial: der.integer(Uint8Array.of(0x80)) }), "serialNumber is negative");
    bad("a padded serialNumber", () => leaf({ serial: der.integer(Uint8Array.of(0, 1)) }), "serialNumber has no valid DER form");
    bad(
      "a padded negative serialNumber",
      () => leaf({ serial: der.integer(Uint8Array.of(0xff, 0x80)) }),
      "serialNumber has no valid DER form",
    );
    bad("an empty serialNumber", () => leaf({ serial: der.integer(new Uint8Array(0)) }), "serialNumber has no valid DER form");
  });

  describe("signature algorithm", () => {
    const sha1 = pki.algorithmIdentifier("1.2.840.10045.4.1");
    const md5 = pki.algorithmIdentifier("1.2.840.113549.1.1.4", der.nullValue());
    const unknown = (oid: string): string => `signature algorithm ${oid} is not supported`;
    const unsupported = "unsupported_certificate";
    bad("SHA-1", () => leaf({ innerAlgorithm: sha1, outerAlgorithm: sha1 }), unknown("1.2.840.10045.4.1"), unsupported);
    bad("MD5", () => leaf({ innerAlgorithm: md5, outerAlgorithm: md5 }), unknown("1.2.840.113549.1.1.4"), unsupported);
    const sha384 = pki.algorithmIdentifier("1.2.840.10045.4.3.3");
    bad(
      "what the provider lacks",
      () => leaf({ innerAlgorithm: sha384, outerAlgorithm: sha384 }),
      unknown("1.2.840.10045.4.3.3"),
      unsupported,
    );
    const parameters = pki.algorithmIdentifier(pki.ECDSA_WITH_SHA256, der.nullValue());
    bad(
      "parameters that ECDSA does not have",
      () => leaf({ innerAlgorithm: parameters, outerAlgorithm: parameters }),
      unknown(pki.ECDSA_WITH_SHA256),
      unsupported,
    );
    const huge = pki.algorithmIdentifier(pki.ECDSA_WITH_SHA256, der.octetString(new Uint8Array(300)));
    bad(
      "an algorithm that is too long",
      () => leaf({ innerAlgorithm: huge, outerAlgorithm: huge }),
      "signature algorithm of 314 octets is not supported",
      unsupported,
    );
    const differs = "signatureAlgorithm differs from the one inside tbsCertificate";
    bad("another algorithm outside", () => leaf({ outerAlgorithm: sha384 }), differs);
    bad("a longer algorithm outside", () => leaf({ outerAlgorithm: parameters }), differs);
    bad("an empty algorithm outside", () => leaf({ outerAlgorithm: der.sequence() }), differs);
    bad(
      "a signature that is too long",
      () => leaf({ signature: der.bitString(new Uint8Array(73)) }),
      "signatureValue has 73 octets, at most 72 fit its kind",
    );
    bad(
      "a signature with unused bits",
      () => leaf({ signature: der.bitString(Uint8Array.of(0x80), 7) }),
      "signatureValue has 7 unused bits",
    );
    bad("an empty signature", () => leaf({ signature: der.tlv(3) }), "signatureValue has no valid DER form");
  });

  describe("names", () => {
    const attribute = der.sequence(der.oid("2.5.4.3"), der.utf8String("x"));
    bad("an empty issuer", () => leaf({ issuer: der.sequence() }), "issuer is empty");
    bad("an empty RDN", () => leaf({ subject: der.sequence(der.set()) }), "RelativeDistinguishedName is empty");
    bad(
      "an attribute without a value",
      () => leaf({ subject: der.sequence(der.set(der.sequence(der.oid("2.5.4.3")))) }),
      "attribute value is missing",
    );
    bad(
      "an attribute with two values",
      () => leaf({ subject: der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String("x"), der.utf8String("y")))) }),
      "an element with tag 0x0c stands where the end is expected",
    );
    bad(
      "an attribute outside of a set",
      () => leaf({ subject: der.sequence(attribute) }),
      "an element with tag 0x30 stands where RelativeDistinguishedName is expected",
    );
    bad(
      "an empty attribute type",
      () => leaf({ subject: der.sequence(der.set(der.sequence(der.tlv(6), der.utf8String("x")))) }),
      "attribute type has no valid DER form",
    );
  });

  describe("validity", () => {
    bad("notAfter before notBefore", () => leaf({ notBefore: pki.NOW, notAfter: pki.NOW - 1 }), "notAfter is before notBefore");
    bad("a time without seconds", () => leaf({ notBefore: der.utcTime("2505010000Z") }), 'notBefore "2505010000Z" is not a valid time');
    bad("a time zone", () => leaf({ notAfter: der.utcTime("250701000000+0000") }), 'notAfter "250701000000+0000" is not a valid time');
    bad(
      "GeneralizedTime's form in UTCTime",
      () => leaf({ notAfter: der.utcTime("20250701000000Z") }),
      'notAfter "20250701000000Z" is not a valid time',
    );
    bad("another type", () => leaf({ notAfter: der.utf8String("x") }), "an element with tag 0x0c stands where notAfter is expected");
    bad("the 31st of June", () => leaf({ notAfter: der.utcTime("250631000000Z") }), 'notAfter "250631000000Z" is not a valid time');
    bad(
      "octets that are no text, escaped and cut",
      () => leaf({ notAfter: der.tlv(0x17, new Uint8Array(40)) }),
      `notAfter "${"\\x00".repeat(15)}…" is not a valid time`,
    );
  });

  describe("key", () => {
    const point = pki.testKey("leaf").publicKey;
    const key = (curve: string, bytes: Uint8Array): string => leaf({ spki: pki.ecSpki(bytes, curve) });
    bad(
      "another curve",
      () => key("1.3.132.0.10", point),
      "key type 1.2.840.10045.2.1 with 1.3.132.0.10 is not supported",
      "unsupported_certificate",
    );
    bad(
      "RSA where there is none",
      () => leaf({ spki: der.sequence(pki.algorithmIdentifier("1.2.840.113549.1.1.1", der.nullValue()), der.bitString(point)) }),
      "key type 1.2.840.113549.1.1.1 is not supported",
      "unsupported_certificate",
    );
    bad(
      "a compressed point",
      () => key(pki.PRIME256V1, der.concat(Uint8Array.of(2), point.slice(1, 33))),
      "subjectPublicKey has 33 octets, an uncompressed point on P-256 has 65",
    );
    bad(
      "a point in another form",
      () => key(pki.PRIME256V1, der.concat(Uint8Array.of(6), point.slice(1))),
      "subjectPublicKey is not an uncompressed point",
    );
    bad(
      "unused bits",
      () =>
        leaf({
          spki: der.sequence(
            der.sequence(der.oid(pki.ID_EC_PUBLIC_KEY), der.oid(pki.PRIME256V1)),
            der.bitString(der.concat(point.slice(0, 64), Uint8Array.of(0)), 1),
          ),
        }),
      "subjectPublicKey has 1 unused bits",
    );
  });

  describe("extensions", () => {
    bad("an empty list", () => onlyExtensions(), "extensions is empty");
    bad("something behind them", () => leaf({ tbsTail: der.nullValue() }), "an element with tag 0x05 stands where the end is expected");
    bad(
      "an unknown critical one",
      () => withExtensions(pki.extension("1.2.3.4", der.nullValue(), true)),
      "critical extension 1.2.3.4 is not supported",
      "unsupported_certificate",
    );
    it("accepts fields of policies, critical or not: no policy is asked for", () => {
      for (const oid of ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"]) {
        expect(withExtensions(pki.extension(oid, der.sequence(), true)), oid).to.equal("valid");
      }
    });
    bad("a known one twice", () => withExtensions(NAMES), "extension 2.5.29.17 stands twice");
    const other = (n: number): Uint8Array => pki.extension(`1.3.6.1.4.1.99999.${n}`, der.nullValue());
    bad("an unknown one twice", () => withExtensions(other(1), other(2), other(1)), "extension 1.3.6.1.4.1.99999.1 stands twice");
    const many = [1, 2, 3, 4, 5, 6, 7, 8];
    it("accepts eight others", () => expect(withExtensions(...many.map(other))).to.equal("valid"));
    bad(
      "nine others",
      () => withExtensions(...many.map(other), other(9)),
      "it has more than 8 extensions outside 2.5.29",
      "unsupported_certificate",
    );
    const raw = (oid: string, ...parts: readonly Uint8Array[]): Uint8Array => der.sequence(der.oid(oid), der.octetString(...parts));
    bad("an extension without a value", () => withExtensions(der.sequence(der.oid("1.2.3"))), "extnValue is missing");
    bad(
      "critical 0x01",
      () => withExtensions(der.sequence(der.oid("1.2.3"), der.tlv(1, Uint8Array.of(1)), der.octetString())),
      "critical has no valid DER form",
    );
    bad(
      "critical of two octets",
      () => withExtensions(der.sequence(der.oid("1.2.3"), der.tlv(1, Uint8Array.of(255, 255)), der.octetString())),
      "critical has no valid DER form",
    );
    bad("an empty basicConstraints value", () => onlyExtensions(raw("2.5.29.19"), NAMES), "basicConstraints is missing");
    bad(
      "two basicConstraints in one value",
      () => onlyExtensions(raw("2.5.29.19", der.sequence(), der.sequence()), NAMES),
      "an element with tag 0x30 stands where the end is expected",
    );
    bad(
      "cA 0x01",
      () => onlyExtensions(raw("2.5.29.19", der.sequence(der.tlv(1, Uint8Array.of(1)))), NAMES),
      "basicConstraints cA has no valid DER form",
    );
    bad(
      "a negative pathLenConstraint",
      () => onlyExtensions(raw("2.5.29.19", der.sequence(der.integer(Uint8Array.of(0xff)))), NAMES),
      "basicConstraints pathLenConstraint is negative",
    );
    bad(
      "keyUsage without bits",
      () => onlyExtensions(raw("2.5.29.15", der.bitString(new Uint8Array(0))), NAMES),
      "keyUsage has no bit set",
    );
    bad(
      "keyUsage of zeros",
      () => onlyExtensions(raw("2.5.29.15", der.bitString(Uint8Array.of(0, 0), 7)), NAMES),
      "keyUsage has no bit set",
    );
    bad(
      "keyUsage with set unused bits",
      () => onlyExtensions(raw("2.5.29.15", der.bitString(Uint8Array.of(0x81), 7)), NAMES),
      "keyUsage has no valid DER form",
    );
    bad(
      "keyUsage with 8 unused bits",
      () => onlyExtensions(raw("2.5.29.15", der.bitString(Uint8Array.of(0x80), 8)), NAMES),
      "keyUsage has no valid DER form",
    );
    bad(
      "keyUsage of 3 octets",
      () => onlyExtensions(raw("2.5.29.15", der.bitString(Uint8Array.of(0x80, 0, 0))), NAMES),
      "keyUsage has 3 octets of bits, at most 2 are allowed",
    );
    bad("an empty extKeyUsage", () => onlyExtensions(raw("2.5.29.37", der.sequence()), NAMES), "extKeyUsage is empty");
    bad("an empty subjectAltName", () => onlyExtensions(raw("2.5.29.17", der.sequence())), "subjectAltName is empty");
    bad(
      "an iPAddress with a mask",
      () => onlyExtensions(pki.subjectAltName(pki.dnsName("device.example"), pki.ipAddress(1, 2, 3, 4, 255, 255, 255, 0))),
      "subjectAltName iPAddress has 8 octets, not 4 or 16",
    );
    bad(
      "a name of no known kind",
      () => onlyExtensions(pki.subjectAltName(pki.dnsName("device.example"), der.implicit(9, new Uint8Array(1)))),
      "an element with tag 0x89 stands where subjectAltName GeneralName is expected",
    );
  });

  describe("DER", () => {
    bad(
      "no certificate at all",
      () => changed(() => der.ascii("GET / HTTP/1.1")),
      "an element with tag 0x47 stands where Certificate is expected",
    );
    bad("octets behind it", () => changed((bytes) => der.concat(bytes, Uint8Array.of(0))), "1 octets follow it");
    bad("octets behind the signature", () => leaf({ tail: der.nullValue() }), "an element with tag 0x05 stands where the end is expected");
    it("refuses every truncation", () => {
      const made = pki.makeChain();
      for (let n = 1; n < made.chain[0]!.length; n++) {
        expect(outcome([made.chain[0]!.slice(0, n)], chainConfig([made.anchor]))).to.match(
          /^bad_certificate: leaf: (it breaks off after|Certificate has)/,
        );
      }
    });
    const length =
      (...octets: readonly number[]): (() => string) =>
      () =>
        changed((bytes) => der.concat(Uint8Array.of(0x30, ...octets), bytes.slice(4)));
    bad("an indefinite length", length(0x80), "Certificate has indefinite length");
    bad("a length of three octets", length(0x83, 0, 1, 2), "Certificate has a length of 3 octets, at most 2 are allowed");
    bad("length 0xff", length(0xff), "Certificate has a length of 127 octets, at most 2 are allowed");
    bad("a length that is too long by an octet", length(0x82, 0, 0x90), "the length of Certificate is not in its shortest form");
    bad("a short length in the long form", length(0x81, 0x7f), "the length of Certificate is not in its shortest form");
    bad(
      "a container that is too small",
      () => changed((bytes) => der.concat(bytes.slice(0, 4), Uint8Array.of(0x30, 0x82, 0xff, 0xff), bytes.slice(8))),
      "tbsCertificate has 65535 octets, only 376 are left in what it is part of",
    );
    bad(
      "a high tag number",
      () => leaf({ serial: Uint8Array.of(0x1f, 0x81, 0x02, 0) }),
      "an element with tag 0x1f stands where serialNumber is expected",
    );
    bad("tag 0", () => leaf({ serial: Uint8Array.of(0, 0) }), "an element with tag 0x00 stands where serialNumber is expected");
    bad(
      "an element cut off in its header",
      () => leaf({ version: der.tlv(0xa0, Uint8Array.of(2)) }),
      "the length of version is cut off by the end of what it is part of",
    );
    it("opens nothing that is nested deeper than certificates are", () => {
      let deep = der.nullValue();
      for (let i = 0; i < 200; i++) deep = der.sequence(deep);
      expect(withExtensions(pki.extension("1.2.3", deep))).to.equal("valid");
      expect(leaf({ subject: deep })).to.match(/^bad_certificate: leaf: an element with tag 0x30 stands where RelativeDistinguishedName/);
    });
  });
});
