import { expect } from "chai";
import { AnchorList, anchorFromCertificate } from "../../../src/x509/anchors.js";
import type { TrustAnchor } from "../../../src/x509/trust.js";
import { fromPem, toHex } from "../../support/der.js";
import { nobleSha256 } from "../../support/noble-provider.js";
import { DAY, testKey } from "../../support/pki.js";
import * as made from "./fixtures/openssl-chains.js";
import { chainConfig, outcome } from "./verify.js";

const anchor = (pem: string): TrustAnchor => anchorFromCertificate(fromPem(pem)[0]!, nobleSha256);

function verify(pem: string, serverName: string, roots: readonly string[] = [made.ROOT], at: number = made.MADE + DAY): string {
  return outcome(fromPem(pem), chainConfig(roots.map(anchor), { serverName, clock: { seconds: () => at } }));
}

describe("x509/chain on chains of OpenSSL", () => {
  it("accepts a chain with all that CAs put in, for each of its names", () => {
    for (const name of ["api.example.com", "any.devices.example.com", "192.0.2.7", "2001:db8::7"]) {
      expect(verify(made.CHAIN, name), name).to.equal("valid");
    }
    expect(verify(made.CHAIN_WITH_ROOT, "api.example.com")).to.equal("valid");
    expect(verify(made.DIRECT, "direct.example.com")).to.equal("valid");
  });

  it("accepts it until its last second, beyond 2049", () => {
    const end = made.MADE + 30000 * DAY;
    expect(verify(made.DIRECT, "direct.example.com", [made.ROOT], end - 60)).to.equal("valid");
    expect(verify(made.DIRECT, "direct.example.com", [made.ROOT], end + 60)).to.match(/^certificate_expired: leaf: it expired at 21\d\d-/);
    expect(verify(made.DIRECT, "direct.example.com", [made.ROOT], made.MADE - 60)).to.match(
      /^certificate_expired: leaf: it is not valid before 20/,
    );
  });

  it("refuses other names", () => {
    expect(verify(made.CHAIN, "example.com")).to.equal('bad_certificate: leaf: it is for "Api.Example.COM", wanted was example.com');
    expect(verify(made.CHAIN, "192.0.2.8")).to.match(/^bad_certificate: leaf: it is for/);
  });

  it("follows a cross-signed intermediate to the root it stands under", () => {
    expect(verify(made.CROSSED, "api.example.com", [made.CROSS_ROOT])).to.equal("valid");
    expect(verify(made.CROSSED, "api.example.com", [made.ROOT])).to.match(/^unknown_ca: issuer 1/);
  });

  it("tells roots with one name apart", () => {
    const roots = [made.OTHER_ROOT_OF_SAME_NAME, made.ROOT];
    expect(verify(made.CHAIN, "api.example.com", roots)).to.equal("valid");
    expect(verify(made.CHAIN, "api.example.com", roots.slice(0, 1))).to.match(/^bad_certificate: issuer 1: its signature does not verify/);
  });

  it("accepts a self-signed leaf that is an anchor", () => {
    expect(verify(made.SELF_SIGNED, "gadget.local", [made.SELF_SIGNED])).to.equal("valid");
    expect(verify(made.SELF_SIGNED, "10.0.0.9", [made.SELF_SIGNED])).to.equal("valid");
    expect(verify(made.SELF_SIGNED, "gadget.local")).to.match(/^unknown_ca: leaf/);
  });

  it("refuses what is not supported", () => {
    for (const [pem, name, reason] of [
      [made.P384_LEAF, "p384.example.com", "leaf: key type 1.2.840.10045.2.1 with 1.3.132.0.34 is not supported"],
      [made.SHA384_SIGNED, "sha384.example.com", "leaf: signature algorithm 1.2.840.10045.4.3.3 is not supported"],
      [made.RSA_LEAF, "rsa.example.com", "leaf: key type 1.2.840.113549.1.1.1 is not supported"],
      [made.UNDER_RSA, "underrsa.example.com", "leaf: signature algorithm 1.2.840.113549.1.1.11 is not supported"],
    ] as const) {
      expect(verify(pem, name)).to.equal(`unsupported_certificate: ${reason}`);
    }
    expect(verify(made.VERSION_1, "version1")).to.equal("bad_certificate: leaf: version is 1, only 3 is supported");
  });
});

describe("x509/anchors", () => {
  it("takes name and key from any well-formed certificate", () => {
    for (const pem of [made.ROOT, made.RSA_ROOT, made.VERSION_1, made.SHA384_SIGNED]) {
      const der = fromPem(pem)[0]!;
      const taken = anchor(pem);
      expect(taken.nameHash.length).to.equal(32);
      expect(toHex(der)).to.include(toHex(taken.publicKeyInfo));
    }
    expect(toHex(anchor(made.ROOT).nameHash)).to.equal(toHex(anchor(made.OTHER_ROOT_OF_SAME_NAME).nameHash));
  });

  it("refuses what is none", () => {
    const der = fromPem(made.ROOT)[0]!;
    const take = (bytes: Uint8Array) => () => anchorFromCertificate(bytes, nobleSha256);
    expect(take(new Uint8Array(0))).to.throw("bad_certificate: trust anchor: it has 0 octets");
    expect(take(der.slice(0, -1))).to.throw(/^bad_certificate: trust anchor: Certificate has/);
    expect(take(testKey("root").spki)).to.throw(/^bad_certificate: trust anchor: an element with tag/);
  });

  it("are found by name, one after another", () => {
    const all = [made.ROOT, made.CROSS_ROOT, made.OTHER_ROOT_OF_SAME_NAME, made.RSA_ROOT].map(anchor);
    const list = new AnchorList(all);
    const hash = new Uint8Array(40);
    hash.set(all[0]!.nameHash, 5);
    expect(list.find(hash, 5, 0)).to.equal(all[0]);
    expect(list.find(hash, 5, 1)).to.equal(all[2]);
    expect(list.find(hash, 5, 2)).to.equal(null);
    expect(list.find(hash, 4, 0)).to.equal(null);
    expect(list.size).to.equal(4);
    expect(list.usable).to.equal(4);
  });
});
