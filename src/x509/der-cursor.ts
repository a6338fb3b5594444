import { bad_certificate, TLSAlert } from "../alert.js";

/** Walks through DER that is there as a whole (a CRL), and never past its end. Strict as DerReader is about tags and lengths. */
export class DerCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  /** Of the element that was read last: where it begins, where its content does. It ends at `at`. */
  start: number;
  content: number;
  private readonly what: string;

  constructor(bytes: Uint8Array, at: number, end: number, what: string) {
    this.bytes = bytes;
    this.end = end;
    this.at = at;
    this.start = at;
    this.content = at;
    this.what = what;
  }

  /** Whether an element with this tag comes next. */
  has(tag: number): boolean {
    return this.at < this.end && this.bytes[this.at] === tag;
  }

  more(): boolean {
    return this.at < this.end;
  }

  /** Reads one element; it has to have this tag. */
  read(tag: number, name: string): void {
    const { bytes, end } = this;
    const start = this.at;
    if (start + 2 > end || bytes[start] !== tag) this.fail(`${name} is missing`);
    const first = bytes[start + 1]!;
    let length = first;
    let content = start + 2;
    if (first >= 0x80) {
      const octets = first & 0x7f;
      if (octets === 0 || octets > 3 || content + octets > end) this.fail(`the length of ${name} is none that DER allows`);
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + bytes[content + i]!;
      if (bytes[content] === 0 || length < 0x80) this.fail(`the length of ${name} is not in its shortest form`);
      content += octets;
    }
    if (content + length > end) this.fail(`${name} has ${length} octets, only ${end - content} are left`);
    this.start = start;
    this.content = content;
    this.at = content + length;
  }

  /** Reads one element and answers a cursor over its content. */
  enter(tag: number, name: string): DerCursor {
    this.read(tag, name);
    return new DerCursor(this.bytes, this.content, this.at, this.what);
  }

  /** All has to be read. */
  finish(name: string): void {
    if (this.at !== this.end) this.fail(`${this.end - this.at} octets follow ${name}`);
  }

  fail(reason: string): never {
    throw new TLSAlert(bad_certificate, `${this.what}: ${reason}`);
  }
}
