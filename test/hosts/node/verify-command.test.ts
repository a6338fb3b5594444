import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { certificatesFrom } from "../../../hosts/node/certificates.js";
import { parseTime } from "../../../hosts/node/cli/verify.js";
import { systemRootsFile } from "../../../hosts/node/system-roots.js";
import { certificateSignatures } from "../../../hosts/node/verify-chain.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { findAlgorithm } from "../../../src/x509/algorithms.js";
import { anchorFromCertificate } from "../../../src/x509/anchors.js";
import { CertificateReader } from "../../../src/x509/certificate.js";
import { limitsOf } from "../../../src/x509/chain-config.js";
import { CURRENT, DIGEST } from "../../../src/x509/kept.js";
import { PackedAnchors } from "../../../src/x509/packed-anchors.js";
import { fromBase64 } from "../../support/der.js";
import { CERTIFICATES, MADE } from "../../unit/x509/fixtures/openssl-shapes.js";

const COMMAND = fileURLToPath(new URL("../../../hosts/node/cli/thimble.cjs", import.meta.url));

function thimble(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr };
}

const pem = (names: string): string =>
  names
    .split(" ")
    .map(
      (name) =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(fromBase64(CERTIFICATES[name]!)).toString("base64")}\n-----END CERTIFICATE-----\n`,
    )
    .join("");

describe("thimble verify and roots", function () {
  this.timeout(20000);
  let dir = "";
  const at = ["--time", new Date((MADE + 2 * 86400) * 1000).toISOString()];

  before(() => {
    dir = mkdtempSync(join(tmpdir(), "thimble-"));
  });
  after(() => rmSync(dir, { recursive: true }));

  function file(name: string, data: string | Uint8Array): string {
    const path = join(dir, name);
    writeFileSync(path, data);
    return path;
  }

  it("prints the path, and ends with 0", () => {
    const ca = file("ca.pem", pem("p256Root"));
    const chain = file("chain.pem", pem("p256Leaf p256Issuer"));
    const run = thimble("verify", "--ca", ca, "--host", "www.example.com", ...at, chain);
    expect(run.stderr).to.equal("");
    expect(run.code).to.equal(0);
    expect(run.stdout).to.equal(
      `${chain}: valid for www.example.com\n  leaf  CN=www.example.com\n     1  O=Thimble, CN=p256 Issuer\n     2  O=Thimble, CN=p256 Root\n`,
    );
    expect(thimble("verify", "--ca", ca, ...at, chain).stdout).to.include("no name was verified");
    const leaf = file("leaf.der", fromBase64(CERTIFICATES.p256Leaf!));
    const rest = file("rest.pem", pem("edIssuer p256Issuer"));
    expect(thimble("verify", "--ca", ca, "--untrusted", rest, "--host", "192.0.2.7", "--purpose", "client", ...at, leaf).code).to.equal(0);
  });

  it("tells the first reason, and ends with 1", () => {
    const ca = file("ca.pem", pem("p256Root"));
    const chain = file("chain.pem", pem("p256Leaf p256Issuer"));
    const why = (...args: string[]): string => {
      const run = thimble("verify", ...args);
      expect(run.code).to.equal(1);
      expect(run.stdout).to.equal("");
      return run.stderr;
    };
    expect(why("--ca", ca, "--host", "other.example", ...at, chain)).to.equal(
      `thimble: ${chain}: not valid: bad_certificate: leaf: it is for "www.example.com", wanted was other.example\n`,
    );
    expect(why("--ca", ca, "--time", "2020-01-01T00:00:00Z", chain)).to.match(
      /not valid: certificate_expired: leaf: it is not valid before /,
    );
    expect(why("--ca", file("other.pem", pem("root1")), ...at, chain)).to.match(
      /not valid: unknown_ca: issuer 1: its issuer is no trust anchor/,
    );
  });

  it("asks revocation lists", () => {
    const ca = file("ca.pem", pem("p256Root"));
    const chain = file("chain.pem", pem("p256Leaf p256Issuer"));
    const list = file("list.pem", pem("crlRevoked").replaceAll("CERTIFICATE", "X509 CRL"));
    const run = thimble("verify", "--ca", ca, "--crl", list, ...at, chain);
    expect([run.code, run.stdout]).to.deep.equal([1, ""]);
    expect(run.stderr).to.match(/not valid: certificate_revoked: leaf: it was revoked at .*, says crl 0\n$/);
    expect(thimble("verify", "--ca", ca, "--crl", file("list.der", fromBase64(CERTIFICATES.crlEmpty!)), ...at, chain).code).to.equal(0);
    expect(thimble("verify", "--ca", ca, "--crl", chain, ...at, chain).code).to.equal(2);
  });

  it("ends with 2 where the input can't be used", () => {
    const ca = file("ca.pem", pem("p256Root"));
    const chain = file("chain.pem", pem("p256Leaf p256Issuer"));
    const why = (...args: string[]): string => {
      const run = thimble("verify", ...args);
      expect(run.code, run.stderr).to.equal(2);
      return run.stderr;
    };
    expect(why("--ca", ca, join(dir, "nothing.pem"))).to.match(/nothing\.pem: cannot be read \(ENOENT\)/);
    expect(why("--ca", ca, file("empty.pem", ""))).to.match(/empty\.pem: is empty/);
    expect(why("--ca", ca, file("key.pem", pem("p256Leaf").replaceAll("CERTIFICATE", "PRIVATE KEY")))).to.match(/holds a PRIVATE KEY/);
    expect(why("--ca", ca, file("cut.der", fromBase64(CERTIFICATES.p256Leaf!).slice(0, 99)))).to.match(/cut off: 99 bytes/);
    expect(why("--ca", file("broken.der", Uint8Array.of(0x30, 3, 2, 1, 5)), chain)).to.match(/anchor 0: trust anchor: /);
    expect(why("--ca", ca, "--host", "a b", chain)).to.match(/serverName "a b" is not a DNS name/);
    expect(why("--ca", ca, "--time", "yesterday", chain)).to.match(/give a time as 2025-06-01T12:00:00Z/);
    expect(why("--ca", ca, "--purpose", "mail", chain)).to.match(/Allowed choices are server, client/);
    expect(why(chain)).to.match(/--ca/);
  });

  it("tells what is wrong with bad input of every kind, in time", function () {
    this.timeout(100000);
    const ca = file("ca.pem", pem("p256Root"));
    const leaf = fromBase64(CERTIFICATES.p256Leaf!);
    const verdict = (data: string | Uint8Array): string => {
      const started = Date.now();
      const { code, stdout, stderr } = thimble("verify", "--ca", ca, ...at, file("bad", data));
      expect(stdout).to.equal("");
      expect(Date.now() - started).to.be.below(10000);
      return `${code} ${stderr.replace(/^thimble: .*?bad: /, "").trimEnd()}`;
    };
    const wrapped = (content: Uint8Array): Uint8Array => Uint8Array.of(0x30, 0x82, content.length >> 8, content.length & 0xff, ...content);
    // Nothing, and no certificate.
    expect(verdict("")).to.match(/^2 is empty/);
    expect(verdict("hello")).to.match(/^2 /);
    expect(verdict(Uint8Array.of(0x30, 0x80, 0, 0))).to.match(/^2 /);
    expect(verdict(pem("p256Leaf").replaceAll("CERTIFICATE", "X509 CRL"))).to.match(/^2 .*holds a X509 CRL/);
    expect(verdict(leaf.slice(0, -1))).to.match(/^2 .*cut off/);
    // A certificate by its outside, or more than one.
    expect(verdict(Uint8Array.of(0x30, 0))).to.match(/^1 not valid: bad_certificate: leaf: tbsCertificate is missing/);
    let nested = Uint8Array.of(0x30, 0);
    while (nested.length < 40000) nested = wrapped(nested) as Uint8Array<ArrayBuffer>;
    expect(verdict(nested)).to.match(/^1 not valid: bad_certificate: leaf: .* stands where serialNumber is expected/);
    expect(verdict(wrapped(wrapped(new Uint8Array(65000))))).to.match(/^1 not valid: bad_certificate: leaf: /);
    expect(verdict(new Uint8Array(20e6).fill(0x30))).to.match(/^[12] /);
    // The same certificate again and again, and one that issued itself.
    expect(thimble("verify", "--ca", ca, ...at, file("twice.pem", pem("p256Leaf p256Leaf p256Issuer p256Issuer"))).code).to.equal(0);
    expect(verdict(pem("p256Leaf p256Leaf p256Leaf"))).to.match(/^1 not valid: unknown_ca: /);
    expect(verdict(pem("root1 root1 root1"))).to.match(/^1 not valid: /);
    expect(verdict(pem(new Array(40).fill("p256Leaf").join(" ")))).to.match(
      /^1 not valid: bad_certificate: certificate_list has more than 30/,
    );
  });

  it("reads directories of certificates", () => {
    const folder = join(dir, "roots");
    mkdirSync(folder);
    expect(thimble("verify", "--ca", folder, ...at, file("chain.pem", pem("p256Leaf p256Issuer"))).code).to.equal(2);
    writeFileSync(join(folder, "a.pem"), pem("root1"));
    writeFileSync(join(folder, "b.crt"), pem("p256Root"));
    expect(thimble("verify", "--ca", folder, ...at, join(dir, "chain.pem")).code).to.equal(0);
  });

  it("reads times", () => {
    expect(parseTime("1970-01-01T00:00:00Z")).to.equal(0);
    expect(parseTime("2025-06-01t02:00:00.5+02:00")).to.equal(1748736000);
    for (const text of ["2025-06-31T00:00:00Z", "2025-13-01T00:00:00Z", "2025-06-01", "2025-06-01T25:00:00Z", "1969-01-01T00:00:00Z"]) {
      expect(() => parseTime(text), text).to.throw("give a time as");
    }
  });

  it("packs roots as bytes and as a module", async () => {
    const from = file("from.pem", pem("p256Root rsaRoot edRoot p256Root"));
    const out = join(dir, "packed.bin");
    const run = thimble("roots", "--from", from, "--only", "P256 root", "ED", "-o", out);
    expect(run.stderr).to.equal("");
    const bytes = readFileSync(out);
    expect(run.stdout).to.equal(`   127 B  O=Thimble, CN=p256 Root\n    80 B  CN=ed Root\n${out}: 2 roots, 213 bytes, 107 bytes a root\n`);
    expect(statSync(out).size).to.equal(213);
    const anchor = anchorFromCertificate(fromBase64(CERTIFICATES.edRoot!), sha256);
    const found = new PackedAnchors(new Uint8Array(bytes)).find(anchor.nameHash, 0, 0);
    expect([...found!.publicKeyInfo]).to.deep.equal([...anchor.publicKeyInfo]);
    expect(thimble("roots", "--resource", "--from", from, "--only", "P256 root", "ED", "-o", out).code).to.equal(0);
    const resource = new PackedAnchors(new Uint8Array(readFileSync(out)));
    expect([statSync(out).size, resource.size]).to.deep.equal([245, 2]);
    expect([...resource.fingerprint]).to.deep.equal([...new PackedAnchors(new Uint8Array(bytes)).fingerprint]);
    const module = join(dir, "packed.js");
    writeFileSync(join(dir, "package.json"), '{"type":"module"}');
    expect(thimble("roots", "--from", from, "-o", module).code).to.equal(0);
    const { roots } = (await import(module)) as { roots: Uint8Array };
    expect(new PackedAnchors(roots).size).to.equal(3);
    const none = thimble("roots", "--from", from, "--only", "nobody", "-o", out);
    expect([none.code, none.stderr]).to.deep.equal([2, `thimble: ${from}: no root has "nobody" in its subject\n`]);
  });
});

describe("real roots", () => {
  it("of this system are read, and their signatures verified", function () {
    this.timeout(60000);
    let path = "";
    try {
      path = systemRootsFile();
    } catch {
      this.skip();
    }
    const kinds = new Map<string, number>();
    for (const der of certificatesFrom(readFileSync(path), path)) {
      const reader = new CertificateReader({ signatures: certificateSignatures, sha256 }, limitsOf({ maxRsaBits: 8192 }), null);
      reader.beginCertificate(1, der.length, true);
      reader.push(der, 0, der.length);
      reader.endCertificate();
      if (reader.problem !== null) {
        // Signed with SHA-1 by themselves, or of version 1: good as anchors, which are only a name and a key.
        const old = /signature algorithm 1\.2\.840\.113549\.1\.1\.5 is|version is 1|serialNumber is 0/;
        expect(reader.problem.message).to.match(old);
        kinds.set("old", (kinds.get("old") ?? 0) + 1);
        continue;
      }
      const algorithm = findAlgorithm(certificateSignatures, reader.algorithmOf(CURRENT), reader.keyType(1));
      expect(algorithm).to.not.equal(null);
      const bytes = reader.scratch();
      const verifier = algorithm!.createVerifier();
      const signature = reader.signatureOf(CURRENT);
      const { outputLength } = algorithm!.hash;
      verifier.begin(
        bytes,
        reader.keyAt(1),
        reader.keyLength(1),
        bytes,
        CURRENT + DIGEST,
        outputLength,
        bytes,
        signature,
        reader.signatureLengthOf(CURRENT),
      );
      verifier.step(Number.POSITIVE_INFINITY);
      // Not every anchor of a machine is signed by itself.
      if (reader.flags & 4) expect(verifier.valid()).to.equal(true);
      kinds.set(algorithm!.name, (kinds.get(algorithm!.name) ?? 0) + 1);
    }
    expect(kinds.size).to.be.at.least(1);
  });
});
