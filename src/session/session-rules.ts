import type { ServerHandshakeState, ServerSession } from "../config-psk.js";
import { bindingOf, NOT_KNOWN, PackedSession, packSession } from "./server-session.js";

export interface SessionOptions {
  /** Seconds for which a ticket may be used, at most 604,800. Default 86,400: a day. */
  readonly lifetime?: number;
  /** Seconds from a full handshake to the last resumption of its session, renewed tickets included. Default 604,800: 7 days. In TLS 1.2 at most a day. */
  readonly totalAge?: number;
  /**
   * Stands for what no fingerprint can tell: what `checks.verify` of client authentication refuses. Without it no tickets are given where there is such
   * a verify(): a client that it would refuse today could go on with a session of yesterday. Another text ends all sessions.
   */
  readonly policy?: string;
  /** With an unset clock the age of a session is not known, nor whether the client's certificate has ended meanwhile. True: sessions are resumed all the same. */
  readonly allowSessionsOfUnknownAge?: boolean;
}

const SEVEN_DAYS = 604_800;

/** No session of TLS 1.2 is used longer (RFC 5246 §F.1.4): all its connections have one master secret. */
const DAY = 86_400;

/** Seconds by which the clocks of servers that share their keys may differ. */
const SKEW = 60;

/** Which sessions of a server may be resumed, and for how long (RFC 9846 §4.7.1, RFC 5246 §F.1.4). */
export class SessionRules {
  private readonly lifetime: number;
  private readonly totalAge: number;
  private readonly policy: string;
  private readonly allowUnknownAge: boolean;

  constructor(options: SessionOptions) {
    const { lifetime = DAY, totalAge = SEVEN_DAYS } = options;
    if (!(lifetime >= 1 && lifetime <= SEVEN_DAYS))
      throw new RangeError(`tickets: lifetime is ${lifetime}; 1 to ${SEVEN_DAYS} seconds may be`);
    if (!(totalAge >= 0)) throw new RangeError(`tickets: totalAge is ${totalAge}; give seconds`);
    this.lifetime = lifetime;
    this.totalAge = totalAge;
    this.policy = options.policy ?? "";
    this.allowUnknownAge = options.allowSessionsOfUnknownAge ?? false;
  }

  lifetimeOf(state: ServerHandshakeState, { first, until }: ServerSession): number {
    if (bindingOf(state, this.policy) === null) return 0;
    const now = secondsOf(state);
    const most = state.isTLS12 === true ? Math.min(this.lifetime, DAY) : this.lifetime;
    const isOfUnknownAge = now === NOT_KNOWN || first === NOT_KNOWN;
    if (isOfUnknownAge && !this.allowUnknownAge) return 0;
    const ofLine = isOfUnknownAge ? most : first + this.totalAgeIn(state) - now;
    return Math.max(0, Math.min(most, ofLine, now === NOT_KNOWN ? most : until - now));
  }

  protected pack(state: ServerHandshakeState, session: ServerSession, lifetime: number): Uint8Array {
    return packSession(session, secondsOf(state), lifetime, bindingOf(state, this.policy) as Uint8Array);
  }

  /** The session in the bytes that were packed, which are zeroed; null: it may not be resumed here and now. */
  protected unpack(state: ServerHandshakeState, packed: Uint8Array): ServerSession | null {
    const session = PackedSession.from(packed);
    const binding = bindingOf(state, this.policy);
    const whole = session !== null && binding !== null && session.isOf(binding) && isOfVersion(session, state);
    packed.fill(0);
    if (whole && isEnough(session, state) && this.isYoung(session, state)) return session;
    session?.key.fill(0);
    return null;
  }

  private totalAgeIn({ isTLS12 }: ServerHandshakeState): number {
    return isTLS12 === true ? Math.min(this.totalAge, DAY) : this.totalAge;
  }

  private isYoung({ created, lifetime, first, until }: PackedSession, state: ServerHandshakeState): boolean {
    const now = secondsOf(state);
    if (now !== NOT_KNOWN && now > until) return false;
    if (now === NOT_KNOWN || created === NOT_KNOWN || first === NOT_KNOWN) return this.allowUnknownAge;
    const age = now - created;
    return now >= created - SKEW && age <= Math.min(lifetime, this.lifetime) && now - first <= this.totalAgeIn(state);
  }
}

/** A session is of one version alone; of TLS 1.3 for one hash, of TLS 1.2 for one suite, which the flow of TLS 1.2 looks at. */
function isOfVersion({ suite12, key }: PackedSession, { isTLS12, suite }: ServerHandshakeState): boolean {
  if (isTLS12 === true) return suite12 !== 0;
  return suite12 === 0 && key.length === suite.hash.outputLength;
}

function isEnough({ client, external }: PackedSession, { host }: ServerHandshakeState): boolean {
  return host.clientAuthentication?.required !== true || client !== null || external;
}

/** Seconds since 1970, NOT_KNOWN where the clock is not set. */
export function secondsOf({ config }: ServerHandshakeState): number {
  const now = Math.floor(config.clock.seconds());
  return now >= 0 ? now : NOT_KNOWN;
}
