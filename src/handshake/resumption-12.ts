import type { ServerConfig } from "../config.js";
import type { ClientSession, OfferedSession12 } from "../config-psk.js";
import type { OUTSIDE } from "../crypto/provider.js";
import type { ClientExtension } from "../extensions/extension.js";
import type { HelloContext12, OfferedTicket } from "../extensions/server-12.js";
import type { ServerExtension } from "../extensions/server-extension.js";
import type { CertificateTap } from "../messages/certificate.js";
import type { ClientHandshake12 } from "./client-12.js";
import type { PostFlow } from "./flow.js";
import type { StreamReader } from "./handshake.js";
import type { ServerHandshake12 } from "./server-12.js";

/** Resumption in TLS 1.2, as the flows see it (RFC 5246 §7.3, RFC 5077). What stands behind it is a part of Client12 or Server12: who does not name it links none of it. */

/** A client's: `resumeClient12`. */
export interface ClientResumption12 {
  readonly extension: ClientExtension;
  begin(session: ClientSession): ClientResuming12;
}

/** What one handshake of a client does about its session. */
export interface ClientResuming12 {
  /** The server has resumed the session that was offered. */
  readonly resumed: boolean;
  /** A NewSessionTicket comes before the server's change_cipher_spec. */
  readonly promised: boolean;
  /** The server's session ID stands at bytes[offset, offset + length). echoed: offered again what it was sent. Suite and extensions are taken already. */
  onServerHello(
    h: ClientHandshake12,
    offered: OfferedSession12 | null,
    echoed: boolean,
    promised: boolean,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void;
  /** A full handshake: when the first certificate of the server's path ends, in seconds since 1970. */
  certified(until: number): void;
  createReader(): StreamReader;
  /** The handshake is complete. */
  connected(h: ClientHandshake12): void;
  /** What follows it. */
  next(h: ClientHandshake12): PostFlow;
  /** It is over before it was complete. */
  wipe(h: ClientHandshake12): void;
}

/** A server's: `resumeServer12`. */
export interface ServerResumption12 {
  readonly extensions: readonly ServerExtension<HelloContext12>[];
  /** null: the config keeps no sessions. */
  begin(config: ServerConfig): ServerResuming12 | null;
}

/** What one handshake of a server does about its session. */
export interface ServerResuming12 extends OfferedTicket {
  /** For the ServerHello. */
  readonly sessionId: Uint8Array;
  /** Looks for the session that the client offers: true where it is resumed, its suite is h.negotiated.suite then. */
  find(h: ServerHandshake12): boolean | typeof OUTSIDE;
  /** The ServerHello is about to be made, the client's random is known. */
  beforeServerHello(h: ServerHandshake12): void;
  /** What sees the client's certificates. */
  tap(h: ServerHandshake12): CertificateTap;
  certified(until: number): void;
  /** The NewSessionTicket that was promised. */
  makeTicket(h: ServerHandshake12): Uint8Array;
  connected(h: ServerHandshake12): void;
  next(h: ServerHandshake12): PostFlow;
  wipe(h: ServerHandshake12): void;
}
