import { starttls_failed, TLSAlert } from "../alert.js";
import { shown } from "./negotiation.js";

const CR = 13;
const LF = 10;
const TAB = 9;
const SPACE = 32;

/** Lines of one negotiation: a list of capabilities has some thirty, a talkative greeting as many. */
const MOST_LINES = 128;

/**
 * Puts bytes together to lines. A line ends in CRLF, is bounded, holds no control character but a tab, and there are only so many of them. Its memory grows
 * with the longest line.
 */
export class LineReader {
  /** The line, without its CRLF. */
  bytes: Uint8Array;
  length: number;
  private readonly what: string;
  private readonly longest: number;
  private lines: number;
  private whole: boolean;
  private cr: boolean;

  /** what: whose lines, as "smtp: the server"; longest: bytes of a line with its CRLF. */
  constructor(what: string, longest: number) {
    this.bytes = new Uint8Array(64);
    this.length = 0;
    this.what = what;
    this.longest = longest;
    this.lines = 0;
    this.whole = false;
    this.cr = false;
  }

  /** True where this byte ends a line. */
  push(byte: number): boolean {
    if (this.whole) {
      this.whole = false;
      this.length = 0;
    }
    if (this.cr) {
      this.cr = false;
      if (byte !== LF) this.fail("has a CR in a line");
      this.whole = true;
      if (++this.lines > MOST_LINES) this.fail(`sends more than ${MOST_LINES} lines`);
      return true;
    }
    if (this.length + 2 >= this.longest && byte !== CR) this.fail(`sends a line of more than ${this.longest} bytes`);
    if (byte === CR) {
      this.cr = true;
      return false;
    }
    if (byte === LF) this.fail("ends a line with LF alone");
    if ((byte < SPACE && byte !== TAB) || byte === 0x7f) this.fail(`has the byte ${byte} in a line`);
    if (this.length === this.bytes.length) this.grow();
    this.bytes[this.length++] = byte;
    return false;
  }

  /** The line, for an error message. */
  text(): string {
    return shown(this.bytes, 0, this.length);
  }

  /** Where the line has this word at `offset`, whatever its case, and behind it a space or its end: the offset of what follows. Else −1. */
  word(offset: number, word: string): number {
    const { bytes, length } = this;
    const end = offset + word.length;
    if (end > length) return -1;
    for (let i = 0; i < word.length; i++) {
      const c = bytes[offset + i];
      const upper = c >= 0x61 && c <= 0x7a ? c - 0x20 : c;
      if (upper !== word.charCodeAt(i)) return -1;
    }
    if (end === length) return end;
    return bytes[end] === SPACE ? end + 1 : -1;
  }

  /** Whether this word stands among the words from `offset` on. */
  hasWord(offset: number, word: string): boolean {
    const { bytes, length } = this;
    for (let at = offset; at < length; ) {
      if (this.word(at, word) >= 0) return true;
      while (at < length && bytes[at] !== SPACE) at++;
      at++;
    }
    return false;
  }

  /** Whether the line is this and no more, whatever its case. */
  is(offset: number, word: string): boolean {
    return this.length === offset + word.length && this.word(offset, word) >= 0;
  }

  private grow(): void {
    const bytes = new Uint8Array(Math.min(this.bytes.length * 2, this.longest));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  private fail(why: string): never {
    throw new TLSAlert(starttls_failed, `${this.what} ${why}: "${this.text()}"`);
  }
}
