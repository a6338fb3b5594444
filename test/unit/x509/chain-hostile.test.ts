import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import { DONE, type SignatureAlgorithm, type Verifier } from "../../../src/crypto/provider.js";
import { type ChainConfig, ChainVerifier } from "../../../src/x509/chain.js";
import * as der from "../../support/der.js";
import { nobleP256Sha256 } from "../../support/noble-provider.js";
import * as pki from "../../support/pki.js";
import { chainConfig, outcome } from "./verify.js";

/** A verifier that counts, and believes every signature, or none. */
function counting(answer: boolean): { readonly algorithm: SignatureAlgorithm; count: number } {
  const counter = { algorithm: nobleP256Sha256, count: 0 };
  const verifier: Verifier = {
    begin() {
      counter.count++;
    },
    step: () => DONE,
    valid: () => answer,
  };
  counter.algorithm = { ...nobleP256Sha256, createVerifier: () => verifier };
  return counter;
}

/** An issuer `subject` with a key of its own label, that says it was issued by `issuer`. */
function authority(subject: string, issuer: string, key = subject, more: Partial<pki.CertificateFields> = {}): Uint8Array {
  return pki.makeCertificate({
    ...pki.baseFields(),
    subject: pki.commonName(subject),
    issuer: pki.commonName(issuer),
    spki: pki.testKey(key).spki,
    extensions: pki.issuerExtensions(),
    signature: der.bitString(der.fromHex("30 06 02 01 01 02 01 01")),
    ...more,
  });
}

function leafOf(issuer: string, more: readonly Uint8Array[] = []): Uint8Array {
  const extensions = [...pki.leafExtensions([pki.dnsName("device.example")]), ...more];
  return authority("leaf", issuer, "leaf", { extensions });
}

