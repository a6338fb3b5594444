// A reconnect with remembered signatures: no verifier is made for the peer's certificates, and all else about them is checked.
import { sha256 as hashOf } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { bad_certificate, certificate_expired, unknown_ca } from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { PinnedTrust } from "../../src/x509/pins.js";
import { RememberedSignatures } from "../../src/x509/remembered.js";
import { AFTER_CLIENT, clientIdentity } from "./client-fixture.js";
import { AFTER_LEAF, impostorAnchor, trustOf } from "./fixture.js";
import { Bench } from "./pair.js";
import { testProvider } from "./provider.js";
import { ServerBench } from "./server-pair.js";

/** Counts the verifiers that a provider makes. */
class Counter {
  made = 0;

  provider(real: CryptoProvider): CryptoProvider {
    const signatures = real.signatures.map((algorithm) => ({
      ...algorithm,
      createVerifier: () => {
        this.made++;
        return algorithm.createVerifier();
      },
    }));
    return { ...real, signatures };
  }

  during(work: () => void): number {
    const before = this.made;
    work();
    return this.made - before;
  }
}

describe("reconnecting with remembered signatures", function () {
  this.timeout(120000);

  describe("client", () => {
    const bench = new Bench();
    const counter = new Counter();
    const provider = counter.provider(testProvider());
    const remembered = new RememberedSignatures(sha256);
    const client = (more: Partial<ClientConfig> = {}): Partial<ClientConfig> => ({ provider, checks: { remembered }, ...more });

    it("the first connection verifies leaf, intermediate and CertificateVerify; the next CertificateVerify alone", () => {
      expect(counter.during(() => bench.open({}, client()))).to.equal(3);
      expect(counter.during(() => bench.open({}, client()))).to.equal(1);
      expect(counter.during(() => bench.open({}, client({ checks: {} })))).to.equal(3);
    });

    it("after a restart too", () => {
      const again = new RememberedSignatures(sha256, 8, remembered.export());
      expect(counter.during(() => bench.open({}, client({ checks: { remembered: again } })))).to.equal(1);
    });

    it("in slices", () => {
      expect(counter.during(() => bench.open({}, client({ sliceSteps: 1 })))).to.equal(1);
    });

    it("expired since: refused", () => {
      const late = client({ clock: { seconds: () => AFTER_LEAF } });
      const made = counter.during(() => bench.run({}, late).expectAlert(certificate_expired, /leaf: it expired at/));
      expect(made).to.equal(0);
    });

    it("another name, another pin, verify() that says no: refused", () => {
      const refused = (more: Partial<ClientConfig>, alert: number, reason: RegExp): void => {
        expect(counter.during(() => bench.run({}, client(more)).expectAlert(alert, reason))).to.equal(0);
      };
      refused({ serverName: "other.test" }, bad_certificate, /leaf: it is for/);
      refused({ trust: new PinnedTrust([new Uint8Array(32)]) }, unknown_ca, /is no trust anchor/);
      refused({ checks: { remembered, verify: () => "not today" } }, bad_certificate, /refused by verify\(\): not today/);
    });

    it("an anchor of the same name with another key: verified, and refused", () => {
      const trust = trustOf(impostorAnchor());
      const made = counter.during(() => bench.run({}, client({ trust })).expectAlert(bad_certificate, /signature does not verify/));
      expect(made).to.equal(1);
    });

    it("a pin of the leaf needs no signature, and leaves nothing behind", () => {
      const fresh = new RememberedSignatures(sha256);
      const leaf = bench.identity.chain[0]!;
      const trust = new PinnedTrust([], [hashOf(leaf)]);
      expect(counter.during(() => bench.open({}, client({ trust, checks: { remembered: fresh } })))).to.equal(1);
      expect(fresh.size).to.equal(0);
    });
  });

  describe("server, certificates of clients", () => {
    const bench = new ServerBench();
    const counter = new Counter();
    const provider = counter.provider(bench.provider);
    const remembered = new RememberedSignatures(sha256);
    const identity = clientIdentity();
    const host = bench.asked(true, { checks: { remembered } });

    it("the first connection verifies three signatures, the next one", () => {
      expect(counter.during(() => bench.open({ identity }, { provider, host }))).to.equal(3);
      expect(counter.during(() => bench.open({ identity }, { provider, host }))).to.equal(1);
      expect(counter.during(() => bench.open({ identity }, { provider, host: bench.asked(true) }))).to.equal(3);
    });

    it("expired since: refused", () => {
      const parts = { provider, host, clock: { seconds: () => AFTER_CLIENT } };
      const made = counter.during(() => bench.run({ identity }, parts).expectAlert(certificate_expired, /leaf: it expired at/, true));
      expect(made).to.equal(0);
    });
  });
});
