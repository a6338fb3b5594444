import { protocol_version, record_overflow, TLSAlert, unexpected_message } from "../alert.js";
import { escaped } from "../bytes/escaped.js";
import { alert, application_data, change_cipher_spec, handshake } from "../constants.js";
import { checkContent, HEADER_LENGTH, MAX_PLAINTEXT, type Protection } from "./protection.js";
import { RecordWriter } from "./record-writer.js";
import { StreamedRecord } from "./streamed-record.js";

/** The longest TLSCiphertext.encrypted_record (RFC 9846 §5.2). */
const MAX_CIPHERTEXT = MAX_PLAINTEXT + 256;
/** In TLS 1.2 (RFC 5246 §6.2.3); CBC's padding may have 256 bytes alone. */
const MAX_CIPHERTEXT_12 = MAX_PLAINTEXT + 2048;

/** The receive region begins 3 bytes behind a multiple of 4: the payload of a record is then aligned. */
export const FIRST = 3;

/** Bits of `flags`: below, and above them the bytes of early data that may still be passed over. */
const EXPECTS_HELLO = 1;
const LIMITED = 2;
/** The rest of a record, which counts as `left`, is passed over. */
const PASSES_OVER = 4;
const BITS = 7;
const BUDGET = 8;

/** Early data that is passed over: what clients send at most where nobody told them more. */
const MOST_EARLY_DATA = 16384;

/** `type` of a fragment, empty, that stands for bytes that were passed over. */
export const PASSED_OVER = 0;

/**
 * Cuts the receive region of `io` into records. All indices count in `io`:
 *
 *     base                                start         end      next            tail                  limit
 *      |  (consumed)  |  header | prefix  |  fragment   |  tag   |  not looked at  |  free for the host  |
 *
 * - A protected record is opened once it is there as a whole; its content is one fragment, in place.
 * - An unprotected handshake record is handed out as its bytes arrive, so its size needs no buffer; `left` bytes of it are still to come.
 * - An unprotected alert or change_cipher_spec record is tiny and handed out whole.
 *
 * The consumer moves `start` to `end`, then calls `advance()`. The AEADs like payloads at a multiple of 4: base is 3 more than a multiple
 * of 4, and a protected record is moved to base before it is opened.
 */
export class RecordReader extends RecordWriter {
  /** Content type of the current fragment. */
  type: number;
  start: number;
  end: number;
  readProtection: Protection | null;
  /** `expectsHello` and `limited`, as bits of one number: each field is RAM at rest. */
  private flags: number;
  /** A record that is handed out before its tag is known. */
  streamed: StreamedRecord | null;
  next: number;
  tail: number;
  limit: number;
  /** Bytes of an unprotected handshake record that are still to come; below 0: not even the first record's header was seen. */
  private left: number;

  constructor(io: Uint8Array, limit: number) {
    super(io);
    this.type = 0;
    this.start = FIRST;
    this.end = FIRST;
    this.readProtection = null;
    this.flags = 0;
    this.streamed = null;
    this.limit = limit;
    this.next = FIRST;
    this.tail = FIRST;
    this.left = -1;
    this.head = this.sendTail = this.sendBase;
  }

  /** Behind the receive region, and 3 bytes behind a multiple of 4, too: they are what is passed over. */
  protected get sendBase(): number {
    return this.limit + (-(this.limit - FIRST) & 3);
  }

  /**
   * A server's, until the first protected record. Unprotected handshake records are handed out whole where they fit: so it reads a ClientHello in place. And
   * an alert may come unprotected: clients, OpenSSL's among them, refuse a certificate so. It only ends the handshake, as a lost connection would.
   */
  get expectsHello(): boolean {
    return (this.flags & EXPECTS_HELLO) !== 0;
  }

  set expectsHello(expects: boolean) {
    this.flags = (this.flags & ~EXPECTS_HELLO) | (expects ? EXPECTS_HELLO : 0);
  }

  /** The peer has agreed to send no record that is larger than the receive region. */
  get limited(): boolean {
    return (this.flags & LIMITED) !== 0;
  }

  limitPeer(): void {
    this.flags |= LIMITED;
  }

  /**
   * RFC 9846 §4.3.10: early data that is not taken is passed over, up to so many bytes: records that do not open, until the first one that does, and before
   * there is protection those of application data. false: none may come any more.
   */
  skipEarlyData(skip: boolean): void {
    this.flags = (this.flags & BITS) | (skip ? MOST_EARLY_DATA * BUDGET : 0);
  }

