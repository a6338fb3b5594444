import { handshake_failure, TLSAlert } from "../alert.js";
import type { ServerConfig } from "../config.js";
import type { ServerHandshakeState, ServerSession, ServerSessionIds, ServerTickets } from "../config-psk.js";
import { OUTSIDE } from "../crypto/provider.js";
import { SERVER_EXTENSIONS_12 } from "../extensions/server-12.js";
import { ticketOfClient } from "../extensions/session-ticket.js";
import type { CertificateTap } from "../messages/certificate.js";
import type { ClientHello } from "../messages/client-hello.js";
import { writeNewSessionTicket12 } from "../messages/new-session-ticket-12.js";
import { BY_PSK } from "../record/cipher-suite-12.js";
import { MASTER_SECRET_LENGTH } from "../schedule/prf-12.js";
import { endedByAlert, findSuite12 } from "./common-12.js";
import { type Negotiated, PROVED_CERTIFICATE, RESUMED } from "./handshake-13.js";
import { MASTER_SECRET } from "./keys.js";
import { LeafDigest } from "./leaf-digest.js";
import { PostHandshake12, SERVER_12 } from "./post-handshake-12.js";
import type { ServerResuming12, ServerResumption12 } from "./resumption-12.js";
import type { ServerHandshake12 } from "./server-12.js";
import { takesOrder } from "./server-12-hello.js";

type H = ServerHandshake12;

const ID_LENGTH = 32;
const NONE = new Uint8Array(0);
const NO_END = 0xffffffff;
const NOT_KNOWN = 0xffffffff;

/** One handshake's session: the one that is resumed, else the one that begins. */
class ResumingServer12 implements ServerResuming12 {
  ticketOffset: number;
  ticketLength: number;
  promised: boolean;
  resumed: boolean;
  sessionId: Uint8Array;
  private readonly tickets: ServerTickets | undefined;
  private readonly ids: ServerSessionIds | undefined;
  private session: ServerSession | null;
  /** `sessionId` is that of a session that is, or will be, kept here. */
  private byId: boolean;
  private leaf: LeafDigest | null;
  private until: number;

  constructor({ tickets, sessionIds }: ServerConfig) {
    this.ticketOffset = 0;
    this.ticketLength = -1;
    this.promised = false;
    this.resumed = false;
    this.sessionId = NONE;
    this.tickets = tickets;
    this.ids = sessionIds;
    this.session = null;
    this.byId = false;
    this.leaf = null;
    this.until = NO_END;
  }

  /** RFC 5077 §3.4: where a ticket is there, the session ID is none that could be looked up. */
  find(h: H): boolean | typeof OUTSIDE {
    const { tickets, ids, ticketLength } = this;
    const hello = h.hello as ClientHello;
    const bytes = h.helloBytes as Uint8Array;
    const state = h as unknown as ServerHandshakeState;
    const { sessionIdOffset, sessionIdLength } = hello;
    let session: ServerSession | null | typeof OUTSIDE = null;
    const byTicket = tickets !== undefined && ticketLength > 0;
    if (byTicket) session = tickets.open(state, bytes, this.ticketOffset, ticketLength);
    else if (ids !== undefined && sessionIdLength > 0) session = ids.open(state, bytes, sessionIdOffset, sessionIdLength);
    if (session === OUTSIDE) return OUTSIDE;
    if (session === null) return false;
    this.session = session as ServerSession;
    if (!fits(h, this.session)) {
      this.session.key.fill(0);
      this.session = null;
      return false;
    }
    this.resumed = true;
    this.byId = !byTicket;
    this.sessionId = bytes.slice(sessionIdOffset, sessionIdOffset + sessionIdLength);
    h.negotiated.suite = findSuite12(h.version.suites, this.session.suite12 as number);
    h.negotiated.proved = RESUMED;
    return true;
  }

  /** Promises a ticket, or else draws an ID, where the session that begins may be resumed: never without an extended master secret (RFC 7627 §5.3). */
  beforeServerHello(h: H): void {
    const { tickets, ids, session } = this;
    const state = h as unknown as ServerHandshakeState;
    if (session !== null) {
      for (let i = 0; i < MASTER_SECRET_LENGTH; i++) h.keys[MASTER_SECRET + i] = session.key[i];
      session.key.fill(0);
      h.logMasterSecret();
    }
    if (!h.extended) return;
    const own = this.current(h, NONE);
    if (!this.byId && tickets !== undefined && this.ticketLength >= 0) this.promised = tickets.lifetimeOf(state, own) > 0;
    if (session !== null || this.promised || ids === undefined || ids.lifetimeOf(state, own) <= 0) return;
    this.byId = true;
    this.sessionId = new Uint8Array(ID_LENGTH);
    h.config.random.fill(this.sessionId, 0, ID_LENGTH);
  }

