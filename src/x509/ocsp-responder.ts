/**
 * The certificate of a responder that signs for an issuer (RFC 6960 §4.2.2.2): issued by that issuer itself, with id-kp-OCSPSigning, inside its dates.
 * Whether it was revoked is not asked, id-pkix-ocsp-nocheck or not: there is nobody to answer.
 */
import { bad_certificate_status_response, TLSAlert } from "../alert.js";
import type { Verifier } from "../crypto/provider.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { digestLengthOf, findAlgorithm, keyName } from "./algorithms.js";
import { CertificateReader } from "./certificate.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import { FOR_OCSP, HAS_KEY_USAGE, HAS_PURPOSES, MAY_SIGN } from "./extensions.js";
import { judgeDates } from "./judge.js";
import { CURRENT, DIGEST, NAME_SIZE, SUBJECT_HASH } from "./kept.js";
import { equalOctets } from "./octets.js";

/** Of the certificate, as its reader counts. Not 0: what is wrong with it is told in `problem`, and does not matter if it is not the responder's. */
export const RESPONDER_INDEX = 1;

export class ResponderReader extends CertificateReader {
  constructor(config: ChainConfig, limits: ChainLimits) {
    super({ signatures: config.signatures, sha256: config.sha256 }, limits, null);
  }

  override who(): string {
    return "leaf: the certificate of the OCSP responder";
  }

  protected override malformed(reason: string): never {
    throw refused(reason);
  }

  /** Begins a certificate whose header stands at header[at, at + headerLength). */
  beginWith(header: Uint8Array, at: number, headerLength: number, length: number): void {
    this.beginCertificate(RESPONDER_INDEX, headerLength + length, true);
    this.push(header, at, headerLength);
  }

  hasName(hash: Uint8Array, at: number): boolean {
    return equalOctets(this.scratch(), SUBJECT_HASH, hash, at, NAME_SIZE);
  }

  hasKeyId(hash: Uint8Array, at: number): boolean {
    if (this.keyType(RESPONDER_INDEX) === 0) return false;
    const id = new Uint8Array(20);
    const sha = sha1.create();
    sha.update(this.scratch(), this.keyAt(RESPONDER_INDEX), this.keyLength(RESPONDER_INDEX));
    sha.digest(id, 0);
    return equalOctets(id, 0, hash, at, 20);
  }

  /** Throws where it can't sign for the issuer whose name has the hash at name[at]. */
  judge(name: Uint8Array, at: number, now: number, isSet: boolean): void {
    const { problem, flags } = this;
    if (!equalOctets(this.scratch(), CURRENT, name, at, NAME_SIZE)) throw refused("it was not issued by the leaf's issuer");
    if (problem) throw new TLSAlert(bad_certificate_status_response, problem.reason);
    if ((flags & HAS_PURPOSES) === 0 || (flags & FOR_OCSP) === 0) throw refused("its extKeyUsage does not have OCSPSigning");
    if ((flags & HAS_KEY_USAGE) !== 0 && (flags & MAY_SIGN) === 0) throw refused("its keyUsage does not have digitalSignature");
    const dates = judgeDates(this, now, isSet);
    if (dates) throw new TLSAlert(bad_certificate_status_response, dates.reason);
  }

  /** Begins to verify its own signature with the issuer's key. */
  beginOwn(keyType: number, key: Uint8Array, keyAt: number, keyLength: number): Verifier {
    const bytes = this.scratch();
    const id = this.algorithmOf(CURRENT);
    const algorithm = findAlgorithm(this.config.signatures, id, keyType);
    if (!algorithm) throw refused(`the issuer's ${keyName(keyType)} key can't have made its signature`);
    const { message } = this;
    const verifier = algorithm.createVerifier();
    const signature = this.signatureOf(CURRENT);
    const length = this.signatureLengthOf(CURRENT);
    if (message) verifier.begin(key, keyAt, keyLength, message, 0, message.length, bytes, signature, length);
    else verifier.begin(key, keyAt, keyLength, bytes, CURRENT + DIGEST, digestLengthOf(id), bytes, signature, length);
    return verifier;
  }

  ownProblem(): TLSAlert {
    return refused("its signature does not verify with the key of the leaf's issuer");
  }
}

function refused(reason: string): TLSAlert {
  return new TLSAlert(bad_certificate_status_response, `leaf: the certificate of the OCSP responder: ${reason}`);
}
