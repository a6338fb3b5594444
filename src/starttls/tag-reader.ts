import { starttls_failed, TLSAlert } from "../alert.js";
import { shown } from "./negotiation.js";

/** Bytes of one tag, and of all. */
const LONGEST = 1024;
const MOST = 16_384;

const SPACE = 32;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const LESS = 0x3c;
const GREATER = 0x3e;

/** The tags of the XML that XMPP allows (RFC 6120 §11.1: no comments, no processing instructions but the first, no document types). */
export class TagReader {
  /** The tag without < and >, when push() has answered true. */
  bytes: Uint8Array;
  length: number;
  /** Whether a text that is more than white space stood before it. */
  text: boolean;
  private readonly what: string;
  private total: number;
  private inside: boolean;
  private quote: number;
  private whole: boolean;

  constructor(what: string) {
    this.bytes = new Uint8Array(64);
    this.length = 0;
    this.text = false;
    this.what = what;
    this.total = 0;
    this.inside = false;
    this.quote = 0;
    this.whole = true;
  }

  /** True where this byte ends a tag. */
  push(byte: number): boolean {
    if (++this.total > MOST) this.fail(`sends more than ${MOST} bytes before TLS`);
    if (this.whole) {
      this.whole = false;
      this.length = 0;
      this.text = false;
    }
    if (!this.inside) {
      if (byte === LESS) this.inside = true;
      else if (!isSpace(byte)) this.text = true;
      return false;
    }
    if (this.quote !== 0) {
      if (byte === this.quote) this.quote = 0;
    } else if (byte === QUOTE || byte === APOSTROPHE) this.quote = byte;
    else if (byte === GREATER) {
      this.inside = false;
      this.whole = true;
      if (this.length > 0 && this.bytes[0] === 0x21) this.fail("sends XML that XMPP does not allow");
      return true;
    }
    if (byte === LESS || byte === 0) this.fail("does not send XML");
    if (this.length === LONGEST) this.fail(`sends a tag of more than ${LONGEST} bytes`);
    if (this.length === this.bytes.length) this.grow();
    this.bytes[this.length++] = byte;
    return false;
  }

  /** Whether the tag has this name; "/name" is its end. */
  named(name: string): boolean {
    const end = this.nameEnd();
    if (end !== name.length) return false;
    return this.matches(0, name);
  }

  get closing(): boolean {
    return this.length > 0 && this.bytes[0] === SLASH;
  }

  /** Whether it is its own end, as <proceed/>. */
  get empty(): boolean {
    return this.length > 0 && this.bytes[this.length - 1] === SLASH;
  }

  /** Whether it has this attribute with this value. */
  has(attribute: string, value: string): boolean {
    const { bytes, length } = this;
    let found = false;
    for (let at = this.nameEnd(); at < length; ) {
      while (at < length && isSpace(bytes[at])) at++;
      if (at === length || (bytes[at] === SLASH && at + 1 === length)) break;
      const name = at;
      while (at < length && bytes[at] !== EQUALS && !isSpace(bytes[at])) at++;
      const nameLength = at - name;
      const quote = at + 1 < length && bytes[at] === EQUALS ? bytes[at + 1] : 0;
      if (quote !== QUOTE && quote !== APOSTROPHE) this.fail("sends a tag with a broken attribute");
      const start = at + 2;
      at = start;
      while (at < length && bytes[at] !== quote) at++;
      if (at === length) this.fail("sends a tag with a broken attribute");
      if (nameLength === attribute.length && this.matches(name, attribute))
        found = at - start === value.length && this.matches(start, value);
      at++;
    }
    return found;
  }

  /** For an error message. */
  shown(): string {
    return `<${shown(this.bytes, 0, this.length)}>`;
  }

  private nameEnd(): number {
    const { bytes, length } = this;
    let at = this.closing ? 1 : 0;
    while (at < length && !isSpace(bytes[at]) && bytes[at] !== SLASH) at++;
    return at;
  }

  private matches(at: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  private grow(): void {
    const bytes = new Uint8Array(this.bytes.length * 2);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  private fail(why: string): never {
    throw new TLSAlert(starttls_failed, `${this.what} ${why}: "${shown(this.bytes, 0, this.length)}"`);
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= 13 && byte !== 11 && byte !== 12);
}
