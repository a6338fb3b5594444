/**
 * The extensions part of a certificate reader (RFC 5280 §4.2): which there are, and what they say. An own file, not an own object: objects cost
 * memory.
 *
 * Not known here and critical: refused. Known, and of no consequence because no policy is asked for: certificatePolicies, policyMappings,
 * policyConstraints, inhibitAnyPolicy; and issuerAltName, cRLDistributionPoints.
 */
import { TLSAlert, unsupported_certificate } from "../alert.js";
import { ALT_NAME_SCRATCH, AltNameReader, REQUIRED } from "./alt-names.js";
import {
  ALT_NAMES,
  AUTHORITY_KEY,
  AUTHORITY_KEY_ID,
  BASIC_CONSTRAINTS,
  CA,
  CRITICAL,
  EXTENSION,
  EXTENSION_ID,
  EXTENSION_VALUE,
  EXTENSIONS,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  PATH_LENGTH,
  PURPOSE,
  PURPOSES,
  SUBJECT_KEY_ID,
} from "./certificate-grammar.js";
import { TOKEN, TOKEN_SIZE } from "./der-reader.js";
import type { ServerName } from "./name.js";
import { copyOctets } from "./octets.js";
import { oidText } from "./printable.js";

const IS_CRITICAL = 0x100;
export const IS_CA = 0x200;
export const HAS_KEY_USAGE = 0x400;
export const MAY_SIGN = 0x800;
export const MAY_ENCIPHER = 0x800000;
export const MAY_CERTIFY = 0x1000;
export const HAS_PURPOSES = 0x2000;
export const FOR_SERVERS = 0x4000;
export const FOR_CLIENTS = 0x8000;
export const FOR_OCSP = 0x40000;
/** Something in it is not supported: see `problem`. What follows is only checked for its form. */
export const UNUSABLE = 0x100000;

/** Scratch: the octet of a critical flag; hashes of the two key identifiers (4 octets each, 0: none), which are no more than hints. */
const CRITICAL_OCTET = ALT_NAME_SCRATCH;
export const SUBJECT_KEY_HASH = CRITICAL_OCTET + 1;
export const AUTHORITY_KEY_HASH = SUBJECT_KEY_HASH + 4;
/** Octets of the extension's OID in the token. */
const ID_LENGTH = AUTHORITY_KEY_HASH + 4;
export const EXTENSION_SCRATCH = ID_LENGTH + 1;

/** Which extensions were seen: one bit for each 2.5.29.n below 64, then 48 bits of a hash for each of the others. */
const SEEN_OTHERS = 8;
const OTHERS = 8;
const OTHER_SIZE = 6;
export const SEEN_SIZE = SEEN_OTHERS + OTHERS * OTHER_SIZE;

/** Octets of a key identifier that are looked at. */
const HINT = 4;

const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;

export abstract class ExtensionReader extends AltNameReader {
  /** pathLenConstraint, -1 where there is none. */
  pathLength: number;
  /** Content of nameConstraints, of an issuer. */
  constraints: Uint8Array | null;
  /** Why a certificate that is not the leaf can't be used. */
  problem: TLSAlert | null;

  protected constructor(bytes: Uint8Array, namesAt: number, name: ServerName | null) {
    super(bytes, namesAt, name);
    this.pathLength = -1;
    this.constraints = null;
    this.problem = null;
  }

  protected abstract constraintLimit(): number;
  /** Where SEEN_SIZE octets of scratch are free from the first extension to the last. */
  protected abstract seenAt(): number;

  /** Something that is right in form is not accepted: for a leaf the end, for another only if no path goes around it. */
  protected refuse(description: number, reason: string): void {
    const alert = new TLSAlert(description, `${this.who()}: ${reason}`);
    if (this.index === 0) throw alert;
    if (!this.problem) this.problem = alert;
    this.flags |= UNUSABLE;
  }

  protected unsupported(reason: string): void {
    this.refuse(unsupported_certificate, reason);
  }

  protected beginExtensions(index: number, required: boolean): void {
    this.beginNames(index);
    this.flags = required ? REQUIRED : 0;
    this.pathLength = -1;
    this.constraints = null;
    this.problem = null;
    this.bytes.fill(0, SUBJECT_KEY_HASH, ID_LENGTH);
  }

