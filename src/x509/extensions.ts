/**
 * The extensions part of a certificate reader (RFC 5280 §4.2): which there are, what they say, and the wanted name compared with subjectAltName as
 * it passes. An own file, not an own object: objects cost memory.
 *
 * Not known here and critical: refused. Known, and of no consequence for a path that needs no policy: authority and subject key identifiers,
 * certificatePolicies, policyMappings, inhibitAnyPolicy, issuerAltName, cRLDistributionPoints.
 */
import { bad_certificate, TLSAlert, unsupported_certificate } from "../alert.js";
import {
  ALT_NAMES,
  BASIC_CONSTRAINTS,
  CA,
  CRITICAL,
  DNS_NAME,
  EXTENSION,
  EXTENSION_ID,
  EXTENSION_VALUE,
  EXTENSIONS,
  FIELDS,
  IP_ADDRESS,
  KEY_USAGE,
  PATH_LENGTH,
  PURPOSE,
  PURPOSES,
} from "./certificate-grammar.js";
import { DerReader, READER_SCRATCH, TOKEN, TOKEN_SIZE } from "./der-reader.js";
import { type ServerName, wildcardDot } from "./name.js";
import { oidText, printable } from "./printable.js";

/** Flags: this certificate has to stand in the path. Others are only checked for their form. */
export const REQUIRED = 1;
const IS_CRITICAL = 0x100;
export const IS_CA = 0x200;
export const HAS_KEY_USAGE = 0x400;
export const MAY_SIGN = 0x800;
export const MAY_CERTIFY = 0x1000;
export const HAS_PURPOSES = 0x2000;
export const FOR_SERVERS = 0x4000;
export const FOR_CLIENTS = 0x8000;
export const HAS_ALT_NAMES = 0x10000;
export const MATCHED = 0x20000;
export const HAS_NAME_CONSTRAINTS = 0x40000;
const WILDCARD = 0x80000;

/**
 * Scratch behind the reader's own: what is wanted of the leaf (0, DNS_NAME or IP_ADDRESS), its length, where the label of a DNS name ends that a
 * wildcard may stand for (0: none may), the octet of a critical flag, length of the first dNSName. The wanted octets are the last of all scratch.
 */
const WANTED = READER_SCRATCH;
const WANTED_LENGTH = WANTED + 1;
const WANTED_DOT = WANTED + 2;
const CRITICAL_OCTET = WANTED + 3;
const FIRST_NAME_LENGTH = WANTED + 4;
export const EXTENSION_SCRATCH = FIRST_NAME_LENGTH + 1;
/** Octets of the first dNSName that are kept for the reason of a refusal. */
export const FIRST_NAME_SIZE = 64;

/** Which extensions were seen: one bit for each 2.5.29.n below 64, then 24 bits of a hash for each of the others. */
export const SEEN_SIZE = 32;
const SEEN_OTHERS = 8;
const OTHERS = (SEEN_SIZE - SEEN_OTHERS) / 3;

const ASTERISK = 0x2a;

/** Octets of scratch that the wanted name takes. */
export function wantedSize(name: ServerName | null): number {
  return !name ? 0 : name.address ? name.address.length : name.text.length;
}

export abstract class ExtensionReader extends DerReader {
  /** Place in the list: 0 is the leaf, -1 before it. */
  index: number;
  flags: number;
  /** pathLenConstraint, -1 where there is none. */
  pathLength: number;
  /** Octets of the extension's OID in the token. */
  private idLength: number;
  /** Next octet of the wanted name or address to compare with, -1: this one is another. */
  private matchAt: number;

  protected constructor(bytes: Uint8Array, name: ServerName | null) {
    super(bytes);
    this.index = -1;
    this.flags = 0;
    this.pathLength = -1;
    this.idLength = 0;
    this.matchAt = -1;
    if (!name) return;
    const at = bytes.length - wantedSize(name);
    bytes[WANTED_LENGTH] = bytes.length - at;
    if (name.address) {
      bytes[WANTED] = IP_ADDRESS;
      bytes.set(name.address, at);
    } else {
      bytes[WANTED] = DNS_NAME;
      bytes[WANTED_DOT] = Math.max(wildcardDot(name.text), 0);
      for (let i = 0; i < name.text.length; i++) bytes[at + i] = name.text.charCodeAt(i);
    }
  }

  /** Where SEEN_SIZE octets of scratch are free from the first extension to the last. */
  protected abstract seenAt(): number;
  /** Where FIRST_NAME_SIZE octets of scratch are free while the leaf is read. */
  protected abstract firstNameAt(): number;

