import { expect } from "chai";
import { AnchorList, anchorFromCertificate } from "../../../src/x509/anchors.js";
import type { ChainConfig } from "../../../src/x509/chain.js";
import { ChainVerifier } from "../../../src/x509/chain.js";
import { PackedAnchors, packAnchors, packedSize, withFingerprint } from "../../../src/x509/packed-anchors.js";
import { PinnedTrust } from "../../../src/x509/pins.js";
import { FloorDate, type TimePolicy } from "../../../src/x509/time-policy.js";
import type { TrustStore } from "../../../src/x509/trust.js";
import * as der from "../../support/der.js";
import { nobleSha256 } from "../../support/noble-provider.js";
import * as pki from "../../support/pki.js";
import { chainConfig, feed, outcome } from "./verify.js";

function hash(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  const state = nobleSha256.create();
  state.update(bytes, 0, bytes.length);
  state.digest(out, 0);
  return out;
}

const withTrust = (trust: TrustStore, more: Partial<ChainConfig> = {}): ChainConfig => ({ ...chainConfig([]), ...more, trust });

describe("x509/pins", () => {
  const made = pki.makeChain({ intermediates: 2 });
  const [leaf, one] = made.chain as [Uint8Array, Uint8Array, Uint8Array];
  const none = /^unknown_ca: (leaf|issuer \d): its issuer is no trust anchor/;

  it("accepts a leaf by its key or as a whole, and no other", () => {
    for (const piece of [1, 7, 5000]) {
      expect(outcome([leaf], withTrust(new PinnedTrust([hash(made.leafKey.spki)])), piece)).to.equal("valid");
      expect(outcome([leaf], withTrust(new PinnedTrust([], [hash(leaf)])), piece)).to.equal("valid");
    }
    expect(outcome([leaf], withTrust(new PinnedTrust([hash(leaf)], [hash(made.leafKey.spki)])))).to.match(none);
    const other = pki.makeChain({ leaf: { spki: pki.testKey("other").spki } });
    expect(outcome([other.chain[0]!], withTrust(new PinnedTrust([hash(made.leafKey.spki)], [hash(leaf)])))).to.match(none);
  });

  it("accepts an issuer by its key or as a whole, in order or not, if it signed", () => {
    const key = new PinnedTrust([hash(pki.testKey("issuer 2").spki)]);
    expect(outcome(made.chain, withTrust(key))).to.equal("valid");
    expect(outcome([leaf, made.chain[2]!, one], withTrust(key))).to.equal("valid");
    expect(outcome([leaf, one], withTrust(key))).to.match(none);
    expect(outcome(made.chain, withTrust(new PinnedTrust([], [hash(made.chain[2]!)])))).to.equal("valid");
    const wrong = pki.makeChain({ intermediates: 2, issuers: [{ signer: pki.testKey("another") }] });
    expect(outcome(wrong.chain, withTrust(key))).to.equal(
      "bad_certificate: issuer 1: its signature does not verify with the key of issuer 2",
    );
  });

  it("replaces nothing but the anchor: dates, names and usages count", () => {
    const trust = new PinnedTrust([hash(pki.testKey("leaf").spki)]);
    expect(outcome([leaf], withTrust(trust, { serverName: "other.example" }))).to.match(/^bad_certificate: leaf: it is for/);
    const old = pki.makeChain({ leaf: { notAfter: pki.NOW - 1 } });
    expect(outcome([old.chain[0]!], withTrust(trust))).to.match(/^certificate_expired: leaf/);
    const plain = pki.makeChain({ issuers: [{ extensions: [pki.basicConstraints(false)] }] });
    expect(outcome(plain.chain, withTrust(new PinnedTrust([hash(pki.testKey("issuer 1").spki)])))).to.match(
      /^unknown_ca: issuer 1: it is no CA/,
    );
  });

  it("stands beside anchors, and refuses hashes of another length", () => {
    const both = new PinnedTrust([hash(pki.testKey("other").spki)], [], new AnchorList([made.anchor]));
    expect(outcome(made.chain, withTrust(both))).to.equal("valid");
    expect(() => new PinnedTrust([new Uint8Array(20)])).to.throw(RangeError, "pin 0 has 20 octets, a SHA-256 hash has 32");
  });

  it("survives a snapshot", () => {
    const config = withTrust(new PinnedTrust([], [hash(leaf)]));
    for (const at of [0, 5, 100, 200, leaf.length]) {
      const trial = new ChainVerifier(config);
      const kept = new ChainVerifier(config);
      trial.beginCertificate(leaf.length);
      trial.push(leaf, 0, at);
      kept.copyFrom(trial);
      kept.push(leaf, at, leaf.length - at);
      kept.endCertificate();
      kept.endChain();
      expect(kept.matches).to.equal(true);
    }
  });
});

