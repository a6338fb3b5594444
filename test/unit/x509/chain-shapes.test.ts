import { expect } from "chai";
import { certificateSignatures, verifyChain } from "../../../hosts/node/verify-chain.js";
import { anchorFromCertificate } from "../../../src/x509/anchors.js";
import type { ChainConfig } from "../../../src/x509/chain.js";
import type { ChainToVerify } from "../../../src/x509/verify-chain.js";
import { fromBase64, toHex } from "../../support/der.js";
import { nobleSha256 } from "../../support/noble-provider.js";
import { DAY } from "../../support/pki.js";
import { CERTIFICATES, MADE } from "./fixtures/openssl-shapes.js";
import { chainConfig, outcome } from "./verify.js";

const LATER = MADE + 2 * DAY;
const known = new Map<string, Uint8Array>();

function certificate(name: string): Uint8Array {
  let der = known.get(name);
  if (!der) {
    const text = CERTIFICATES[name];
    if (text === undefined) throw new Error(`no certificate ${name}`);
    der = fromBase64(text);
    known.set(name, der);
  }
  return der;
}

const list = (names: string): Uint8Array[] =>
  names
    .split(" ")
    .filter((name) => name !== "")
    .map(certificate);

/** The names of the path that was found, or the reason. */
function verify(anchors: string, chain: string, more: Partial<ChainToVerify> = {}): string {
  const verdict = verifyChain({ anchors: list(anchors), chain: list(chain), time: LATER, host: "www.example.com", ...more });
  if (!verdict.valid) {
    expect(verdict.path).to.deep.equal([]);
    return verdict.reason;
  }
  expect(verdict.reason).to.equal("");
  const names = Object.keys(CERTIFICATES);
  return verdict.path.map((der) => names.find((name) => toHex(certificate(name)) === toHex(der))).join(" ");
}

describe("x509/chain: kinds of keys and signatures, by OpenSSL", () => {
  for (const kind of "p256 p256sha384 p256sha512 p384 p384sha256 p521 rsa broker rsaSha512 pss256 pss384 pss512 mixed ed".split(" ")) {
    it(`verifies ${kind}, and refuses it when signed octets change`, function () {
      this.timeout(60000);
      const chain = `${kind}Leaf ${kind}Issuer`;
      expect(verify(`${kind}Root`, chain)).to.equal(`${chain} ${kind}Root`);
      for (const which of [0, 1]) {
        const changed = list(chain).map((der) => der.slice());
        // In a serialNumber, which nothing but the signature protects.
        changed[which]![20]! ^= 1;
        const verdict = verifyChain({ anchors: list(`${kind}Root`), chain: changed, time: LATER, host: "www.example.com" });
        expect(verdict.reason).to.match(/^bad_certificate: (leaf|issuer 1): its signature does not verify with the key of /);
      }
    });
  }

  it("refuses SHA-1, keys that are too short, other salts, and keys that can't have made a signature", () => {
    expect(verify("p256Root", "sha1Leaf p256Issuer")).to.equal(
      "unsupported_certificate: leaf: signature algorithm 1.2.840.10045.4.1 is not supported",
    );
    expect(verify("p256Root", "shortLeaf shortIssuer")).to.equal(
      "unsupported_certificate: issuer 1: its RSA key has 1024 bits, 2048 to 8192 are accepted",
    );
    expect(verify("rsaRoot", "saltLeaf rsaIssuer")).to.equal(
      "unsupported_certificate: leaf: signature algorithm 1.2.840.113549.1.1.10 is not supported",
    );
    expect(verify("p384Root", "p256Leaf p384Issuer")).to.match(/^unknown_ca: leaf: its issuer is no trust anchor/);
  });
});

