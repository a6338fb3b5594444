import { illegal_parameter, TLSAlert } from "../alert.js";
import type { ClientConfig, ServerConfig } from "../config.js";
import type { ClientSession } from "../config-psk.js";
import type { ClientExtension } from "../extensions/extension.js";
import type { ServerHello } from "../messages/server-hello.js";
import type { CipherSuite12 } from "../record/cipher-suite-12.js";
import type { ServerName } from "../x509/name.js";
import type { ClientOffer } from "./client-13.js";
import type { Flow } from "./flow.js";
import type { Negotiated } from "./handshake-13.js";

/**
 * The version is decided once, by the hello. Behind it TLS 1.2 and TLS 1.3 have their own flow, protection and schedule, and nobody asks which one
 * runs. TLS 1.2 is reached through these interfaces alone, so it is linked only where a config names it.
 */
export interface ClientVersion12 {
  readonly suites: readonly CipherSuite12[];
  /** What a ClientHello for both versions is made of. */
  readonly extensions: readonly ClientExtension[];
  /** The most bytes that a suite of these adds to a record. */
  readonly overhead: number;
  /** TLS 1.2 alone. */
  start(config: ClientConfig, name: ServerName | null, negotiated: Negotiated): Flow;
  /** A ServerHello of TLS 1.2 has come, whole: the flow behind it goes on. */
  takeOver(
    config: ClientConfig,
    name: ServerName | null,
    offer: ClientOffer,
    session: ClientSession | null,
    negotiated: Negotiated,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
}

export interface ServerVersion12 {
  readonly suites: readonly CipherSuite12[];
  readonly overhead: number;
  /** TLS 1.2 alone. */
  start(config: ServerConfig, maxHello: number, negotiated: Negotiated): Flow;
  /** A ClientHello without TLS 1.3 has come, whole. */
  takeOver(config: ServerConfig, negotiated: Negotiated, bytes: Uint8Array, start: number, end: number): void;
}

/** TLS 1.2 of a config, or null. `checkVersions` has seen that it is this side's. */
export function clientVersion12(config: ClientConfig): ClientVersion12 | null {
  return (config.tls12 as ClientVersion12 | undefined) ?? null;
}

export function serverVersion12(config: ServerConfig): ServerVersion12 | null {
  return (config.tls12 as ServerVersion12 | undefined) ?? null;
}

/** RFC 9846 §4.2.3: who offered TLS 1.3 and gets TLS 1.2 from a server that knows TLS 1.3 has somebody in between. */
export function refuseDowngrade(hello: ServerHello): void {
  if (hello.isDowngrade)
    throw new TLSAlert(
      illegal_parameter,
      "ServerHello: the random says that the server knows TLS 1.3, the version says that it does not: somebody changed the hello",
    );
}
