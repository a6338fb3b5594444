import { decode_error, TLSAlert } from "../alert.js";
import { Writer } from "../bytes/writer.js";
import { new_session_ticket } from "../constants.js";

const HEADER = 6;
const EMPTY = new Uint8Array(0);

/** Reads a NewSessionTicket of TLS 1.2 (RFC 5077 §3.3) as its bytes arrive, and keeps the ticket where it has at most `maxTicket` bytes. */
export class NewSessionTicketReader12 {
  readonly waiting: boolean;
  /** ticket_lifetime_hint. */
  lifetime: number;
  /** Empty where the server has sent none after all, or one that is too long. */
  ticket: Uint8Array;
  private readonly maxTicket: number;
  /** Bytes that were read, and that there will be. */
  private at: number;
  private length: number;

  constructor(maxTicket: number) {
    this.waiting = false;
    this.lifetime = 0;
    this.ticket = EMPTY;
    this.maxTicket = maxTicket;
    this.at = 0;
    this.length = 0;
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++) this.take(bytes[offset + i]);
    return length;
  }

  finish(): void {
    if (this.at < HEADER || this.at !== HEADER + this.length) this.malformed();
  }

  private take(byte: number): void {
    const { at } = this;
    this.at = at + 1;
    if (at < 4) this.lifetime = this.lifetime * 256 + byte;
    else if (at < HEADER) {
      this.length = (this.length << 8) | byte;
      if (at === HEADER - 1 && this.length <= this.maxTicket) this.ticket = new Uint8Array(this.length);
    } else if (at - HEADER >= this.length) this.malformed();
    else if (this.ticket.length > 0) this.ticket[at - HEADER] = byte;
  }

  private malformed(): never {
    throw new TLSAlert(decode_error, `NewSessionTicket: ${this.at} bytes or more, a ticket of ${this.length} in it`);
  }
}

/** A NewSessionTicket of TLS 1.2. An empty ticket takes the promise of one back. */
export function writeNewSessionTicket12(lifetime: number, ticket: Uint8Array): Uint8Array {
  const message = new Uint8Array(4 + HEADER + ticket.length);
  const w = new Writer(message);
  w.over(message, 0, message.length);
  w.u8(new_session_ticket);
  const body = w.open24();
  w.u16(lifetime >>> 16);
  w.u16(lifetime & 0xffff);
  w.u16(ticket.length);
  w.copy(ticket, 0, ticket.length);
  w.close24(body);
  return message;
}