  protected override opened(state: number, length: number): number {
    switch (state) {
      case CRITICAL:
        this.keep = CRITICAL_OCTET;
        this.room = 1;
        return 0;
      case EXTENSION_VALUE:
        return this.openExtension(length);
      case EXTENSIONS: {
        const at = this.seenAt();
        this.bytes.fill(0, at, at + SEEN_SIZE);
        return EXTENSION;
      }
      case NAME_CONSTRAINTS:
        if (length <= this.constraintLimit()) this.constraints = new Uint8Array(length);
        else this.unsupported(`its nameConstraints have ${length} octets, at most ${this.constraintLimit()} are kept`);
        return 0;
      default:
        return 0;
    }
  }

  protected override value(state: number, length: number): void {
    const bytes = this.bytes;
    switch (state) {
      case EXTENSION_ID:
        bytes[ID_LENGTH] = Math.min(length, 0xff);
        this.flags &= ~IS_CRITICAL;
        if (length === 3 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d && bytes[TOKEN + 2]! < 64) {
          const n = bytes[TOKEN + 2]!;
          const at = this.seenAt() + (n >> 3);
          if ((bytes[at]! & (1 << (n & 7))) !== 0) this.standsTwice();
          bytes[at]! |= 1 << (n & 7);
        } else this.deferred = state;
        return;
      case CRITICAL:
        if (bytes[CRITICAL_OCTET] !== 0) this.flags |= IS_CRITICAL;
        return;
      case CA:
        if (bytes[TOKEN] !== 0) this.flags |= IS_CA;
        return;
      case PATH_LENGTH:
        if (bytes[TOKEN]! >= 0x80) this.malformed("basicConstraints pathLenConstraint is negative");
        this.pathLength = length === 1 ? bytes[TOKEN]! : length === 2 ? (bytes[TOKEN]! << 8) | bytes[TOKEN + 1]! : 0xffff;
        return;
      case KEY_USAGE:
        if (length > 3) this.malformed(`keyUsage has ${length - 1} octets of bits, at most 2 are allowed`);
        if (length === 1 || (bytes[TOKEN + 1] === 0 && (length === 2 || bytes[TOKEN + 2] === 0))) this.malformed("keyUsage has no bit set");
        this.flags |=
          HAS_KEY_USAGE |
          ((bytes[TOKEN + 1]! & 0x80) !== 0 ? MAY_SIGN : 0) |
          ((bytes[TOKEN + 1]! & 0x20) !== 0 ? MAY_ENCIPHER : 0) |
          ((bytes[TOKEN + 1]! & 0x04) !== 0 ? MAY_CERTIFY : 0);
        return;
      case PURPOSE:
        this.flags |= HAS_PURPOSES | this.purpose(length);
        return;
      case SUBJECT_KEY_ID:
        this.writeHash(SUBJECT_KEY_HASH, this.keyHint(length));
        return;
      case AUTHORITY_KEY:
        if (length > 0) this.writeHash(AUTHORITY_KEY_HASH, this.keyHint(length));
        return;
      default:
        super.value(state, length);
    }
  }

  /** Content of nameConstraints passes, as content() has it. */
  protected passConstraints(at: number, n: number, length: number): void {
    if (this.constraints) copyOctets(this.input, at, this.constraints, length - this.left, n);
  }

  /** Which grammar the content of extnValue has; 0: it is not looked at. The token still holds the OID. */
  private openExtension(length: number): number {
    if ((this.flags & REQUIRED) === 0) return 0;
    const bytes = this.bytes;
    if (bytes[ID_LENGTH] === 3 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d) {
      switch (bytes[TOKEN + 2]) {
        case 14:
          return SUBJECT_KEY_ID;
        case 15:
          return KEY_USAGE;
        case 17:
          this.expectNames(length);
          return ALT_NAMES;
        case 19:
          return BASIC_CONSTRAINTS;
        case 30: // Names of a leaf's issuers only: a leaf issues nothing.
          return this.index === 0 ? 0 : NAME_CONSTRAINTS;
        case 35:
          return AUTHORITY_KEY_ID;
        case 37:
          return PURPOSES;
        case 18: // issuerAltName
        case 31: // cRLDistributionPoints
        case 32: // certificatePolicies
        case 33: // policyMappings
        case 36: // policyConstraints
        case 54: // inhibitAnyPolicy
          return 0;
        default:
      }
    }
    if ((this.flags & IS_CRITICAL) !== 0) this.unsupported(`critical extension ${this.extensionName()} is not supported`);
    return 0;
  }

