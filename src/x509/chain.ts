/**
 * Decides whether a certificate_list leads from a leaf to a trust anchor (RFC 5280 §6, RFC 9846 §4.5.2), while the list arrives. Certificates
 * have to stand in order, each certifying the one before; the path ends at the first certificate whose issuer is a trust anchor, and what follows
 * is only checked for its form.
 *
 * A trust anchor is a name and a key. A leaf that is self-signed and whose name and key are an anchor's is accepted as what it is: a path of one
 * certificate that the anchor signed; dates, name, usages count for it as for every leaf. A leaf with the key of an anchor that someone else
 * signed is no anchor. Leaves may have cA TRUE, as with OpenSSL and Go.
 *
 * Alerts (RFC 9846 §6.2); reasons name the certificate ("leaf", "issuer 1", …), the field and the value:
 *
 *   malformed, wrong version or serial, algorithms inside and outside differ           bad_certificate
 *   signature does not verify, under the issuer's key or under the anchor's of that name    bad_certificate
 *   wrong name, or no subjectAltName                                                   bad_certificate (as OpenSSL, Go, rustls)
 *   certificate or list longer than the bounds                                         bad_certificate
 *   key type, signature algorithm, critical extension, keyUsage, extKeyUsage           unsupported_certificate
 *   nameConstraints (not checked yet, so refused)                                      unsupported_certificate
 *   expired, not yet valid                                                             certificate_expired
 *   issuer that is no CA, or with more below it than its pathLenConstraint allows       unknown_ca (as OpenSSL)
 *   next certificate is not the issuer, or no trust anchor at the end                  unknown_ca
 *   empty certificate_list                                                             decode_error
 *   clock not set                                                                      internal_error
 */
