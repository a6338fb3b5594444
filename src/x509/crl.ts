/**
 * Certificate revocation lists (RFC 5280 §5, §6.3) that this side was given: whole DER, not streamed. A list counts for the certificates of the issuer
 * that signed it. Complete lists only: deltas, indirect lists and lists for some reasons are refused.
 */
import { bad_certificate, certificate_revoked, TLSAlert, unsupported_certificate } from "../alert.js";
import type { SignatureAlgorithm } from "../crypto/provider.js";
import { digestLengthOf, findAlgorithm, locateKey, signatureId } from "./algorithms.js";
import { DerCursor } from "./der-cursor.js";
import { equalOctets } from "./octets.js";
import { parseTime, timeText } from "./time.js";

/** What a list is asked about: one certificate and the key of its issuer. */
export interface CrlQuestion {
  /** Content octets of serialNumber, the DER of the issuer's Name. */
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  /** Whether the certificate is one of an authority. */
  readonly isIssuer: boolean;
  /** SubjectPublicKeyInfo of the issuer, and whether its keyUsage lets it sign lists. */
  readonly issuerKey: Uint8Array;
  readonly maySignLists: boolean;
  /** How reasons call the certificate. */
  readonly who: string;
  /** Seconds since 1970. */
  readonly now: number;
}

const NOT_EVEN_A_SECOND = -1;

/**
 * Asks a list. Null: it says nothing against the certificate, or is another issuer's. Else the reason: the certificate is revoked, or the list can't be
 * trusted or read. `name` is what reasons call the list.
 */
export function askCrl(der: Uint8Array, name: string, question: CrlQuestion, signatures: readonly SignatureAlgorithm[]): TLSAlert | null {
  try {
    return new Crl(der, name).ask(question, signatures);
  } catch (error) {
    if (error instanceof TLSAlert) return error;
    throw error;
  }
}

class Crl {
  private readonly der: Uint8Array;
  private readonly name: string;

  constructor(der: Uint8Array, name: string) {
    this.der = der;
    this.name = name;
  }

  ask(question: CrlQuestion, signatures: readonly SignatureAlgorithm[]): TLSAlert | null {
    const { der, name } = this;
    const file = new DerCursor(der, 0, der.length, name);
    const whole = file.enter(0x30, "CertificateList");
    file.finish("CertificateList");
    const list = whole.enter(0x30, "tbsCertList");
    const listAt = whole.start;
    const listEnd = whole.at;
    let second = false;
    if (list.has(2)) {
      list.read(2, "version");
      if (list.at - list.content !== 1 || der[list.content] !== 1) list.fail("version is not 2");
      second = true;
    }
    list.read(0x30, "signature");
    const algorithmAt = list.content;
    const algorithmLength = list.at - list.content;
    list.read(0x30, "issuer");
    const { issuer } = question;
    if (list.at - list.start !== issuer.length || !equalOctets(der, list.start, issuer, 0, issuer.length)) return null;
    const thisUpdate = this.time(list, "thisUpdate");
    const nextUpdate = list.has(0x17) || list.has(0x18) ? this.time(list, "nextUpdate") : NOT_EVEN_A_SECOND;
    const revoked = list.has(0x30) ? list.enter(0x30, "revokedCertificates") : null;
    let covers = true;
    if (list.has(0xa0)) {
      if (!second) list.fail("it has extensions but is not of version 2");
      const field = list.enter(0xa0, "crlExtensions");
      covers = this.readExtensions(field, question.isIssuer);
      field.finish("crlExtensions");
    }
    list.finish("tbsCertList");
    whole.read(0x30, "signatureAlgorithm");
    const same = whole.at - whole.content === algorithmLength && equalOctets(der, whole.content, der, algorithmAt, algorithmLength);
    if (!same) whole.fail("signatureAlgorithm differs from the one inside");
    whole.read(3, "signatureValue");
    if (der[whole.content] !== 0) whole.fail("signatureValue is no whole number of octets");
    const signature = whole.content + 1;
    const signatureLength = whole.at - signature;
    whole.finish("signatureValue");
    if (!covers) return null;
    if (!question.maySignLists) return this.refuse(unsupported_certificate, `the issuer's keyUsage does not have cRLSign`);
    // The signature before anything that it protects is believed.
    const id = signatureId(der, algorithmAt, algorithmLength);
    const key = locateKey(question.issuerKey);
    const algorithm = key === 0 ? null : findAlgorithm(signatures, id, key & 0xff);
    if (!algorithm)
      return this.refuse(unsupported_certificate, "its signature algorithm is not supported, or does not fit the issuer's key");
    if (!this.isSigned(algorithm, id, question.issuerKey, key >> 8, listAt, listEnd, signature, signatureLength)) {
      return this.refuse(bad_certificate, `its signature does not verify with the key of the issuer of ${question.who}`);
    }
    const { now } = question;
    if (now < thisUpdate)
      return this.refuse(bad_certificate, `it is not valid before ${timeText(thisUpdate)}; the clock says ${timeText(now)}`);
    if (nextUpdate !== NOT_EVEN_A_SECOND && now > nextUpdate) {
      return this.refuse(bad_certificate, `it expired at ${timeText(nextUpdate)}; the clock says ${timeText(now)}`);
    }
    const since = revoked ? this.find(revoked, question.serial) : NOT_EVEN_A_SECOND;
    if (since === NOT_EVEN_A_SECOND) return null;
    return new TLSAlert(certificate_revoked, `${question.who}: it was revoked at ${timeText(since)}, says ${name}`);
  }

