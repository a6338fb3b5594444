import { starttls_failed, TLSAlert } from "../alert.js";
import { LineReader } from "./line-reader.js";

const SPACE = 32;
const HYPHEN = 45;
const ZERO = 48;

/** Bytes of a reply's line (RFC 5321 §4.5.3.1.5, RFC 3977 §3.1), twice: servers with many mechanisms pass the limit. */
const LONGEST = 1024;

/**
 * Replies of three digits: SMTP's (RFC 5321 §4.2), where each line of one begins with the same code, and FTP's (RFC 959 §4.2), where the lines between
 * the first and the last may be anything.
 */
export class ReplyReader {
  readonly line: LineReader;
  /** Of the reply that is being read. */
  code: number;
  /** Whether the line that was read is its first, and its last. */
  first: boolean;
  last: boolean;
  private readonly what: string;
  private readonly freeBetween: boolean;

  /** what: whose replies, as "smtp: the server". */
  constructor(what: string, freeBetween: boolean) {
    this.line = new LineReader(what, LONGEST);
    this.code = 0;
    this.first = false;
    this.last = true;
    this.what = what;
    this.freeBetween = freeBetween;
  }

  /** True where this byte ends a line of a reply. */
  push(byte: number): boolean {
    const { line } = this;
    if (!line.push(byte)) return false;
    const code = this.codeOf();
    this.first = this.last;
    if (this.first) this.code = code;
    const same = code === this.code && code >= 100;
    if (!same && (this.first || !this.freeBetween)) throw new TLSAlert(starttls_failed, `${this.what} sends no reply: "${line.text()}"`);
    this.last = same && (line.length === 3 || line.bytes[3] !== HYPHEN);
    return true;
  }

  /** The code that the line begins with, 0 where it has none: three digits, the first from 1 to 5, then a space, a hyphen or the end. */
  private codeOf(): number {
    const { bytes, length } = this.line;
    if (length < 3 || (length > 3 && bytes[3] !== SPACE && bytes[3] !== HYPHEN)) return 0;
    let code = 0;
    for (let i = 0; i < 3; i++) {
      const digit = bytes[i] - ZERO;
      if (digit < 0 || digit > 9) return 0;
      code = code * 10 + digit;
    }
    return code >= 100 && code < 600 ? code : 0;
  }
}
