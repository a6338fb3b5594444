import { NewSessionTicketReader } from "../messages/new-session-ticket.js";

const EMPTY = new Uint8Array(0);

/** Keeps what a NewSessionTicket says, once it is there as a whole. */
export class TicketCollector extends NewSessionTicketReader {
  lifetime: number;
  ageAdd: number;
  readonly nonce: Uint8Array;
  nonceLength: number;
  /** Empty where it is longer than may be kept. */
  ticket: Uint8Array;
  private readonly maxTicket: number;
  private at: number;

  constructor(maxTicket: number) {
    super();
    this.lifetime = 0;
    this.ageAdd = 0;
    this.nonce = new Uint8Array(255);
    this.nonceLength = 0;
    this.ticket = EMPTY;
    this.maxTicket = maxTicket;
    this.at = 0;
  }

  override copyFrom(from: TicketCollector): void {
    super.copyFrom(from);
    this.lifetime = from.lifetime;
    this.ageAdd = from.ageAdd;
    this.nonce.set(from.nonce);
    this.nonceLength = from.nonceLength;
    this.ticket = from.ticket.slice();
    this.at = from.at;
  }

  protected override told(lifetime: number, ageAdd: number): void {
    this.lifetime = lifetime;
    this.ageAdd = ageAdd;
  }

  protected override beginTicket(length: number): void {
    if (length <= this.maxTicket) this.ticket = new Uint8Array(length);
    this.at = 0;
  }

  protected override takeNonce(bytes: Uint8Array, offset: number, length: number): void {
    for (let i = 0; i < length; i++) this.nonce[this.nonceLength++] = bytes[offset + i];
  }

  protected override takeTicket(bytes: Uint8Array, offset: number, length: number): void {
    const { ticket } = this;
    if (ticket.length === 0) return;
    for (let i = 0; i < length; i++) ticket[this.at++] = bytes[offset + i];
  }
}
