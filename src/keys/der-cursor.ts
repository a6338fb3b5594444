/** A strict reader of DER that is whole in memory (keys and our own certificates). Its errors name fields, never what stands in them. */
export class DerCursor {
  readonly bytes: Uint8Array;
  /** What errors begin with. */
  readonly what: string;
  at: number;
  private end: number;

  constructor(bytes: Uint8Array, offset: number, length: number, what: string) {
    this.bytes = bytes;
    this.what = what;
    this.at = offset;
    this.end = offset + length;
  }

  fail(reason: string): never {
    throw new RangeError(`${this.what}: ${reason}`);
  }

  /** The next identifier octet, 0 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : 0;
  }

  /**
   * Reads an element's header, tag and a definite length in its shortest form, and goes behind the element. Its content is what stands before
   * `at`: the answer is how many octets.
   */
  skip(tag: number, field: string): number {
    const { bytes, end } = this;
    if (this.at >= end) this.fail(`${field} is missing`);
    if (bytes[this.at] !== tag) this.fail(`${field} does not stand where it is expected`);
    let at = this.at + 2;
    let length = at > end ? 0 : bytes[at - 1]!;
    if (length > 0x80 && length < 0x83) {
      let more = length & 0x7f;
      if (at + more > end) this.fail(`${field} is cut off`);
      for (length = 0; more > 0; more--) length = length * 256 + bytes[at++]!;
      if (length < (at - this.at === 3 ? 0x80 : 0x100)) this.fail(`the length of ${field} is not in its shortest form`);
    } else if (length > 0x7f) this.fail(`${field} has no length that is allowed here`);
    if (at + length > end) this.fail(`${field} is cut off`);
    this.at = at + length;
    return length;
  }

  /** The same for a container: what is read next is its content. Answers where the one around ends, for leave(). */
  enter(tag: number, field: string): number {
    const length = this.skip(tag, field);
    const around = this.end;
    this.end = this.at;
    this.at -= length;
    return around;
  }

  /** Nothing may be left inside. */
  leave(around: number, field: string): void {
    if (this.at !== this.end) this.fail(`${this.end - this.at} octets too many in ${field}`);
    this.end = around;
  }

  /** An INTEGER above 0 in the fewest octets: 65,536 times the place of its first octet that is not a leading zero, plus their number. */
  unsigned(field: string): number {
    let length = this.skip(0x02, field);
    let start = this.at - length;
    const { bytes } = this;
    if (length === 0 || bytes[start]! > 0x7f) this.fail(`${field} is not above 0`);
    if (bytes[start] === 0) {
      start++;
      length--;
      if (length === 0) this.fail(`${field} is not above 0`);
      if (bytes[start]! < 0x80) this.fail(`${field} is not in its shortest form`);
    }
    return start * 0x10000 + length;
  }

  /** An INTEGER from 0 to 127. */
  small(field: string): number {
    const length = this.skip(0x02, field);
    const value = this.bytes[this.at - 1]!;
    if (length !== 1 || value > 0x7f) this.fail(`${field} is none that is known`);
    return value;
  }

  /** The content of a BIT STRING of whole octets, packed as unsigned() does. */
  bitString(tag: number, field: string): number {
    const length = this.skip(tag, field);
    const start = this.at - length;
    if (length === 0 || this.bytes[start] !== 0) this.fail(`${field} is not a string of whole octets`);
    return (start + 1) * 0x10000 + length - 1;
  }
}
