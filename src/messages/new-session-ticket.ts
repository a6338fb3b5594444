import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import { Writer } from "../bytes/writer.js";
import { early_data, new_session_ticket } from "../constants.js";
import { CLIENT_EXTENSIONS } from "../extensions/client-13.js";

const LIFETIME = 0;
const AGE_ADD = 1;
const NONCE_LENGTH = 2;
const TICKET_LENGTH = 3;
const EXTENSIONS_LENGTH = 4;
const EXTENSION_TYPE = 5;
const EXTENSION_LENGTH = 6;
const SKIPPED = 7;

/**
 * Reads a NewSessionTicket (RFC 9846 §4.7.1) as its bytes arrive: a ticket may have 64 KB. Here the form is checked and the content passed over;
 * TicketCollector of src/session keeps it.
 */
export class NewSessionTicketReader {
  readonly waiting: boolean;
  private field: number;
  private afterSkip: number;
  private left: number;
  private number: number;
  private blockLeft: number;
  private lifetimeRead: number;
  private hasEarlyData: boolean;

  constructor() {
    this.waiting = false;
    this.field = LIFETIME;
    this.afterSkip = 0;
    this.left = 4;
    this.number = 0;
    this.blockLeft = -1;
    this.lifetimeRead = 0;
    this.hasEarlyData = false;
  }

  /** What the message says, for who keeps it. */
  protected told(_lifetime: number, _ageAdd: number): void {}
  protected beginTicket(_length: number): void {}
  protected takeNonce(_bytes: Uint8Array, _offset: number, _length: number): void {}
  protected takeTicket(_bytes: Uint8Array, _offset: number, _length: number): void {}

  /** Takes over the state of another reader. */
  copyFrom(from: NewSessionTicketReader): void {
    this.field = from.field;
    this.afterSkip = from.afterSkip;
    this.left = from.left;
    this.number = from.number;
    this.blockLeft = from.blockLeft;
    this.lifetimeRead = from.lifetimeRead;
    this.hasEarlyData = from.hasEarlyData;
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    const end = offset + length;
    let o = offset;
    while (o < end) {
      if (this.field === SKIPPED) {
        const n = Math.min(end - o, this.left);
        if (this.afterSkip === TICKET_LENGTH) this.takeNonce(bytes, o, n);
        else if (this.afterSkip === EXTENSIONS_LENGTH) this.takeTicket(bytes, o, n);
        o += n;
        this.left -= n;
        if (this.blockLeft > 0) this.blockLeft -= n;
        if (this.left === 0) this.expect(this.afterSkip, 2);
        continue;
      }
      if (this.blockLeft === 0) this.malformed();
      if (this.blockLeft > 0) this.blockLeft--;
      this.number = this.number * 256 + bytes[o++];
      if (--this.left === 0) this.numberRead();
    }
    return length;
  }

  finish(): void {
    if (this.field !== EXTENSION_TYPE || this.left !== 2 || this.blockLeft !== 0) this.malformed();
  }

  private numberRead(): void {
    const n = this.number;
    switch (this.field) {
      case LIFETIME:
        this.lifetimeRead = n;
        this.expect(AGE_ADD, 4);
        return;
      case AGE_ADD:
        this.told(this.lifetimeRead, n);
        this.expect(NONCE_LENGTH, 1);
        return;
      case NONCE_LENGTH:
        this.skip(n, TICKET_LENGTH);
        return;
      case TICKET_LENGTH:
        if (n === 0) throw new TLSAlert(decode_error, "NewSessionTicket: an empty ticket");
        this.beginTicket(n);
        this.skip(n, EXTENSIONS_LENGTH);
        return;
      case EXTENSIONS_LENGTH:
        this.blockLeft = n;
        this.expect(EXTENSION_TYPE, 2);
        return;
      case EXTENSION_TYPE:
        this.checkExtension(n);
        this.expect(EXTENSION_LENGTH, 2);
        return;
      default:
        if (n > this.blockLeft) this.malformed();
        this.skip(n, EXTENSION_TYPE);
    }
  }

  /** §4.3: unknown ones are passed over; those that belong elsewhere, or stand twice, are not. */
  private checkExtension(type: number): void {
    if (type === early_data) {
      if (this.hasEarlyData) throw new TLSAlert(illegal_parameter, "NewSessionTicket: extension early_data stands twice");
      this.hasEarlyData = true;
      return;
    }
    for (let i = 0; i < CLIENT_EXTENSIONS.length; i++)
      if (CLIENT_EXTENSIONS[i].type === type)
        throw new TLSAlert(illegal_parameter, `NewSessionTicket: extension ${CLIENT_EXTENSIONS[i].name} may not stand in this message`);
  }

  private skip(length: number, field: number): void {
    if (length === 0) {
      this.expect(field, 2);
      return;
    }
    this.expect(SKIPPED, length);
    this.afterSkip = field;
  }

  private expect(field: number, left: number): void {
    this.field = field;
    this.left = left;
    this.number = 0;
  }

  private malformed(): never {
    throw new TLSAlert(decode_error, "NewSessionTicket: a length does not fit");
  }
}

/** A NewSessionTicket without extensions. ageAdd: 4 random bytes at bytes[offset]. */
export function writeNewSessionTicket(
  lifetime: number,
  ageAdd: Uint8Array,
  offset: number,
  nonce: Uint8Array,
  ticket: Uint8Array,
): Uint8Array {
  const message = new Uint8Array(4 + 4 + 4 + 1 + nonce.length + 2 + ticket.length + 2);
  const w = new Writer(message);
  w.over(message, 0, message.length);
  w.u8(new_session_ticket);
  const body = w.open24();
  w.u16(lifetime >>> 16);
  w.u16(lifetime & 0xffff);
  w.copy(ageAdd, offset, 4);
  w.u8(nonce.length);
  w.copy(nonce, 0, nonce.length);
  w.u16(ticket.length);
  w.copy(ticket, 0, ticket.length);
  w.u16(0);
  w.close24(body);
  return message;
}
