/**
 * The names of the certificates of a path, kept until it is decided, because a constraint may still come from above (RFC 5280 §4.2.1.10). Each is
 * an entry: tag (as GeneralName has it; 0x30 for a subject), length (2 octets), content. Of kinds that no constraint is understood for only the
 * tag is kept. There is a bound; the first names come with room for those of a few issuers, so that memory does not grow with the path.
 */
import { RDN_SEQUENCE } from "./name-tags.js";

export const ENTRY_HEADER = 3;

/** Octets of room that are made for the names of issuers when the first names come. */
const RESERVE = 192;

const NOTHING = new Uint8Array(0);

export class NameStore {
  bytes: Uint8Array;
  /** Octets in use. */
  length: number;
  private readonly limit: number;

  constructor(limit: number) {
    this.bytes = NOTHING;
    this.length = 0;
    this.limit = limit;
  }

  /** Begins an entry whose content has `length` octets. False: it does not fit. */
  begin(tag: number, length: number): boolean {
    const at = this.length;
    const end = at + ENTRY_HEADER + length;
    if (end > this.limit) return false;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.min(this.limit, end + RESERVE));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const bytes = this.bytes;
    bytes[at] = tag;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length & 0xff;
    this.length = at + ENTRY_HEADER;
    return true;
  }

  /** The next n octets of the entry's content. */
  put(input: Uint8Array, at: number, n: number): void {
    const bytes = this.bytes;
    const to = this.length;
    for (let i = 0; i < n; i++) bytes[to + i] = input[at + i]!;
    this.length = to + n;
  }

  /** Drops all from here on. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Appends entries that were taken out before. False: they do not fit. */
  append(entries: Uint8Array): boolean {
    if (entries.length === 0) return true;
    if (!this.begin(RDN_SEQUENCE, entries.length - ENTRY_HEADER)) return false;
    this.length -= ENTRY_HEADER;
    this.put(entries, 0, entries.length);
    return true;
  }

  copyFrom(from: NameStore): void {
    this.bytes = from.bytes.slice();
    this.length = from.length;
  }
}
