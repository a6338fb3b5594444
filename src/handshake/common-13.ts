import { change_cipher_spec } from "../constants.js";
import { type CipherSuite, KEY_ED25519, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { signedContent } from "../messages/certificate-verify.js";
import type { Protection13 } from "../record/protection-13.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ChainVerifier } from "../x509/chain.js";

/** Appendix E.4: one unprotected change_cipher_spec before the second flight, for middleboxes. */
export function sendCompatibilityChangeCipherSpec(records: RecordLayer): void {
  const { writer } = records;
  const { protection } = writer;
  writer.protection = null;
  writer.put(change_cipher_spec, 1, 1, 0);
  writer.protection = protection;
}

/** Gives one direction the keys of the traffic secret at secret[offset] (§7.3). */
export function useTrafficSecret(
  schedule: KeySchedule13,
  protection: Protection13,
  suite: CipherSuite,
  secret: Uint8Array,
  offset: number,
): void {
  schedule.hmac.setKey(secret, offset, schedule.length);
  protection.setKeys(schedule.hmac, suite.aead.keyLength, schedule.secrets, schedule.temp);
}

/**
 * Begins to check a CertificateVerify signature over the transcript hash in `schedule.digest`. Ed25519 takes the content itself, the others its
 * hash (RFC 9846 §4.3.3).
 */
export function beginVerify(
  algorithm: SignatureAlgorithm,
  schedule: KeySchedule13,
  context: Uint8Array,
  peer: ChainVerifier,
  bytes: Uint8Array,
  signature: number,
  signatureLength: number,
): Verifier {
  const { secrets, digest, temp, length } = schedule;
  const verifier = peer.verifierFor(algorithm);
  if (algorithm.keyType === KEY_ED25519) {
    const content = signedContent(context, secrets, digest, length);
    verifier.begin(peer.key, peer.keyOffset, peer.keyLength, content, 0, content.length, bytes, signature, signatureLength);
    return verifier;
  }
  // The work hash of the key schedule is free here; a scheme with another hash needs its own.
  const same = algorithm.hash.outputLength === length;
  const hash = same ? schedule.hash : algorithm.hash.create();
  const out = same ? secrets : new Uint8Array(algorithm.hash.outputLength);
  const o = same ? temp : 0;
  hash.reset();
  hash.update(context, 0, context.length);
  hash.update(secrets, digest, length);
  hash.digest(out, o);
  verifier.begin(peer.key, peer.keyOffset, peer.keyLength, out, o, algorithm.hash.outputLength, bytes, signature, signatureLength);
  return verifier;
}
