import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import { DONE, PENDING, type SignatureAlgorithm, type Verifier } from "../../../src/crypto/provider.js";
import { ChainVerifier } from "../../../src/x509/chain.js";
import { fromPem, toHex } from "../../support/der.js";
import { nobleP256Sha256 } from "../../support/noble-provider.js";
import { DAY, makeChain } from "../../support/pki.js";
import * as openssl from "./fixtures/openssl-chains.js";
import { chainConfig, feed, outcome } from "./verify.js";

/** Remembers which (key, digest, signature) were found right, so that thousands of runs cost no thousands of curve operations. */
class RememberingVerifier implements Verifier {
  private readonly inner = nobleP256Sha256.createVerifier();
  private readonly right: Set<string>;
  private known = false;
  private triple = "";
  private readonly learning: boolean;

  constructor(right: Set<string>, learning: boolean) {
    this.right = right;
    this.learning = learning;
  }
  begin(...args: Parameters<Verifier["begin"]>): void {
    const [key, ko, kl, digest, d, dl, signature, s, sl] = args;
    this.triple = `${toHex(key.slice(ko, ko + kl))} ${toHex(digest.slice(d, d + dl))} ${toHex(signature.slice(s, s + sl))}`;
    this.known = this.right.has(this.triple);
    if (this.learning) this.inner.begin(...args);
  }
  step(budget: number): number {
    return this.learning ? this.inner.step(budget) : DONE;
  }
  valid(): boolean {
    if (this.learning && this.inner.valid()) this.right.add(this.triple);
    return this.learning ? this.inner.valid() : this.known;
  }
}

/** The algorithm of a verifier that accepts only what noble accepted for this chain. */
function remembered(run: (algorithm: SignatureAlgorithm) => void): SignatureAlgorithm {
  const right = new Set<string>();
  run({ ...nobleP256Sha256, createVerifier: () => new RememberingVerifier(right, true) });
  return { ...nobleP256Sha256, createVerifier: () => new RememberingVerifier(right, false) };
}

describe("x509/chain on a stream", () => {
  const made = makeChain();
  const [leaf, issuer] = made.chain as [Uint8Array, Uint8Array];
  let signatures: readonly SignatureAlgorithm[] = [];

  before(() => {
    signatures = [
      remembered((algorithm) => expect(outcome(made.chain, chainConfig([made.anchor], { signatures: [algorithm] }))).to.equal("valid")),
    ];
  });

  const config = () => chainConfig([made.anchor], { signatures });

  it("accepts the chain cut at every octet", () => {
    for (const whole of [leaf, issuer]) {
      for (let cut = 0; cut <= whole.length; cut++) {
        const verifier = new ChainVerifier(config());
        for (const der of made.chain) {
          verifier.beginCertificate(der.length);
          const at = der === whole ? cut : 0;
          verifier.push(der, 0, at);
          verifier.push(der, at, der.length - at);
          if (verifier.endCertificate() === PENDING) while (verifier.step(9) === PENDING);
        }
        verifier.endChain();
      }
    }
  });

  it("accepts it in pieces of every size, and from any place of a larger buffer", () => {
    for (const piece of [1, 2, 3, 5, 31, 64, 100, 255, 1000]) expect(outcome(made.chain, config(), piece)).to.equal("valid");
    const verifier = new ChainVerifier(config());
    for (const der of made.chain) {
      verifier.beginCertificate(der.length);
      const window = new Uint8Array(70);
      for (let at = 0; at < der.length; at += 50) {
        const piece = der.slice(at, at + 50);
        window.fill(0xee);
        window.set(piece, 13);
        verifier.push(window, 13, piece.length);
      }
      if (verifier.endCertificate() === PENDING) while (verifier.step(9) === PENDING);
    }
    verifier.endChain();
  });

  it("accepts a long chain of OpenSSL one octet at a time", () => {
    const list = fromPem(openssl.CHAIN_WITH_ROOT);
    const at = { clock: { seconds: () => openssl.MADE + DAY }, serverName: "x.devices.example.com" };
    const anchor = makeChain().anchor;
    // No anchor of ours: all three are read and judged in full, and the path fails only at its end.
    expect(outcome(list, chainConfig([anchor], at), 1)).to.match(/^unknown_ca: issuer 2: its issuer is no trust anchor/);
  });

  it("says the same of every damage in one piece and in pieces", () => {
    for (let at = 0; at < leaf.length; at++) {
      const damaged = leaf.slice();
      damaged[at]! ^= 0x11;
      expect(outcome([damaged, issuer], config(), 7)).to.equal(outcome([damaged, issuer], config()));
    }
  });

  it("never accepts the chain with an octet changed", () => {
    // Every octet is under a signature, is a signature, or has only one right value: there is none that may change.
    for (const which of [0, 1]) {
      for (let at = 0; at < made.chain[which]!.length; at++) {
        for (const mask of [1 << (at & 7), 0xff]) {
          const list = made.chain.map((der) => der.slice());
          list[which]![at]! ^= mask;
          expect(outcome(list, config()), `certificate ${which}, octet ${at}, mask ${mask}`).to.not.equal("valid");
        }
      }
    }
  });

  it("never accepts it with an octet left out or put in", () => {
    for (const which of [0, 1]) {
      for (let at = 0; at < made.chain[which]!.length; at += 3) {
        const der = made.chain[which]!;
        const shorter = new Uint8Array(der.length - 1);
        shorter.set(der.slice(0, at));
        shorter.set(der.slice(at + 1), at);
        const longer = new Uint8Array(der.length + 1);
        longer.set(der.slice(0, at));
        longer.set(der.slice(at), at + 1);
        for (const other of [shorter, longer]) {
          const list = made.chain.slice();
          list[which] = other;
          expect(outcome(list, config())).to.not.equal("valid");
        }
      }
    }
  });

  it("goes on from a snapshot at any octet, whatever its original was fed then", () => {
    for (let at = 0; at <= leaf.length; at += 3) {
      const trial = new ChainVerifier(config());
      const kept = new ChainVerifier(config());
      trial.beginCertificate(leaf.length);
      trial.push(leaf, 0, at);
      kept.copyFrom(trial);
      try {
        trial.push(new Uint8Array(9).fill(0x30), 0, Math.min(9, leaf.length - at));
      } catch (error) {
        if (!(error instanceof TLSAlert)) throw error;
      }
      kept.push(leaf, at, leaf.length - at);
      expect(kept.endCertificate()).to.equal(DONE);
      feed(kept, issuer);
      kept.endChain();
      expect(kept.matches).to.equal(true);
    }
  });

  it("can't be copied while a signature is verified", () => {
    const busy = new ChainVerifier(chainConfig([made.anchor]));
    for (const der of made.chain) {
      busy.beginCertificate(der.length);
      busy.push(der, 0, der.length);
      busy.endCertificate();
    }
    expect(() => new ChainVerifier(chainConfig([made.anchor])).copyFrom(busy)).to.throw("a signature is being verified");
  });
});
