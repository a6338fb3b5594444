import { PSK_DHE_KE, type ServerHandshakeState, type ServerSession, type ServerTickets } from "../config-psk.js";
import { OUTSIDE, type Random } from "../crypto/provider.js";
import { bindingOf, NOT_KNOWN, PackedSession, packSession } from "./server-session.js";

/** What keeps a server's sessions: keys that seal them into the tickets themselves (TicketKeys), or memory (SessionCache). */
export interface TicketBox {
  /** Makes the ticket for the bytes of a session. now: seconds since 1970, -1 where they are not known. */
  seal(session: Uint8Array, random: Random, now: number): Uint8Array;
  /** The bytes again, which are zeroed when they have been read; null for a ticket that is not of this box, damaged or forgotten. OUTSIDE: it is looked up elsewhere. */
  open(bytes: Uint8Array, offset: number, length: number, now: number): Uint8Array | null | typeof OUTSIDE;
}

export interface TicketOptions {
  /** Seconds for which a ticket may be used, at most 604,800. Default 86,400: a day. */
  readonly lifetime?: number;
  /** Seconds from a full handshake to the last resumption of its session, renewed tickets included. Default 604,800: 7 days. */
  readonly totalAge?: number;
  /** Tickets that are sent after each handshake. Default 1; clients that use each ticket once and open several connections at a time need more. */
  readonly count?: number;
  /** PSK_DHE_KE (the default), PSK_KE or both. PSK_KE has no forward secrecy. */
  readonly modes?: number;
  /**
   * Stands for what no fingerprint can tell: what `checks.verify` of client authentication refuses. Without it no tickets are given where there is such
   * a verify(): a client that it would refuse today could go on with a session of yesterday. Another text ends all sessions.
   */
  readonly policy?: string;
  /** With an unset clock the age of a session is not known, nor whether the client's certificate has ended meanwhile. True: sessions are resumed all the same. */
  readonly allowSessionsOfUnknownAge?: boolean;
}

const SEVEN_DAYS = 604_800;

/** Seconds by which the clocks of servers that share their keys may differ. */
const SKEW = 60;

/** A server's tickets: which sessions may be resumed, and for how long (RFC 9846 §4.7.1). */
export class Tickets implements ServerTickets {
  readonly modes: number;
  readonly count: number;
  private readonly box: TicketBox;
  private readonly lifetime: number;
  private readonly totalAge: number;
  private readonly policy: string;
  private readonly allowUnknownAge: boolean;

  constructor(box: TicketBox, options: TicketOptions = {}) {
    const { lifetime = 86_400, totalAge = SEVEN_DAYS, count = 1 } = options;
    if (!(lifetime >= 1 && lifetime <= SEVEN_DAYS))
      throw new RangeError(`tickets: lifetime is ${lifetime}; 1 to ${SEVEN_DAYS} seconds may be`);
    if (!(totalAge >= 0)) throw new RangeError(`tickets: totalAge is ${totalAge}; give seconds`);
    if (!(count >= 1 && count <= 16)) throw new RangeError(`tickets: count is ${count}; 1 to 16 may be`);
    this.box = box;
    this.modes = options.modes ?? PSK_DHE_KE;
    this.count = count;
    this.lifetime = lifetime;
    this.totalAge = totalAge;
    this.policy = options.policy ?? "";
    this.allowUnknownAge = options.allowSessionsOfUnknownAge ?? false;
  }

  lifetimeOf(state: ServerHandshakeState, { first, until }: ServerSession): number {
    if (bindingOf(state, this.policy) === null) return 0;
    const now = secondsOf(state);
    if (now === NOT_KNOWN || first === NOT_KNOWN) return this.allowUnknownAge ? this.lifetime : 0;
    return Math.max(0, Math.min(this.lifetime, first + this.totalAge - now, until - now));
  }

  open(state: ServerHandshakeState, bytes: Uint8Array, offset: number, length: number): ServerSession | null | typeof OUTSIDE {
    const now = secondsOf(state);
    const opened = this.box.open(bytes, offset, length, now === NOT_KNOWN ? -1 : now);
    if (opened === null || opened === OUTSIDE) return opened;
    const packed = opened as Uint8Array;
    const session = PackedSession.from(packed);
    const usable = session !== null && this.mayResume(state, session, now);
    packed.fill(0);
    if (usable) return session;
    session?.key.fill(0);
    return null;
  }

  seal(state: ServerHandshakeState, session: ServerSession, lifetime: number): Uint8Array {
    const now = secondsOf(state);
    const packed = packSession(session, now, lifetime, bindingOf(state, this.policy) as Uint8Array);
    const ticket = this.box.seal(packed, state.config.random, now === NOT_KNOWN ? -1 : now);
    if (ticket !== packed) packed.fill(0);
    return ticket;
  }

  private mayResume(state: ServerHandshakeState, session: PackedSession, now: number): boolean {
    const binding = bindingOf(state, this.policy);
    if (binding === null || !session.isOf(binding) || session.key.length !== state.suite.hash.outputLength) return false;
    if (state.host.clientAuthentication?.required === true && session.client === null && !session.external) return false;
    return this.isYoung(session, now);
  }

  private isYoung({ created, lifetime, first, until }: PackedSession, now: number): boolean {
    if (now === NOT_KNOWN || created === NOT_KNOWN || first === NOT_KNOWN) return this.allowUnknownAge;
    return now >= created - SKEW && now - created <= Math.min(lifetime, this.lifetime) && now - first <= this.totalAge && now <= until;
  }
}

function secondsOf({ config }: ServerHandshakeState): number {
  const now = Math.floor(config.clock.seconds());
  return now >= 0 ? now : NOT_KNOWN;
}
