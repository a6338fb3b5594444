// Small CAs made by the openssl command: root → intermediate → leaf for localhost, all on P-256.
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
const IS_CA = "keyUsage=critical,keyCertSign,cRLSign";

const P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** Makes NAME.pem and NAME.key in a folder. issuer: the name of another; null: self-signed. */
export type MakeCertificate = (name: string, subject: string, issuer: string | null, extensions: readonly string[]) => void;

/** Certificates in a folder, valid from now on. */
export function certificateMaker(folder: string, days: number, newKey: readonly string[] = P256): MakeCertificate {
  const config = join(folder, "openssl.cnf");
  writeFileSync(config, "[req]\ndistinguished_name = dn\n[dn]\n"); // the system's own file would add extensions
  return (name, subject, issuer, extensions) => {
    const run = spawnSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", ...newKey, "-nodes", "-sha256", "-days", String(days)],
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
}

export function makeRoot(make: MakeCertificate, name = "root", commonName = "Thimble Demo Root"): void {
  make(name, `/CN=${commonName}`, null, ["basicConstraints=critical,CA:TRUE", IS_CA]);
}

export function makeIntermediate(make: MakeCertificate, name: string, subject: string, issuer: string, pathLength: number): void {
  make(name, subject, issuer, [`basicConstraints=critical,CA:TRUE,pathlen:${pathLength}`, IS_CA]);
}

export interface LeafShape {
  /** Before the common name. */
  readonly subject?: string;
  readonly names?: string;
  /** keyUsage. */
  readonly usage?: string;
  readonly more?: readonly string[];
}

export function makeLeaf(
  make: MakeCertificate,
  name: string,
  issuer: string,
  { subject = "", names = NAMES, usage = "digitalSignature", more = [] }: LeafShape = {},
): void {
  make(name, `${subject}/CN=localhost`, issuer, [
    "basicConstraints=critical,CA:FALSE",
    `keyUsage=critical,${usage}`,
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${names}`,
    ...more,
  ]);
}

export function makeClient(make: MakeCertificate, name: string, issuer: string, commonName = "sensor 1"): void {
  make(name, `/CN=${commonName}`, issuer, [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=clientAuth",
  ]);
}

/** A responder of the intermediate, and a good OCSP response of its own about the certificate `name`, DER. */
export function makeStaple(folder: string, days: number, name = "leaf"): Uint8Array {
  certificateMaker(folder, days)("responder", "/CN=Thimble Demo Responder", "intermediate", [
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=OCSPSigning",
    "noCheck=ignored",
  ]);
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: readonly string[]): string => {
    const run = spawnSync("openssl", args, { encoding: "utf8" });
    if (run.status !== 0) throw new SimError(`openssl cannot make an OCSP response: ${run.stderr.trim().split("\n").pop() ?? ""}`);
    return run.stdout;
  };
  const serial = openssl("x509", "-in", at(`${name}.pem`), "-noout", "-serial")
    .trim()
    .slice("serial=".length);
  writeFileSync(at("index.txt"), `V\t491231000000Z\t\t${serial}\tunknown\t/CN=${name}\n`);
  openssl("ocsp", "-no_nonce", "-issuer", at("intermediate.pem"), "-cert", at(`${name}.pem`), "-reqout", at("ocsp.req"));
  const responder = ["-CA", at("intermediate.pem"), "-rsigner", at("responder.pem"), "-rkey", at("responder.key")];
  openssl("ocsp", "-index", at("index.txt"), ...responder, "-reqin", at("ocsp.req"), "-respout", at("ocsp.der"), "-ndays", String(days));
  return readFileSync(at("ocsp.der"));
}

/** What a server with the certificate `name` has; `above` it: those that it sends with it, in order. */
export function readPki(folder: string, name = "leaf", above: readonly string[] = ["intermediate"]): Pki {
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  return { root: text("root.pem"), chain: [name, ...above].map((one) => text(`${one}.pem`)).join(""), key: text(`${name}.key`) };
}

/** Makes the CA in a folder: NAME.pem and NAME.key of root, intermediate and leaf. */
export function makePki(folder: string, days: number): Pki {
  const make = certificateMaker(folder, days);
  makeRoot(make);
  makeIntermediate(make, "intermediate", "/CN=Thimble Demo Intermediate", "root", 0);
  makeLeaf(make, "leaf", "intermediate");
  return readPki(folder);
}