  /** How reasons call this certificate. */
  who(): string {
    return this.index === 0 ? "leaf" : `issuer ${this.index}`;
  }

  protected override fieldName(state: number): string {
    return FIELDS[state] ?? "";
  }

  protected override malformed(reason: string): never {
    throw new TLSAlert(bad_certificate, `${this.who()}: ${reason}`);
  }

  protected unsupported(reason: string): never {
    throw new TLSAlert(unsupported_certificate, `${this.who()}: ${reason}`);
  }

  protected beginExtensions(index: number, required: boolean): void {
    this.index = index;
    this.flags = required ? REQUIRED : 0;
    this.pathLength = -1;
    this.bytes[FIRST_NAME_LENGTH] = 0;
  }

  protected override opened(state: number, length: number): number {
    switch (state) {
      case DNS_NAME:
        return this.openDnsName(length);
      case IP_ADDRESS:
        if (length !== 4 && length !== 16) this.malformed(`subjectAltName iPAddress has ${length} octets, not 4 or 16`);
        this.matchAt = this.wants(IP_ADDRESS) && length === this.bytes[WANTED_LENGTH] ? 0 : -1;
        return 0;
      case CRITICAL:
        this.keep = CRITICAL_OCTET;
        this.room = 1;
        return 0;
      case EXTENSION_VALUE:
        return this.openExtension();
      case EXTENSIONS: {
        const at = this.seenAt();
        this.bytes.fill(0, at, at + SEEN_SIZE);
        return EXTENSION;
      }
      default:
        return 0;
    }
  }

  protected override value(state: number, length: number): void {
    const bytes = this.bytes;
    switch (state) {
      case DNS_NAME:
      case IP_ADDRESS:
        if (this.matchAt > 0 && this.matchAt === bytes[WANTED_LENGTH]) this.flags |= MATCHED;
        return;
      case EXTENSION_ID:
        this.idLength = length;
        this.flags &= ~IS_CRITICAL;
        this.noteSeen(length);
        return;
      case CRITICAL:
        if (bytes[CRITICAL_OCTET] !== 0) this.flags |= IS_CRITICAL;
        return;
      case ALT_NAMES:
        this.flags |= HAS_ALT_NAMES;
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
          HAS_KEY_USAGE | ((bytes[TOKEN + 1]! & 0x80) !== 0 ? MAY_SIGN : 0) | ((bytes[TOKEN + 1]! & 0x04) !== 0 ? MAY_CERTIFY : 0);
        return;
      case PURPOSE:
        this.flags |= HAS_PURPOSES | this.purpose(length);
        return;
      default:
    }
  }

  protected override content(state: number, at: number, n: number, length: number): void {
    let match = this.matchAt;
    if (match < 0) return;
    const input = this.input;
    const bytes = this.bytes;
    const size = bytes[WANTED_LENGTH]!;
    const name = bytes.length - size;
    let i = 0;
    if (state === DNS_NAME && this.left === length) {
      // The first octet tells which of the two forms it is; both may have the same length.
      if (input[at] === ASTERISK) {
        match = (this.flags & WILDCARD) !== 0 ? bytes[WANTED_DOT]! : -1;
        i = 1;
      } else if (length !== size) match = -1;
    }
    for (; i < n && match >= 0; i++) {
      let octet = input[at + i]!;
      if (octet >= 0x41 && octet <= 0x5a && state === DNS_NAME) octet |= 0x20;
      match = octet === bytes[name + match] ? match + 1 : -1;
    }
    this.matchAt = match;
  }

  private openDnsName(length: number): number {
    const bytes = this.bytes;
    this.room = 0;
    this.matchAt = -1;
    this.flags &= ~WILDCARD;
    if (this.index !== 0) return 0;
    if (bytes[FIRST_NAME_LENGTH] === 0) {
      this.keep = this.firstNameAt();
      this.room = FIRST_NAME_SIZE;
      bytes[FIRST_NAME_LENGTH] = Math.min(length, FIRST_NAME_SIZE);
    }
    if (!this.wants(DNS_NAME)) return 0;
    const size = bytes[WANTED_LENGTH]!;
    const dot = bytes[WANTED_DOT]!;
    if (dot > 0 && length === size - dot + 1) this.flags |= WILDCARD;
    if (length === size || (this.flags & WILDCARD) !== 0) this.matchAt = 0;
    return 0;
  }

  /** Whether this certificate is the leaf and has to have a name of this kind. */
  private wants(kind: number): boolean {
    return this.index === 0 && this.bytes[WANTED] === kind;
  }

