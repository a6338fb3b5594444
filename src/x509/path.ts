/**
 * The path under construction, from the leaf up: its tip waits for an issuer, what is below the tip is settled. Nothing here looks at signatures.
 *
 * An issuer is settled by its key: once the tip's signature is verified, every certificate with that name and key could stand in this place. So of the
 * first issuers the owner (name and key) is remembered; a certificate of the same owner that comes later, signed by somebody else, opens another
 * way, and the tip that is left for it stays an open end. No owner stands twice in a path: loops end there. Certificates that were taken as they came
 * are not kept, so in graphs that no real list has (authorities that sign each other in circles, in a bad order) a way may be missed; none is made up.
 */
import { bad_certificate, TLSAlert, unknown_ca, unsupported_certificate } from "../alert.js";
import { NAMES_CUT } from "./alt-names.js";
import { CertificateReader, SELF_ISSUED } from "./certificate.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import { COUNTERS, CURRENT, PATH, SUBJECT_HASH } from "./kept.js";
import type { ServerName } from "./name.js";
import { ConstraintCheck } from "./name-constraints.js";
import { copyOctets, equalOctets } from "./octets.js";
import { Detour, OpenEnd, OWNER_SIZE, Parked } from "./parked.js";
import type { TrustAnchor } from "./trust.js";

/** State of the path, in the reader's scratch: place of the tip in the list, its place in the path, issuers below it that are not self-issued (RFC 5280
 * §6.1.4 (l)), whether names of a certificate in the path were not kept. */
const TIP = PATH;
const LEVEL = PATH + 1;
const BELOW = PATH + 2;
const CUT = PATH + 3;
/**
 * Then for each of the first issuers: owner, end of its signature (4), depth below it, octets of names below it (2). Then the owner of the certificate
 * that is read, and the place in the list of each certificate of the path.
 */
const FIRST_LEVEL = PATH + 4;
const LEVELS = 3;
const SIGNED = OWNER_SIZE;
const SIGNED_SIZE = 4;
const DEPTH = SIGNED + SIGNED_SIZE;
const NAMES = DEPTH + 1;
const LEVEL_SIZE = NAMES + 2;
const NEW_OWNER = FIRST_LEVEL + LEVELS * LEVEL_SIZE;
const INDICES = NEW_OWNER + OWNER_SIZE;

/** Where the names of the certificate begin that is read (2). */
const NAME_MARK = COUNTERS;
/** Octets for the verifier. */
export const VERIFIER_STATE = NAME_MARK + 2;

const MOST_ENDS = 4;

/** What takeOtherWay() found: nothing, an open end, another issuer, one that is pinned. */
export const NO_WAY = 0;
const OPEN_WAY = 1;
export const NEW_WAY = 2;
export const PINNED_WAY = 3;

export abstract class PathBuilder {
  anchor: TrustAnchor | null;
  protected readonly config: ChainConfig;
  protected readonly reader: CertificateReader;
  /** The tip's TBSCertificate, where it is signed with Ed25519. */
  protected message: Uint8Array | null;
  protected detour: Detour | null;
  /** Why the first certificate that could have been the tip's issuer was not. */
  private refusal: TLSAlert | null;

  protected constructor(config: ChainConfig, limits: ChainLimits, name: ServerName | null) {
    this.anchor = null;
    this.config = config;
    this.reader = new CertificateReader(config, limits, name);
    this.message = null;
    this.detour = null;
    this.refusal = null;
  }

  protected get tip(): number {
    return this.reader.scratch()[TIP]!;
  }

  private get nameMark(): number {
    const scratch = this.reader.scratch();
    return (scratch[NAME_MARK]! << 8) | scratch[NAME_MARK + 1]!;
  }

  /** A certificate begins, and its names with it. */
  protected markNames(): void {
    const scratch = this.reader.scratch();
    const { namesLength } = this.reader;
    scratch[NAME_MARK] = namesLength >> 8;
    scratch[NAME_MARK + 1] = namesLength & 0xff;
  }

  get pathLength(): number {
    return this.reader.scratch()[LEVEL]! + 1;
  }

  pathIndex(nth: number): number {
    return nth === 0 ? 0 : this.reader.scratch()[INDICES + nth]!;
  }

  protected who(index: number): string {
    return index === 0 ? "leaf" : `issuer ${index}`;
  }

  /** Remembers why the path did not go on; the first reason is told if it never does. */
  protected note(refusal: TLSAlert): void {
    if (!this.refusal) this.refusal = refusal;
  }

  protected finalRefusal(): TLSAlert {
    const none = "its issuer is no trust anchor, and the certificate_list ends here";
    return this.refusal ?? new TLSAlert(unknown_ca, `${this.who(this.tip)}: ${none}`);
  }

  /** The certificate that was read becomes the leaf. */
  protected beginPath(): void {
    const { reader } = this;
    this.takeNames(reader.flags, false);
    this.becomeTip(null);
  }