import {
  bad_certificate,
  certificate_expired,
  decode_error,
  internal_error,
  TLSAlert,
  unknown_ca,
  unsupported_certificate,
} from "../alert.js";
import { type Clock, DONE, type HashAlgorithm, PENDING, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { findAlgorithm, keyName, locateKey } from "./algorithms.js";
import { CertificateReader, ISSUED_PREVIOUS, SELF_ISSUED } from "./certificate.js";
import {
  FOR_CLIENTS,
  FOR_SERVERS,
  HAS_ALT_NAMES,
  HAS_KEY_USAGE,
  HAS_NAME_CONSTRAINTS,
  HAS_PURPOSES,
  IS_CA,
  MATCHED,
  MAY_CERTIFY,
  MAY_SIGN,
} from "./extensions.js";
import { parseServerName, type ServerName } from "./name.js";
import { timeText } from "./time.js";
import type { TrustAnchor, TrustStore } from "./trust.js";

export type Purpose = "server" | "client";

export interface ChainConfig {
  readonly trust: TrustStore;
  readonly clock: Clock;
  /** What signatures and keys may be; the reader's memory is sized for the largest of them. */
  readonly signatures: readonly SignatureAlgorithm[];
  readonly sha256: HashAlgorithm;
  /** What the leaf is used for. "server" is verified against serverName, "client" has no name to verify. */
  readonly purpose: Purpose;
  /** DNS name or IP literal, or one that was parsed before. Needed for purpose "server". */
  readonly serverName?: string | ServerName;
  /** Certificates in a list. Default 10. */
  readonly maxCertificates?: number;
  /** Octets of a certificate, at most 65,535. Default 16,384. */
  readonly maxCertificateLength?: number;
}

/** Where the verifier is. */
const BETWEEN = 0;
const READING = 1;
/** The signature of the certificate before is verified with this certificate's key. */
const CHECK_PREVIOUS = 2;
/** This certificate's signature is verified with an anchor's key. */
const CHECK_ANCHOR = 3;
/** endChain() was called, or something was refused. */
const ENDED = 4;

export class ChainVerifier {
  private readonly config: ChainConfig;
  private readonly reader: CertificateReader;
  private phase: number;
  private found: boolean;
  /** Time for the whole list, seconds since 1970. */
  private now: number;
  /** Issuers so far that are not self-issued (RFC 5280 §6.1.4 (l)). */
  private depth: number;
  /** How many anchors were tried for the certificate that was read last. */
  private tried: number;
  private algorithm: SignatureAlgorithm | null;
  private verifier: Verifier | null;

  /** Throws a RangeError where the name is missing or malformed, or a bound is out of range. */
  constructor(config: ChainConfig) {
    const limit = config.maxCertificateLength ?? 16384;
    if (!(limit > 0 && limit < 0x10000)) throw new RangeError(`maxCertificateLength is ${limit}, it has to be 1 to 65,535`);
    let name: ServerName | null = null;
    if (config.purpose === "server") {
      if (config.serverName === undefined) throw new RangeError("serverName is missing: a server is never accepted without a name");
      name = typeof config.serverName === "string" ? parseServerName(config.serverName) : config.serverName;
    }
    this.config = config;
    this.reader = new CertificateReader(config.signatures, config.sha256, name);
    this.phase = BETWEEN;
    this.found = false;
    this.now = -1;
    this.depth = 0;
    this.tried = 0;
    this.algorithm = null;
    this.verifier = null;
  }

  /** The next certificate of the list, of `length` octets. */
  beginCertificate(length: number): void {
    this.expect(BETWEEN);
    const { maxCertificates = 10, maxCertificateLength = 16384 } = this.config;
    const index = this.reader.index + 1;
    if (index >= maxCertificates) throw new TLSAlert(bad_certificate, `certificate_list has more than ${maxCertificates} certificates`);
    if (index === 0) this.readClock();
    this.reader.beginCertificate(index, length, !this.found);
    if (length > maxCertificateLength) {
      throw new TLSAlert(bad_certificate, `${this.reader.who()} has ${length} octets, at most ${maxCertificateLength} are allowed`);
    }
    if (length === 0) throw new TLSAlert(bad_certificate, `${this.reader.who()} is empty`);
    this.phase = READING;
  }

  /** The next octets of the certificate that was begun. */
  push(bytes: Uint8Array, offset: number, length: number): void {
    this.expect(READING);
    this.reader.push(bytes, offset, length);
    this.phase = READING;
  }

  /** All octets of the certificate were pushed. PENDING: call step() until it answers DONE, then go on. */
  endCertificate(): number {
    this.expect(READING);
    const reader = this.reader;
    reader.endCertificate();
    if (this.found) {
      this.phase = BETWEEN;
      return DONE;
    }
    const index = reader.index;
    this.checkDates();
    this.checkPurpose(index > 0);
    if ((reader.flags & HAS_NAME_CONSTRAINTS) !== 0) {
      this.fail(unsupported_certificate, "it has nameConstraints, which are not supported");
    }
    if (index === 0) {
      this.checkLeaf();
      return this.tryAnchor(0);
    }
    this.checkIssuer();
    // The previous certificate's signature under this one's key.
    const previous = reader.previousAt();
    const keyType = reader.keyType(index);
    const algorithm = findAlgorithm(this.config.signatures, reader.algorithmOf(previous), keyType);
    if (!algorithm) this.fail(unsupported_certificate, `its ${keyName(keyType)} key can't have made the signature of ${this.before()}`);
    this.verify(algorithm, reader.scratch(), reader.keyAt(index), reader.keyLength(index), previous);
    this.phase = CHECK_PREVIOUS;
    return PENDING;
  }

  /** Goes on with the signature under way; budget as in Verifier. DONE: the next certificate, or endChain(), may come. */
  step(budget: number): number {
    if (this.phase !== CHECK_PREVIOUS && this.phase !== CHECK_ANCHOR) return DONE;
    const verifier = this.verifier!;
    if (verifier.step(budget) === PENDING) return PENDING;
    const valid = verifier.valid();
    if (this.phase === CHECK_PREVIOUS) {
      if (!valid) {
        this.phase = ENDED;
        throw new TLSAlert(bad_certificate, `${this.before()}: its signature does not verify with the key of ${this.reader.who()}`);
      }
      return this.tryAnchor(0);
    }
    if (!valid) return this.tryAnchor(this.tried);
    this.found = true;
    this.phase = BETWEEN;
    return DONE;
  }

  /** The list is complete. Throws where no path to a trust anchor was found. */
  endChain(): void {
    this.expect(BETWEEN);
    if (this.found) return;
    if (this.reader.index < 0) throw new TLSAlert(decode_error, "certificate_list is empty");
    this.noAnchor(this.reader.who());
    this.fail(unknown_ca, "its issuer is no trust anchor, and the certificate_list ends here");
  }

  /** Whether the path is complete and its leaf has the wanted name; false for purpose "client", which has none. */
  get matches(): boolean {
    return this.found && this.config.purpose === "server";
  }

  // The leaf's key, for CertificateVerify: key[keyOffset, keyOffset + keyLength), as its SubjectPublicKeyInfo carries it.
  get keyType(): number {
    return this.reader.keyType(0);
  }
  get key(): Uint8Array {
    return this.reader.scratch();
  }
  get keyOffset(): number {
    return this.reader.keyAt(0);
  }
  get keyLength(): number {
    return this.reader.keyLength(0);
  }

  /** A verifier for an algorithm, the one that was last used here where it fits: so CertificateVerify needs no other. */
  verifierFor(algorithm: SignatureAlgorithm): Verifier {
    if (!this.verifier || this.algorithm !== algorithm) {
      this.algorithm = algorithm;
      this.verifier = algorithm.createVerifier();
    }
    return this.verifier;
  }

  /**
   * Takes over the state of another verifier that was made with the same config, so that one can read octets on trial and be dropped. Not
   * while a signature is under way: what step() computes is not copied.
   */
  copyFrom(from: ChainVerifier): void {
    if (from.phase === CHECK_PREVIOUS || from.phase === CHECK_ANCHOR) throw new Error("a signature is being verified");
    this.reader.copyFrom(from.reader);
    this.phase = from.phase;
    this.found = from.found;
    this.now = from.now;
    this.depth = from.depth;
    this.tried = from.tried;
  }

  /** Whatever throws from here on leaves the verifier ended: nobody can go on after a refusal. */
  private expect(phase: number): void {
    if (this.phase === phase) {
      this.phase = ENDED;
      return;
    }
    throw new TLSAlert(internal_error, `certificate_list: call out of order in phase ${this.phase}`, "internal");
  }

  private fail(description: number, reason: string): never {
    throw new TLSAlert(description, `${this.reader.who()}: ${reason}`);
  }

  /** How reasons call the certificate before. */
  private before(): string {
    const index = this.reader.index;
    return index === 1 ? "leaf" : `issuer ${index - 1}`;
  }

  private readClock(): void {
    this.now = Math.floor(this.config.clock.seconds());
    if (this.now >= 0) return;
    throw new TLSAlert(internal_error, "the clock is not set: the dates of certificates can't be checked", "internal");
  }

  private checkDates(): void {
    const { notBefore, notAfter } = this.reader;
    const now = this.now;
    if (now < notBefore) this.fail(certificate_expired, `it is not valid before ${timeText(notBefore)}; the clock says ${timeText(now)}`);
    if (now > notAfter) this.fail(certificate_expired, `it expired at ${timeText(notAfter)}; the clock says ${timeText(now)}`);
  }

  /** extKeyUsage: of the leaf, and of each issuer that has one (as browsers do: RFC 5280 leaves it open). */
  private checkPurpose(issuer: boolean): void {
    const flags = this.reader.flags;
    if ((flags & HAS_PURPOSES) === 0) return;
    const server = this.config.purpose === "server";
    if ((flags & (server ? FOR_SERVERS : FOR_CLIENTS)) !== 0) return;
    const verb = issuer ? "allow" : "have";
    this.fail(unsupported_certificate, `its extKeyUsage does not ${verb} ${server ? "serverAuth" : "clientAuth"}`);
  }

  private checkLeaf(): void {
    const flags = this.reader.flags;
    if ((flags & HAS_KEY_USAGE) !== 0 && (flags & MAY_SIGN) === 0) {
      this.fail(unsupported_certificate, "its keyUsage does not have digitalSignature");
    }
    if (this.config.purpose !== "server" || (flags & MATCHED) !== 0) return;
    const given = this.config.serverName!;
    const wanted = typeof given === "string" ? given : given.text;
    if ((flags & HAS_ALT_NAMES) === 0) this.fail(bad_certificate, `it has no subjectAltName; wanted was ${wanted}`);
    this.fail(bad_certificate, this.reader.nameReason(wanted));
  }

  private checkIssuer(): void {
    const reader = this.reader;
    const flags = reader.flags;
    if ((flags & ISSUED_PREVIOUS) === 0) {
      this.noAnchor(this.before());
      this.fail(
        unknown_ca,
        `its subject is not the issuer of ${this.before()}: the list has to be in order, each certifying the one before`,
      );
    }
    if ((flags & IS_CA) === 0) this.fail(unknown_ca, "it is no CA: basicConstraints does not say cA TRUE");
    if ((flags & HAS_KEY_USAGE) !== 0 && (flags & MAY_CERTIFY) === 0) {
      this.fail(unsupported_certificate, "its keyUsage does not have keyCertSign");
    }
    if (reader.pathLength >= 0 && this.depth > reader.pathLength) {
      this.fail(unknown_ca, `its pathLenConstraint is ${reader.pathLength}, but ${this.depth} issuers stand below it`);
    }
    if ((flags & SELF_ISSUED) === 0) this.depth++;
  }

  /** Tries the anchors with this certificate's issuer's name, but for the first `tried`. Where none is left the path has to go on. */
  private tryAnchor(tried: number): number {
    const reader = this.reader;
    const current = reader.currentAt();
    const { trust, signatures } = this.config;
    this.tried = tried;
    for (;;) {
      const anchor: TrustAnchor | null = trust.find(reader.scratch(), current, this.tried);
      if (!anchor) break;
      this.tried++;
      const info = anchor.publicKeyInfo;
      const place = locateKey(info);
      const algorithm = place === 0 ? null : findAlgorithm(signatures, reader.algorithmOf(current), place & 0xff);
      if (algorithm) {
        const at = place >> 8;
        this.verify(algorithm, info, at, info.length - at, current);
        this.phase = CHECK_ANCHOR;
        return PENDING;
      }
    }
    reader.keepAsPrevious();
    this.phase = BETWEEN;
    return DONE;
  }

  /** Begins to verify the signature of a kept certificate. */
  private verify(algorithm: SignatureAlgorithm, key: Uint8Array, keyAt: number, keyLength: number, certificate: number): void {
    const reader = this.reader;
    const bytes = reader.scratch();
    const digest = reader.digestOf(certificate);
    const signature = reader.signatureOf(certificate);
    const length = reader.signatureLengthOf(certificate);
    this.verifierFor(algorithm).begin(key, keyAt, keyLength, bytes, digest, algorithm.hash.outputLength, bytes, signature, length);
  }

  /** Where anchors with the right name were tried in vain, that is what is wrong. */
  private noAnchor(who: string): void {
    if (this.tried === 0) return;
    const anchors = this.tried === 1 ? "the trust anchor" : `any of the ${this.tried} trust anchors`;
    throw new TLSAlert(bad_certificate, `${who}: its signature does not verify with the key of ${anchors} that has its issuer's name`);
  }
}
