// Signatures that were verified before are not verified again; all else is.
import { expect } from "chai";
import { DONE, type SignatureAlgorithm, type Verifier } from "../../../src/crypto/provider.js";
import { AnchorList } from "../../../src/x509/anchors.js";
import { PinnedTrust } from "../../../src/x509/pins.js";
import { RememberedSignatures } from "../../../src/x509/remembered.js";
import * as der from "../../support/der.js";
import { nobleP256Sha256, nobleSha256 } from "../../support/noble-provider.js";
import * as pki from "../../support/pki.js";
import { chainConfig, outcome } from "./verify.js";

/** Counts the verifiers that are made. */
class Counted {
  made = 0;
  readonly signatures: readonly SignatureAlgorithm[] = [
    {
      ...nobleP256Sha256,
      createVerifier: () => {
        this.made++;
        return nobleP256Sha256.createVerifier();
      },
    },
  ];

  /** What verifying it made; the outcome has to be as wanted. */
  run(list: readonly Uint8Array[], config: Parameters<typeof chainConfig>[1], wanted: string | RegExp = "valid", anchor = ROOT): number {
    const before = this.made;
    const said = outcome(list, chainConfig([anchor], { signatures: this.signatures, ...config }));
    if (typeof wanted === "string") expect(said).to.equal(wanted);
    else expect(said).to.match(wanted);
    return this.made - before;
  }
}

const MADE = pki.makeChain();
const ROOT = MADE.anchor;

/** An octet of a certificate changed, from its end. */
function damaged(certificate: Uint8Array, fromEnd: number): Uint8Array {
  const copy = certificate.slice();
  copy[copy.length - fromEnd]! ^= 1;
  return copy;
}