describe("x509/packed-anchors", () => {
  const made = pki.makeChain();
  const constraints = pki.extension("2.5.29.30", der.sequence(der.explicit(0, der.sequence(pki.dnsName("other.example")))), true);
  const limited = pki.makeChain({ root: { subject: pki.commonName("Limited"), extensions: [...pki.issuerExtensions(), constraints] } });
  const anchors = [
    pki.anchorOf(pki.commonName("x"), pki.testKey("x").spki),
    pki.anchorOf(pki.commonName("Test Root"), pki.testKey("another").spki),
    anchorFromCertificate(made.root, nobleSha256),
    anchorFromCertificate(limited.root, nobleSha256),
  ];
  const packed = packAnchors(anchors);

  it("finds what was packed, several of one name in turn", () => {
    const store = new PackedAnchors(packed);
    expect(store.size).to.equal(4);
    expect(packed.length).to.equal(6 + anchors.reduce((sum, anchor) => sum + packedSize(anchor), 0));
    const second = store.find(made.anchor.nameHash, 0, 1);
    expect(der.toHex(second!.publicKeyInfo)).to.equal(der.toHex(made.anchor.publicKeyInfo));
    expect(second!.nameConstraints).to.equal(null);
    expect(store.find(made.anchor.nameHash, 0, 2)).to.equal(null);
    expect(der.toHex(store.find(anchors[3]!.nameHash, 0, 0)!.nameConstraints!)).to.equal(der.toHex(anchors[3]!.nameConstraints!));
    expect(outcome(made.chain, withTrust(store))).to.equal("valid");
    expect(outcome(made.chain, withTrust(new PackedAnchors(packAnchors(anchors.slice(0, 2)))))).to.match(/^bad_certificate: issuer 1/);
  });

  it("holds the constraints of an anchor", () => {
    const under = pki.makeChain({ intermediates: 0, leaf: { issuer: pki.commonName("Limited") } });
    expect(outcome(under.chain, withTrust(new PackedAnchors(packed)))).to.equal(
      'bad_certificate: trust anchor: its nameConstraints do not permit the DNS name "device.example"',
    );
  });

  it("takes its fingerprint from behind it, where it is there: the same", () => {
    const sealed = withFingerprint(packed);
    expect(sealed.length).to.equal(packed.length + 32);
    const store = new PackedAnchors(sealed);
    expect(der.toHex(store.fingerprint)).to.equal(der.toHex(new PackedAnchors(packed).fingerprint));
    expect(store.fingerprint.buffer).to.equal(sealed.buffer);
    expect(outcome(made.chain, withTrust(store))).to.equal("valid");
    for (const length of [sealed.length - 1, packed.length + 31, packed.length + 1])
      expect(() => new PackedAnchors(sealed.slice(0, length))).to.throw(RangeError);
  });

  it("refuses bytes that are none, or damaged", () => {
    for (const bytes of [
      new Uint8Array(0),
      packed.slice(0, -1),
      der.concat(packed, Uint8Array.of(0)),
      packed.slice(1),
      der.fromHex("545241310000"),
    ]) {
      expect(() => new PackedAnchors(bytes)).to.throw(RangeError, "these are no packed trust anchors");
    }
    expect(() => packAnchors([])).to.throw(RangeError);
  });
});

