import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Leaf } from "./openssl-ca.js";

/** What `openssl req -newkey` is told for a kind of key. `openssl ocsp` has no Ed25519. */
export const KEY_KINDS: Readonly<Record<string, readonly string[]>> = {
  "P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "P-384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  "RSA-2048": ["rsa:2048"],
};

export type Status = "good" | "revoked" | "unknown";

export interface ResponseOptions {
  readonly status?: Status;
  /** Who signs: a name of this CA's files. Default "responder". */
  readonly signer?: string;
  /** More arguments of `openssl ocsp` that asks, and that answers. */
  readonly request?: readonly string[];
  readonly answer?: readonly string[];
}

/** root → issuer → leaf for localhost, and a responder of the issuer; responses by `openssl ocsp`. In a directory of its own. */
export class OcspCa {
  readonly directory = mkdtempSync(join(tmpdir(), "thimble-ocsp-"));
  readonly rootFile = this.file("root.pem");
  readonly issuerFile = this.file("issuer.pem");
  private count = 0;

  constructor(issuerKey = "P-256", responderKey = "P-256") {
    writeFileSync(this.file("openssl.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
    this.make("root", null, "P-256", "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign");
    this.make("issuer", "root", issuerKey, "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature");
    this.make("responder", "issuer", responderKey, "keyUsage=critical,digitalSignature", "extendedKeyUsage=OCSPSigning", "noCheck=ignored");
    this.make("stranger", "issuer", "P-256", "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth");
  }

  /** A leaf; `more`: extensions. */
  leaf(...more: readonly string[]): Leaf {
    return this.leafOf("P-256", "digitalSignature", more);
  }

  /** One for RSA key exchange. */
  decryptingLeaf(): Leaf {
    return this.leafOf("RSA-2048", "keyEncipherment", []);
  }

  private leafOf(kind: string, usage: string, more: readonly string[]): Leaf {
    const name = `leaf${this.count++}`;
    const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    this.make(name, "issuer", kind, `keyUsage=critical,${usage}`, "extendedKeyUsage=serverAuth", names, ...more);
    const chainFile = this.file(`${name}-chain.pem`);
    writeFileSync(chainFile, readFileSync(this.file(`${name}.pem`), "utf8") + readFileSync(this.issuerFile, "utf8"));
    return { chainFile, leafFile: this.file(`${name}.pem`), keyFile: this.file(`${name}.key`) };
  }

  /** A file with the DER of a response about a leaf, which holds for two days unless `answer` says something else. */
  response(leaf: Leaf, options: ResponseOptions = {}): string {
    const { status = "good", signer = "responder", request = [], answer = ["-ndays", "2"] } = options;
    const name = `response${this.count++}`;
    const serial = execFileSync("openssl", ["x509", "-in", leaf.leafFile, "-noout", "-serial"], { encoding: "utf8" }).trim().slice(7);
    const line = {
      good: `V\t351231000000Z\t\t${serial}`,
      revoked: `R\t351231000000Z\t250101000000Z\t${serial}`,
      unknown: "V\t351231000000Z\t\t01",
    };
    writeFileSync(this.file(`${name}.txt`), `${line[status]}\tunknown\t/CN=leaf\n`);
    const [asked, out] = [this.file(`${name}.req`), this.file(`${name}.der`)];
    this.run("ocsp", "-no_nonce", ...request, "-issuer", this.issuerFile, "-cert", leaf.leafFile, "-reqout", asked);
    const [certificate, key] = [this.file(`${signer}.pem`), this.file(`${signer}.key`)];
    const who = ["-index", this.file(`${name}.txt`), "-CA", this.issuerFile, "-rsigner", certificate, "-rkey", key];
    this.run("ocsp", ...who, "-reqin", asked, "-respout", out, ...answer);
    return out;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  private make(name: string, issuer: string | null, kind: string, ...extensions: readonly string[]): void {
    this.run(
      ...["req", "-x509", "-nodes", "-days", "30", "-subj", `/CN=thimble ${name}`, "-config", this.file("openssl.cnf")],
      ...["-newkey", ...KEY_KINDS[kind]!, "-keyout", this.file(`${name}.key`), "-out", this.file(`${name}.pem`)],
      ...extensions.flatMap((extension) => ["-addext", extension]),
      ...(issuer === null ? [] : ["-CA", this.file(`${issuer}.pem`), "-CAkey", this.file(`${issuer}.key`)]),
    );
  }

  private run(...args: readonly string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
