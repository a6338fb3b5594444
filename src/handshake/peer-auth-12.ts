import { decrypt_error, illegal_parameter, TLSAlert, unsupported_certificate } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Reader } from "../bytes/reader.js";
import { DONE, KEY_P256, KEY_P384, KEY_P521, KEY_RSA, KEY_RSA_PSS, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { signsAll } from "../messages/certificate-request-12.js";
import { BY_ECDSA } from "../record/cipher-suite-12.js";
import { type Prf12, VERIFY_DATA_LENGTH } from "../schedule/prf-12.js";
import type { ChainVerifier } from "../x509/chain.js";
import type { Handshake12 } from "./handshake-12.js";
import { PROVED_CERTIFICATE } from "./handshake-13.js";
import { MASTER_SECRET } from "./keys.js";
import * as S from "./states-12.js";
import type { Transcript } from "./transcript.js";

/** The peer's side of authentication in TLS 1.2, as far as it is the same for client and server. */

export function checkCertificate<F>(h: Handshake12<F>, budget: number): number {
  return (h.chain as ChainVerifier).step(budget) === DONE ? S.WAIT_CERT : S.CHECK_CERT;
}

/** RFC 5246 §7.4.2, RFC 8422 §5.3: the suite says what the server's key must be. */
export function checkKeyFits<F>(h: Handshake12<F>): void {
  const { suite, peerKeyType: type } = h;
  const isRsa = type === KEY_RSA || type === KEY_RSA_PSS;
  if (isRsa === (suite.by === BY_ECDSA))
    throw new TLSAlert(unsupported_certificate, `Certificate: the leaf's key does not fit the suite ${suite.name}`);
}

/**
 * The algorithm for a scheme on the wire and the peer's key. It must have been offered. In TLS 1.2 an ECDSA scheme names no curve (RFC 5246
 * §7.4.1.4.1): any of our algorithms with its hash and the key's curve does it.
 */
export function findSignature(signatures: readonly SignatureAlgorithm[], scheme: number, keyType: number): SignatureAlgorithm | null {
  let offered = false;
  let found: SignatureAlgorithm | null = null;
  for (let i = 0; i < signatures.length; i++) {
    const one = signatures[i];
    if (one.scheme === scheme) offered = true;
    if (one.keyType !== keyType) continue;
    if (one.scheme === scheme || (isEcdsa(scheme) && isCurve(keyType) && one.hash.outputLength === hashLength(scheme))) found = one;
  }
  return offered ? found : null;
}

export function isEcdsa(scheme: number): boolean {
  return (scheme & 0xff) === 3 && scheme >> 8 >= 4 && scheme >> 8 <= 6;
}

function isCurve(keyType: number): boolean {
  return keyType === KEY_P256 || keyType === KEY_P384 || keyType === KEY_P521;
}

/** Bytes of the hash of a HashAlgorithm.signature pair: sha256 is 4, sha384 5, sha512 6 (RFC 5246 §7.4.1.4.1). */
function hashLength(scheme: number): number {
  return ((scheme >> 8) - 2) * 16;
}

/** Reads the algorithm of digitally-signed (RFC 5246 §4.7). overAll: it must be one of those that a CertificateRequest names. */
export function readAlgorithm<F>(h: Handshake12<F>, r: Reader, what: string, overAll: boolean): SignatureAlgorithm {
  const scheme = r.u16();
  const algorithm = overAll && !signsAll(scheme) ? null : findSignature(h.signatures, scheme, h.peerKeyType);
  if (algorithm === null)
    throw new TLSAlert(
      illegal_parameter,
      `${what}: signature algorithm 0x${scheme.toString(16)} was not offered, or does not fit the key of the peer's certificate`,
    );
  return algorithm;
}

/** Goes on with the check of a signature; true: it is good. */
export function verifyOn<F>(h: Handshake12<F>, budget: number, what: string): boolean {
  const verifier = h.verifier as Verifier;
  if (verifier.step(budget) !== DONE) return false;
  if (!verifier.valid())
    throw new TLSAlert(decrypt_error, `${what}: the signature does not fit; the peer does not prove that it holds its certificate's key`);
  h.verifier = null;
  h.negotiated.proved = PROVED_CERTIFICATE;
  return true;
}

/** Checks the peer's Finished (RFC 5246 §7.4.9) and takes it into the transcript. */
export function checkFinished<F>(h: Handshake12<F>, label: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
  const prf = h.prf as Prf12;
  const { secrets, digest } = prf;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "Finished");
  const verifyData = r.skip(VERIFY_DATA_LENGTH);
  r.finish();
  (h.transcript as Transcript).digest(secrets, digest);
  prf.verifyData(h.keys, MASTER_SECRET, label, secrets, digest);
  if (!equalBytes(bytes, verifyData, secrets, digest, VERIFY_DATA_LENGTH))
    throw new TLSAlert(decrypt_error, "Finished: the peer's verify_data does not fit the handshake");
  h.passed(bytes, start, end - start);
}
