/** Certificates of every key type for client and server, each with a root of its own type, made by the openssl command for one test run. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const KEY_TYPES = ["p256", "p384", "ed25519", "rsa"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

const NEW_KEY: Readonly<Record<KeyType, readonly string[]>> = {
  p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256"],
  p384: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
  ed25519: ["-newkey", "ed25519"],
  rsa: ["-newkey", "rsa:2048", "-sha256"],
};

export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export class KeyTypes {
  readonly folder = mkdtempSync(join(tmpdir(), "thimble-types-"));
  /** All roots. */
  readonly rootsFile = join(this.folder, "roots.pem");
  private readonly pairs = new Map<string, Pair>();

  constructor() {
    writeFileSync(join(this.folder, "openssl.cnf"), "[req]\ndistinguished_name = dn\n[dn]\n");
    let roots = "";
    for (const type of KEY_TYPES) {
      this.make(`root-${type}`, type, null, ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]);
      roots += this.text(`root-${type}.pem`);
      for (const role of ["server", "client"])
        this.make(`${role}-${type}`, type, `root-${type}`, [
          "basicConstraints=critical,CA:FALSE",
          "keyUsage=critical,digitalSignature",
          `extendedKeyUsage=${role}Auth`,
          "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]);
    }
    writeFileSync(this.rootsFile, roots);
    this.decryptingFor("localhost", ",IP:127.0.0.1");
  }

  get roots(): string {
    return readFileSync(this.rootsFile, "utf8");
  }

  pair(role: "server" | "client", type: KeyType): Pair {
    return this.pairs.get(`${role}-${type}`) as Pair;
  }

  /** A server's for RSA key exchange alone. */
  get decrypting(): Pair {
    return this.pairs.get("decrypting-localhost") as Pair;
  }

  /** The same for a name. */
  decryptingFor(name: string, more = ""): Pair {
    return this.rsaServer(`decrypting-${name}`, "keyEncipherment", `DNS:${name}${more}`);
  }

  /** A server's for both, as many of the web are; NSS wants an RSA key to have both. */
  forBoth(): Pair {
    return this.rsaServer("both-localhost", "digitalSignature,keyEncipherment", "DNS:localhost,IP:127.0.0.1");
  }

  /** A file of pre-shared keys, as GnuTLS's server reads it. */
  pskFile(identity: string, key: string): string {
    const file = join(this.folder, "psk.txt");
    writeFileSync(file, `${identity}:${key}\n`);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private rsaServer(name: string, usage: string, names: string): Pair {
    this.make(name, "rsa", "root-rsa", [
      "basicConstraints=critical,CA:FALSE",
      `keyUsage=critical,${usage}`,
      "extendedKeyUsage=serverAuth",
      `subjectAltName=${names}`,
    ]);
    return this.pairs.get(name) as Pair;
  }

  private text(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  private make(name: string, type: KeyType, issuer: string | null, extensions: readonly string[]): void {
    const at = (file: string) => join(this.folder, file);
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-nodes", "-days", "2", "-subj", `/CN=thimble ${name}`, ...NEW_KEY[type]],
        ...["-config", at("openssl.cnf"), "-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)],
        ...extensions.flatMap((extension) => ["-addext", extension]),
        ...(issuer === null ? [] : ["-CA", at(`${issuer}.pem`), "-CAkey", at(`${issuer}.key`)]),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const [certFile, keyFile] = [at(`${name}.pem`), at(`${name}.key`)];
    this.pairs.set(name, { certFile, keyFile, cert: this.text(`${name}.pem`), key: this.text(`${name}.key`) });
  }
}
