import type { ServerHandshakeState, ServerSession, ServerTickets } from "../config-psk.js";
import { writeNewSessionTicket } from "../messages/new-session-ticket.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { Proof13, sendMessage } from "./proof-13.js";
import type { ServerHandshake13 } from "./server-13.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ServerHandshake13;

/** After the client's Finished: tickets, where the client says that it could use them (RFC 9846 §4.7.1). */
export function afterFinished(h: H): number {
  const { tickets } = h.config;
  return tickets !== undefined && (h.pskModes & tickets.modes) !== 0 ? S.SEND_TICKET : S.CONNECTED;
}

/** One ticket after the other, each with a nonce and so with a key of its own. */
export function sendTicket(h: H): number {
  const tickets = h.config.tickets as ServerTickets;
  h.proof ??= new Proof13(null, 0);
  if (h.proof.message === null) {
    const message = makeTicket(h, tickets, h.ticketsSent);
    if (message === null) return S.CONNECTED;
    h.proof.message = message;
  }
  if (!sendMessage(h, h.proof)) return S.SEND_TICKET;
  return ++h.ticketsSent < tickets.count ? S.SEND_TICKET : S.CONNECTED;
}

/** null where the session may not be resumed: its time is up. */
function makeTicket(h: H, tickets: ServerTickets, index: number): Uint8Array | null {
  const state = h as unknown as ServerHandshakeState;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, digest, temp, length } = schedule;
  const key = new Uint8Array(length);
  const session = sessionWith(h, key);
  const lifetime = tickets.lifetimeOf(state, session);
  if (lifetime <= 0) return null;
  (h.transcript as Transcript).digest(secrets, digest);
  const resumption = new Uint8Array(length);
  schedule.deriveResumptionSecret(secrets, digest, resumption);
  const nonce = new Uint8Array([index]);
  schedule.deriveTicketKey(resumption, nonce, 1, key);
  const ticket = tickets.seal(state, session, lifetime);
  h.config.random.fill(secrets, temp, 4);
  const message = writeNewSessionTicket(lifetime, secrets, temp, nonce, ticket);
  resumption.fill(0);
  key.fill(0);
  return message;
}

/** The session that this connection is of, with the key of a ticket. */
function sessionWith(h: H, key: Uint8Array): ServerSession {
  const { session, leaf } = h;
  const now = Math.floor(h.config.clock.seconds());
  if (session === null)
    return { key, client: leaf === null ? null : leaf.digest(), first: now < 0 ? NOT_KNOWN : now, until: h.until, external: false };
  const { client, first, until, external } = session;
  return { key, client, first: first >= 0 ? first : now < 0 ? NOT_KNOWN : now, until, external };
}

const NOT_KNOWN = 0xffffffff;
