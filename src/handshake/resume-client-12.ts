import { handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import type { ClientSession, OfferedSession12 } from "../config-psk.js";
import { sessionTicket } from "../extensions/session-ticket.js";
import { NewSessionTicketReader12 } from "../messages/new-session-ticket-12.js";
import { MASTER_SECRET_LENGTH } from "../schedule/prf-12.js";
import type { ClientHandshake12 } from "./client-12.js";
import { endedByAlert } from "./common-12.js";
import { NO_SINKS } from "./handshake-12.js";
import { type Negotiated, RESUMED } from "./handshake-13.js";
import { MASTER_SECRET } from "./keys.js";
import { CLIENT_12, PostHandshake12 } from "./post-handshake-12.js";
import type { ClientResuming12, ClientResumption12 } from "./resumption-12.js";

type H = ClientHandshake12;

const NO_ID = new Uint8Array(0);

/** One handshake's session: the one that is resumed, else the one that begins. */
class ResumingClient12 implements ClientResuming12 {
  resumed: boolean;
  promised: boolean;
  private readonly session: ClientSession;
  /** Of the session that begins. */
  private sessionId: Uint8Array;
  private reader: NewSessionTicketReader12 | null;

  constructor(session: ClientSession) {
    this.session = session;
    this.resumed = false;
    this.promised = false;
    this.sessionId = NO_ID;
    this.reader = null;
  }

  onServerHello(
    h: H,
    offered: OfferedSession12 | null,
    echoed: boolean,
    promised: boolean,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    this.promised = promised;
    if (!echoed || offered === null) {
      // A session without an extended master secret is not kept (RFC 7627 §5.3, §5.4).
      if (h.extended && !promised) this.sessionId = bytes.slice(offset, offset + length);
      return;
    }
    if (h.suite.id !== offered.suite12)
      throw new TLSAlert(illegal_parameter, `ServerHello: the session is resumed with ${h.suite.name}, which is not its suite`);
    // RFC 7627 §5.3: the session has one.
    if (!h.extended) throw new TLSAlert(handshake_failure, "ServerHello: the session is resumed without extended_master_secret");
    for (let i = 0; i < MASTER_SECRET_LENGTH; i++) h.keys[MASTER_SECRET + i] = offered.key[i];
    this.resumed = true;
    this.session.resumed();
    h.negotiated.proved = RESUMED;
    h.sinks = NO_SINKS;
  }

  certified(until: number): void {
    this.session.certified(until);
  }

  createReader(): NewSessionTicketReader12 {
    this.reader = new NewSessionTicketReader12(this.session.maxTicket);
    return this.reader;
  }

  /** RFC 5077 §3.3: a ticket holds once the server's Finished is good. */
  connected(h: H): void {
    const { reader, sessionId } = this;
    const byTicket = reader !== null && reader.ticket.length > 0;
    const identity = byTicket ? reader.ticket : sessionId;
    if (!h.extended || identity.length === 0) {
      this.session.connected12(null);
      return;
    }
    const key = h.keys.slice(MASTER_SECRET, MASTER_SECRET + MASTER_SECRET_LENGTH);
    this.session.connected12({ identity, byTicket, key, suite12: h.suite.id, lifetime: byTicket ? reader.lifetime : 0 });
    key.fill(0);
  }

  next({ negotiated }: H): Resumable12 {
    return new Resumable12(this.session, negotiated);
  }

  wipe({ negotiated }: H): void {
    if (endedByAlert(negotiated)) this.session.refused();
    this.session.wipe();
  }
}

/** A connection whose session is forgotten where it ends with a fatal alert (RFC 5246 §7.2.2). */
class Resumable12 extends PostHandshake12 {
  private readonly session: ClientSession;

  constructor(session: ClientSession, negotiated: Negotiated) {
    super(CLIENT_12, negotiated);
    this.session = session;
  }

  override wipe(): void {
    if (endedByAlert(this.negotiated)) this.session.refused();
    this.session.wipe();
  }
}

/** Sessions of TLS 1.2, by ticket and by session ID, for a Client12. They are those of the config's `resumption`. */
export const resumeClient12: ClientResumption12 = {
  extension: sessionTicket,
  begin: (session) => new ResumingClient12(session),
};
