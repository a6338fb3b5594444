/**
 * The names part of a certificate reader (RFC 5280 §4.2.1.6): the wanted name is compared with subjectAltName as it passes, and all names are kept
 * for constraints that may come. An own file, not an own object: objects cost memory.
 */
import { bad_certificate, TLSAlert } from "../alert.js";
import { ALT_NAMES, DNS_NAME, FIELDS, GRAMMAR, IP_ADDRESS } from "./certificate-grammar.js";
import { DerReader, READER_SCRATCH, ROW } from "./der-reader.js";
import { type ServerName, wildcardDot } from "./name.js";
import { isConstrainable, RDN_SEQUENCE } from "./name-tags.js";
import { copyOctets } from "./octets.js";
import { printable } from "./printable.js";

/** Flags: this certificate has to stand in the path. Others are only checked for their form. */
export const REQUIRED = 1;
export const HAS_ALT_NAMES = 0x10000;
export const MATCHED = 0x20000;
const WILDCARD = 0x80000;
/** Not all names of this certificate were kept: there was no room. */
export const NAMES_CUT = 0x200000;
const KEEPING = 0x400000;

/**
 * Scratch behind the reader's own: what is wanted of the leaf (0, DNS_NAME or IP_ADDRESS), its length, where the label of a DNS name ends that a
 * wildcard may stand for (0: none may), length of the first dNSName. The wanted octets stand behind all blocks.
 *
 * Last come the names of the path, kept until it is decided, because a constraint may still come from above (RFC 5280 §4.2.1.10). Each is an entry:
 * tag (as GeneralName has it; 0x30 for a subject), length (2 octets), content. Of kinds that no constraint is understood for only the tag is kept.
 * There is a bound; and there is room from the start for names of common length. Where they are longer room is made once, for all that the bound
 * allows: so memory does not grow with the path.
 */
const WANTED = READER_SCRATCH;
const WANTED_LENGTH = WANTED + 1;
const WANTED_DOT = WANTED + 2;
const FIRST_NAME_LENGTH = WANTED + 3;
export const ALT_NAME_SCRATCH = FIRST_NAME_LENGTH + 1;
/** Octets of the first dNSName that are kept for the reason of a refusal. */
export const FIRST_NAME_SIZE = 64;

const ASTERISK = 0x2a;

export const ENTRY_HEADER = 3;
/** Octets of room for names that there are from the start. */
export const NAME_ROOM = 224;
/** And when they do not do: all that the usual bound allows; with a higher bound twice what there was. */
const USUAL_LIMIT = 1024;
/** For late(): room for more names has to be made. No state has this number. */
export const MAKE_ROOM = 0xff;

/** Octets of scratch that the wanted name takes. */
export function wantedSize(name: ServerName | null): number {
  return !name ? 0 : name.address ? name.address.length : name.text.length;
}

export abstract class AltNameReader extends DerReader {
  /** Place in the list: 0 is the leaf, -1 before it. */
  index: number;
  flags: number;
  /** Where the names begin, and their octets: of the path so far and of the certificate that is read. */
  namesAt: number;
  namesLength: number;
  /** Next octet of the wanted name or address to compare with, -1: this one is another. */
  private matchAt: number;

  protected constructor(bytes: Uint8Array, namesAt: number, name: ServerName | null) {
    super(bytes);
    this.index = -1;
    this.flags = 0;
    this.namesAt = namesAt;
    this.namesLength = 0;
    this.matchAt = -1;
    if (!name) return;
    const at = namesAt - wantedSize(name);
    bytes[WANTED_LENGTH] = namesAt - at;
    if (name.address) {
      bytes[WANTED] = IP_ADDRESS;
      bytes.set(name.address, at);
    } else {
      bytes[WANTED] = DNS_NAME;
      bytes[WANTED_DOT] = Math.max(wildcardDot(name.text), 0);
      for (let i = 0; i < name.text.length; i++) bytes[at + i] = name.text.charCodeAt(i);
    }
  }

  /** Where FIRST_NAME_SIZE octets of scratch are free while the leaf is read. */
  protected abstract firstNameAt(): number;

  /** Octets of names that are kept at most. */
  protected abstract nameLimit(): number;

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

  protected beginNames(index: number): void {
    this.index = index;
    this.bytes[FIRST_NAME_LENGTH] = 0;
  }

  /** A GeneralName begins. Its content is not taken apart. */
  protected openName(state: number, length: number): void {
    this.keepName(GRAMMAR[state * ROW]!, length);
    if (state === DNS_NAME) this.openDnsName(length);
    else if (state === IP_ADDRESS) {
      if (length !== 4 && length !== 16) this.malformed(`subjectAltName iPAddress has ${length} octets, not 4 or 16`);
      this.matchAt = this.wants(IP_ADDRESS) && length === this.bytes[WANTED_LENGTH] ? 0 : -1;
    }
  }

