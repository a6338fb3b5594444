import type { CipherSuite, Clock, CryptoProvider, OUTSIDE, Random, Suite } from "./crypto/provider.js";
import type { TrustStore } from "./x509/trust.js";

/** Pre-shared keys in configs (RFC 9846 §2.2). What stands behind these types is in src/session: a firmware that names none of it links none of it. */

/** Modes of psk_key_exchange_modes (§4.3.9), as bits. PSK_KE has no forward secrecy: who learns the key later reads what was recorded. */
export const PSK_KE = 1;
export const PSK_DHE_KE = 2;

/** A key that a client offers. It is bound to TLS 1.3 and to the one hash whose length is `hashLength`. */
export interface OfferedKey {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  readonly hashLength: number;
  /** False: the key of a session that was opened before. */
  readonly external: boolean;
  /** obfuscated_ticket_age (§4.3.11); 0 for an external key. */
  readonly obfuscatedAge: number;
}

/** The session of TLS 1.2 that a client offers (RFC 5246 §F.1.4, RFC 5077). It always has an extended master secret. */
export interface OfferedSession12 {
  /** The ticket, or the session ID. */
  readonly identity: Uint8Array;
  readonly byTicket: boolean;
  /** The master secret. */
  readonly key: Uint8Array;
  /** The one suite that it can be resumed with. */
  readonly suite12: number;
}

/** A client's external pre-shared key. */
export interface ClientPsk extends OfferedKey {
  /** PSK_DHE_KE, PSK_KE or both. */
  readonly modes: number;
}

/** A server's external pre-shared keys. */
export interface ServerPsk {
  /** All keys are for this hash. */
  readonly hashLength: number;
  /** PSK_DHE_KE, PSK_KE or both. */
  readonly modes: number;
  /**
   * The key of identity bytes[offset, offset + length); null for an unknown one; OUTSIDE while it is looked up elsewhere: asked again whenever the
   * connection goes on, at the latest after `resume()`.
   */
  find(bytes: Uint8Array, offset: number, length: number): Uint8Array | null | typeof OUTSIDE;
  /** Whether it is an identity that this device itself shows as a client: coming back, it is a reflection (RFC 9257 §4.1, "Selfie"). */
  isOwn(bytes: Uint8Array, offset: number, length: number): boolean;
}

/** Reads a message as its bytes arrive. */
export interface TicketReader {
  readonly waiting: boolean;
  push(bytes: Uint8Array, offset: number, length: number): number;
  finish(): void;
}

/** What one connection of a client does about its session. */
export interface ClientSession {
  /** The key of a session that may be resumed, or null. It is of TLS 1.3, or of TLS 1.2: never are both offered. */
  readonly offer: OfferedKey | null;
  readonly offer12: OfferedSession12 | null;
  /** Bytes of the longest ticket that is kept. */
  readonly maxTicket: number;
  /** The handshake with it failed: it is not offered again. */
  refused(): void;
  /** A full handshake: when the first certificate of the server's path ends, in seconds since 1970. */
  certified(until: number): void;
  /** The handshake was resumed: its end is that of the session before. */
  resumed(): void;
  /** Takes resumption_secret (§7.1); answers where it is to be written. */
  createSecret(length: number): Uint8Array;
  /** A NewSessionTicket begins; then it is there as a whole. */
  createReader(): TicketReader;
  arrived(suite: CipherSuite): void;
  /** A connection of TLS 1.2 is open, whose session `kept` is; null: there is no new one, and what the store has stays as it is. */
  connected12(kept: SessionToKeep12 | null): void;
  wipe(): void;
}

/** A session of TLS 1.2 as a client keeps it. lifetime: seconds, as the ticket says; 0: not said. */
export interface SessionToKeep12 extends OfferedSession12 {
  readonly lifetime: number;
}

/** What a server's handshake tells of itself where its session is looked up or sealed. */
export interface ServerHandshakeState {
  readonly config: { readonly provider: CryptoProvider; readonly clock: Clock; readonly random: Random };
  /** Of a handshake of TLS 1.3. One of TLS 1.2 takes that of the session, which is looked for first. */
  readonly suite: Suite;
  readonly isTLS12?: boolean;
  /** The client's SNI, "" for none; the ALPN protocol, or null. */
  readonly sni: string;
  readonly alpn: string | null;
  readonly host: HostOfSession;
}

/** What of a virtual server a session is bound to. */
export interface HostOfSession {
  readonly clientAuthentication?: {
    readonly trust: TrustStore;
    readonly required: boolean;
    readonly checks?: { readonly verify?: unknown };
  };
}

/** What a server knows of a session: it stands in the ticket, or in a store. */
export interface ServerSession {
  readonly key: Uint8Array;
  /** SHA-256 of the client's certificate that was verified, or null. */
  readonly client: Uint8Array | null;
  /** Seconds since 1970 (-1: not known): when the first session of this line was opened, and when the first certificate of the client's path ends. */
  readonly first: number;
  readonly until: number;
  /** Proved by an external pre-shared key. */
  readonly external: boolean;
  /** The suite of a session of TLS 1.2, whose master secret `key` is; 0 or not there: of TLS 1.3. */
  readonly suite12?: number;
}

/** Tickets of a server. */
export interface ServerTickets {
  /** PSK_DHE_KE, PSK_KE or both. */
  readonly modes: number;
  /** NewSessionTickets that are sent after each handshake. */
  readonly count: number;
  /** Seconds for which a ticket of this session may be used from now on; 0: none is given. */
  lifetimeOf(state: ServerHandshakeState, session: ServerSession): number;
  /**
   * The session of ticket bytes[offset, offset + length) that this client may resume here and now; null for any that it may not: a full handshake
   * follows. OUTSIDE while a store elsewhere looks it up. Its `key` is the handshake's from here on, and is zeroed: a store that keeps it gives a copy.
   */
  open(state: ServerHandshakeState, bytes: Uint8Array, offset: number, length: number): ServerSession | null | typeof OUTSIDE;
  /** Makes the ticket for a session. */
  seal(state: ServerHandshakeState, session: ServerSession, lifetime: number): Uint8Array;
}

/** Sessions of TLS 1.2 that a server keeps by their session IDs (RFC 5246 §7.4.1.2). */
export interface ServerSessionIds {
  /** As of ServerTickets. */
  lifetimeOf(state: ServerHandshakeState, session: ServerSession): number;
  /** As of ServerTickets: the key is a copy. */
  open(state: ServerHandshakeState, bytes: Uint8Array, offset: number, length: number): ServerSession | null | typeof OUTSIDE;
  /** Keeps a session by an ID that was drawn for it. */
  keep(state: ServerHandshakeState, id: Uint8Array, session: ServerSession, lifetime: number): void;
  /** A connection of this session ended with a fatal alert: it is not resumed any more (RFC 5246 §7.2.2). */
  forget(id: Uint8Array): void;
}
