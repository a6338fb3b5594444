// What a chain costs on the simulated device: memory that does not depend on its length, and instructions of which nearly all are its signatures.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { BuildError, buildHost, countInstructions, hasValgrind, runXs, type XsOptions } from "../../sim/xs/run.js";
import type { TrustAnchor } from "../../src/x509/trust.js";
import { octetString } from "../support/der.js";
import { dnsName, extension, leafExtensions, makeChain, NOW } from "../support/pki.js";

const src = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "src");

const octets = (bytes: Uint8Array): string => `Uint8Array.of(${bytes.join(",")})`;

/** A config in flash, with the certificates in it. */
function flash(list: readonly Uint8Array[], anchor: TrustAnchor): string {
  return `
import { AnchorList } from "${src}/x509/anchors.js";
import { ecdsaSecp256r1Sha256 } from "${src}/crypto/xs/ecdsa-secp256r1-sha256.js";
import { sha256 } from "${src}/crypto/xs/sha256.js";
const nameHash = ${octets(anchor.nameHash)};
const publicKeyInfo = ${octets(anchor.publicKeyInfo)};
export const list = [${list.map(octets).join(",\n")}];
export const config = {
  trust: new AnchorList([{ nameHash, publicKeyInfo }]), clock: { seconds() { return ${NOW}; } }, signatures: [ecdsaSecp256r1Sha256], sha256,
  purpose: "server", serverName: { text: "device.example", address: null },
};
`;
}

/** Reads the list as records of 512 octets bring it. */
const APP = `
import measure from "sim:measure";
import { ChainVerifier } from "${src}/x509/chain.js";
import { config, list } from "chain";
const record = new Uint8Array(512);
function read() {
  const verifier = new ChainVerifier(config);
  for (let i = 0; i < list.length; i++) {
    const certificate = list[i];
    verifier.beginCertificate(certificate.length);
    for (let at = 0; at < certificate.length; at += 512) {
      const n = Math.min(512, certificate.length - at);
      for (let k = 0; k < n; k++) record[k] = certificate[at + k];
      verifier.push(record, 0, n);
    }
    // What a look at the memory finds is the stack's deepest point since the look before: reading and verifying have to be apart.
    measure.mark("read");
    if (verifier.endCertificate() === 0) while (verifier.step(50) === 0);
    measure.mark("verified");
  }
  verifier.endChain();
  if (!verifier.matches) throw new Error("not accepted");
}
function count() {
  const verifier = new ChainVerifier(config);
  for (let i = 0; i < list.length; i++) {
    const certificate = list[i];
    verifier.beginCertificate(certificate.length);
    verifier.push(certificate, 0, certificate.length);
    measure.begin("end " + i);
    if (verifier.endCertificate() === 0) while (verifier.step(Infinity) === 0);
    measure.end("end " + i);
  }
  verifier.endChain();
}
function countAll() {
  measure.begin("chain.verify");
  const verifier = new ChainVerifier(config);
  for (let i = 0; i < list.length; i++) {
    const certificate = list[i];
    verifier.beginCertificate(certificate.length);
    verifier.push(certificate, 0, certificate.length);
    if (verifier.endCertificate() === 0) while (verifier.step(Infinity) === 0);
  }
  verifier.endChain();
  measure.end("chain.verify");
}
if (measure.counting()) { countAll(); count(); }
else { measure.reset(); measure.mark("begin"); read(); }
`;

describe("a chain on the device", function () {
  this.timeout(300_000);
  let folder = "";

  before(async function () {
    try {
      if (!(await buildHost()).is32Bit) {
        console.log("      skipped: slots are not as on the chip");
        this.skip();
      }
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-chain-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function options(list: readonly Uint8Array[], anchor: TrustAnchor): XsOptions {
    const chain = join(folder, "chain.js");
    writeFileSync(chain, flash(list, anchor));
    const main = join(folder, "main.js");
    writeFileSync(main, APP);
    return { main, map: { imports: { chain } }, timeout: 280_000 };
  }

  async function peak(list: readonly Uint8Array[], anchor: TrustAnchor): Promise<number> {
    const result = await runXs({ ...options(list, anchor), peakEvery: 64 });
    expect(result.stderr).to.equal("");
    expect(result.status).to.equal(0);
    const marks = result.stats!.marks;
    const before = marks.find((mark) => mark.name === "begin")!.live!;
    return Math.max(...marks.slice(1).map((mark) => mark.peak!.bytes)) - before.bytes;
  }

  it("takes the same memory for 1, 2 and 5 certificates, and for one of 16 KB", async () => {
    const peaks = new Map<string, number>();
    for (const count of [1, 2, 5]) {
      const made = makeChain({ intermediates: count - 1 });
      peaks.set(`${count} certificates`, await peak(made.chain, made.anchor));
    }
    const large = extension("1.2.3.4", octetString(new Uint8Array(15600)));
    const names = leafExtensions([dnsName("device.example")]);
    const made = makeChain({ leaf: { extensions: [...names, large] } });
    expect(made.chain[0]!.length).to.be.within(15900, 16384);
    peaks.set("one of 16 KB and its issuer", await peak(made.chain, made.anchor));
    const told = [...peaks].map(([what, bytes]) => `${what} ${bytes} B`).join(", ");
    console.log(`      ${told}`);
    const all = [...peaks.values()];
    expect(Math.max(...all) - Math.min(...all), told).to.be.at.most(64);
  });

  it("takes no more than 62 M instructions for leaf and intermediate on P-256", async function () {
    if (!hasValgrind()) {
      console.log("      skipped: valgrind is not there");
      this.skip();
    }
    const made = makeChain();
    const result = await countInstructions({ ...options(made.chain, made.anchor), chunkBytes: 16 << 20, slots: 64 << 10 });
    expect(result.stderr).to.equal("");
    const total = result.instructions["chain.verify"]!.total;
    const signatures = result.instructions["end 1"]!.total;
    console.log(
      `      chain.verify ${total}, of which both signatures ${signatures}; ${made.chain[0]!.length + made.chain[1]!.length} octets`,
    );
    expect(total).to.be.at.most(62_000_000);
  });
});
