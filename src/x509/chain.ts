/**
 * Decides whether a certificate_list leads from a leaf to a trust anchor (RFC 5280 §6, RFC 9846 §4.5.2), while the list arrives. The leaf comes first.
 * A certificate that is the issuer of the tip of the path is taken at once; another is parked until its time comes, within a bound. So a list in
 * order takes no memory for its length. The path ends at the first certificate whose issuer is a trust anchor, or that is pinned; what follows
 * is only checked for its form.
 *
 * A trust anchor is a name and a key; it may be any certificate's, its dates do not count. A leaf that is self-signed and whose name and key are an
 * anchor's is accepted as what it is: a path of one certificate that the anchor signed; dates, name, usages count for it as for every leaf. A leaf
 * with the key of an anchor that someone else signed is no anchor. Leaves may have cA TRUE, as with OpenSSL and Go.
 *
 * What is wrong with the leaf, or with the form of any certificate, ends the list. What else is wrong with another certificate only keeps it out of
 * the path. It is said if no path goes around it.
 *
 * Work is bounded: signatures that are verified (maxSignatureChecks), comparisons with constraints (maxComparisons), octets kept.
 *
 * Alerts (RFC 9846 §6.2); reasons name the certificate ("leaf", or "issuer n" for the nth behind it in the list), the field and the value:
 *
 *   malformed, wrong version or serial, algorithms inside and outside differ           bad_certificate
 *   signature does not verify, under the issuer's key or under the anchor's of that name    bad_certificate
 *   wrong name, or no subjectAltName; name that a constraint does not allow             bad_certificate (as OpenSSL, Go, rustls)
 *   certificate or list longer than the bounds, or too much work                       bad_certificate
 *   key type or size, signature algorithm, critical extension, keyUsage, extKeyUsage   unsupported_certificate
 *   constraints that can't be applied, since the names below were not kept             unsupported_certificate
 *   expired, not yet valid                                                             certificate_expired
 *   issuer that is no CA, or with more below it than its pathLenConstraint allows       unknown_ca (as OpenSSL)
 *   no issuer in the list, and no trust anchor at the end                              unknown_ca
 *   empty certificate_list                                                             decode_error
 *   clock not set                                                                      internal_error
 */
import { bad_certificate, decode_error, internal_error, TLSAlert } from "../alert.js";
import { DONE } from "../crypto/provider.js";
import { type CertificateReader, ISSUED_TIP } from "./certificate.js";
import { type ChainConfig, limitsOf, type VerifiedPath } from "./chain-config.js";
import { Held } from "./held.js";
import { judgeDates, judgeIssuer, judgeLeaf, judgePurpose } from "./judge.js";
import { parseServerName, type ServerName } from "./name.js";
import type { Parked } from "./parked.js";
import { BETWEEN, CLOCK_IS_SET, ENDED, FLAGS, FOUND, HOLDING, PathSearch, READING, UNTIL } from "./path-search.js";

export type { ChainConfig, Purpose, VerifiedPath } from "./chain-config.js";

export class ChainVerifier extends PathSearch implements VerifiedPath {
  /** Throws a RangeError where the name is missing or malformed, or a bound is out of range. */
  constructor(config: ChainConfig) {
    let name: ServerName | null = null;
    if (config.purpose === "server") {
      if (config.serverName === undefined) throw new RangeError("serverName is missing: a server is never accepted without a name");
      name = typeof config.serverName === "string" ? parseServerName(config.serverName) : config.serverName;
    }
    super(config, limitsOf(config), name);
  }

  /** The next certificate of the list, of `length` octets. */
  beginCertificate(length: number): void {
    this.expect(BETWEEN);
    const { reader } = this;
    const { maxCertificates, maxCertificateLength } = reader.limits;
    const index = reader.index + 1;
    if (index >= maxCertificates) throw new TLSAlert(bad_certificate, `certificate_list has more than ${maxCertificates} certificates`);
    this.markNames();
    reader.beginCertificate(index, length, !this.has(FOUND));
    if (length > maxCertificateLength) {
      throw new TLSAlert(bad_certificate, `${reader.who()} has ${length} octets, at most ${maxCertificateLength} are allowed`);
    }
    if (length === 0) throw new TLSAlert(bad_certificate, `${reader.who()} is empty`);
    if (index === 0 && this.status) this.status.beginLeaf(length);
    this.phase = READING;
  }

