import { ClientNegotiation, READY, shown } from "./negotiation.js";

/** An LDAPMessage of ours: number 1, ExtendedRequest with the name 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.14.1). */
const START_TLS = Uint8Array.of(
  ...[0x30, 29, 0x02, 1, 1, 0x77, 24, 0x80, 22],
  ...[0x31, 0x2e, 0x33, 0x2e, 0x36, 0x2e, 0x31, 0x2e, 0x34, 0x2e, 0x31, 0x2e, 0x31, 0x34, 0x36, 0x36, 0x2e, 0x32, 0x30, 0x30, 0x33, 0x37],
);
const NAME = 9;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const ENUMERATED = 0x0a;
const OCTET_STRING = 0x04;
const EXTENDED_RESPONSE = 0x78;
const REFERRAL = 0xa3;
const RESPONSE_NAME = 0x8a;
const CONTROLS = 0xa0;

/** Bytes of the answer, which has a text for people and perhaps some addresses. */
const LONGEST = 2048;

/** LDAP's StartTLS (RFC 4511 §4.14): the client speaks first, and the server answers with a result code. */
export class LdapStartTls extends ClientNegotiation {
  private bytes: Uint8Array;
  private count: number;
  private total: number;
  /** Where the parser stands, and the content of the element that it read. */
  private at: number;
  private start: number;
  private end: number;

  constructor() {
    super("ldap");
    this.bytes = new Uint8Array(64);
    this.count = 0;
    this.total = 0;
    this.at = 0;
    this.start = 0;
    this.end = 0;
    this.send(START_TLS);
  }

  protected override push(byte: number): void {
    if (this.count === this.bytes.length) {
      const bytes = new Uint8Array(Math.min(this.total, this.count * 2));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    this.bytes[this.count++] = byte;
    if (this.total === 0) this.measure();
    if (this.count === this.total) this.answered();
  }

  /** Finds out how long the message is, as soon as its length is there. */
  private measure(): void {
    const { bytes, count } = this;
    if (bytes[0] !== SEQUENCE) this.malformed("does not begin as an LDAPMessage");
    if (count < 2 || (bytes[1] > 0x80 && count < 2 + (bytes[1] & 0x7f) && bytes[1] <= 0x84)) return;
    this.at = 0;
    this.total = LONGEST;
    this.enter(SEQUENCE, LONGEST);
    this.total = this.end;
  }

  private answered(): void {
    const { bytes, total } = this;
    this.at = 0;
    this.enter(SEQUENCE, total);
    this.at = this.start;
    const id = this.number(INTEGER, total);
    this.enter(EXTENDED_RESPONSE, total);
    const { start, end } = this;
    this.controls(end, total);
    this.at = start;
    const code = this.number(ENUMERATED, end);
    this.enter(OCTET_STRING, end);
    this.at = this.end;
    this.enter(OCTET_STRING, end);
    const text = shown(bytes, this.start, this.end - this.start);
    this.at = this.end;
    // Number 0 is the Notice of Disconnection (§4.4.1).
    if (id !== 1) this.refuse(`the server answers with message ${id} in place of 1, result ${code} "${text}"`);
    if (code !== 0) this.refuse(`the server refuses StartTLS with result ${code}${codeName(code)}: "${text}"`);
    if (this.at < end && bytes[this.at] === REFERRAL) this.skip(REFERRAL, end);
    if (this.at < end) this.responseName(end);
    if (this.at !== end) this.malformed("has more behind its response name than StartTLS allows");
    this.state = READY;
  }

  /** What may stand behind the response, and nothing else. */
  private controls(from: number, end: number): void {
    this.at = from;
    if (from < end) this.skip(CONTROLS, end);
    if (this.at !== end) this.malformed("has more behind its controls");
  }

  private responseName(end: number): void {
    this.enter(RESPONSE_NAME, end);
    const { start } = this;
    const length = this.end - start;
    let same = length === START_TLS.length - NAME;
    for (let i = 0; same && i < length; i++) same = this.bytes[start + i] === START_TLS[NAME + i];
    if (!same) this.malformed(`answers "${shown(this.bytes, start, length)}", not StartTLS`);
    this.at = this.end;
  }

  private skip(tag: number, end: number): void {
    this.enter(tag, end);
    this.at = this.end;
  }

  /** A number of at most three bytes. */
  private number(tag: number, end: number): number {
    this.enter(tag, end);
    const length = this.end - this.start;
    if (length < 1 || length > 3 || this.bytes[this.start] > 0x7f) this.malformed(`has a number of ${length} bytes`);
    let value = 0;
    for (let i = this.start; i < this.end; i++) value = (value << 8) | this.bytes[i];
    this.at = this.end;
    return value;
  }

  /** One element that ends at `end` or before: its content is [start, end). BER's lengths may have more bytes than they need (RFC 4511 §5.1: definite only). */
  private enter(tag: number, end: number): void {
    const { bytes } = this;
    let { at } = this;
    if (at + 2 > end || bytes[at] !== tag) this.malformed(`has no element 0x${tag.toString(16)} at byte ${at}`);
    let length = bytes[at + 1];
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count < 1 || count > 4 || at + count > end) this.malformed(`has a length of the form 0x${length.toString(16)} at byte ${at - 1}`);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[at++];
    }
    if (length > end - at) this.malformed(`has an element of ${length} bytes where ${end - at} may be`);
    this.start = at;
    this.end = at + length;
  }

  private malformed(why: string): never {
    this.refuse(`the server's answer ${why}: "${shown(this.bytes, 0, Math.min(this.count, 32))}"`);
  }
}

/** The codes that a server refuses StartTLS with (RFC 4511 §4.14.2). */
function codeName(code: number): string {
  switch (code) {
    case 1:
      return " operationsError";
    case 2:
      return " protocolError (it does not know StartTLS)";
    case 10:
      return " referral";
    case 52:
      return " unavailable";
    case 53:
      return " unwillingToPerform";
    default:
      return "";
  }
}
