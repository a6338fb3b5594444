// A small CA made by the openssl command: root → intermediate → leaf for localhost, all on P-256.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimError } from "./errors.js";

export interface Pki {
  /** PEM. `chain` is leaf and intermediate, as a server sends them. */
  readonly root: string;
  readonly chain: string;
  readonly key: string;
}

const NAMES = "DNS:localhost,DNS:sensors.example,IP:127.0.0.1";

export function readPki(folder: string): Pki {
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { root: text("root.pem"), chain: text("leaf.pem") + text("intermediate.pem"), key: text("leaf.key") };
}

/** Makes the CA in a folder: NAME.pem and NAME.key of root, intermediate and leaf. Valid from now on. */
export function makePki(folder: string, days: number): Pki {
  const config = join(folder, "openssl.cnf");
  writeFileSync(config, "[req]\ndistinguished_name = dn\n[dn]\n"); // the system's own file would add extensions
  const make = (name: string, subject: string, issuer: string | null, extensions: readonly string[]): void => {
    const run = spawnSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256", "-days", String(days)],
        ...["-subj", subject, "-config", config, "-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)],
        ...extensions.flatMap((extension) => ["-addext", extension]),
        ...(issuer === null ? [] : ["-CA", join(folder, `${issuer}.pem`), "-CAkey", join(folder, `${issuer}.key`)]),
      ],
      { encoding: "utf8" },
    );
    if (run.error !== undefined)
      throw new SimError("the openssl command cannot be started, which makes the CA. On Debian: apt-get install openssl");
    if (run.status !== 0) throw new SimError(`openssl cannot make a certificate: ${run.stderr.trim().split("\n").pop() ?? ""}`);
  };
  make("root", "/CN=Thimble Demo Root", null, ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]);
  make("intermediate", "/CN=Thimble Demo Intermediate", "root", [
    "basicConstraints=critical,CA:TRUE,pathlen:0",
    "keyUsage=critical,keyCertSign,cRLSign",
  ]);
  make("leaf", "/CN=localhost", "intermediate", [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${NAMES}`,
  ]);
  return readPki(folder);
}
