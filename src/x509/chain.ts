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
import { bad_certificate, decode_error, internal_error, TLSAlert, unsupported_certificate } from "../alert.js";
import { DONE, PENDING, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { digestLengthOf, findAlgorithm, keyName, locateKey } from "./algorithms.js";
import { type CertificateReader, ISSUED_TIP } from "./certificate.js";
import { type ChainConfig, limitsOf, type VerifiedPath } from "./chain-config.js";
import { Held } from "./held.js";
import { judgeDates, judgeIssuer, judgeLeaf, judgePurpose } from "./judge.js";
import { DIGEST, NAME_SIZE } from "./kept.js";
import { parseServerName, type ServerName } from "./name.js";
import type { Parked } from "./parked.js";
import { NEW_WAY, NO_WAY, PathBuilder, PINNED_WAY, VERIFIER_STATE } from "./path.js";
import type { StatusReader } from "./status.js";
import { PIN_CERTIFICATE, PIN_KEY, type TrustAnchor } from "./trust.js";

export type { ChainConfig, Purpose, VerifiedPath } from "./chain-config.js";

/** Where the verifier is. */
const BETWEEN = 0;
const READING = 1;
/** endChain() was called, or something was refused. */
const ENDED = 2;
/** The tip's signature is verified with an anchor's key, with the candidate's. */
const CHECK_ANCHOR = 3;
const CHECK_TIP = 4;
/** The same, and the verifier has not begun: it begins in step(), where the stack is not as deep as below the octets that pass. */
const BEGIN_ANCHOR = 5;
const BEGIN_TIP = 6;
/** The leaf's status is checked. */
const CHECK_STATUS = 7;

/** State in the reader's scratch: flags; how many anchors were tried for the tip, with how many of them its signature was verified; signatures so far. */
const FLAGS = VERIFIER_STATE;
const TRIED = VERIFIER_STATE + 1;
const CHECKED = VERIFIER_STATE + 2;
const CHECKS = VERIFIER_STATE + 3;
/** Where the key stands in the SubjectPublicKeyInfo of the anchor that is tried. */
const KEY_AT = VERIFIER_STATE + 4;
/** When the first of the certificates ends that may stand in the path, in seconds since 1970 (4); 0: none was read. */
const UNTIL = VERIFIER_STATE + 5;

const FOUND = 1;
const CLOCK_IS_SET = 2;
/** What is read is not known to be authentic. */
const HOLDING = 4;

export class ChainVerifier extends PathBuilder implements VerifiedPath {
  private phase: number;
  /** Time for the whole list, seconds since 1970; where the clock is not set it is only not earlier. */
  private now: number;
  private verifier: Verifier | null;
  /** Reads and checks the leaf's status, where that is asked for. */
  readonly status: StatusReader | null;

  /** Throws a RangeError where the name is missing or malformed, or a bound is out of range. */
  constructor(config: ChainConfig) {
    let name: ServerName | null = null;
    if (config.purpose === "server") {
      if (config.serverName === undefined) throw new RangeError("serverName is missing: a server is never accepted without a name");
      name = typeof config.serverName === "string" ? parseServerName(config.serverName) : config.serverName;
    }
    const limits = limitsOf(config);
    super(config, limits, name);
    this.phase = BETWEEN;
    this.now = -1;
    this.verifier = null;
    // Clients are not asked for a status (RFC 9846 §4.5.1.1 would let a CertificateRequest do so).
    if (config.status && config.purpose !== "server") throw new RangeError("checks.status: only servers are asked for a status");
    this.status = config.status ? config.status.create(config, limits) : null;
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

  /** A signature is being verified: call step(). */
  get checking(): boolean {
    return this.verifier !== null || this.phase === CHECK_STATUS;
  }

  /** Goes on with the signature under way; budget as in Verifier. DONE: the next certificate, or endChain(), may come. */
  step(budget: number): number {
    const { phase, verifier } = this;
    if (phase === CHECK_STATUS) return this.stepStatus(budget);
    if (!verifier) return DONE;
    if (phase >= BEGIN_ANCHOR) return this.begin(verifier);
    const result = verifier.step(budget);
    if (result !== DONE) return result;
    const valid = verifier.valid();
    this.verifier = null;
    this.phase = ENDED;
    if (phase === CHECK_ANCHOR)
      return valid && this.isAllowed(this.anchor!) ? this.accept(this.anchor) : this.tryAnchors(this.reader.scratch()[TRIED]!);
    const candidate = this.detour ? this.detour.candidate : null;
    let problem: TLSAlert | null;
    if (valid) problem = this.placeProblem(candidate);
    else {
      const issuer = this.who(candidate ? candidate.index : this.reader.index);
      problem = new TLSAlert(bad_certificate, `${this.who(this.tip)}: its signature does not verify with the key of ${issuer}`);
    }
    if (problem) return this.passOver(problem, candidate);
    const { status, reader, tip } = this;
    this.attach(candidate);
    if (!status?.stapled || tip > 0) return this.goOn(candidate);
    if (candidate) return this.checkStatus(status, candidate.keyType, candidate.bytes, candidate.keyAt, candidate.keyLength);
    const { index } = reader;
    return this.checkStatus(status, reader.keyType(index), reader.scratch(), reader.keyAt(index), reader.keyLength(index));
  }

  /** The same, where the issuer is a trust anchor. */
  private checkWithAnchor(status: StatusReader, { publicKeyInfo }: TrustAnchor): number {
    const place = locateKey(publicKeyInfo);
    const at = place >> 8;
    return this.checkStatus(status, place & 0xff, publicKeyInfo, at, publicKeyInfo.length - at);
  }

  /** Begins to check what is stapled to the leaf with the key of its issuer. */
  private checkStatus(status: StatusReader, keyType: number, key: Uint8Array, keyAt: number, keyLength: number): number {
    status.check(keyType, key, keyAt, keyLength, this.now, this.has(CLOCK_IS_SET));
    this.phase = CHECK_STATUS;
    return PENDING;
  }

  private stepStatus(budget: number): number {
    const result = this.status!.step(budget);
    if (result !== DONE) return result;
    this.phase = ENDED;
    return this.has(FOUND) ? this.done() : this.goOn(this.detour ? this.detour.candidate : null);
  }

  /** An issuer was attached: the path ends with it, or goes on. */
  private goOn(candidate: Parked | null): number {
    return (candidate ? candidate.pinned : this.isPinned(this.reader.pins?.bytes)) ? this.accept(null) : this.tryAnchors(0);
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

  private has(flag: number): boolean {
    return (this.reader.scratch()[FLAGS]! & flag) !== 0;
  }

  /** Nothing is under way. The verifier goes: it would be in the way where memory is most needed, when the next certificate is hashed. */
  private done(): number {
    this.verifier = null;
    this.phase = BETWEEN;
    return DONE;
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

  /** Whether the certificate with these hashes is pinned. */
  private isPinned(hashes: Uint8Array | null | undefined): boolean {
    const { trust } = this.config;
    if (!hashes || !trust.pinned) return false;
    const kinds = trust.pins!;
    if ((kinds & PIN_KEY) !== 0 && trust.pinned(PIN_KEY, hashes, 0)) return true;
    return (kinds & PIN_CERTIFICATE) !== 0 && trust.pinned(PIN_CERTIFICATE, hashes, NAME_SIZE);
  }

  private accept(anchor: TrustAnchor | null): number {
    this.anchor = anchor;
    this.reader.scratch()[FLAGS]! |= FOUND;
    this.detour = null;
    this.message = null;
    // The status of a leaf that was held came before its anchor was found.
    const { status } = this;
    if (anchor && status?.stapled && this.pathLength === 1) return this.checkWithAnchor(status, anchor);
    return this.done();
  }

  /** Tries the anchors with the name of the tip's issuer, but for the first `tried`. Where none is left the path has to go on. */
  private tryAnchors(tried: number): number {
    const { reader } = this;
    const tip = reader.tipAt();
    const { trust, signatures } = this.config;
    const scratch = reader.scratch();
    if (tried === 0) scratch[CHECKED] = 0;
    // Of one name no more than 255: they are counted in an octet.
    for (let nth = tried; nth < 255; nth++) {
      const anchor = trust.find(scratch, tip, nth);
      if (!anchor) break;
      const info = anchor.publicKeyInfo;
      const place = locateKey(info);
      const algorithm = place === 0 ? null : findAlgorithm(signatures, reader.algorithmOf(tip), place & 0xff);
      if (algorithm) {
        this.anchor = anchor;
        scratch[TRIED] = nth + 1;
        scratch[KEY_AT] = place >> 8;
        scratch[CHECKED]!++;
        return this.verify(algorithm, BEGIN_ANCHOR);
      }
    }
    this.anchor = null;
    const checked = scratch[CHECKED]!;
    if (checked > 0) {
      const anchors = checked === 1 ? "the trust anchor" : `any of the ${checked} trust anchors`;
      const reason = `${this.who(this.tip)}: its signature does not verify with the key of ${anchors} that has its issuer's name`;
      this.note(new TLSAlert(bad_certificate, reason));
    }
    return this.search();
  }

  /** Whether the anchor's own constraints, where it has such, allow the path. */
  private isAllowed(anchor: TrustAnchor): boolean {
    const constraints = anchor.nameConstraints;
    if (!constraints) return true;
    const problem = this.constraintProblem(constraints, this.reader.namesLength, "trust anchor");
    if (problem) this.note(problem);
    return !problem;
  }

  /** Looks for an issuer of the tip among what is parked, then for another way. */
  private search(): number {
    for (;;) {
      const candidate = this.nextCandidate();
      if (candidate) return this.tryIssuer(candidate);
      // The anchors were tried for an open end before it was left.
      const way = this.takeOtherWay();
      if (way === NO_WAY) return this.done();
      if (way === NEW_WAY) return this.tryAnchors(0);
      if (way === PINNED_WAY) return this.accept(null);
    }
  }

  /** Begins to verify the tip's signature with the key of a parked certificate, or of the one that was read. */
  private tryIssuer(candidate: Parked | null): number {
    const { reader } = this;
    const tip = reader.tipAt();
    const index = candidate ? candidate.index : reader.index;
    const keyType = candidate ? candidate.keyType : reader.keyType(index);
    if (this.detour) this.detour.candidate = candidate;
    const algorithm = findAlgorithm(this.config.signatures, reader.algorithmOf(tip), keyType);
    if (!algorithm) {
      const reason = `${this.who(index)}: its ${keyName(keyType)} key can't have made the signature of ${this.who(this.tip)}`;
      return this.passOver(new TLSAlert(unsupported_certificate, reason), candidate);
    }
    return this.verify(algorithm, BEGIN_TIP);
  }

  /** The candidate is not the tip's issuer; it may be another's. */
  private passOver(problem: TLSAlert, candidate: Parked | null): number {
    this.note(problem);
    const parked = candidate ?? this.park(null, this.isPinned(this.reader.pins?.bytes));
    parked.tried |= 1 << this.tip;
    return this.search();
  }

  /** The tip's signature will be verified, with the key of the anchor or of the candidate. */
  private verify(algorithm: SignatureAlgorithm, phase: number): number {
    const bytes = this.reader.scratch();
    const { maxSignatureChecks } = this.reader.limits;
    if (bytes[CHECKS]! >= maxSignatureChecks) {
      throw new TLSAlert(bad_certificate, `certificate_list needs more than ${maxSignatureChecks} signatures verified`);
    }
    bytes[CHECKS]!++;
    const { remembered } = this.config;
    this.verifier = remembered ? remembered.verifierFor(algorithm) : algorithm.createVerifier();
    this.phase = phase;
    return PENDING;
  }

  private begin(verifier: Verifier): number {
    const { reader, message, phase } = this;
    const bytes = reader.scratch();
    const tip = reader.tipAt();
    const signed = message ?? bytes;
    const from = message ? 0 : tip + DIGEST;
    const length = message ? message.length : digestLengthOf(reader.algorithmOf(tip));
    const candidate = this.detour ? this.detour.candidate : null;
    let key = bytes;
    let at: number;
    let end: number;
    if (phase === BEGIN_ANCHOR) {
      key = this.anchor!.publicKeyInfo;
      at = bytes[KEY_AT]!;
      end = key.length;
    } else if (candidate) {
      key = candidate.bytes;
      at = candidate.keyAt;
      end = at + candidate.keyLength;
    } else {
      at = reader.keyAt(reader.index);
      end = at + reader.keyLength(reader.index);
    }
    this.phase = phase === BEGIN_ANCHOR ? CHECK_ANCHOR : CHECK_TIP;
    verifier.begin(key, at, end - at, signed, from, length, bytes, reader.signatureOf(tip), reader.signatureLengthOf(tip));
    return PENDING;
  }
}