  get base(): number {
    return FIRST;
  }

  /** Where the host puts the next bytes, and how many fit there. */
  get receiveOffset(): number {
    return this.tail;
  }

  get space(): number {
    return this.limit - this.tail;
  }

  /** Bytes of a record's body that fit in the receive region. */
  get capacity(): number {
    return this.limit - FIRST - HEADER_LENGTH;
  }

  /** True where the current fragment is the last of its record. */
  get endsRecord(): boolean {
    return this.left === 0;
  }

  /** Nothing is half read. */
  get empty(): boolean {
    return this.tail === FIRST && this.left <= 0;
  }

  /** Bytes that arrived and were not yet looked at. */
  get unread(): number {
    return this.tail - this.next;
  }

  received(length: number): void {
    if (!(length >= 0 && length <= this.space)) throw new RangeError(`received(${length}): there is room for ${this.space} bytes`);
    this.tail += length;
  }

  /** The fragment is not known to be authentic: nothing that comes of it may be seen outside, and none of its errors. */
  get provisional(): boolean {
    return this.streamed !== null && !this.streamed.authentic;
  }

  /** Moves on to the next fragment once the current one is consumed. False: more bytes are needed, or a record is too long, or a streamed one is authentic. */
  advance(): boolean {
    if (this.streamed !== null) return this.streamed.advance(this);
    if (this.next === this.tail) this.next = this.tail = FIRST;
    this.start = this.end = this.next;
    if (this.left > 0) return (this.flags & PASSES_OVER) !== 0 ? this.passOver() : this.take();
    const { io } = this;
    const head = this.next;
    const there = this.tail - head;
    if (this.left < 0 && there > 0) this.checkFirst(there);
    if (there < HEADER_LENGTH) return this.wait();
    this.left = 0;
    const type = io[head];
    const length = (io[head + 3] << 8) | io[head + 4];
    // §5: a change_cipher_spec record is never protected; it is told before deprotection.
    const { readProtection: protection } = this;
    const open = protection === null || type === change_cipher_spec || (type === alert && this.expectsHello && !protection.showsType);
    if (open && type === application_data && this.isEarly(length)) return this.passOver();
    this.checkHeader(type, length, open);
    if (!open && length > this.capacity && this.isEarly(length)) return this.passOver();
    if (open && type === handshake && !(this.expectsHello && HEADER_LENGTH + length <= this.limit - FIRST)) {
      this.type = type;
      this.start = this.end = this.next = head + HEADER_LENGTH;
      this.left = length;
      return this.take();
    }
    if (there < HEADER_LENGTH + length || (!open && length > this.capacity)) return this.wait();
    if (open) {
      this.type = type;
      this.start = head + HEADER_LENGTH;
      this.end = this.next = this.start + length;
      return true;
    }
    // Returned, so that it takes this function's place on the stack, which is deep below an AEAD.
    return this.openRecord(length);
  }

  /** The protected record that begins the receive region does not fit it. */
  get isTooLong(): boolean {
    if (this.readProtection === null || this.streamed !== null || this.tail - FIRST < HEADER_LENGTH) return false;
    return this.recordLength > this.capacity;
  }

  /** Bytes of the body of the record that begins the receive region. */
  get recordLength(): number {
    return (this.io[FIRST + 3] << 8) | this.io[FIRST + 4];
  }

  /** The record that is too long is opened as it streams through, as one of handshake messages. False: that can't be. open: the handshake is over. */
  stream(open: boolean): boolean {
    const protection = this.readProtection as Protection;
    const length = this.recordLength;
    const opening = protection.openInParts?.(this.io, FIRST, length) ?? null;
    if (opening === null) return false;
    this.streamed = new StreamedRecord(opening, FIRST + HEADER_LENGTH, length + 1 - protection.overhead, open);
    return true;
  }

  /** The error of a record whose body has `length` bytes. */
  tooLong(length: number): TLSAlert {
    const needed = length + HEADER_LENGTH;
    const reason = `a protected record of ${length} bytes does not fit: receiveBuffer has ${this.limit - FIRST} bytes, ${needed} are needed, ${this.limited ? "and the peer had agreed to send none that long" : "there or from the config's lender"}`;
    return new TLSAlert(record_overflow, reason);
  }