  protected override value(state: number, _length: number): void {
    if (state === ALT_NAMES) this.flags |= HAS_ALT_NAMES;
    else if (this.matchAt > 0 && this.matchAt === this.bytes[WANTED_LENGTH]) this.flags |= MATCHED;
  }

  /** Content of a GeneralName passes, as content() has it. */
  protected passName(state: number, at: number, n: number, length: number): void {
    this.putName(at, n);
    if (state !== DNS_NAME && state !== IP_ADDRESS) return;
    let match = this.matchAt;
    if (match < 0) return;
    const input = this.input;
    const bytes = this.bytes;
    const size = bytes[WANTED_LENGTH]!;
    const name = this.namesAt - size;
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

  /** A name begins that is kept if there is room. */
  protected keepName(tag: number, length: number): void {
    this.flags &= ~KEEPING;
    if ((this.flags & NAMES_CUT) !== 0) return;
    const known = isConstrainable(tag);
    if (!this.beginEntry(tag, known ? length : 0)) this.flags |= NAMES_CUT;
    else if (known) this.flags |= KEEPING;
  }

  /** The next octets of the name. */
  protected putName(at: number, n: number): void {
    if ((this.flags & KEEPING) === 0) return;
    copyOctets(this.input, at, this.bytes, this.namesAt + this.namesLength, n);
    this.namesLength += n;
  }

  /** Begins an entry whose content has `length` octets. False: it does not fit. */
  private beginEntry(tag: number, length: number): boolean {
    const end = this.namesLength + ENTRY_HEADER + length;
    if (end > this.nameLimit()) return false;
    if (this.namesAt + end > this.bytes.length) this.growNames(end);
    const bytes = this.bytes;
    const at = this.namesAt + this.namesLength;
    bytes[at] = tag;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length & 0xff;
    this.namesLength += ENTRY_HEADER;
    return true;
  }

  /**
   * Names of so many octets come: where there is no room for them, it is made in late(), since old and new room live together for a moment. That
   * is once, for all names that the bound allows: so memory does not grow with the path.
   */
  protected expectNames(length: number): void {
    if ((this.flags & NAMES_CUT) !== 0) return;
    const end = this.namesAt + this.namesLength + ENTRY_HEADER + length;
    if (end > this.bytes.length && this.bytes.length < this.namesAt + this.nameLimit()) this.deferred = MAKE_ROOM;
  }

  protected growNames(needed = 0): void {
    const larger = new Uint8Array(
      this.namesAt + Math.min(this.nameLimit(), Math.max(USUAL_LIMIT, 2 * (this.bytes.length - this.namesAt), needed)),
    );
    larger.set(this.bytes);
    this.bytes = larger;
  }

  /** Appends entries that were taken out before. False: they do not fit. */
  appendNames(entries: Uint8Array): boolean {
    if (entries.length === 0) return true;
    if (!this.beginEntry(RDN_SEQUENCE, entries.length - ENTRY_HEADER)) return false;
    this.namesLength -= ENTRY_HEADER;
    copyOctets(entries, 0, this.bytes, this.namesAt + this.namesLength, entries.length);
    this.namesLength += entries.length;
    return true;
  }

  private openDnsName(length: number): void {
    const bytes = this.bytes;
    this.room = 0;
    this.matchAt = -1;
    this.flags &= ~WILDCARD;
    if (this.index !== 0) return;
    if (bytes[FIRST_NAME_LENGTH] === 0) {
      this.keep = this.firstNameAt();
      this.room = FIRST_NAME_SIZE;
      bytes[FIRST_NAME_LENGTH] = Math.min(length, FIRST_NAME_SIZE);
    }
    if (!this.wants(DNS_NAME)) return;
    const size = bytes[WANTED_LENGTH]!;
    const dot = bytes[WANTED_DOT]!;
    if (dot > 0 && length === size - dot + 1) this.flags |= WILDCARD;
    if (length === size || (this.flags & WILDCARD) !== 0) this.matchAt = 0;
  }

  /** Whether this certificate is the leaf and has to have a name of this kind. */
  private wants(kind: number): boolean {
    return this.index === 0 && this.bytes[WANTED] === kind;
  }

  /** The reason why a leaf with another name is refused. */
  nameReason(wanted: string): string {
    const first = printable(this.bytes, this.firstNameAt(), this.bytes[FIRST_NAME_LENGTH]!);
    return first === "" ? `its subjectAltName has no DNS name; wanted was ${wanted}` : `it is for "${first}", wanted was ${wanted}`;
  }

  protected copyNames(from: AltNameReader): void {
    this.copyReader(from);
    this.index = from.index;
    this.flags = from.flags;
    this.matchAt = from.matchAt;
    this.namesAt = from.namesAt;
    this.namesLength = from.namesLength;
  }
}