  /** Which grammar the content of extnValue has; 0: it is not looked at. The token still holds the OID. */
  private openExtension(): number {
    if ((this.flags & REQUIRED) === 0) return 0;
    const bytes = this.bytes;
    if (this.idLength === 3 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d) {
      switch (bytes[TOKEN + 2]) {
        case 15:
          return KEY_USAGE;
        case 17:
          return ALT_NAMES;
        case 19:
          return BASIC_CONSTRAINTS;
        case 37:
          return PURPOSES;
        case 30:
          this.flags |= HAS_NAME_CONSTRAINTS;
          return 0;
        case 14: // subjectKeyIdentifier
        case 18: // issuerAltName
        case 31: // cRLDistributionPoints
        case 32: // certificatePolicies
        case 33: // policyMappings
        case 35: // authorityKeyIdentifier
        case 54: // inhibitAnyPolicy
          return 0;
        default:
      }
    }
    if ((this.flags & IS_CRITICAL) !== 0) this.unsupported(`critical extension ${this.extensionName()} is not supported`);
    return 0;
  }

  private extensionName(): string {
    return oidText(this.bytes, TOKEN, Math.min(this.idLength, TOKEN_SIZE));
  }

  /** Refuses an extension that stands twice. Of those outside 2.5.29 a hash is compared, and their number is bounded. */
  private noteSeen(length: number): void {
    const bytes = this.bytes;
    const at = this.seenAt();
    this.idLength = length;
    if (length === 3 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d && bytes[TOKEN + 2]! < 64) {
      const n = bytes[TOKEN + 2]!;
      const bit = 1 << (n & 7);
      if ((bytes[at + (n >> 3)]! & bit) !== 0) this.malformed(`extension ${this.extensionName()} stands twice`);
      bytes[at + (n >> 3)]! |= bit;
      return;
    }
    // FNV-1a, folded to 24 bits; 0 means "free".
    let hash = 0x811c9dc5;
    const kept = Math.min(length, TOKEN_SIZE);
    for (let i = 0; i < kept; i++) hash = Math.imul(hash ^ bytes[TOKEN + i]!, 0x01000193);
    hash = (hash ^ (hash >>> 24)) & 0xffffff || 1;
    for (let i = 0; i < OTHERS; i++) {
      const slot = at + SEEN_OTHERS + 3 * i;
      const other = (bytes[slot]! << 16) | (bytes[slot + 1]! << 8) | bytes[slot + 2]!;
      if (other === hash) this.malformed(`extension ${this.extensionName()} stands twice`);
      if (other === 0) {
        bytes[slot] = hash >> 16;
        bytes[slot + 1] = (hash >> 8) & 0xff;
        bytes[slot + 2] = hash & 0xff;
        return;
      }
    }
    if ((this.flags & REQUIRED) !== 0) this.unsupported(`it has more than ${OTHERS} extensions outside 2.5.29`);
  }

  /** id-kp-serverAuth and -clientAuth 1.3.6.1.5.5.7.3.n, anyExtendedKeyUsage 2.5.29.37.0. */
  private purpose(length: number): number {
    const bytes = this.bytes;
    if (length === 8) {
      const kp = bytes[TOKEN] === 0x2b && bytes[TOKEN + 1] === 6 && bytes[TOKEN + 2] === 1 && bytes[TOKEN + 3] === 5;
      if (!kp || bytes[TOKEN + 4] !== 5 || bytes[TOKEN + 5] !== 7 || bytes[TOKEN + 6] !== 3) return 0;
      return bytes[TOKEN + 7] === 1 ? FOR_SERVERS : bytes[TOKEN + 7] === 2 ? FOR_CLIENTS : 0;
    }
    const any = length === 4 && bytes[TOKEN] === 0x55 && bytes[TOKEN + 1] === 0x1d && bytes[TOKEN + 2] === 37 && bytes[TOKEN + 3] === 0;
    return any ? FOR_SERVERS | FOR_CLIENTS : 0;
  }

  /** The reason why a leaf with another name is refused. */
  nameReason(wanted: string): string {
    const first = printable(this.bytes, this.firstNameAt(), this.bytes[FIRST_NAME_LENGTH]!);
    return first === "" ? `its subjectAltName has no DNS name; wanted was ${wanted}` : `it is for "${first}", wanted was ${wanted}`;
  }

  protected copyExtensions(from: ExtensionReader): void {
    this.copyReader(from);
    this.index = from.index;
    this.flags = from.flags;
    this.pathLength = from.pathLength;
    this.idLength = from.idLength;
    this.matchAt = from.matchAt;
  }
}
