import { hex, PeerProblem, unhex } from "./bytes.js";

/** SubjectPublicKeyInfo of a P-256 key, up to its point. */
const P256_KEY = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

/** The P-256 point in a certificate. */
export function pointOf(certificate: Uint8Array): Uint8Array {
  const at = hex(certificate).indexOf(P256_KEY);
  if (at < 0) throw new PeerProblem("the server's certificate has no P-256 key");
  const start = at / 2 + unhex(P256_KEY).length;
  return certificate.slice(start, start + 65);
}