  /** The next octets of the certificate that was begun. */
  push(bytes: Uint8Array, offset: number, length: number): void {
    this.feed().push(bytes, offset, length);
    this.fed(bytes, offset, length);
  }

  /** What push() does, in parts, as DerReader has it: the reader that takes the octets; then fed(). */
  feed(): CertificateReader {
    this.expect(READING);
    return this.reader;
  }
  fed(bytes: Uint8Array, offset: number, length: number): void {
    if (this.status && this.reader.index === 0) this.status.pushLeaf(bytes, offset, length);
    this.phase = READING;
  }

  /** All octets of the certificate were pushed. PENDING: call step() until it answers DONE, then go on. */
  endCertificate(): number {
    this.expect(READING);
    const { reader } = this;
    reader.endCertificate();
    if (this.has(FOUND)) return this.done();
    if (this.has(HOLDING) || this.detour?.held) return this.holdCertificate();
    if (this.now < 0) this.readClock();
    if (reader.index === 0) {
      this.judgeLeaf();
      this.noteEnd();
      this.beginPath();
      if (this.status) this.status.endLeaf(reader.scratch(), reader.tipAt());
      return this.isPinned(reader.pins?.bytes) ? this.accept(null) : this.tryAnchors(0);
    }
    const problem =
      reader.problem ??
      judgeDates(reader, this.now, this.has(CLOCK_IS_SET)) ??
      judgePurpose(reader, this.config.purpose) ??
      judgeIssuer(reader);
    if (problem) {
      if ((reader.flags & ISSUED_TIP) !== 0) this.note(problem);
      this.park(problem, false);
      return this.done();
    }
    this.noteEnd();
    this.noteOwner();
    if ((reader.flags & ISSUED_TIP) !== 0 && !this.isInPath(null)) return this.tryIssuer(null);
    this.park(null, this.isPinned(reader.pins?.bytes));
    return this.search();
  }

  /**
   * Until release() the octets that come are not known to be authentic: they are read, and what a decision needs is kept. No signature is verified, and
   * neither trust store nor clock is asked.
   */
  hold(): void {
    this.reader.scratch()[FLAGS]! |= HOLDING;
  }

  /** The octets since hold() are authentic: what was put off is done; in the middle of a certificate, once it is complete. */
  release(): void {
    this.reader.scratch()[FLAGS]! &= ~HOLDING;
    if (this.phase !== BETWEEN || !this.detour?.held) return;
    this.expect(BETWEEN);
    this.settle();
  }

  /** The certificate that was read waits for the others that are held: an issuer is parked, the leaf becomes the tip. */
  private holdCertificate(): number {
    const { reader } = this;
    const isLeaf = reader.index === 0;
    const problem = isLeaf ? this.leafProblem() : (reader.problem ?? judgePurpose(reader, this.config.purpose) ?? judgeIssuer(reader));
    const detour = this.takeDetour();
    detour.held ??= [];
    let parked: Parked | null = null;
    this.noteEnd();
    if (isLeaf) {
      this.beginPath();
      if (this.status) this.status.endLeaf(reader.scratch(), reader.tipAt());
    } else {
      if (!problem) this.noteOwner();
      parked = this.park(problem, false);
    }
    detour.held.push(new Held(reader, problem, parked));
    return this.has(HOLDING) ? this.done() : this.settle();
  }

  /** Judges what was held, in order, and goes on with the path. */
  private settle(): number {
    const detour = this.takeDetour();
    const held = detour.held!;
    detour.held = null;
    if (this.now < 0) this.readClock();
    let leaf: Held | null = null;
    for (let i = 0; i < held.length; i++) {
      const one = held[i]!;
      const { parked } = one;
      const problem = judgeDates(one, this.now, this.has(CLOCK_IS_SET)) ?? one.problem;
      if (!parked) {
        if (problem) throw problem;
        leaf = one;
      } else if (problem) parked.problem ??= problem;
      else parked.pinned = this.isPinned(one.pins);
    }
    if (!leaf) return this.search();
    return this.isPinned(leaf.pins) ? this.accept(null) : this.tryAnchors(0);
  }