describe("x509/remembered", () => {
  it("a chain that was seen before makes no verifier", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256);
    expect(counted.run(MADE.chain, { remembered })).to.equal(2);
    expect(remembered.size).to.equal(2);
    expect(counted.run(MADE.chain, { remembered })).to.equal(0);
    expect(counted.run(MADE.chain, {})).to.equal(2);
  });

  it("another key, another signed part, another signature, another algorithm: verified", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256, 16);
    counted.run(MADE.chain, { remembered });
    const [leaf, issuer] = MADE.chain as [Uint8Array, Uint8Array];
    // An anchor of the name with another key.
    const impostor = pki.anchorOf(pki.commonName("Test Root"), pki.testKey("impostor").spki);
    expect(counted.run(MADE.chain, { remembered }, /^bad_certificate: issuer 1: its signature does not verify/, impostor)).to.equal(1);
    // The signature's last octet, and one of the key in the signed part.
    expect(counted.run([damaged(leaf, 1), issuer], { remembered }, /^bad_certificate: leaf: its signature does not verify/)).to.equal(1);
    const key = der.toHex(leaf).indexOf(der.toHex(MADE.leafKey.publicKey)) / 2;
    const other = damaged(leaf, leaf.length - key - 40);
    expect(counted.run([other, issuer], { remembered }, /^bad_certificate: leaf: its signature does not verify/)).to.equal(1);
    expect(remembered.size).to.equal(2);
    // The same arguments, as another algorithm has them.
    const ask = (algorithm: SignatureAlgorithm): boolean => {
      let real = false;
      const never: Verifier = { begin: () => undefined, step: () => DONE, valid: () => false };
      const verifier = remembered.verifierFor({
        ...algorithm,
        createVerifier: () => {
          real = true;
          return never;
        },
      });
      const bytes = new Uint8Array(96).fill(7);
      verifier.begin(bytes, 0, 32, bytes, 32, 32, bytes, 64, 32);
      expect(verifier.step(1)).to.equal(DONE);
      expect(verifier.valid()).to.equal(!real);
      return real;
    };
    const good = remembered.verifierFor({
      ...nobleP256Sha256,
      createVerifier: () => ({ begin: () => undefined, step: () => DONE, valid: () => true }),
    });
    const bytes = new Uint8Array(96).fill(7);
    good.begin(bytes, 0, 32, bytes, 32, 32, bytes, 64, 32);
    good.step(1);
    expect(good.valid()).to.equal(true);
    expect(ask(nobleP256Sha256)).to.equal(false);
    expect(ask({ ...nobleP256Sha256, scheme: 0x0503 })).to.equal(true);
    expect(ask({ ...nobleP256Sha256, keyType: 2 })).to.equal(true);
    expect(ask({ ...nobleP256Sha256, hash: { ...nobleSha256, outputLength: 48 } })).to.equal(true);
  });

  it("where one part ends and the next begins counts too", () => {
    const remembered = new RememberedSignatures(nobleSha256);
    const bytes = new Uint8Array(96).fill(7);
    const good: Verifier = { begin: () => undefined, step: () => DONE, valid: () => true };
    let made = 0;
    const algorithm = {
      ...nobleP256Sha256,
      createVerifier: () => {
        made++;
        return good;
      },
    };
    const ask = (key: number, digest: number, signature: number): number => {
      const verifier = remembered.verifierFor(algorithm);
      verifier.begin(bytes, 0, key, bytes, 0, digest, bytes, 0, signature);
      verifier.step(1);
      verifier.valid();
      return made;
    };
    expect(ask(32, 32, 32)).to.equal(1);
    expect(ask(33, 31, 32)).to.equal(2);
    expect(ask(32, 31, 33)).to.equal(3);
    expect(ask(32, 32, 32)).to.equal(3);
  });

  it("what is not valid is not remembered", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256);
    const [leaf, issuer] = MADE.chain as [Uint8Array, Uint8Array];
    const bad = [damaged(leaf, 1), issuer];
    for (let i = 0; i < 2; i++) expect(counted.run(bad, { remembered }, /leaf: its signature does not verify/)).to.equal(1);
    expect(remembered.size).to.equal(0);
    expect(remembered.changed).to.equal(false);
  });

  it("dates, names, purposes, verify() and anchors are asked each time", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256);
    counted.run(MADE.chain, { remembered });
    const late = { seconds: () => pki.NOW + 100 * 365 * 86400 };
    expect(counted.run(MADE.chain, { remembered, clock: late }, /^certificate_expired: leaf: it expired at/)).to.equal(0);
    expect(counted.run(MADE.chain, { remembered, serverName: "other.example" }, /^bad_certificate: leaf: it is for/)).to.equal(0);
    expect(counted.run(MADE.chain, { remembered, verify: () => "no" }, "bad_certificate: refused by verify(): no")).to.equal(0);
    const none = { remembered, trust: new AnchorList([]) };
    expect(counted.run(MADE.chain, none, /^unknown_ca: issuer 1: its issuer is no trust anchor/)).to.equal(0);
    const extensions = [pki.extendedKeyUsage(pki.CLIENT_AUTH)];
    const client = pki.makeChain({ leaf: { extensions } });
    counted.run(client.chain, { remembered, purpose: "client" }, "valid", client.anchor);
    const refused = /^unsupported_certificate: leaf: its extKeyUsage does not have serverAuth/;
    expect(counted.run(client.chain, { remembered, serverName: null }, refused, client.anchor)).to.equal(0);
  });

  it("pins are asked each time", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256);
    counted.run(MADE.chain, { remembered });
    const pin = new Uint8Array(32);
    const hash = nobleSha256.create();
    hash.update(MADE.leafKey.spki, 0, MADE.leafKey.spki.length);
    hash.digest(pin, 0);
    expect(counted.run(MADE.chain, { remembered, trust: new PinnedTrust([pin]) })).to.equal(0);
    pin[0]! ^= 1;
    const none = /^unknown_ca: issuer 1: its issuer is no trust anchor/;
    expect(counted.run(MADE.chain, { remembered, trust: new PinnedTrust([pin]) }, none)).to.equal(0);
  });

  it("the oldest is forgotten", () => {
    const counted = new Counted();
    const remembered = new RememberedSignatures(nobleSha256, 3);
    const second = pki.makeChain({ intermediates: 0, leaf: { serial: der.integer(77) } });
    counted.run(MADE.chain, { remembered });
    counted.run(second.chain, { remembered }, "valid", second.anchor);
    expect(remembered.size).to.equal(3);
    expect(counted.run(MADE.chain, { remembered })).to.equal(0);
    const third = pki.makeChain({ intermediates: 0, leaf: { serial: der.integer(78) } });
    counted.run(third.chain, { remembered }, "valid", third.anchor);
    expect(remembered.size).to.equal(3);
    expect(counted.run(second.chain, { remembered }, "valid", second.anchor)).to.equal(0);
    // The leaf's signature is gone; that it comes back pushes out the issuer's, which was the oldest then.
    expect(counted.run(MADE.chain, { remembered })).to.equal(2);
    expect(counted.run(MADE.chain, { remembered })).to.equal(0);
    for (const capacity of [0, 256, Number.NaN]) expect(() => new RememberedSignatures(nobleSha256, capacity)).to.throw(RangeError);
  });

  describe("export", () => {
    const full = (): RememberedSignatures => {
      const remembered = new RememberedSignatures(nobleSha256, 3);
      new Counted().run(MADE.chain, { remembered });
      return remembered;
    };

    it("is taken in again, by a smaller one too; `changed` tells when it is worth it", () => {
      const counted = new Counted();
      const first = full();
      expect(first.changed).to.equal(true);
      const bytes = first.export();
      expect(bytes.length).to.equal(2 + 2 * 32 + 8);
      expect(first.changed).to.equal(false);
      const again = new RememberedSignatures(nobleSha256, 3, bytes);
      expect(again.size).to.equal(2);
      expect(counted.run(MADE.chain, { remembered: again })).to.equal(0);
      expect(again.changed).to.equal(false);
      expect(der.toHex(again.export())).to.equal(der.toHex(bytes));
      const one = new RememberedSignatures(nobleSha256, 1, bytes);
      expect(one.size).to.equal(1);
      expect(counted.run(MADE.chain, { remembered: new RememberedSignatures(nobleSha256, 3, one.export()) })).to.equal(1);
    });

    it("keeps the order when the oldest ones were forgotten", () => {
      const remembered = full();
      const second = pki.makeChain({ intermediates: 0, leaf: { serial: der.integer(77) } });
      const third = pki.makeChain({ intermediates: 0, leaf: { serial: der.integer(78) } });
      for (const { chain, anchor } of [second, third]) new Counted().run(chain, { remembered }, "valid", anchor);
      const newest = new RememberedSignatures(nobleSha256, 1, remembered.export());
      expect(new Counted().run(third.chain, { remembered: newest }, "valid", third.anchor)).to.equal(0);
    });

    it("that is damaged, cut or of another version counts as nothing", () => {
      const bytes = full().export();
      const sizeOf = (given: Uint8Array): number => new RememberedSignatures(nobleSha256, 3, given).size;
      for (let i = 0; i < bytes.length; i++) expect(sizeOf(damaged(bytes, i + 1)), `octet ${i}`).to.equal(0);
      for (let length = 0; length < bytes.length; length++) expect(sizeOf(bytes.slice(0, length))).to.equal(0);
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      expect(sizeOf(longer)).to.equal(0);
      // Another version whose checksum is right.
      const other = bytes.slice();
      other[0] = 2;
      const hash = nobleSha256.create();
      const sum = new Uint8Array(32);
      hash.update(other, 0, other.length - 8);
      hash.digest(sum, 0);
      other.set(sum.subarray(0, 8), other.length - 8);
      expect(sizeOf(other)).to.equal(0);
      expect(sizeOf(bytes)).to.equal(2);
    });
  });
});
