import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small CA made by the openssl command: root → intermediate → leaf for localhost, all on P-256, and a root that signed nothing. */
export class TestCA {
  readonly folder = mkdtempSync(join(tmpdir(), "thimble-ca-"));
  readonly rootFile = join(this.folder, "root.pem");
  readonly strangerFile = join(this.folder, "stranger.pem");
  readonly key: string;
  /** Leaf and intermediate. */
  readonly chain: string;

  constructor() {
    this.make("root", "/CN=thimble test root", null, "CA:TRUE", "keyCertSign,cRLSign");
    this.make("stranger", "/CN=thimble test stranger", null, "CA:TRUE", "keyCertSign,cRLSign");
    this.make("inter", "/CN=thimble test intermediate", "root", "CA:TRUE,pathlen:0", "keyCertSign,cRLSign");
    this.make("leaf", "/CN=localhost", "inter", "CA:FALSE", "digitalSignature", [
      "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
      "extendedKeyUsage=serverAuth",
    ]);
    this.key = this.text("leaf.key");
    this.chain = this.text("leaf.pem") + this.text("inter.pem");
  }

  /** NAME.pem and NAME.key, signed by the intermediate. */
  leaf(name: string, names: readonly string[], purpose = "serverAuth"): void {
    const alternative = names.length === 0 ? [] : [`subjectAltName=${names.join(",")}`];
    this.make(name, `/CN=${name}`, "inter", "CA:FALSE", "digitalSignature", [...alternative, `extendedKeyUsage=${purpose}`]);
  }

  text(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private make(name: string, subject: string, issuer: string | null, constraints: string, usage: string, more: string[] = []): void {
    const at = (file: string) => join(this.folder, file);
    const extensions = [`basicConstraints=critical,${constraints}`, `keyUsage=critical,${usage}`, ...more];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256", "-days", "2", "-subj", subject],
        ...["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`), "-config", this.config()],
        ...extensions.flatMap((extension) => ["-addext", extension]),
        ...(issuer === null ? [] : ["-CA", at(`${issuer}.pem`), "-CAkey", at(`${issuer}.key`)]),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
  }

  /** An empty configuration: the system's own adds extensions. */
  private config(): string {
    const file = join(this.folder, "openssl.cnf");
    execFileSync("sh", ["-c", 'printf "[req]\\ndistinguished_name=dn\\n[dn]\\n" > "$1"', "sh", file]);
    return file;
  }
}