  /** Writes the owner of the certificate that was read, for isInPath() and park(). */
  protected noteOwner(): void {
    const { reader } = this;
    const scratch = reader.scratch();
    const { index } = reader;
    reader.writeOwner(scratch, SUBJECT_HASH, reader.keyType(index), scratch, reader.keyAt(index), reader.keyLength(index), NEW_OWNER);
  }

  /** Whether the owner of the certificate that was read, or of a parked one, is in the path already. */
  protected isInPath(candidate: Parked | null): boolean {
    const scratch = this.reader.scratch();
    const top = Math.min(scratch[LEVEL]!, LEVELS);
    for (let i = 1; i <= top; i++) {
      const at = this.levelAt(i);
      if (candidate ? candidate.hasOwner(scratch, at) : equalOctets(scratch, NEW_OWNER, scratch, at, OWNER_SIZE)) return true;
    }
    return false;
  }

  /** Why a certificate can't be the next issuer in the path, whatever its signature; null: it can. `null` is the one that was read. */
  protected placeProblem(candidate: Parked | null): TLSAlert | null {
    return this.problemAt(candidate, this.reader.scratch()[BELOW]!, candidate ? this.reader.namesLength : this.nameMark);
  }

  private problemAt(candidate: Parked | null, depth: number, names: number): TLSAlert | null {
    const { index, pathLength, constraints } = candidate ?? this.reader;
    const who = this.who(index);
    if (pathLength >= 0 && depth > pathLength) {
      return new TLSAlert(unknown_ca, `${who}: its pathLenConstraint is ${pathLength}, but ${depth} issuers stand below it`);
    }
    return constraints ? this.constraintProblem(constraints, names, who) : null;
  }

  /** Applies nameConstraints to the names below; `who` has them. */
  protected constraintProblem(constraints: Uint8Array, names: number, who: string): TLSAlert | null {
    const { reader } = this;
    const { limits, namesAt } = reader;
    const detour = this.takeDetour();
    if (!detour.check) detour.check = new ConstraintCheck(limits.maxComparisons);
    let reason = detour.check.refusal(constraints, reader.scratch(), namesAt, namesAt + names);
    if (reason !== "") return new TLSAlert(bad_certificate, `${who}: ${reason}`);
    if (reader.scratch()[CUT] === 0) return null;
    reason = `it has nameConstraints, but not all names below it were kept: at most ${limits.maxNameLength} octets are`;
    return new TLSAlert(unsupported_certificate, `${who}: ${reason}`);
  }

  /** A parked certificate, or the one that was read, becomes the tip of the path. */
  protected attach(candidate: Parked | null): void {
    const { reader } = this;
    const scratch = reader.scratch();
    const { index, flags } = candidate ?? reader;
    const level = scratch[LEVEL]! + 1;
    scratch[LEVEL] = level;
    if (level <= LEVELS) {
      const at = this.levelAt(level);
      const names = candidate ? reader.namesLength : this.nameMark;
      if (candidate) candidate.writeOwner(scratch, at);
      else scratch.copyWithin(at, NEW_OWNER, NEW_OWNER + OWNER_SIZE);
      const signed = candidate ? candidate.namesAt : CURRENT + reader.usedBy(CURRENT);
      copyOctets(candidate ? candidate.bytes : scratch, signed - SIGNED_SIZE, scratch, at + SIGNED, SIGNED_SIZE);
      scratch[at + DEPTH] = scratch[BELOW]!;
      scratch[at + NAMES] = names >> 8;
      scratch[at + NAMES + 1] = names & 0xff;
    }
    scratch[INDICES + level] = index;
    const selfIssued = (flags & SELF_ISSUED) !== 0;
    if (!selfIssued) scratch[BELOW]!++;
    if (!candidate) this.takeNames(flags, selfIssued);
    else if ((flags & NAMES_CUT) !== 0 || (!selfIssued && !reader.appendNames(candidate.names()))) reader.scratch()[CUT] = 1;
    if (candidate) candidate.used = true;
    this.becomeTip(candidate);
  }

  private becomeTip(candidate: Parked | null): void {
    const { reader } = this;
    const scratch = reader.scratch();
    if (candidate) candidate.writeBlock(scratch, reader.tipAt());
    else scratch.copyWithin(reader.tipAt(), CURRENT, reader.tipAt());
    this.message = candidate ? candidate.message : reader.message;
    scratch[TIP] = candidate ? candidate.index : reader.index;
    this.refusal = null;
  }

  /** Names of self-issued issuers are not constrained (RFC 5280 §6.1.3 (b)). */
  private takeNames(flags: number, selfIssued: boolean): void {
    if ((flags & NAMES_CUT) !== 0) this.reader.scratch()[CUT] = 1;
    if (selfIssued || (flags & NAMES_CUT) !== 0) this.reader.namesLength = this.nameMark;
  }

  /** Puts the certificate that was read aside. */
  protected park(problem: TLSAlert | null, pinned: boolean): Parked {
    const { reader } = this;
    const parked = new Parked(reader, problem, pinned, NEW_OWNER, this.nameMark);
    reader.namesLength = this.nameMark;
    this.takeDetour().parked.push(parked);
    this.checkRoom();
    return parked;
  }