  private refuse(description: number, reason: string): TLSAlert {
    return new TLSAlert(description, `${this.name}: ${reason}`);
  }

  private time(cursor: DerCursor, field: string): number {
    const general = cursor.has(0x18);
    cursor.read(general ? 0x18 : 0x17, field);
    const time = parseTime(this.der, cursor.content, cursor.at - cursor.content);
    if (Number.isNaN(time) || (cursor.at - cursor.content === 15) !== general) cursor.fail(`${field} is not a valid time`);
    return time;
  }

  /** When the serial number was revoked, or NOT_EVEN_A_SECOND. All entries are read, so that none is malformed. */
  private find(revoked: DerCursor, serial: Uint8Array): number {
    let found = NOT_EVEN_A_SECOND;
    while (revoked.more()) {
      const entry = revoked.enter(0x30, "revoked certificate");
      entry.read(2, "userCertificate");
      const same = entry.at - entry.content === serial.length && equalOctets(this.der, entry.content, serial, 0, serial.length);
      const since = this.time(entry, "revocationDate");
      // Before 1970 is a time too; what counts is that it is there.
      if (same) found = Math.max(since, 0);
      if (entry.has(0x30)) this.readEntryExtensions(entry.enter(0x30, "crlEntryExtensions"));
      entry.finish("revoked certificate");
    }
    return found;
  }

  /** certificateIssuer (2.5.29.29, of indirect lists) and what is not known are critical where they matter. */
  private readEntryExtensions(list: DerCursor): void {
    while (list.more()) {
      const extension = list.enter(0x30, "Extension");
      extension.read(6, "extnID");
      if (this.isCritical(extension)) {
        throw new TLSAlert(unsupported_certificate, `${this.name}: an entry has a critical extension`);
      }
    }
  }

  private isCritical(extension: DerCursor): boolean {
    if (!extension.has(1)) return false;
    extension.read(1, "critical");
    return this.der[extension.content] !== 0;
  }

  /** False: the list is about other certificates than the one in question. */
  private readExtensions(field: DerCursor, isIssuer: boolean): boolean {
    const list = field.enter(0x30, "extensions");
    let covers = true;
    while (list.more()) {
      const extension = list.enter(0x30, "Extension");
      extension.read(6, "extnID");
      const { content } = extension;
      const known = extension.at - content === 3 && this.der[content] === 0x55 && this.der[content + 1] === 0x1d;
      const number = known ? this.der[content + 2]! : 0;
      const critical = this.isCritical(extension);
      const value = extension.enter(4, "extnValue");
      extension.finish("extnValue");
      if (number === 28) covers = this.readDistributionPoint(value, isIssuer) && covers;
      else if (number === 27) throw new TLSAlert(unsupported_certificate, `${this.name}: it is a delta list`);
      else if (critical) throw new TLSAlert(unsupported_certificate, `${this.name}: it has a critical extension that is not supported`);
    }
    return covers;
  }

  /** issuingDistributionPoint (RFC 5280 §5.2.5): [1] only end entities, [2] only authorities, [3] some reasons, [4] indirect, [5] attributes. */
  private readDistributionPoint(value: DerCursor, isIssuer: boolean): boolean {
    const point = value.enter(0x30, "issuingDistributionPoint");
    let covers = true;
    while (point.more()) {
      const tag = this.der[point.at]!;
      point.read(tag, "issuingDistributionPoint");
      const set = tag === 0xa0 || this.der[point.content] !== 0;
      if (tag === 0xa0 || !set) continue;
      if (tag === 0x81) covers = covers && !isIssuer;
      else if (tag === 0x82) covers = covers && isIssuer;
      else if (tag === 0x85) covers = false;
      else throw new TLSAlert(unsupported_certificate, `${this.name}: it is indirect, or for some reasons only`);
    }
    return covers;
  }

  private isSigned(
    algorithm: SignatureAlgorithm,
    id: number,
    key: Uint8Array,
    keyAt: number,
    at: number,
    end: number,
    signature: number,
    signatureLength: number,
  ): boolean {
    const { der } = this;
    const verifier = algorithm.createVerifier();
    const length = digestLengthOf(id);
    if (length === 0) verifier.begin(key, keyAt, key.length - keyAt, der, at, end - at, der, signature, signatureLength);
    else {
      const digest = new Uint8Array(length);
      const hash = algorithm.hash.create();
      hash.update(der, at, end - at);
      hash.digest(digest, 0);
      verifier.begin(key, keyAt, key.length - keyAt, digest, 0, length, der, signature, signatureLength);
    }
    verifier.step(Number.POSITIVE_INFINITY);
    return verifier.valid();
  }
}