  /** Zeroes what was received. */
  wipe(): void {
    this.streamed?.wipe();
    this.streamed = null;
    if (this.io.length > 0) this.io.fill(0, FIRST, this.limit); // what is parked has none
    this.next = this.tail = this.start = this.end = FIRST;
    this.left = 0;
  }

  /** The next arrived bytes of an unprotected handshake record. */
  private take(): boolean {
    const there = Math.min(this.unread, this.left);
    if (there === 0) return this.wait();
    this.start = this.next;
    this.end = this.next = this.start + there;
    this.left -= there;
    return true;
  }

  private openRecord(length: number): boolean {
    this.moveToBase();
    const protection = this.readProtection as Protection;
    const end = protection.open(this.io, FIRST, length);
    if (end < 0) {
      if (!this.isEarly(length)) throw protection.refused?.(length);
      return this.passOver();
    }
    this.end = end;
    this.flags &= LIMITED;
    this.type = this.io[protection.showsType ? FIRST : this.end];
    this.start = FIRST + HEADER_LENGTH + protection.prefix;
    this.next = FIRST + HEADER_LENGTH + length;
    checkContent(this.type, this.end - this.start);
    return true;
  }

  /** True where the record at hand, whose body has `length` bytes, is early data that is passed over: it is, from its body on. */
  private isEarly(length: number): boolean {
    const budget = Math.floor(this.flags / BUDGET) - (length || 1); // empty ones have an end too
    if (this.flags < BUDGET || budget < 0) return false;
    this.flags = (this.flags & BITS) | PASSES_OVER | (budget * BUDGET);
    this.next += HEADER_LENGTH;
    this.left = length;
    return true;
  }

  private passOver(): boolean {
    const there = Math.min(this.unread, this.left);
    this.next += there;
    this.left -= there;
    if (this.left === 0) this.flags &= ~PASSES_OVER;
    else if (there === 0) return this.wait();
    this.type = PASSED_OVER;
    this.start = this.end = this.next;
    return true;
  }

  private wait(): boolean {
    this.moveToBase();
    return false;
  }

  private moveToBase(): void {
    const { next } = this;
    if (next === FIRST) return;
    this.io.copyWithin(FIRST, next, this.tail);
    this.tail -= next - FIRST;
    this.next = this.start = this.end = FIRST;
  }

  private checkHeader(type: number, length: number, open: boolean): void {
    if (!open) {
      if (type !== application_data && !((this.readProtection as Protection).showsType && (type === handshake || type === alert))) {
        // §5: once protection is on, only change_cipher_spec may come without it.
        throw new TLSAlert(unexpected_message, `an unprotected record of content type ${type} where protected ones are due`);
      }
      const most = (this.readProtection as Protection).showsType ? MAX_CIPHERTEXT_12 : MAX_CIPHERTEXT;
      if (length > most) throw new TLSAlert(record_overflow, `a protected record of ${length} bytes; ${most} is the most`);
      return;
    }
    if (type === handshake || type === alert || type === change_cipher_spec) {
      if (length > MAX_PLAINTEXT) throw new TLSAlert(record_overflow, `a record of ${length} bytes; ${MAX_PLAINTEXT} is the most`);
      // §5.1: no zero-length fragments of handshake; an alert record holds exactly one alert; §5: change_cipher_spec is one byte.
      if (length === 0) throw new TLSAlert(unexpected_message, `an empty record of content type ${type}`);
      if (type === change_cipher_spec && length !== 1)
        throw new TLSAlert(unexpected_message, `a change_cipher_spec record of ${length} bytes`);
      if (type === alert && length !== 2) throw new TLSAlert(unexpected_message, `an alert record of ${length} bytes; one alert has 2`);
      return;
    }
    throw new TLSAlert(unexpected_message, `an unprotected record of content type ${type}`);
  }

  /** The first bytes of all: tells a peer that does not speak TLS from one that does it wrong. */
  private checkFirst(there: number): void {
    const { io, next: head } = this;
    if (io[head] >= 0x20 && io[head] < 0x7f)
      throw new TLSAlert(unexpected_message, `the peer sent plain text, not TLS: "${escaped(io, head, there)}"`);
    // A header of two bytes, then CLIENT-HELLO (RFC 6101 Appendix E.2).
    if (io[head] >= 0x80 && there > 2 && io[head + 2] === 1)
      throw new TLSAlert(protocol_version, "the peer begins with a hello of SSL 2; no version below TLS 1.2 is spoken");
  }
}
