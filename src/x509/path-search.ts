/**
 * The search for a way from the tip to a trust anchor: which key could have made its signature, an anchor's, that of the certificate that was read or a parked one's,
 * and the verification of one signature after the other. What the list brings, and in which order, is chain.ts's.
 */
import { bad_certificate, TLSAlert, unsupported_certificate } from "../alert.js";
import { DONE, PENDING, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { digestLengthOf, findAlgorithm, keyName, locateKey } from "./algorithms.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import { DIGEST, NAME_SIZE } from "./kept.js";
import type { ServerName } from "./name.js";
import type { Parked } from "./parked.js";
import { NEW_WAY, NO_WAY, PathBuilder, PINNED_WAY, VERIFIER_STATE } from "./path.js";
import type { StatusReader } from "./status.js";
import { PIN_CERTIFICATE, PIN_KEY, type TrustAnchor } from "./trust.js";

/** Where the verifier is. */
export const BETWEEN = 0;
export const READING = 1;
/** endChain() was called, or something was refused. */
export const ENDED = 2;
/** The tip's signature is verified with an anchor's key, with the candidate's. */
const CHECK_ANCHOR = 3;
const CHECK_TIP = 4;
/** The same, and the verifier has not begun: it begins in step(), where the stack is not as deep as below the octets that pass. */
const BEGIN_ANCHOR = 5;
const BEGIN_TIP = 6;
/** The leaf's status is checked. */
const CHECK_STATUS = 7;

/** State in the reader's scratch: flags; how many anchors were tried for the tip, with how many of them its signature was verified; signatures so far. */
export const FLAGS = VERIFIER_STATE;
const TRIED = VERIFIER_STATE + 1;
const CHECKED = VERIFIER_STATE + 2;
const CHECKS = VERIFIER_STATE + 3;
/** Where the key stands in the SubjectPublicKeyInfo of the anchor that is tried. */
const KEY_AT = VERIFIER_STATE + 4;
/** When the first of the certificates ends that may stand in the path, in seconds since 1970 (4); 0: none was read. */
export const UNTIL = VERIFIER_STATE + 5;

export const FOUND = 1;
export const CLOCK_IS_SET = 2;
/** What is read is not known to be authentic. */
export const HOLDING = 4;

export abstract class PathSearch extends PathBuilder {
  protected phase: number;
  /** Time for the whole list, seconds since 1970; where the clock is not set it is only not earlier. */
  protected now: number;
  private verifier: Verifier | null;
  /** Reads and checks the leaf's status, where that is asked for. */
  readonly status: StatusReader | null;

  protected constructor(config: ChainConfig, limits: ChainLimits, name: ServerName | null) {
    super(config, limits, name);
    this.phase = BETWEEN;
    this.now = -1;
    this.verifier = null;
    // Clients are not asked for a status (RFC 9846 §4.5.1.1 would let a CertificateRequest do so).
    if (config.status && config.purpose !== "server") throw new RangeError("checks.status: only servers are asked for a status");
    this.status = config.status ? config.status.create(config, limits) : null;
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
  protected checkWithAnchor(status: StatusReader, { publicKeyInfo }: TrustAnchor): number {
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

  protected has(flag: number): boolean {
    return (this.reader.scratch()[FLAGS]! & flag) !== 0;
  }

  /** Nothing is under way. The verifier goes: it would be in the way where memory is most needed, when the next certificate is hashed. */
  protected done(): number {
    this.verifier = null;
    this.phase = BETWEEN;
    return DONE;
  }

  /** Whether the certificate with these hashes is pinned. */
  protected isPinned(hashes: Uint8Array | null | undefined): boolean {
    const { trust } = this.config;
    if (!hashes || !trust.pinned) return false;
    const kinds = trust.pins!;
    if ((kinds & PIN_KEY) !== 0 && trust.pinned(PIN_KEY, hashes, 0)) return true;
    return (kinds & PIN_CERTIFICATE) !== 0 && trust.pinned(PIN_CERTIFICATE, hashes, NAME_SIZE);
  }

  protected accept(anchor: TrustAnchor | null): number {
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
  protected tryAnchors(tried: number): number {
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
  protected search(): number {
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
  protected tryIssuer(candidate: Parked | null): number {
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
