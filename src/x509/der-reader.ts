/**
 * A push decoder for DER (X.690 §10, §11): takes the octets as they come, can stop at any of them, and stores nothing but the few that its
 * grammar asks to keep. What it expects is data: one row a state. The nesting that a grammar allows is fixed, so the stack is too; what is
 * nested deeper is never opened. Its whole state is plain numbers and the scratch array, so one reader can take over another's place.
 *
 * Strict: definite and minimal lengths, low tag numbers, no element past its container's end, nothing behind the last element, and the forms of
 * BOOLEAN, INTEGER, BIT STRING and OBJECT IDENTIFIER where their content is kept.
 */
import { SHORT_RUN } from "./octets.js";
import { hexOctet } from "./printable.js";

/** A row of a grammar: identifier octet, state to try when another identifier stands there (0: none), flags, state after the element,
 * first state inside the element (0: its content is not taken apart). */
export const ROW = 5;

/** Identifier of a row that takes any element. */
export const ANY = 0;
/** Identifier of a row that takes none. */
export const NONE = 0xff;

/** Flags: ask opened() when the header is there. */
export const OPEN = 1;
/** Call value() when the element is complete. */
export const VALUE = 2;
/** Keep the first octets of the content: in the token, or where opened() says. */
export const KEEP = 4;
/** Give the content to content() as it passes. */
export const STREAM = 8;
/** The container may end instead of this element. */
export const LAST = 16;
/** The element may not be empty. */
export const FILLED = 32;

/** The first octets of the scratch array belong to this class: what was kept last, and the stack (end of container, its state). */
export const TOKEN = 0;
export const TOKEN_SIZE = 32;
const STACK = 32;
const FRAME = 3;
const DEEPEST = 8;
export const READER_SCRATCH = STACK + FRAME * DEEPEST;
/** For a grammar that goes deeper, down to 12. */
export const DEEP_READER_SCRATCH = STACK + FRAME * 12;

/** What the next octet is. Between them: 2 and 1 octets of a long length are still to come. */
const IDENTIFIER = 4;
const LENGTH = 3;
const CONTENT = 0;

const NOTHING = new Uint8Array(0);

export abstract class DerReader {
  /** Scratch: token, stack, then what the subclass keeps. */
  protected bytes: Uint8Array;
  /** Octets of the whole read so far. */
  protected position: number;
  private end: number;
  private depth: number;
  private phase: number;
  private state: number;
  /** Octets in the content of the element that is read, and how many of them are still to come. */
  private length: number;
  protected left: number;
  /** Where content is kept, and how many octets at most. */
  protected keep: number;
  protected room: number;
  /** The piece that is pushed; input[base + position] is the octet at `position`. */
  protected input: Uint8Array;
  protected base: number;
  /** State of an element whose value is still to be worked on; 0: none. */
  protected deferred: number;