  tap(h: H): CertificateTap {
    this.leaf = new LeafDigest(h.config.provider.sha256.create(), h.negotiated.certificateTap);
    return this.leaf;
  }

  certified(until: number): void {
    this.until = until;
  }

  /** Its time may be up by now: the client's certificate ends. */
  makeTicket(h: H): Uint8Array {
    const tickets = this.tickets as ServerTickets;
    const state = h as unknown as ServerHandshakeState;
    const key = h.keys.slice(MASTER_SECRET, MASTER_SECRET + MASTER_SECRET_LENGTH);
    const session = this.current(h, key);
    const lifetime = tickets.lifetimeOf(state, session);
    const ticket = lifetime > 0 ? tickets.seal(state, session, lifetime) : NONE;
    key.fill(0);
    return writeNewSessionTicket12(lifetime, ticket);
  }

  connected(h: H): void {
    const { session, ids } = this;
    const { negotiated } = h;
    if (session !== null && session.client !== null) {
      negotiated.proved |= PROVED_CERTIFICATE;
      negotiated.certificateTap?.identified?.(session.client);
    }
    if (session !== null || !this.byId) return;
    const state = h as unknown as ServerHandshakeState;
    const key = h.keys.slice(MASTER_SECRET, MASTER_SECRET + MASTER_SECRET_LENGTH);
    const begun = this.current(h, key);
    const lifetime = (ids as ServerSessionIds).lifetimeOf(state, begun);
    if (lifetime > 0) (ids as ServerSessionIds).keep(state, this.sessionId, begun, lifetime);
    key.fill(0);
  }

  next({ negotiated }: H): PostHandshake12 {
    return this.byId ? new Kept12(this.ids as ServerSessionIds, this.sessionId, negotiated) : new PostHandshake12(SERVER_12, negotiated);
  }

  wipe({ negotiated }: H): void {
    this.session?.key.fill(0);
    if (this.resumed && this.byId && endedByAlert(negotiated)) (this.ids as ServerSessionIds).forget(this.sessionId);
  }

  /** The session that this connection is of. */
  private current(h: H, key: Uint8Array): ServerSession {
    const { session, leaf, until } = this;
    const now = Math.floor(h.config.clock.seconds());
    const suite12 = h.suite.id;
    if (session !== null)
      return { key, client: session.client, first: session.first, until: session.until, external: session.external, suite12 };
    const client = leaf === null ? null : leaf.digest();
    return { key, client, first: now < 0 ? NOT_KNOWN : now, until, external: h.suite.by === BY_PSK, suite12 };
  }
}

/** The session's suite must be one of ours and of the client's, and allowed still; what else it is bound to was looked at. */
function fits(h: H, session: ServerSession): boolean {
  const suite = findSuite12(h.version.suites, session.suite12 as number);
  if (suite === null || !(h.hello as ClientHello).offersSuite(h.helloBytes as Uint8Array, suite.id) || !takesOrder(h, suite)) return false;
  // RFC 7627 §5.3: the session has one.
  if (!h.extendedMasterSecret)
    throw new TLSAlert(handshake_failure, "ClientHello: a session with extended_master_secret is offered without it");
  return true;
}

/** A connection whose session is forgotten where it ends with a fatal alert (RFC 5246 §7.2.2). */
class Kept12 extends PostHandshake12 {
  private readonly ids: ServerSessionIds;
  private readonly id: Uint8Array;

  constructor(ids: ServerSessionIds, id: Uint8Array, negotiated: Negotiated) {
    super(SERVER_12, negotiated);
    this.ids = ids;
    this.id = id;
  }

  override wipe(): void {
    if (endedByAlert(this.negotiated)) this.ids.forget(this.id);
  }
}

/** Sessions of TLS 1.2 for a Server12: by tickets where the config has `tickets`, by session IDs where it has `sessionIds`. */
export const resumeServer12: ServerResumption12 = {
  extensions: [...SERVER_EXTENSIONS_12, ticketOfClient],
  begin: (config) => (config.tickets === undefined && config.sessionIds === undefined ? null : new ResumingServer12(config)),
};
