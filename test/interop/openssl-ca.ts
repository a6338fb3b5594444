import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The `openssl` version on this machine, or why it cannot be used. */
export function opensslVersion(): { version: string | null; reason: string } {
  const run = spawnSync("openssl", ["version"], { encoding: "utf8" });
  if (run.error !== undefined || run.status !== 0) return { version: null, reason: "openssl not found" };
  const version = run.stdout.trim();
  return /^OpenSSL [3-9]\./.test(version) ? { version, reason: "" } : { version: null, reason: `openssl 3 not found, only ${version}` };
}

export interface LeafOptions {
  readonly names?: string;
  /** Days from now; negative: already over. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** extendedKeyUsage. Default serverAuth. */
  readonly purpose?: "serverAuth" | "clientAuth";
  /** One more extension, as a line of openssl's config. */
  readonly more?: string;
}

export interface Leaf {
  /** Leaf and intermediate, PEM. */
  readonly chainFile: string;
  readonly leafFile: string;
  readonly keyFile: string;
}

const CONFIG = `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca]
default_ca = ca_default
[ca_default]
new_certs_dir = $ENV::CA_DIR
database = $ENV::CA_DIR/index.txt
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $ENV::LEAF_PURPOSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $ENV::LEAF_NAMES
`;

function stamp(days: number): string {
  return `${new Date(Date.now() + days * 86400000).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
}

/** A small CA in a directory of its own, fresh for one test run: root, intermediate and leaves on P-256. */
export class OpensslCa {
  readonly directory: string;
  readonly rootFile: string;
  private count: number;

  constructor(commonName = "thimble test root") {
    this.directory = mkdtempSync(join(tmpdir(), "thimble-ca-"));
    this.rootFile = join(this.directory, "root.pem");
    this.count = 0;
    writeFileSync(join(this.directory, "openssl.cnf"), CONFIG);
    writeFileSync(join(this.directory, "index.txt"), "");
    this.request("root", commonName);
    this.sign("root", "root", "root", -1, 3650);
    this.request("intermediate", `${commonName}: intermediate`);
    this.sign("intermediate", "root", "intermediate", -1, 3650);
  }

  leaf(options: LeafOptions = {}): Leaf {
    const name = `leaf${this.count++}`;
    this.request(name, name);
    this.sign(
      name,
      "intermediate",
      "leaf",
      options.notBefore ?? -1,
      options.notAfter ?? 30,
      options.names ?? "DNS:localhost, IP:127.0.0.1",
      options.purpose ?? "serverAuth",
      options.more,
    );
    const chainFile = this.file(`${name}-chain.pem`);
    writeFileSync(chainFile, readFileSync(this.file(`${name}.pem`), "utf8") + readFileSync(this.file("intermediate.pem"), "utf8"));
    return { chainFile, leafFile: this.file(`${name}.pem`), keyFile: this.file(`${name}.key`) };
  }

  /** A self-signed certificate of another key type, as `openssl req -newkey` names it. */
  selfSigned(keyType: string, ...options: readonly string[]): Leaf {
    const name = `self${this.count++}`;
    const [leafFile, keyFile] = [this.file(`${name}.pem`), this.file(`${name}.key`)];
    this.run([
      ...["req", "-x509", "-config", this.file("openssl.cnf"), "-subj", `/CN=${name}`, "-days", "30", "-nodes", "-newkey", keyType],
      ...options,
      ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", keyFile, "-out", leafFile],
    ]);
    return { chainFile: leafFile, leafFile, keyFile };
  }

  get intermediateFile(): string {
    return this.file("intermediate.pem");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  private request(name: string, commonName: string): void {
    this.run(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", this.file(`${name}.key`)]);
    const subject = `/CN=${commonName}`;
    this.run([
      "req",
      "-new",
      "-config",
      this.file("openssl.cnf"),
      "-key",
      this.file(`${name}.key`),
      "-subj",
      subject,
      "-out",
      this.file(`${name}.csr`),
    ]);
  }

  private sign(
    name: string,
    by: string,
    section: string,
    from: number,
    to: number,
    names = "DNS:unused",
    purpose = "serverAuth",
    more = "",
  ): void {
    const own = this.file(more === "" ? "openssl.cnf" : `${name}.cnf`);
    if (more !== "") writeFileSync(own, `${CONFIG}${more}\n`); // the leaf's extensions stand last
    const issuer = by === name ? ["-selfsign"] : ["-cert", this.file(`${by}.pem`)];
    this.run(
      [
        ...["ca", "-batch", "-notext", "-config", own, "-keyfile", this.file(`${by}.key`), ...issuer],
        ...[
          "-extensions",
          section,
          "-startdate",
          stamp(from),
          "-enddate",
          stamp(to),
          "-in",
          this.file(`${name}.csr`),
          "-out",
          this.file(`${name}.pem`),
        ],
      ],
      names,
      purpose,
    );
  }

  private run(args: string[], names = "DNS:unused", purpose = "serverAuth"): void {
    execFileSync("openssl", args, {
      env: { ...process.env, CA_DIR: this.directory, LEAF_NAMES: names, LEAF_PURPOSE: purpose },
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
}

/** DER of every certificate in a PEM file. */
export function pemToDer(file: string): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (const match of readFileSync(file, "utf8").matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g))
    out.push(new Uint8Array(Buffer.from(match[1]!, "base64")));
  return out;
}

/** The 32 bytes of a P-256 private key in a PEM file. */
export function privateKeyOf(file: string): Uint8Array {
  const der = execFileSync("openssl", ["ec", "-in", file, "-outform", "DER"], { stdio: ["ignore", "pipe", "ignore"] });
  return new Uint8Array(der.subarray(7, 39));
}
