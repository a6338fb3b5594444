import { PSK_DHE_KE, type ServerHandshakeState, type ServerSession, type ServerTickets } from "../config-psk.js";
import { OUTSIDE, type Random } from "../crypto/provider.js";
import { NOT_KNOWN } from "./server-session.js";
import { type SessionOptions, SessionRules, secondsOf } from "./session-rules.js";

/** What keeps a server's sessions: keys that seal them into the tickets themselves (TicketKeys), or memory (SessionCache). */
export interface TicketBox {
  /** Makes the ticket for the bytes of a session. now: seconds since 1970, -1 where they are not known. */
  seal(session: Uint8Array, random: Random, now: number): Uint8Array;
  /** The bytes again, to be zeroed by the caller; null for a ticket that is not of this box, damaged or forgotten. OUTSIDE: it is looked up elsewhere. */
  open(bytes: Uint8Array, offset: number, length: number, now: number): Uint8Array | null | typeof OUTSIDE;
}

export interface TicketOptions extends SessionOptions {
  /** Tickets that are sent after each handshake. Default 1; clients that use each ticket once and open several connections at a time need more. */
  readonly count?: number;
  /** PSK_DHE_KE (the default), PSK_KE or both. PSK_KE has no forward secrecy. */
  readonly modes?: number;
}

/** A server's tickets (RFC 9846 §4.7.1; of TLS 1.2: RFC 5077). */
export class Tickets extends SessionRules implements ServerTickets {
  readonly modes: number;
  readonly count: number;
  private readonly box: TicketBox;

  constructor(box: TicketBox, options: TicketOptions = {}) {
    super(options);
    const { count = 1 } = options;
    if (!(count >= 1 && count <= 16)) throw new RangeError(`tickets: count is ${count}; 1 to 16 may be`);
    this.box = box;
    this.modes = options.modes ?? PSK_DHE_KE;
    this.count = count;
  }

  open(state: ServerHandshakeState, bytes: Uint8Array, offset: number, length: number): ServerSession | null | typeof OUTSIDE {
    const opened = this.box.open(bytes, offset, length, nowOf(state));
    return opened === null || opened === OUTSIDE ? opened : this.unpack(state, opened as Uint8Array);
  }

  seal(state: ServerHandshakeState, session: ServerSession, lifetime: number): Uint8Array {
    const packed = this.pack(state, session, lifetime);
    const ticket = this.box.seal(packed, state.config.random, nowOf(state));
    if (ticket !== packed) packed.fill(0);
    return ticket;
  }
}

/** As boxes have it. */
function nowOf(state: ServerHandshakeState): number {
  const now = secondsOf(state);
  return now === NOT_KNOWN ? -1 : now;
}