  /**
   * The entry of the certificate that was read is complete, with what was stapled to it. PENDING as for endCertificate(). The status of a leaf comes before
   * its issuer, unless that is an anchor: then it can be checked at once.
   */
  endEntry(): number {
    const { status, anchor } = this;
    if (!status || this.reader.index > 0) return DONE;
    this.expect(BETWEEN);
    status.endEntry();
    if (!status.stapled || !this.has(FOUND) || !anchor) return this.done();
    return this.checkWithAnchor(status, anchor);
  }

  /** The list is complete. Throws where no path to a trust anchor was found. */
  endChain(): void {
    this.expect(BETWEEN);
    if (this.reader.index < 0) throw new TLSAlert(decode_error, "certificate_list is empty");
    if (!this.has(FOUND)) throw this.finalRefusal();
    if (this.status) this.status.endPath(!this.anchor && this.pathLength === 1);
    const { verify, timePolicy } = this.config;
    const reason = verify ? verify(this) : "";
    if (reason !== "") {
      this.reader.scratch()[FLAGS] = 0;
      throw new TLSAlert(bad_certificate, `refused by verify(): ${reason}`);
    }
    if (timePolicy && this.has(CLOCK_IS_SET)) timePolicy.verified(this.now);
  }

  /** Whether the path is complete and its leaf has the wanted name; false where there is none, as for purpose "client". */
  get matches(): boolean {
    return this.has(FOUND) && this.config.purpose === "server" && this.config.serverName !== null;
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

  /** When the first certificate ends of those that could stand in the path, in seconds since 1970: a session does not outlive it. */
  get notAfter(): number {
    const scratch = this.reader.scratch();
    return ((scratch[UNTIL]! << 24) | (scratch[UNTIL + 1]! << 16) | (scratch[UNTIL + 2]! << 8) | scratch[UNTIL + 3]!) >>> 0;
  }

  /**
   * Takes over the state of another verifier that was made with the same config, so that one can read octets on trial and be dropped. Not
   * while a signature is under way: what step() computes is not copied; not where a status is asked for; not when the list turned out not to be in
   * order.
   */
  copyFrom(from: ChainVerifier): void {
    if (from.checking || from.status) throw new Error("a signature is being verified, or a status is read");
    this.copyPath(from);
    this.phase = from.phase;
    this.now = from.now;
  }

  /** Whatever throws from here on leaves the verifier ended: nobody can go on after a refusal. */
  private expect(phase: number): void {
    if (this.phase === phase) {
      this.phase = ENDED;
      return;
    }
    throw new TLSAlert(internal_error, `certificate_list: call out of order in phase ${this.phase}`, "internal");
  }

  private readClock(): void {
    this.now = Math.floor(this.config.clock.seconds());
    if (this.now >= 0) {
      this.reader.scratch()[FLAGS]! |= CLOCK_IS_SET;
      return;
    }
    const policy = this.config.timePolicy;
    if (!policy) throw new TLSAlert(internal_error, "the clock is not set: the dates of certificates can't be checked", "internal");
    this.now = policy.floor();
  }

  private noteEnd(): void {
    const scratch = this.reader.scratch();
    const end = Math.min(this.reader.notAfter, 0xffffffff);
    const { notAfter } = this;
    if (notAfter !== 0 && notAfter <= end) return;
    for (let i = 0; i < 4; i++) scratch[UNTIL + i] = end >>> (24 - 8 * i);
  }

  private judgeLeaf(): void {
    const problem = judgeDates(this.reader, this.now, this.has(CLOCK_IS_SET)) ?? this.leafProblem();
    if (problem) throw problem;
  }

  /** What is wrong with the leaf that was read, whatever the time. */
  private leafProblem(): TLSAlert | null {
    const { purpose, serverName } = this.config;
    const wanted = purpose !== "server" || !serverName ? null : typeof serverName === "string" ? serverName : serverName.text;
    return judgePurpose(this.reader, purpose) ?? judgeLeaf(this.reader, wanted, this.config.enciphers === true);
  }
}