describe("x509/chain: bounds of keys and signatures", () => {
  const said = (anchor: string, chain: string, bounds: Partial<ChainConfig>): string =>
    outcome(
      list(chain),
      chainConfig([anchorFromCertificate(certificate(anchor), nobleSha256)], {
        signatures: certificateSignatures,
        clock: { seconds: () => LATER },
        serverName: "www.example.com",
        ...bounds,
      }),
      100,
    );

  it("keeps what Ed25519 has signed up to a bound", () => {
    const { length } = certificate("edLeaf");
    expect(said("edRoot", "edLeaf edIssuer", {})).to.equal("valid");
    expect(said("edRoot", "edLeaf edIssuer", { maxSignedLength: length })).to.equal("valid");
    expect(said("edRoot", "edLeaf edIssuer", { maxSignedLength: 200 })).to.match(
      /^unsupported_certificate: leaf: it is signed with Ed25519, for which tbsCertificate has to be kept; it has \d+ octets, at most 200 are kept$/,
    );
  });

  it("takes RSA keys and signatures up to a bound", () => {
    expect(said("brokerRoot", "brokerLeaf brokerIssuer", {})).to.equal("valid");
    expect(said("brokerRoot", "brokerLeaf brokerIssuer", { maxRsaBits: 2048 })).to.equal(
      "bad_certificate: issuer 1: signatureValue has 512 octets, at most 256 fit its kind",
    );
    expect(said("edRoot", "brokerLeaf brokerRoot brokerIssuer", { maxRsaBits: 2048 })).to.match(
      /^unknown_ca: leaf: its issuer is no trust|^bad_/,
    );
    expect(() => said("edRoot", "edLeaf", { maxRsaBits: 1024 })).to.throw(RangeError, "maxRsaBits is 1024, it has to be 2048 to 16384");
  });

  it("takes only what is offered", () => {
    const only = certificateSignatures.filter(({ name }) => name === "ecdsa_secp256r1_sha256");
    expect(said("p256Root", "p256Leaf p256Issuer", { signatures: only })).to.equal("valid");
    expect(said("rsaRoot", "rsaLeaf rsaIssuer", { signatures: only })).to.equal(
      "unsupported_certificate: leaf: signature algorithm 1.2.840.113549.1.1.11 is not supported",
    );
    expect(said("p384Root", "p384sha256Leaf p384sha256Issuer", { signatures: only })).to.match(
      /^bad_certificate: leaf: signatureValue has \d+ octets, at most 72 fit its kind$/,
    );
  });
});