  protected takeDetour(): Detour {
    this.detour ??= new Detour();
    return this.detour;
  }

  private checkRoom(): void {
    const detour = this.takeDetour();
    const limit = this.reader.limits.maxParkedLength;
    if (detour.size() <= limit && detour.ends.length <= MOST_ENDS) return;
    const why = detour.held ? "came in a record that is longer than receiveBuffer" : "is out of order or ambiguous";
    const reason = `certificate_list ${why}, and what has to be kept of it takes more than ${limit} octets or ${MOST_ENDS} ways`;
    throw new TLSAlert(bad_certificate, reason);
  }

  /** A parked certificate whose subject is the tip's issuer and that was not tried for it; those whose key identifier fits come first. */
  protected nextCandidate(): Parked | null {
    if (!this.detour) return null;
    const { parked } = this.detour;
    const { reader } = this;
    const scratch = reader.scratch();
    const tip = reader.tipAt();
    let second: Parked | null = null;
    for (let i = 0; i < parked.length; i++) {
      const candidate = parked[i]!;
      if ((candidate.tried & (1 << this.tip)) !== 0 || !candidate.hasName(scratch, tip)) continue;
      if (candidate.problem) {
        candidate.tried |= 1 << this.tip;
        this.note(candidate.problem);
      } else if (this.isInPath(candidate)) {
        candidate.tried |= 1 << this.tip;
      } else {
        if (!candidate.contradicts(scratch, tip)) return candidate;
        second ??= candidate;
      }
    }
    return second;
  }

  /**
   * Where the tip has no issuer: goes on with a parked certificate that may stand in the place of an issuer in the path, or with an open end for which
   * there is an issuer now, or such another. Unless the answer is NO_WAY the tip is another.
   */
  protected takeOtherWay(): number {
    if (!this.detour) return NO_WAY;
    const { parked } = this.detour;
    const scratch = this.reader.scratch();
    const top = Math.min(scratch[LEVEL]!, LEVELS);
    for (let i = 0; i < parked.length; i++) {
      const other = parked[i]!;
      for (let level = 1; level <= top && !other.used; level++) {
        const at = this.levelAt(level);
        if (!isAnother(other, scratch, at)) continue;
        const depth = scratch[at + DEPTH]!;
        const names = (scratch[at + NAMES]! << 8) | scratch[at + NAMES + 1]!;
        other.used = true;
        const problem = this.problemAt(other, depth, names);
        if (problem) {
          this.note(problem);
          continue;
        }
        this.leaveTip();
        scratch[LEVEL] = level - 1;
        scratch[BELOW] = depth;
        this.reader.namesLength = names;
        this.attach(other);
        return other.pinned ? PINNED_WAY : NEW_WAY;
      }
    }
    return this.takeOpenEnd(this.detour);
  }

  private takeOpenEnd(detour: Detour): number {
    const { ends, parked } = detour;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i]!;
      for (let k = 0; k < parked.length; k++) {
        const candidate = parked[k]!;
        const isIssuer = (candidate.tried & (1 << end.index)) === 0 && end.wants(candidate);
        // It will be marked as tried or as used, whatever comes of it: so this ends.
        if (!isIssuer && !isPlaceIn(end.path, candidate)) continue;
        ends.splice(i, 1);
        this.leaveTip();
        end.restore(this.reader);
        this.message = end.message;
        this.refusal = null;
        return OPEN_WAY;
      }
    }
    return NO_WAY;
  }

  private leaveTip(): void {
    this.takeDetour().ends.push(new OpenEnd(this.reader, this.tip, this.message));
    this.checkRoom();
  }

  private levelAt(level: number): number {
    return FIRST_LEVEL + (level - 1) * LEVEL_SIZE;
  }

  protected copyPath(from: PathBuilder): void {
    if (from.detour) throw new Error("a list that is out of order or has nameConstraints can't be read on trial");
    this.reader.copyFrom(from.reader);
    this.anchor = from.anchor;
    this.message = from.message;
    this.refusal = from.refusal;
  }
}

/** Whether a parked certificate that was in no path yet has the owner of the level at path[at], and is not the certificate that stands there. */
function isAnother(other: Parked, path: Uint8Array, at: number): boolean {
  if (other.used || !other.hasOwner(path, at)) return false;
  return !equalOctets(other.bytes, other.namesAt - SIGNED_SIZE, path, at + SIGNED, SIGNED_SIZE);
}

/** Whether there is a place for it among the first issuers of a path that was left. */
function isPlaceIn(path: Uint8Array, other: Parked): boolean {
  const top = Math.min(path[LEVEL - PATH]!, LEVELS);
  for (let level = 1; level <= top; level++) if (isAnother(other, path, FIRST_LEVEL - PATH + (level - 1) * LEVEL_SIZE)) return true;
  return false;
}