describe("x509/chain: hostile lists", () => {
  const run = (list: readonly Uint8Array[], answer: boolean, more: Partial<ChainConfig> = {}): { said: string; count: number } => {
    const counter = counting(answer);
    const said = outcome(list, chainConfig([], { signatures: [counter.algorithm], ...more }));
    return { said, count: counter.count };
  };
  const big = { maxCertificates: 30, maxParkedLength: 1e6 };

  it("ends within the stated number of signatures where many have one name", () => {
    const names = Array.from({ length: 29 }, (_, i) => authority("A", i % 2 ? "A" : "B", `key ${i}`));
    const list = [leafOf("A"), ...names];
    expect(run(list, false, big)).to.deep.equal({
      said: "bad_certificate: certificate_list needs more than 20 signatures verified",
      count: 20,
    });
    expect(run(list, true, big).count).to.be.at.most(20);
    expect(run(list, false, { ...big, maxSignatureChecks: 250 }).count).to.equal(29);
  });

  it("ends where every authority has signed every other", () => {
    const labels = ["A", "B", "C", "D", "E"];
    const all = labels.flatMap((subject) => labels.filter((issuer) => issuer !== subject).map((issuer) => authority(subject, issuer)));
    for (const rotate of [0, 7, 13]) {
      const list = [leafOf("A"), ...all.slice(rotate), ...all.slice(0, rotate)];
      const result = run(list, true, { ...big, maxSignatureChecks: 250 });
      expect(result.said).to.match(
        /^(unknown_ca: issuer \d+: its issuer is no trust|bad_certificate: certificate_list is out of order or ambiguous)/,
      );
      expect(result.count).to.be.at.most(60);
    }
  });

  it("ends with the list where each certificate comes ten times, or issues itself", () => {
    const one = authority("A", "B");
    expect(run([leafOf("A"), ...new Array<Uint8Array>(9).fill(one)], true)).to.deep.equal({
      said: "unknown_ca: issuer 1: its issuer is no trust anchor, and the certificate_list ends here",
      count: 1,
    });
    const self = authority("A", "A");
    expect(run([leafOf("A"), ...new Array<Uint8Array>(9).fill(self)], true).count).to.equal(1);
    const leaf = leafOf("leaf", []);
    expect(run(new Array<Uint8Array>(10).fill(leaf), true)).to.deep.equal({
      said: "unknown_ca: issuer 1: it is no CA: basicConstraints does not say cA TRUE",
      count: 0,
    });
  });

  it("keeps no more than it says", () => {
    const strangers = Array.from({ length: 9 }, (_, i) => authority(`stranger ${i}`, "nobody"));
    const said =
      "bad_certificate: certificate_list is out of order or ambiguous, and what has to be kept of it takes more than 600 octets or 4 ways";
    expect(run([leafOf("A"), ...strangers], true, { maxParkedLength: 600 }).said).to.equal(said);
    expect(run([leafOf("A"), ...strangers], true).said).to.match(/^unknown_ca: leaf/);
    // In order nothing is kept.
    const path = Array.from({ length: 9 }, (_, i) => authority(`${i}`, `${i + 1}`));
    expect(run([leafOf("0"), ...path], true, { maxParkedLength: 0 }).said).to.match(/^unknown_ca: issuer 9: its issuer is no trust anchor/);
  });

  it("tries anchors of one name within the stated number", () => {
    const anchors = Array.from({ length: 40 }, (_, i) => pki.anchorOf(pki.commonName("A"), pki.testKey(`${i}`).spki));
    const counter = counting(false);
    const config = chainConfig(anchors, { signatures: [counter.algorithm] });
    expect(outcome([leafOf("A")], config)).to.equal("bad_certificate: certificate_list needs more than 20 signatures verified");
    expect(counter.count).to.equal(20);
  });

  it("prefers the issuer whose key identifier fits, and takes another where none does", () => {
    const id = (n: number): Uint8Array => new Uint8Array(20).fill(n);
    const subjectKey = (n: number): Uint8Array => pki.extension("2.5.29.14", der.octetString(id(n)));
    const authorityKey = (n: number): Uint8Array => pki.extension("2.5.29.35", der.sequence(der.implicit(0, id(n))));
    const candidate = (n: number): Uint8Array =>
      authority("A", "B", `key ${n}`, { extensions: [...pki.issuerExtensions(), subjectKey(n)] });
    const between = authority("L", "A", "L", { extensions: [...pki.issuerExtensions(), authorityKey(3)] });
    const told: number[] = [];
    const config = (algorithm: SignatureAlgorithm): ChainConfig =>
      chainConfig([pki.anchorOf(pki.commonName("B"), pki.testKey("B").spki)], {
        signatures: [algorithm],
        verify: (path) => {
          told.push(path.pathIndex(2));
          return "";
        },
      });
    // The three of one name come before what they have issued: the third fits.
    expect(outcome([leafOf("L"), candidate(1), candidate(2), candidate(3), between], config(counting(true).algorithm))).to.equal("valid");
    expect(outcome([leafOf("L"), candidate(1), candidate(2), between], config(counting(true).algorithm))).to.equal("valid");
    expect(told).to.deep.equal([3, 1]);
  });

  it("refuses issuers with what it does not understand, but only in the path", () => {
    const odd = pki.extension("1.2.3.4", der.nullValue(), true);
    const made = pki.makeChain();
    const strange = authority("Strange", "nobody", "strange", { extensions: [...pki.issuerExtensions(), odd] });
    expect(outcome([made.chain[0]!, strange, made.chain[1]!], chainConfig([made.anchor]))).to.equal("valid");
    const chain = pki.makeChain({ issuers: [{ extensions: [...pki.issuerExtensions(), odd] }] });
    expect(outcome(chain.chain, chainConfig([chain.anchor]))).to.equal(
      "unsupported_certificate: issuer 1: critical extension 1.2.3.4 is not supported",
    );
    for (const [fields, reason] of [
      [{ version: null, extensions: null }, "bad_certificate: issuer 1: version is 1, only 3 is supported"],
      [{ serial: der.integer(0) }, "bad_certificate: issuer 1: serialNumber is 0"],
    ] as const) {
      const old = authority("Strange", "nobody", "strange", fields);
      expect(outcome([made.chain[0]!, old, made.chain[1]!], chainConfig([made.anchor]))).to.equal("valid");
      const inPath = pki.makeChain({ issuers: [fields] });
      expect(outcome(inPath.chain, chainConfig([inPath.anchor]))).to.equal(reason);
    }
    // What is malformed ends the list, wherever it stands.
    expect(outcome([made.chain[0]!, strange.slice(0, -1), made.chain[1]!], chainConfig([made.anchor]))).to.match(
      /^bad_certificate: issuer 1: Cert/,
    );
  });
});