describe("x509/chain: shapes of paths, by OpenSSL", () => {
  const issuer = "p256Leaf p256Issuer";

  it("takes a list in any order, and leaves out what it does not need", () => {
    expect(verify("p256Root", "p256Leaf p256Root p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf p256Issuer p256Root")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf rsaIssuer edRoot p521Root p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf sha1Leaf shortIssuer p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf p256Leaf p256Issuer p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf", { intermediates: list("edRoot p256Issuer rsaLeaf") })).to.equal(`${issuer} p256Root`);
  });

  it("takes a long list in every order", () => {
    const path = "deepLeaf deep1 deep2 deep3 deep4 deep5 deep6 deep7 deep8";
    expect(verify("root1", path)).to.equal(`${path} root1`);
    expect(verify("root1", "deepLeaf deep8 deep7 deep6 deep5 deep4 deep3 deep2 deep1")).to.equal(`${path} root1`);
    expect(verify("root1", "deepLeaf deep2 deep1 deep4 deep3 deep6 deep5 deep8 deep7")).to.equal(`${path} root1`);
    expect(verify("root1", "deepLeaf deep1 deep2 deep4 deep5 deep6 deep7 deep8")).to.equal(
      "unknown_ca: issuer 2: its issuer is no trust anchor, and the certificate_list ends here",
    );
  });

  it("ends at an issuer that is an anchor, and at one that is not self-signed", () => {
    expect(verify("p256Issuer", "p256Leaf")).to.equal(issuer);
    expect(verify("p256Issuer", "p256Leaf p256Issuer p256Root")).to.equal(issuer);
    expect(verify("rootUnderOld", issuer)).to.equal(`${issuer} rootUnderOld`);
    expect(verify("p256Leaf", "p256Leaf")).to.match(/^unknown_ca: leaf/);
  });

  it("follows cross-signs to the root that is trusted, in any order", () => {
    for (const [anchor, name] of [
      ["p256Root", "p256Issuer"],
      ["otherRoot", "issuerUnderOther"],
      ["oldRoot", "issuerUnderOld"],
    ] as const) {
      for (const order of [
        "p256Issuer issuerUnderOther issuerUnderOld",
        "issuerUnderOld issuerUnderOther p256Issuer",
        "issuerUnderOther issuerUnderOld p256Issuer p256Root",
      ]) {
        expect(verify(anchor, `p256Leaf ${order}`), `${anchor}: ${order}`).to.equal(`p256Leaf ${name} ${anchor}`);
      }
    }
    expect(verify("root1", "p256Leaf p256Issuer issuerUnderOther issuerUnderOld")).to.match(
      /^unknown_ca: issuer \d: its issuer is no trust/,
    );
  });

  it("goes around an expired root, and an expired issuer", () => {
    // As Let's Encrypt did: the root that is trusted is also sent under an old one.
    expect(verify("p256Root", `${issuer} rootUnderOld`)).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root oldRoot", `${issuer} rootUnderOld oldRoot`)).to.equal(`${issuer} p256Root`);
    // An anchor is a name and a key: whoever still gives an expired one trusts it.
    expect(verify("oldRoot", `${issuer} rootUnderOld`)).to.equal(`${issuer} rootUnderOld oldRoot`);
    expect(verify("p256Root", "p256Leaf issuerExpired p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf p256Issuer issuerExpired")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf issuerExpired")).to.match(/^certificate_expired: issuer 1: it expired at /);
    expect(verify("p256Root", "p256Leaf issuerExpired", { time: MADE + 60 })).to.equal("p256Leaf issuerExpired p256Root");
  });

  it("finds the way where issuers of issuers part", () => {
    const shuffled = [
      "forkA wayA forkB wayB",
      "wayB wayA forkB forkA",
      "forkB forkA wayA wayB",
      "wayA forkB wayB forkA",
      "forkA forkB wayB wayA",
    ];
    for (const order of shuffled) {
      expect(verify("root1", `forkLeaf ${order}`), order).to.equal("forkLeaf forkA wayA root1");
      expect(verify("root2", `forkLeaf ${order}`), order).to.equal("forkLeaf forkB wayB root2");
      expect(verify("p256Root", `forkLeaf ${order}`), order).to.match(/^unknown_ca: /);
    }
  });

  it("ends in loops of authorities that sign each other", () => {
    const loop = "loopLeaf loopAByB loopBByA loopAByB loopBByA loopARoot loopBRoot";
    expect(verify("p256Root", loop)).to.match(/^unknown_ca: issuer \d: its issuer is no trust anchor/);
    expect(verify("loopBRoot", loop)).to.equal("loopLeaf loopAByB loopBRoot");
    expect(verify("loopARoot", loop)).to.equal("loopLeaf loopARoot");
  });

  it("tells authorities of one name apart by key, wherever they stand", () => {
    expect(verify("twin p256Root", issuer)).to.equal(`${issuer} p256Root`);
    expect(verify("twin", issuer)).to.match(/^bad_certificate: issuer 1: its signature does not verify with the key of the trust anchor/);
    expect(verify("p256Root", "p256Leaf twinIssuer p256Issuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf p256Issuer twinIssuer")).to.equal(`${issuer} p256Root`);
    expect(verify("p256Root", "p256Leaf twinIssuer")).to.equal(
      "bad_certificate: leaf: its signature does not verify with the key of issuer 1",
    );
  });

  it("holds pathLenConstraint", () => {
    expect(verify("root1", "belowLeaf below short")).to.equal(
      "unknown_ca: issuer 2: its pathLenConstraint is 0, but 1 issuers stand below it",
    );
    expect(verify("short", "belowLeaf below")).to.equal("belowLeaf below short");
  });

  it("holds nameConstraints of every kind", () => {
    const refused = (name: string): string => verify("root1", `${name} ${name}Ca`);
    expect(verify("root1", "ncGood ncGoodCa")).to.equal("ncGood ncGoodCa root1");
    expect(verify("root1", "ncDir ncDirCa")).to.equal("ncDir ncDirCa root1");
    const why = "bad_certificate: issuer 1: its nameConstraints";
    expect(refused("ncDns")).to.equal(`${why} do not permit the DNS name "www.example.com"`);
    expect(refused("ncIp")).to.equal(`${why} exclude the IP address 0xc0000207`);
    expect(refused("ncEmail")).to.equal(`${why} do not permit the mailbox "a@example.org"`);
    expect(refused("ncUri")).to.equal(`${why} exclude the URI "https://x.example.com/"`);
    expect(refused("ncDirBad")).to.equal(`${why} do not permit a directory name`);
    // Also where the one that has them is the anchor.
    expect(verify("ncDnsCa", "ncDns")).to.equal(
      'bad_certificate: trust anchor: its nameConstraints do not permit the DNS name "www.example.com"',
    );
    expect(verify("ncGoodCa", "ncGood")).to.equal("ncGood ncGoodCa");
  });

  it("wants the purpose of leaf and issuers", () => {
    const client = { purpose: "client" } as const;
    expect(verify("root1", "clientGood", client)).to.equal("clientGood root1");
    expect(verify("root1", "clientLeaf forServers", client)).to.equal(
      "unsupported_certificate: issuer 1: its extKeyUsage does not allow clientAuth",
    );
    expect(verify("root1", "clientGood")).to.equal("unsupported_certificate: leaf: its extKeyUsage does not have serverAuth");
  });
});

describe("x509/crl, by OpenSSL", () => {
  const chain = "p256Leaf p256Issuer";
  const path = `${chain} p256Root`;
  const asked = (crls: string, more: Partial<ChainToVerify> = {}): string => verify("p256Root", chain, { crls: list(crls), ...more });

  it("accepts what is not on a list, or on the list of somebody else", () => {
    expect(asked("crlEmpty")).to.equal(path);
    expect(asked("crlOther")).to.equal(path);
    expect(asked("crlEmpty crlRsa")).to.equal(path);
    expect(asked("crlRootUsers")).to.equal(path);
  });

  it("refuses what is on it, leaf or issuer", () => {
    expect(asked("crlRevoked")).to.match(/^certificate_revoked: leaf: it was revoked at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ, says crl 0$/);
    expect(asked("crlEmpty crlRoot")).to.match(/^certificate_revoked: issuer 1: it was revoked at .*, says crl 1$/);
    expect(asked("crlUsers")).to.match(/^certificate_revoked: leaf/);
    expect(verify("rsaRoot", "rsaLeaf rsaIssuer", { crls: list("crlRsa") })).to.match(/^certificate_revoked: leaf/);
  });

  it("refuses lists that are old, signed by another, or not complete", () => {
    expect(asked("crlOld")).to.match(/^bad_certificate: crl 0: it expired at .*; the clock says /);
    expect(asked("crlOld", { time: MADE + 30 })).to.equal(path);
    expect(asked("crlEmpty", { time: MADE - 100 })).to.match(/^certificate_expired: /);
    expect(asked("crlTwin")).to.equal("bad_certificate: crl 0: its signature does not verify with the key of the issuer of leaf");
    expect(asked("crlSome")).to.equal("unsupported_certificate: crl 0: it is indirect, or for some reasons only");
    const anchor = verify("p256Issuer", "p256Leaf", { crls: list("crlRevoked") });
    expect(anchor).to.match(/^certificate_revoked: leaf/);
  });

  it("never says that all is well after a change or a cut in a list", function () {
    this.timeout(60000);
    const whole = certificate("crlRevoked");
    const next = { at: 3 };
    for (; next.at < whole.length; next.at += 13) {
      const changed = whole.slice();
      changed[next.at]! ^= 1 << (next.at & 7);
      const said = verify("p256Root", chain, { crls: [changed] });
      // A list of somebody else says nothing; that is what a change of the issuer's name makes of it.
      if (said === path) expect(next.at, "inside the issuer's name").to.be.within(20, 80);
      expect(verify("p256Root", chain, { crls: [whole.slice(0, next.at)] })).to.match(/^bad_certificate: crl 0: /);
    }
  });
});

describe("x509/verify-chain", () => {
  it("verifies only the path where no host is given", () => {
    const { valid } = verifyChain({ anchors: list("p256Root"), chain: list("p256Leaf p256Issuer"), time: LATER });
    expect(valid).to.equal(true);
    expect(verify("p256Root", "p256Leaf p256Issuer", { host: "other.example" })).to.match(/^bad_certificate: leaf: it is for/);
  });

  it("throws what is wrong with the question, and tells what is wrong with the chain", () => {
    const ask = (more: Partial<ChainToVerify>) => () =>
      verifyChain({ anchors: list("p256Root"), chain: list("p256Leaf"), time: LATER, ...more });
    expect(ask({ host: "" })).to.throw(RangeError, "serverName is empty");
    expect(ask({ time: Number.NaN })).to.throw(RangeError, "time is NaN");
    expect(ask({ anchors: [new Uint8Array(3)] })).to.throw(RangeError, "anchor 0: trust anchor: ");
    expect(ask({ chain: [] })().reason).to.equal("decode_error: certificate_list is empty");
    expect(ask({ chain: [new Uint8Array(0)] })().reason).to.equal("bad_certificate: leaf is empty");
    expect(ask({ intermediates: [new Uint8Array(0), new Uint8Array(40).fill(0x30)] })().reason).to.match(/^unknown_ca/);
  });
});
