/** Certificates from PEM or DER, and the trust anchors made of them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import type { TrustAnchor } from "../../src/x509/trust.js";
import { sha256 } from "./noble/hashes.js";
import { parsePem } from "./pem.js";

/** PEM text, or the bytes of a PEM or DER file. */
export type CertificateSource = string | Uint8Array;

const CERTIFICATE_LABELS = ["CERTIFICATE", "X509 CERTIFICATE"];

/** The DER certificates in `data`, in order; at least one. `source` names it in errors. */
export function certificatesFrom(data: CertificateSource, source: string): Uint8Array[] {
  if (typeof data !== "string" && data[0] === 0x30) return [wholeDer(data, source)];
  const text = typeof data === "string" ? data : Buffer.from(data).toString("latin1");
  if (text.trim() === "") throw new Error(`${source}: is empty; it must hold a certificate (PEM or DER)`);
  const blocks = parsePem(text, source);
  if (blocks.length === 0) throw new Error(`${source}: holds no certificate (no -----BEGIN CERTIFICATE-----, and not DER)`);
  const certificates: Uint8Array[] = [];
  for (const { label, der, line } of blocks) {
    if (label.includes("PRIVATE KEY")) throw new Error(`${source}, line ${line}: holds a ${label}; give the certificate alone`);
    if (!CERTIFICATE_LABELS.includes(label)) throw new Error(`${source}, line ${line}: holds a ${label} where a CERTIFICATE is needed`);
    certificates.push(wholeDer(der, `${source}, line ${line}`));
  }
  return certificates;
}

/** One DER SEQUENCE, complete, with nothing behind it. */
function wholeDer(der: Uint8Array, where: string): Uint8Array {
  const first = der[1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = lengthBytes === 0 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (der[2 + i] ?? 0);
  const end = 2 + lengthBytes + length;
  if (der[0] !== 0x30 || first === 0x80 || lengthBytes > 3) throw new Error(`${where}: not a DER certificate`);
  if (end > der.length) throw new Error(`${where}: the DER certificate is cut off: ${der.length} bytes of ${end}`);
  if (end < der.length) throw new Error(`${where}: ${der.length - end} bytes follow the DER certificate`);
  return der;
}

function anchorsIn(data: CertificateSource, source: string): TrustAnchor[] {
  return certificatesFrom(data, source).map((der) => {
    try {
      return anchorFromCertificate(der, sha256);
    } catch (error) {
      throw new Error(`${source}: not a certificate that can be trusted: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Trust anchors from one or several sources. An empty list is refused: it would trust nobody. */
export function anchorsFrom(sources: CertificateSource | readonly CertificateSource[], name = "ca"): AnchorList {
  const list: readonly CertificateSource[] = typeof sources === "string" || sources instanceof Uint8Array ? [sources] : sources;
  if (list.length === 0) throw new Error(`${name}: no certificate given`);
  return new AnchorList(list.flatMap((source, i) => anchorsIn(source, list.length === 1 ? name : `${name}[${i}]`)));
}

/** Trust anchors from PEM or DER files, or directories of such. */
export function anchorsFromFiles(...paths: string[]): AnchorList {
  if (paths.length === 0) throw new Error("no certificate file given");
  return new AnchorList(paths.flatMap((path) => filesAt(path).flatMap((file) => anchorsIn(readFile(file), file))));
}

/** The certificates of a PEM or DER file, or of all such files of a directory. */
export function certificatesFromFile(path: string): Uint8Array[] {
  return filesAt(path).flatMap((file) => certificatesFrom(readFile(file), file));
}

/** The revocation lists of a PEM or DER file. */
export function listsFromFile(path: string): Uint8Array[] {
  const data = readFile(path);
  if (data[0] === 0x30) return [data];
  const blocks = parsePem(Buffer.from(data).toString("latin1"), path);
  if (blocks.length === 0) throw new Error(`${path}: holds no revocation list (no -----BEGIN X509 CRL-----, and not DER)`);
  for (const { label, line } of blocks)
    if (label !== "X509 CRL") throw new Error(`${path}, line ${line}: holds a ${label} where an X509 CRL is needed`);
  return blocks.map(({ der }) => der);
}

const CERTIFICATE_FILE = /\.(pem|crt|cer|der)$/i;

/** The file itself, or the certificate files of a directory, not of those inside it. */
function filesAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => CERTIFICATE_FILE.test(name));
  if (names.length === 0) throw new Error(`${path}: holds no file named *.pem, *.crt, *.cer or *.der`);
  return names.sort().map((name) => join(path, name));
}

/** A file's bytes; the error names the file and the reason. */
export function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
