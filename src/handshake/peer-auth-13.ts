import { decrypt_error, illegal_parameter, TLSAlert } from "../alert.js";
import { Reader } from "../bytes/reader.js";
import { DONE, KEY_ED25519, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { signedContent } from "../messages/certificate-verify.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ChainVerifier } from "../x509/chain.js";
import { type Handshake13, PROVED_CERTIFICATE } from "./handshake-13.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

/** The peer's side of authentication (RFC 9846 §4.5), the same for client and server. */

export function checkCertificate<F>(h: Handshake13<F>, budget: number): number {
  return (h.chain as ChainVerifier).step(budget) === DONE ? S.WAIT_CERT : S.CHECK_CERT;
}

export function onCertificateVerify<F>(h: Handshake13<F>, bytes: Uint8Array, start: number, end: number): number {
  const schedule = h.schedule as KeySchedule13;
  const transcript = h.transcript as Transcript;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "CertificateVerify");
  const scheme = r.u16();
  const length = r.u16();
  const signature = r.skip(length);
  r.finish();
  const algorithm = findSignature(h.signatures, scheme);
  if (algorithm === null || !algorithm.signsHandshake)
    throw new TLSAlert(illegal_parameter, `CertificateVerify: signature scheme 0x${scheme.toString(16)} was not offered`);
  // §4.5.2: the scheme must fit the key of the certificate.
  if (algorithm.keyType !== h.peerKeyType)
    throw new TLSAlert(illegal_parameter, `CertificateVerify: ${algorithm.name} does not fit the key of the peer's certificate`);
  transcript.digest(schedule.secrets, schedule.digest);
  beginVerify(h, algorithm, bytes, signature, length);
  transcript.update(bytes, start, end - start);
  return S.CHECK_CV;
}

export function checkCertificateVerify<F>(h: Handshake13<F>, budget: number): number {
  const verifier = h.verifier as Verifier;
  if (verifier.step(budget) !== DONE) return S.CHECK_CV;
  if (!verifier.valid())
    throw new TLSAlert(
      decrypt_error,
      "CertificateVerify: the signature does not fit; the peer does not prove that it holds its certificate's key",
    );
  h.verifier = null;
  h.negotiated.proved = PROVED_CERTIFICATE;
  return S.WAIT_FINISHED;
}

/**
 * Begins to check a CertificateVerify signature over the transcript hash in `schedule.digest`. Ed25519 takes the content itself, the others its
 * hash (§4.3.3).
 */
function beginVerify<F>(
  h: Handshake13<F>,
  algorithm: SignatureAlgorithm,
  bytes: Uint8Array,
  signature: number,
  signatureLength: number,
): void {
  const { secrets, digest, temp, length, hash: work } = h.schedule as KeySchedule13;
  const context = h.peerContext;
  const key = h.peerKey as Uint8Array;
  const verifier = algorithm.createVerifier();
  h.verifier = verifier;
  h.peerKey = null;
  if (algorithm.keyType === KEY_ED25519) {
    const content = signedContent(context, secrets, digest, length);
    verifier.begin(key, 0, key.length, content, 0, content.length, bytes, signature, signatureLength);
    return;
  }
  // The work hash of the key schedule is free here; a scheme with another hash needs its own.
  const same = algorithm.hash.outputLength === length;
  const hash = same ? work : algorithm.hash.create();
  const out = same ? secrets : new Uint8Array(algorithm.hash.outputLength);
  const o = same ? temp : 0;
  hash.reset();
  hash.update(context, 0, context.length);
  hash.update(secrets, digest, length);
  hash.digest(out, o);
  verifier.begin(key, 0, key.length, out, o, algorithm.hash.outputLength, bytes, signature, signatureLength);
}

function findSignature(signatures: readonly SignatureAlgorithm[], scheme: number): SignatureAlgorithm | null {
  for (let i = 0; i < signatures.length; i++) if (signatures[i].scheme === scheme) return signatures[i];
  return null;
}