/** xorshift32: the same numbers on every engine. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe("x509/chain: mutations", () => {
  const SEED = 0x7117b1e;
  const constraints = pki.extension("2.5.29.30", der.sequence(der.explicit(0, der.sequence(pki.dnsName("example")))), true);
  const keyIds = [
    pki.extension("2.5.29.14", der.octetString(new Uint8Array(20))),
    pki.extension("2.5.29.35", der.sequence(der.implicit(0, new Uint8Array(20)), der.implicit(2, Uint8Array.of(7)))),
    pki.extension("2.5.29.32", der.sequence(der.sequence(der.oid("2.5.29.32.0")))),
  ];
  const names = [
    pki.dnsName("*.example"),
    pki.dnsName("device.example"),
    pki.ipAddress(192, 0, 2, 7),
    der.explicit(4, pki.commonName("x")),
  ];
  const made = pki.makeChain({
    intermediates: 2,
    leaf: { extensions: [...pki.leafExtensions(names), ...keyIds] },
    issuers: [{ extensions: [...pki.issuerExtensions(0), ...keyIds] }, { extensions: [...pki.issuerExtensions(), constraints] }],
  });

  /** One to three changes: octets, pieces left out, doubled, or taken from elsewhere; certificates left out, doubled, exchanged. */
  function mutate(next: (below: number) => number): Uint8Array[] {
    const list: Uint8Array[] = made.chain.map((certificate) => certificate.slice());
    for (let changes = 1 + next(3); changes > 0; changes--) {
      const which = next(list.length);
      const der0 = list[which]!;
      const at = next(der0.length);
      const n = 1 + next(8);
      switch (next(7)) {
        case 0:
          der0[at]! ^= 1 << next(8);
          break;
        case 1:
          der0[at] = [0, 0xff, 0x80, 0x30, 0x82][next(5)]!;
          break;
        case 2:
          list[which] = der.concat(der0.slice(0, at), der0.slice(at + n));
          break;
        case 3:
          list[which] = der.concat(der0.slice(0, at + n), der0.slice(at));
          break;
        case 4: {
          const from = list[next(list.length)]!;
          const start = next(from.length);
          der0.set(from.slice(start, start + Math.min(n, der0.length - at)), at);
          break;
        }
        case 5:
          list.splice(which, 1 - next(2), ...(list.length < 9 ? [list[next(list.length)]!] : []));
          break;
        default: {
          const other = next(list.length);
          const former = list[which]!;
          list[which] = list[other]!;
          list[other] = former;
        }
      }
    }
    return list;
  }

  it(`never ends otherwise than valid or with an alert, and never valid with signed octets changed (seed 0x${SEED.toString(16)})`, function () {
    this.timeout(60000);
    const next = random(SEED);
    const original = made.chain.map(der.toHex);
    // Only signatures of the original list count as right: so a list that is valid has to have the original's certificates in its path.
    const right = new Set<string>();
    let learning = true;
    const inner = nobleP256Sha256.createVerifier();
    let triple = "";
    const verifier: Verifier = {
      begin(...args) {
        const [key, ko, kl, digest, d, dl, signature, s, sl] = args;
        triple = `${der.toHex(key.slice(ko, ko + kl))} ${der.toHex(digest.slice(d, d + dl))} ${der.toHex(signature.slice(s, s + sl))}`;
        if (learning) inner.begin(...args);
      },
      step: (budget) => (learning ? inner.step(budget) : DONE),
      valid() {
        if (learning && inner.valid()) right.add(triple);
        return right.has(triple);
      },
    };
    const config = chainConfig([made.anchor], { signatures: [{ ...nobleP256Sha256, createVerifier: () => verifier }] });
    expect(outcome(made.chain, config)).to.equal("valid");
    expect(right.size).to.equal(3);
    learning = false;
    const slow = typeof (globalThis as { process?: unknown }).process === "undefined";
    let valid = 0;
    for (let round = 0; round < (slow ? 400 : 6000); round++) {
      const list = mutate(next);
      const path: Uint8Array[] = [];
      let said = "valid";
      try {
        const chain = new ChainVerifier({
          ...config,
          verify: (found) => {
            for (let i = 0; i < found.pathLength; i++) path.push(list[found.pathIndex(i)]!);
            return "";
          },
        });
        const piece = 1 + next(200);
        for (const certificate of list) {
          chain.beginCertificate(certificate.length);
          for (let at = 0; at < certificate.length; at += piece) chain.push(certificate, at, Math.min(piece, certificate.length - at));
          if (chain.endCertificate() !== DONE) while (chain.step(9) !== DONE);
        }
        chain.endChain();
      } catch (error) {
        if (!(error instanceof TLSAlert)) throw error;
        said = error.message;
      }
      if (said !== "valid") continue;
      valid++;
      expect(path.map(der.toHex), `round ${round}`).to.deep.equal(original);
    }
    // Certificates that only changed places.
    expect(valid).to.be.at.least(1);
  });
});