describe("x509/time-policy", () => {
  const DAY = 86400;
  const made = pki.makeChain();
  const unset = { seconds: (): number => -1 };
  const at = (timePolicy: TimePolicy, options: pki.ChainOptions = {}): string => {
    const chain = pki.makeChain(options);
    return outcome(chain.chain, chainConfig([chain.anchor], { clock: unset, timePolicy }));
  };

  it("refuses everything without a policy while the clock is not set", () => {
    expect(outcome(made.chain, chainConfig([made.anchor], { clock: unset }))).to.match(/^internal_error: the clock is not set/);
  });

  it("refuses what expired before the floor, and lets pass what may have begun", () => {
    const floor = new FloorDate(pki.NOW, pki.NOW + 1000 * DAY);
    expect(at(floor)).to.equal("valid");
    expect(at(floor, { leaf: { notBefore: pki.NOW + 100 * DAY, notAfter: pki.NOW + 200 * DAY } })).to.equal("valid");
    expect(at(floor, { leaf: { notAfter: pki.NOW - 1 } })).to.equal(
      "certificate_expired: leaf: it expired at 2025-05-31T23:59:59Z; the clock is not set, the time is at least 2025-06-01T00:00:00Z",
    );
    expect(at(floor, { issuers: [{ notAfter: pki.NOW - 1 }] })).to.match(/^certificate_expired: issuer 1/);
    // While the clock was not set nothing was learned.
    expect(floor.seconds).to.equal(pki.NOW);
  });

  it("moves only after a full verification with a set clock, never back and never past the ceiling", () => {
    const floor = new FloorDate(pki.NOW - 100 * DAY, pki.NOW + 10 * DAY);
    const verify = (now: number, chain: readonly Uint8Array[] = made.chain, more: Partial<ChainConfig> = {}): string =>
      outcome(chain, chainConfig([made.anchor], { clock: { seconds: () => now }, timePolicy: floor, ...more }));
    expect(verify(pki.NOW, made.chain.slice(0, 1))).to.match(/^unknown_ca/);
    expect(verify(pki.NOW, made.chain, { serverName: "other.example" })).to.match(/^bad_certificate/);
    expect(verify(pki.NOW, made.chain, { verify: () => "no" })).to.match(/^bad_certificate/);
    expect(verify(pki.NOW + 1000 * DAY)).to.match(/^certificate_expired/);
    expect(floor.seconds).to.equal(pki.NOW - 100 * DAY);
    expect(verify(pki.NOW)).to.equal("valid");
    expect(floor.seconds).to.equal(pki.NOW);
    expect(verify(pki.NOW - 20 * DAY)).to.equal("valid");
    expect(floor.seconds).to.equal(pki.NOW);
    expect(verify(pki.NOW + 50 * DAY)).to.equal("valid");
    expect(floor.seconds).to.equal(pki.NOW + 10 * DAY);
    // A clock that is set counts alone.
    expect(verify(pki.NOW - 20 * DAY)).to.equal("valid");
  });

  it("takes what was remembered only between build and ceiling", () => {
    expect(new FloorDate(1000, 2000, 1500).floor()).to.equal(1500);
    expect(new FloorDate(1000, 2000, 5000).floor()).to.equal(2000);
    expect(new FloorDate(1000, 2000, 5).floor()).to.equal(1000);
    expect(new FloorDate(1000, 2000, Number.NaN).floor()).to.equal(1000);
    expect(() => new FloorDate(2000, 1000)).to.throw(RangeError);
  });
});

describe("x509/chain: verify()", () => {
  it("is asked last, told the path, and can only refuse", () => {
    const made = pki.makeChain();
    const told: string[] = [];
    const verify: NonNullable<ChainConfig["verify"]> = (path) => {
      const key = path.key.slice(path.keyOffset, path.keyOffset + path.keyLength);
      told.push(
        `${path.pathLength} ${path.pathIndex(0)} ${path.pathIndex(1)} ${path.anchor === made.anchor} ${der.toHex(key).slice(0, 4)}`,
      );
      return "";
    };
    expect(outcome([made.chain[0]!, made.root, made.chain[1]!], chainConfig([made.anchor], { verify }))).to.equal("valid");
    expect(told).to.deep.equal([`2 0 2 true ${der.toHex(made.leafKey.publicKey).slice(0, 4)}`]);
    expect(outcome(made.chain.slice(0, 1), chainConfig([made.anchor], { verify }))).to.match(/^unknown_ca/);
    expect(told.length).to.equal(1);
    const verifier = new ChainVerifier(chainConfig([made.anchor], { verify: () => "not mine" }));
    for (const certificate of made.chain) feed(verifier, certificate);
    expect(() => verifier.endChain()).to.throw("bad_certificate: refused by verify(): not mine");
    expect(verifier.matches).to.equal(false);
  });
});