  private extensionName(): string {
    return oidText(this.bytes, TOKEN, Math.min(this.bytes[ID_LENGTH]!, TOKEN_SIZE));
  }

  private standsTwice(): never {
    this.malformed(`extension ${this.extensionName()} stands twice`);
  }

  /** FNV-1a of the token. */
  private tokenHash(length: number, basis: number): number {
    const bytes = this.bytes;
    const kept = Math.min(length, TOKEN_SIZE);
    let hash = basis;
    for (let i = 0; i < kept; i++) hash = Math.imul(hash ^ bytes[TOKEN + i]!, FNV_PRIME);
    return hash;
  }

  /** Of a key identifier, which mostly is a hash itself, the first octets do. */
  private keyHint(length: number): number {
    return this.tokenHash(Math.min(length, HINT), FNV_BASIS) || 1;
  }

  private writeHash(at: number, hash: number): void {
    const bytes = this.bytes;
    bytes[at] = hash >> 24;
    bytes[at + 1] = (hash >> 16) & 0xff;
    bytes[at + 2] = (hash >> 8) & 0xff;
    bytes[at + 3] = hash & 0xff;
  }

  /**
   * Refuses an extension outside 2.5.29 that stands twice. A hash of 48 bits is compared (two that differ are taken for one in less than one
   * of 10^13 certificates), and their number is bounded.
   */
  protected noteSeen(): void {
    const bytes = this.bytes;
    const length = bytes[ID_LENGTH]!;
    const at = this.seenAt();
    const hash = this.tokenHash(length, FNV_BASIS) || 1;
    const more = this.tokenHash(length, length) & 0xffff;
    for (let i = 0; i < OTHERS; i++) {
      const slot = at + SEEN_OTHERS + OTHER_SIZE * i;
      const other = (bytes[slot]! << 24) | (bytes[slot + 1]! << 16) | (bytes[slot + 2]! << 8) | bytes[slot + 3]!;
      if (other === 0) {
        this.writeHash(slot, hash);
        bytes[slot + 4] = more >> 8;
        bytes[slot + 5] = more & 0xff;
        return;
      }
      if (other === hash && ((bytes[slot + 4]! << 8) | bytes[slot + 5]!) === more) {
        this.standsTwice();
      }
    }
    if ((this.flags & REQUIRED) !== 0) this.unsupported(`it has more than ${OTHERS} extensions outside 2.5.29`);
  }

  /** id-kp-serverAuth, -clientAuth and -OCSPSigning 1.3.6.1.5.5.7.3.n, anyExtendedKeyUsage 2.5.29.37.0. */
  private purpose(length: number): number {
    const bytes = this.bytes;
    if (length === 8) {
      const kp = bytes[TOKEN] === 0x2b && bytes[TOKEN + 1] === 6 && bytes[TOKEN + 2] === 1 && bytes[TOKEN + 3] === 5;
      if (!kp || bytes[TOKEN + 4] !== 5 || bytes[TOKEN + 5] !== 7 || bytes[TOKEN + 6] !== 3) return 0;
      const n = bytes[TOKEN + 7];
      return n === 1 ? FOR_SERVERS : n === 2 ? FOR_CLIENTS : n === 9 ? FOR_OCSP : 0;
    }
    const any = length === 4 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d && bytes[TOKEN + 2] === 37 && bytes[TOKEN + 3] === 0;
    return any ? FOR_SERVERS | FOR_CLIENTS : 0;
  }

  protected copyExtensions(from: ExtensionReader): void {
    this.copyNames(from);
    this.pathLength = from.pathLength;
    this.constraints = from.constraints ? from.constraints.slice() : null;
    this.problem = from.problem;
  }
}