  protected constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.position = 0;
    this.end = 0;
    this.depth = 0;
    this.phase = IDENTIFIER;
    this.state = 0;
    this.length = 0;
    this.left = 0;
    this.keep = TOKEN;
    this.room = TOKEN_SIZE;
    this.input = NOTHING;
    this.base = 0;
    this.deferred = 0;
  }

  /** The grammar: ROW octets for each state; state 0 is not used. */
  protected abstract grammar(): Uint8Array;
  /** What a state's element is called in reasons. */
  protected abstract fieldName(state: number): string;
  /** Throws. */
  protected abstract malformed(reason: string): never;
  /** An element begins; position is where its content does. Answers the first state inside, or 0 to leave it closed. */
  protected abstract opened(state: number, length: number): number;
  /** The next n octets of content, at this.input[at]; content octet number length - left comes first. */
  protected abstract content(state: number, at: number, n: number, length: number): void;
  /** An element is complete; position is where it ended. Long work is put off by `deferred` = state. */
  protected abstract value(state: number, length: number): void;
  /** Does the work that walk() put off at this state; 0: a piece is at its end. */
  abstract late(state: number): void;

  /** Begins to read `total` octets (below 65,536) at the grammar's state `first`. */
  protected begin(total: number, first: number): void {
    this.position = 0;
    this.end = total;
    this.depth = 0;
    this.phase = IDENTIFIER;
    this.state = first;
    this.left = 0;
    this.deferred = 0;
    this.keep = TOKEN;
    this.room = TOKEN_SIZE;
  }

  /** Reads bytes[offset, offset + length). Where something is wrong malformed() is called, which throws. */
  push(bytes: Uint8Array, offset: number, length: number): void {
    this.feed(bytes, offset);
    let state: number;
    do {
      state = this.walk(offset + length);
      this.late(state);
    } while (state !== 0);
  }

  // What push() does, in parts, for those that need the stack: what runs below a call costs RAM, and late() hashes.

  /** A piece is there, from bytes[offset] on. */
  feed(bytes: Uint8Array, offset: number): void {
    this.input = bytes;
    this.base = offset - this.position;
  }

  /** Reads on up to input[end). It stops before where there is work for late(), and answers its state; else 0. */
  walk(end: number): number {
    const { input } = this;
    const rows = this.grammar();
    let at = this.base + this.position;
    while (at < end) {
      const { phase } = this;
      if (phase === CONTENT) {
        const { left } = this;
        let n = end - at;
        if (n > left) n = left;
        this.pass(rows, at, n);
        at += n;
        this.position += n;
        this.left = left - n;
        if (left === n) this.finish(rows);
      } else {
        if (this.position === this.end) this.overrun();
        const octet = input[at++]!;
        this.position++;
        if (phase !== IDENTIFIER) {
          const length = this.lengthOctet(octet);
          if (length >= 0) this.open(rows, length);
        } else {
          this.identify(rows, octet);
          // Most lengths are one octet: those are taken at once.
          if (at < end && input[at]! < 0x80 && this.position < this.end) {
            this.position++;
            this.open(rows, input[at++]!);
          } else this.phase = LENGTH;
        }
      }
      const { deferred } = this;
      if (deferred !== 0) {
        this.deferred = 0;
        return deferred;
      }
    }
    return 0;
  }

  private overrun(): never {
    if (this.phase === IDENTIFIER) throw new RangeError("more octets than were announced");
    this.malformed(`the length of ${this.fieldName(this.state)} is cut off by the end of what it is part of`);
  }

  /** All is read, and nothing is missing. */
  protected complete(): boolean {
    return this.depth === 0 && this.phase === IDENTIFIER && this.position === this.end;
  }

  /** The length, or -1 where more octets of it come. */
  private lengthOctet(octet: number): number {
    switch (this.phase) {
      case LENGTH:
        if (octet < 0x80) return octet;
        if (octet === 0x80) this.malformed(`${this.fieldName(this.state)} has indefinite length`);
        if (octet > 0x82) this.malformed(`${this.fieldName(this.state)} has a length of ${octet & 0x7f} octets, at most 2 are allowed`);
        this.phase = octet - 0x80;
        this.length = 0;
        return -1;
      case 2:
        if (octet === 0) this.notMinimal();
        this.length = octet;
        this.phase = 1;
        return -1;
      default: {
        const length = (this.length << 8) | octet;
        if (length < 0x80) this.notMinimal();
        return length;
      }
    }
  }

  private notMinimal(): never {
    this.malformed(`the length of ${this.fieldName(this.state)} is not in its shortest form`);
  }

  /** Finds the row for an identifier octet. */
  private identify(rows: Uint8Array, octet: number): void {
    let state = this.state;
    while (rows[state * ROW] !== octet || octet === NONE) {
      if (rows[state * ROW] === ANY && octet !== 0 && (octet & 0x1f) !== 0x1f) break;
      const other = rows[state * ROW + 1]!;
      if (other === 0) {
        if (this.depth === 0 && rows[state * ROW] === NONE) this.malformed(`${this.end - this.position + 1} octets follow it`);
        this.malformed(`an element with tag 0x${hexOctet(octet)} stands where ${this.fieldName(state)} is expected`);
      }
      state = other;
    }
    this.state = state;
  }

  private open(rows: Uint8Array, length: number): void {
    const state = this.state;
    const row = state * ROW;
    const flags = rows[row + 2]!;
    if (this.position + length > this.end) {
      this.malformed(`${this.fieldName(state)} has ${length} octets, only ${this.end - this.position} are left in what it is part of`);
    }
    if (length === 0 && (flags & FILLED) !== 0) this.malformed(`${this.fieldName(state)} is empty`);
    this.length = length;
    this.left = length;
    const inside = (flags & OPEN) !== 0 ? this.opened(state, length) : rows[row + 4]!;
    if (inside === 0) {
      this.phase = CONTENT;
      if (length === 0) this.finish(rows);
      return;
    }
    const frame = STACK + FRAME * this.depth++;
    const bytes = this.bytes;
    bytes[frame] = this.end >> 8;
    bytes[frame + 1] = this.end & 0xff;
    bytes[frame + 2] = state;
    this.end = this.position + length;
    this.state = inside;
    this.phase = IDENTIFIER;
    if (length === 0) this.settle(rows);
  }

  /** Content that passes, at this.input[at]. */
  private pass(rows: Uint8Array, at: number, n: number): void {
    const flags = rows[this.state * ROW + 2]!;
    if ((flags & KEEP) !== 0) {
      const done = this.length - this.left;
      let last = this.room - done;
      if (last > n) last = n;
      const { bytes, input } = this;
      const to = this.keep + done;
      if (last < SHORT_RUN) for (let i = 0; i < last; i++) bytes[to + i] = input[at + i]!;
      else bytes.set(input.subarray(at, at + last), to);
    }
    if ((flags & STREAM) !== 0) this.content(this.state, at, n, this.length);
  }

  /** The element without elements inside is complete. */
  private finish(rows: Uint8Array): void {
    const state = this.state;
    const row = state * ROW;
    const flags = rows[row + 2]!;
    this.phase = IDENTIFIER;
    if ((flags & KEEP) !== 0) this.checkForm(rows[row]!);
    if ((flags & VALUE) !== 0) this.value(state, this.length);
    this.keep = TOKEN;
    this.room = TOKEN_SIZE;
    this.state = rows[row + 3]!;
    if (this.position === this.end) this.settle(rows);
  }

  /** Leaves every container that ends here. */
  private settle(rows: Uint8Array): void {
    while (this.position === this.end) {
      if ((rows[this.state * ROW + 2]! & LAST) === 0) this.missing();
      if (this.depth === 0) return;
      const frame = STACK + FRAME * --this.depth;
      const bytes = this.bytes;
      const state = bytes[frame + 2]!;
      const row = state * ROW;
      const flags = rows[row + 2]!;
      this.state = state;
      if ((flags & VALUE) !== 0) this.value(state, 0);
      this.end = (bytes[frame]! << 8) | bytes[frame + 1]!;
      this.state = rows[row + 3]!;
    }
  }

  /** Of several elements that could stand here, the last is the one that is not optional. */
  private missing(): never {
    const rows = this.grammar();
    let state = this.state;
    while (rows[state * ROW + 1] !== 0) state = rows[state * ROW + 1]!;
    this.malformed(`${this.fieldName(state)} is missing`);
  }

  /** The forms that DER allows for the universal types that are kept. */
  private checkForm(identifier: number): void {
    if (identifier > 0x06) return;
    const bytes = this.bytes;
    const length = this.length;
    const first = bytes[this.keep]!;
    let good = length > 0;
    switch (identifier) {
      case 0x01:
        good = length === 1 && (first === 0 || first === 0xff);
        break;
      case 0x02:
        if (length > 1) good = first === 0 ? bytes[this.keep + 1]! >= 0x80 : first !== 0xff || bytes[this.keep + 1]! < 0x80;
        break;
      case 0x03:
        good &&= first < 8 && (first === 0 || length > 1);
        if (good && first !== 0 && length <= this.room) good = (bytes[this.keep + length - 1]! & ((1 << first) - 1)) === 0;
        break;
      case 0x06:
        if (good && length <= this.room) good = bytes[this.keep + length - 1]! < 0x80;
        good &&= first !== 0x80;
        break;
      default:
    }
    if (!good) this.malformed(`${this.fieldName(this.state)} has no valid DER form`);
  }

  /** Takes over all that another reader of the same class and sizes knows. */
  protected copyReader(from: DerReader): void {
    this.bytes.set(from.bytes);
    this.position = from.position;
    this.end = from.end;
    this.depth = from.depth;
    this.phase = from.phase;
    this.state = from.state;
    this.length = from.length;
    this.left = from.left;
    this.keep = from.keep;
    this.room = from.room;
  }
}
