/**
 * nameConstraints of an issuer, applied to every name below it (RFC 5280 §4.2.1.10, §6.1.4 (g)): where a kind of name has permitted subtrees, each
 * name of that kind has to lie in one of them; none may lie in an excluded one. Subtrees of a kind that is not understood refuse names of that kind.
 */

import { ENTRY_HEADER } from "./alt-names.js";
import { directoryInside, dnsInside, emailInside, INSIDE, ipInside, OUTSIDE, UNCLEAR, uriInside } from "./name-rules.js";
import { DIRECTORY, DNS, IP, RDN_SEQUENCE, RFC822_NAME, UNIFORM_RESOURCE } from "./name-tags.js";
import { contentAt, endOf } from "./octets.js";
import { hexOctet, printable } from "./printable.js";

const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;

/** pkcs-9-at-emailAddress 1.2.840.113549.1.9.1 */
const EMAIL_ADDRESS = Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1);

/** Applies the constraints of one issuer. `left` comparisons may be made, and are counted down. */
export class ConstraintCheck {
  left: number;
  /** Content of nameConstraints, which a peer sent. */
  private bytes: Uint8Array;
  private names: Uint8Array;

  constructor(comparisons: number) {
    this.left = comparisons;
    this.bytes = EMAIL_ADDRESS;
    this.names = EMAIL_ADDRESS;
  }

  /** Why the names are not allowed, or "": the entries in names[from, end). */
  refusal(constraints: Uint8Array, names: Uint8Array, from: number, end: number): string {
    this.bytes = constraints;
    this.names = names;
    const form = this.formProblem();
    if (form !== "") return `its nameConstraints ${form}`;
    for (let at = from; at < end; ) {
      const length = (names[at + 1]! << 8) | names[at + 2]!;
      const tag = names[at]!;
      const next = at + ENTRY_HEADER + length;
      let reason = this.check(tag === RDN_SEQUENCE ? DIRECTORY : tag, at + ENTRY_HEADER, next);
      if (reason === "" && tag === RDN_SEQUENCE) reason = this.checkEmails(at + ENTRY_HEADER, next);
      if (reason !== "") return reason;
      at = next;
    }
    return "";
  }

  /** Every length inside the extension, so that check() can walk it blindly. */
  private formProblem(): string {
    const { bytes } = this;
    const last = bytes.length;
    let at = 0;
    let least = PERMITTED;
    while (at < last) {
      const tag = bytes[at]!;
      if ((tag !== PERMITTED && tag !== EXCLUDED) || tag < least) return "are malformed";
      least = tag + 1;
      const end = endOf(bytes, at);
      let tree = contentAt(bytes, at);
      if (!(end <= last) || tree >= end) return "are malformed";
      while (tree < end) {
        const next = endOf(bytes, tree);
        const base = contentAt(bytes, tree);
        if (bytes[tree] !== 0x30 || !(next <= end) || base + 2 > next) return "are malformed";
        const after = endOf(bytes, base);
        if (!(after <= next)) return "are malformed";
        // minimum and maximum: RFC 5280 has no use for them.
        if (after !== next) return "have a minimum or maximum";
        tree = next;
      }
      at = end;
    }
    return "";
  }

  /** One name against all subtrees of its kind. */
  private check(tag: number, at: number, end: number): string {
    const { bytes } = this;
    let wanted = false;
    let found = false;
    for (let part = 0; part < bytes.length; part = endOf(bytes, part)) {
      const permitted = bytes[part] === PERMITTED;
      const last = endOf(bytes, part);
      for (let tree = contentAt(bytes, part); tree < last; tree = endOf(bytes, tree)) {
        const base = contentAt(bytes, tree);
        // Subtrees of other kinds are looked at too: they count.
        if (this.left-- <= 0) return "its nameConstraints need more comparisons than are allowed";
        if (bytes[base] !== tag) continue;
        const result = this.compare(tag, at, end, contentAt(bytes, base), endOf(bytes, base));
        if (result === UNCLEAR) return `its nameConstraints can't be applied to ${this.text(tag, at, end)}`;
        if (permitted) {
          wanted = true;
          if (result === INSIDE) found = true;
        } else if (result !== OUTSIDE) return `its nameConstraints exclude ${this.text(tag, at, end)}`;
      }
    }
    return wanted && !found ? `its nameConstraints do not permit ${this.text(tag, at, end)}` : "";
  }

  private compare(tag: number, at: number, end: number, base: number, baseEnd: number): number {
    const { bytes } = this;
    const name = this.names;
    switch (tag) {
      case DNS:
        return dnsInside(name, at, end, bytes, base, baseEnd);
      case IP:
        return ipInside(name, at, end, bytes, base, baseEnd);
      case RFC822_NAME:
        return emailInside(name, at, end, bytes, base, baseEnd);
      case UNIFORM_RESOURCE:
        return uriInside(name, at, end, bytes, base, baseEnd);
      case DIRECTORY:
        return this.compareDirectory(at, end, base, baseEnd);
      default:
        return UNCLEAR;
    }
  }

  /** The base is a whole Name, as is a directoryName of subjectAltName; a subject is kept without its header. */
  private compareDirectory(at: number, end: number, base: number, baseEnd: number): number {
    const { bytes } = this;
    const name = this.names;
    if (bytes[base] !== 0x30 || base + 2 > baseEnd || endOf(bytes, base) !== baseEnd) return UNCLEAR;
    let from = at;
    if (from < end && name[from] === 0x30) {
      if (endOf(name, from) !== end) return UNCLEAR;
      from = contentAt(name, from);
    }
    return directoryInside(name, from, end, bytes, contentAt(bytes, base), baseEnd);
  }

  /** Constraints on mailboxes also hold for emailAddress attributes of a subject. */
  private checkEmails(at: number, end: number): string {
    const name = this.names;
    for (let rdn = at; rdn < end; rdn = endOf(name, rdn)) {
      const last = endOf(name, rdn);
      for (let attribute = contentAt(name, rdn); attribute < last; attribute = endOf(name, attribute)) {
        const type = contentAt(name, attribute);
        let same = true;
        for (let i = 0; i < EMAIL_ADDRESS.length; i++) if (name[type + i] !== EMAIL_ADDRESS[i]) same = false;
        if (!same) continue;
        const value = type + EMAIL_ADDRESS.length;
        const reason = this.check(RFC822_NAME, contentAt(name, value), endOf(name, value));
        if (reason !== "") return reason;
      }
    }
    return "";
  }

  private text(tag: number, at: number, end: number): string {
    const name = this.names;
    switch (tag) {
      case DNS:
        return `the DNS name "${printable(name, at, end - at)}"`;
      case IP: {
        let hex = "";
        for (let i = at; i < end; i++) hex += hexOctet(name[i]!);
        return `the IP address 0x${hex}`;
      }
      case RFC822_NAME:
        return `the mailbox "${printable(name, at, end - at)}"`;
      case UNIFORM_RESOURCE:
        return `the URI "${printable(name, at, end - at)}"`;
      case DIRECTORY:
        return "a directory name";
      default:
        return `a name of kind ${tag & 0x1f}`;
    }
  }
}
