/** The certificates that this machine trusts: where the usual systems keep them. */
import { existsSync } from "node:fs";

const PLACES = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // SUSE
  "/etc/ssl/cert.pem", // BSD, macOS
];

/** Path of a PEM file with all of them. Throws an Error where none is found. */
export function systemRootsFile(): string {
  const place = PLACES.find((path) => existsSync(path));
  if (place === undefined) throw new Error(`no file with this system's roots is at ${PLACES.join(", ")}; name a file instead`);
  return place;
}
