import { expect } from "chai";
import { ChainVerifier } from "../../../src/x509/chain.js";
import * as der from "../../support/der.js";
import { nobleP256Sha256 } from "../../support/noble-provider.js";
import * as pki from "../../support/pki.js";
import { chainConfig, feed, outcome } from "./verify.js";

type Options = pki.ChainOptions;
type Config = Parameters<typeof chainConfig>[1];

/** The outcome of makeChain(options). */
function chain(options: Options = {}, config: Config = {}): string {
  const made = pki.makeChain(options);
  return outcome(made.chain, chainConfig([made.anchor], config));
}

const HOST = pki.dnsName("device.example");

describe("x509/chain", () => {
  describe("paths", () => {
    for (const intermediates of [0, 1, 2, 5]) {
      it(`accepts ${intermediates} intermediates, and gives the leaf's key`, () => {
        const made = pki.makeChain({ intermediates });
        const verifier = new ChainVerifier(chainConfig([made.anchor]));
        for (const certificate of made.chain) feed(verifier, certificate);
        verifier.endChain();
        expect(verifier.matches).to.equal(true);
        expect(verifier.keyType).to.equal(nobleP256Sha256.keyType);
        const key = verifier.key.slice(verifier.keyOffset, verifier.keyOffset + verifier.keyLength);
        expect(der.toHex(key)).to.equal(der.toHex(made.leafKey.publicKey));
      });
    }

    it("answers PENDING until all steps of each signature are done", () => {
      const made = pki.makeChain();
      const verifier = new ChainVerifier(chainConfig([made.anchor]));
      const steps: number[] = [];
      for (const certificate of made.chain) {
        verifier.beginCertificate(certificate.length);
        verifier.push(certificate, 0, certificate.length);
        let n = 0;
        if (verifier.endCertificate() === 0) for (n = 1; verifier.step(1) === 0; ) n++;
        steps.push(n);
      }
      verifier.endChain();
      // The leaf waits for its issuer; there its signature and the issuer's own are verified.
      expect(steps).to.deep.equal([0, 10]);
    });

    it("checks only the form of what stands behind a complete path", () => {
      const made = pki.makeChain();
      const config = chainConfig([made.anchor]);
      const old = pki.makeCertificate({
        ...pki.baseFields(),
        version: null,
        extensions: null,
        serial: der.integer(0),
        notAfter: pki.NOW - 1,
      });
      const odd = pki.makeCertificate({
        ...pki.baseFields(),
        innerAlgorithm: pki.algorithmIdentifier("1.2.840.113549.1.1.4", der.nullValue()),
        spki: der.sequence(pki.algorithmIdentifier("1.2.840.113549.1.1.1", der.nullValue()), der.bitString(new Uint8Array(1030))),
        signature: der.bitString(new Uint8Array(1024)),
        extensions: [pki.extension("1.2.3", new Uint8Array(2000), true)],
      });
      expect(outcome([...made.chain, made.root, old, odd], config)).to.equal("valid");
      expect(outcome([...made.chain, odd.slice(0, -1)], config)).to.match(/^bad_certificate: issuer 2: Certificate has /);
    });

    it("tries anchors with the same name in turn, and passes over keys that can't be used", () => {
      const made = pki.makeChain();
      const name = pki.commonName("Test Root");
      const rsa = der.sequence(pki.algorithmIdentifier("1.2.840.113549.1.1.1", der.nullValue()), der.bitString(new Uint8Array(270)));
      const wrong = pki.anchorOf(name, pki.testKey("another").spki);
      const anchors = [pki.anchorOf(pki.commonName("x"), made.anchor.publicKeyInfo), pki.anchorOf(name, rsa), wrong, made.anchor];
      expect(outcome(made.chain, chainConfig(anchors))).to.equal("valid");
      const reason = (of: string): string =>
        `bad_certificate: issuer 1: its signature does not verify with the key of ${of} that has its issuer's name`;
      expect(outcome(made.chain, chainConfig(anchors.slice(0, 3)))).to.equal(reason("the trust anchor"));
      expect(outcome(made.chain, chainConfig([...anchors.slice(0, 3), wrong]))).to.equal(reason("any of the 2 trust anchors"));
    });

    it("goes on where an anchor has the issuer's name but not its key", () => {
      const made = pki.makeChain();
      const renamed = pki.anchorOf(pki.commonName("Test Issuer 1"), pki.testKey("another").spki);
      expect(outcome(made.chain, chainConfig([renamed, made.anchor]))).to.equal("valid");
    });

    it("ends at an intermediate that is an anchor", () => {
      const made = pki.makeChain({ intermediates: 2 });
      const anchor = pki.anchorOf(pki.commonName("Test Issuer 1"), pki.testKey("issuer 1").spki);
      expect(outcome(made.chain.slice(0, 1), chainConfig([anchor]))).to.equal("valid");
      expect(outcome(made.chain, chainConfig([anchor]))).to.equal("valid");
    });

    it("accepts a self-signed leaf that is an anchor, and no other", () => {
      const self = { issuer: pki.commonName("device.example"), signer: pki.testKey("leaf") };
      const made = pki.makeChain({ leaf: self });
      const anchor = pki.anchorOf(pki.commonName("device.example"), made.leafKey.spki);
      expect(outcome(made.chain.slice(0, 1), chainConfig([anchor]))).to.equal("valid");
      expect(outcome(made.chain.slice(0, 1), chainConfig([made.anchor]))).to.match(/^unknown_ca: leaf: its issuer is no trust anchor/);
      const signed = pki.makeChain();
      expect(outcome(signed.chain.slice(0, 1), chainConfig([anchor]))).to.match(/^unknown_ca: leaf: its issuer is no trust anchor/);
    });

    it("accepts a self-issued intermediate, which counts for no pathLenConstraint", () => {
      const name = pki.commonName("Test Issuer 2");
      const issuers: Options["issuers"] = [
        // Key roll-over: issuer 2 certifies its own new key under its own name.
        { subject: name, issuer: name, spki: pki.testKey("issuer 1").spki, signer: pki.testKey("issuer 2") },
        { extensions: pki.issuerExtensions(0) },
      ];
      expect(chain({ intermediates: 2, leaf: { issuer: name }, issuers })).to.equal("valid");
    });
  });

  describe("refuses paths", () => {
    const none = "its issuer is no trust anchor, and the certificate_list ends here";
    it("to another root", () => {
      const made = pki.makeChain();
      const other = pki.anchorOf(pki.commonName("Other Root"), pki.testKey("other").spki);
      expect(outcome(made.chain, chainConfig([other]))).to.equal(`unknown_ca: issuer 1: ${none}`);
      expect(outcome(made.chain, chainConfig([]))).to.equal(`unknown_ca: issuer 1: ${none}`);
      expect(outcome([...made.chain, made.root], chainConfig([]))).to.equal(`unknown_ca: issuer 2: ${none}`);
    });

    it("to a root that only has the right name", () => {
      const made = pki.makeChain();
      const other = pki.anchorOf(pki.commonName("Test Root"), pki.testKey("other").spki);
      const reason = "its signature does not verify with the key of the trust anchor that has its issuer's name";
      expect(outcome(made.chain, chainConfig([other]))).to.equal(`bad_certificate: issuer 1: ${reason}`);
      expect(outcome([...made.chain, made.chain[0]!], chainConfig([other]))).to.equal(`bad_certificate: issuer 1: ${reason}`);
    });

    it("with a certificate missing", () => {
      const made = pki.makeChain({ intermediates: 2 });
      const [leaf, one, two] = made.chain as [Uint8Array, Uint8Array, Uint8Array];
      const config = chainConfig([made.anchor]);
      expect(outcome([], config)).to.equal("decode_error: certificate_list is empty");
      expect(outcome([leaf], config)).to.equal(`unknown_ca: leaf: ${none}`);
      expect(outcome([leaf, two], config)).to.equal(`unknown_ca: leaf: ${none}`);
      expect(outcome([leaf, one], config)).to.equal(`unknown_ca: issuer 1: ${none}`);
    });

    it("that go round in a circle", () => {
      const name = pki.commonName("Test Issuer 1");
      const made = pki.makeChain({ issuers: [{ issuer: name, signer: pki.testKey("issuer 1") }] });
      const circle = [made.chain[0]!, ...new Array<Uint8Array>(9).fill(made.chain[1]!)];
      expect(outcome(circle, chainConfig([made.anchor]))).to.equal(`unknown_ca: issuer 1: ${none}`);
      expect(outcome([...circle, circle[1]!], chainConfig([made.anchor]))).to.equal(
        "bad_certificate: certificate_list has more than 10 certificates",
      );
    });

    it("with more certificates or octets than the bounds", () => {
      const made = pki.makeChain({ intermediates: 2 });
      const config = (more: Config): ReturnType<typeof chainConfig> => chainConfig([made.anchor], more);
      expect(outcome(made.chain, config({ maxCertificates: 3 }))).to.equal("valid");
      expect(outcome(made.chain, config({ maxCertificates: 2 }))).to.equal(
        "bad_certificate: certificate_list has more than 2 certificates",
      );
      const longest = made.chain[0]!.length;
      expect(outcome(made.chain, config({ maxCertificateLength: longest }))).to.equal("valid");
      expect(outcome(made.chain, config({ maxCertificateLength: longest - 1 }))).to.equal(
        `bad_certificate: leaf has ${longest} octets, at most ${longest - 1} are allowed`,
      );
      expect(outcome([new Uint8Array(16385)], config({}))).to.equal("bad_certificate: leaf has 16385 octets, at most 16384 are allowed");
      expect(outcome([new Uint8Array(0)], config({}))).to.equal("bad_certificate: leaf is empty");
    });

    it("with a wrong signature", () => {
      const wrong = { signer: pki.testKey("another") };
      const under = (who: string, by: string): string => `bad_certificate: ${who}: its signature does not verify with the key of ${by}`;
      const anchor = "the trust anchor that has its issuer's name";
      expect(chain({ leaf: wrong })).to.equal(under("leaf", "issuer 1"));
      expect(chain({ issuers: [wrong] })).to.equal(under("issuer 1", anchor));
      expect(chain({ intermediates: 2, issuers: [wrong] })).to.equal(under("issuer 1", "issuer 2"));
      expect(chain({ intermediates: 0, leaf: wrong })).to.equal(under("leaf", anchor));
      expect(chain({ leaf: { signature: der.bitString(new Uint8Array(0)) } })).to.equal(under("leaf", "issuer 1"));
      expect(chain({ leaf: { signature: der.bitString(der.sequence(der.integer(0), der.integer(0))) } })).to.equal(
        under("leaf", "issuer 1"),
      );
    });

    it("with an issuer that is no CA", () => {
      const reason = "unknown_ca: issuer 1: it is no CA: basicConstraints does not say cA TRUE";
      const usage = pki.keyUsage(pki.KEY_CERT_SIGN);
      expect(chain({ issuers: [{ extensions: [usage] }] })).to.equal(reason);
      expect(chain({ issuers: [{ extensions: [pki.basicConstraints(false), usage] }] })).to.equal(reason);
      expect(chain({ issuers: [{ extensions: null }] })).to.equal(reason);
      expect(chain({ issuers: [{ extensions: [pki.basicConstraints(true)] }] })).to.equal("valid");
    });

    it("longer than a pathLenConstraint", () => {
      const limit = (pathLength: number): Partial<pki.CertificateFields> => ({ extensions: pki.issuerExtensions(pathLength) });
      expect(chain({ issuers: [limit(0)] })).to.equal("valid");
      expect(chain({ intermediates: 3, issuers: [undefined, undefined, limit(2)] })).to.equal("valid");
      expect(chain({ intermediates: 3, issuers: [undefined, undefined, limit(300)] })).to.equal("valid");
      expect(chain({ intermediates: 3, issuers: [undefined, undefined, limit(70000)] })).to.equal("valid");
      expect(chain({ intermediates: 3, issuers: [undefined, undefined, limit(1)] })).to.equal(
        "unknown_ca: issuer 3: its pathLenConstraint is 1, but 2 issuers stand below it",
      );
      expect(chain({ intermediates: 2, issuers: [undefined, limit(0)] })).to.equal(
        "unknown_ca: issuer 2: its pathLenConstraint is 0, but 1 issuers stand below it",
      );
    });

    it("with an issuer's key of a type that is not supported", () => {
      const spki = pki.ecSpki(pki.testKey("issuer 1").publicKey, "1.3.132.0.34");
      expect(chain({ issuers: [{ spki }] })).to.equal(
        "unsupported_certificate: issuer 1: key type 1.2.840.10045.2.1 with 1.3.132.0.34 is not supported",
      );
    });
  });

  describe("dates", () => {
    const says = "the clock says 2025-06-01T00:00:00Z";
    it("refuses what is expired or not yet valid, leaf or issuer", () => {
      const old = { notAfter: pki.NOW - 1 };
      const early = { notBefore: pki.NOW + 1 };
      const expired = `it expired at 2025-05-31T23:59:59Z; ${says}`;
      const notYet = `it is not valid before 2025-06-01T00:00:01Z; ${says}`;
      expect(chain({ leaf: old })).to.equal(`certificate_expired: leaf: ${expired}`);
      expect(chain({ issuers: [old] })).to.equal(`certificate_expired: issuer 1: ${expired}`);
      expect(chain({ leaf: early })).to.equal(`certificate_expired: leaf: ${notYet}`);
      expect(chain({ issuers: [early] })).to.equal(`certificate_expired: issuer 1: ${notYet}`);
    });

    it("refuses everything where the clock is not set", () => {
      const reason = "internal_error: the clock is not set: the dates of certificates can't be checked";
      expect(chain({}, { clock: { seconds: () => -1 } })).to.equal(reason);
    });

    it("looks at the clock once for a list", () => {
      let looks = 0;
      const seconds = (): number => pki.NOW + 1000 * pki.DAY * looks++;
      expect(chain({ intermediates: 2 }, { clock: { seconds } })).to.equal("valid");
      expect(looks).to.equal(1);
    });
  });

  describe("usages", () => {
    const leaf = (...extensions: readonly Uint8Array[]): Options => ({ leaf: { extensions: [...extensions, pki.subjectAltName(HOST)] } });
    const issuer = (...extensions: readonly Uint8Array[]): Options => ({
      issuers: [{ extensions: [pki.basicConstraints(true), ...extensions] }],
    });
    const client: Config = { purpose: "client" };

    it("wants digitalSignature of a leaf that has keyUsage", () => {
      expect(chain(leaf())).to.equal("valid");
      expect(chain(leaf(pki.keyUsage(pki.DIGITAL_SIGNATURE, 8)))).to.equal("valid");
      const reason = "unsupported_certificate: leaf: its keyUsage does not have digitalSignature";
      expect(chain(leaf(pki.keyUsage(pki.KEY_AGREEMENT)))).to.equal(reason);
      expect(chain(leaf(pki.keyUsage(8)))).to.equal(reason);
    });

    it("wants keyCertSign of an issuer that has keyUsage", () => {
      expect(chain(issuer(pki.keyUsage(pki.DIGITAL_SIGNATURE, pki.CRL_SIGN)))).to.equal(
        "unsupported_certificate: issuer 1: its keyUsage does not have keyCertSign",
      );
    });

    it("wants the purpose of a leaf that has extKeyUsage", () => {
      expect(chain(leaf(pki.extendedKeyUsage(pki.SERVER_AUTH)))).to.equal("valid");
      expect(chain(leaf(pki.extendedKeyUsage("1.3.6.1.5.5.7.3.3", pki.ANY_PURPOSE)))).to.equal("valid");
      expect(chain(leaf(pki.extendedKeyUsage(pki.CLIENT_AUTH)), client)).to.equal("valid");
      expect(chain(leaf(pki.extendedKeyUsage(pki.CLIENT_AUTH, "1.3.6.1.5.5.7.3.3")))).to.equal(
        "unsupported_certificate: leaf: its extKeyUsage does not have serverAuth",
      );
      expect(chain(leaf(pki.extendedKeyUsage(pki.SERVER_AUTH, "1.3.6.1.5.5.7.3.20", "1.3.6.1.5.5.7.4.2", "2.5.29.37.1")), client)).to.equal(
        "unsupported_certificate: leaf: its extKeyUsage does not have clientAuth",
      );
    });

    it("wants the purpose of an issuer that has extKeyUsage", () => {
      expect(chain(issuer(pki.extendedKeyUsage(pki.SERVER_AUTH)))).to.equal("valid");
      expect(chain(issuer(pki.extendedKeyUsage(pki.ANY_PURPOSE)))).to.equal("valid");
      expect(chain(issuer(pki.extendedKeyUsage(pki.CLIENT_AUTH)))).to.equal(
        "unsupported_certificate: issuer 1: its extKeyUsage does not allow serverAuth",
      );
    });

    it("verifies no name of a client", () => {
      expect(chain({ host: "anyone.example" }, client)).to.equal("valid");
      const made = pki.makeChain();
      const verifier = new ChainVerifier(chainConfig([made.anchor], client));
      for (const certificate of made.chain) feed(verifier, certificate);
      verifier.endChain();
      expect(verifier.matches).to.equal(false);
    });
  });

  it("accepts nothing more once it has refused something", () => {
    const made = pki.makeChain();
    for (const bad of [
      Uint8Array.of(0x31, 0),
      made.chain[0]!.slice(0, 30),
      pki.makeChain({ host: "other.example" }).chain[0]!,
      new Uint8Array(0),
      new Uint8Array(20000),
    ]) {
      const verifier = new ChainVerifier(chainConfig([made.anchor]));
      expect(() => feed(verifier, bad)).to.throw(/^(bad|unknown)_c/);
      for (const go of [
        () => verifier.beginCertificate(100),
        () => verifier.push(made.chain[0]!, 0, 10),
        () => verifier.endCertificate(),
        () => verifier.endChain(),
      ]) {
        expect(go).to.throw(/call out of order/);
      }
      expect(verifier.matches).to.equal(false);
    }
  });

  it("refuses calls out of order", () => {
    const made = pki.makeChain();
    const order = /^internal_error: certificate_list: call out of order/;
    const verifier = new ChainVerifier(chainConfig([made.anchor]));
    expect(() => verifier.push(made.chain[0]!, 0, 1)).to.throw(order);
    expect(() => verifier.endCertificate()).to.throw(order);
    for (const certificate of made.chain) {
      verifier.beginCertificate(certificate.length);
      expect(() => verifier.beginCertificate(1)).to.throw(order);
      expect(() => verifier.endChain()).to.throw(order);
      verifier.push(certificate, 0, 0);
      verifier.push(certificate, 0, certificate.length);
      verifier.endCertificate();
    }
    // Two signatures: each begins, and is verified.
    for (let i = 0; i < 4; i++) {
      expect(() => verifier.endChain()).to.throw(order);
      verifier.step(Number.POSITIVE_INFINITY);
    }
    verifier.endChain();
    expect(() => verifier.endChain()).to.throw(order);
  });
});
