import { connect as connectTcp, type Socket } from "node:net";
import { ClientConnection } from "../../src/client.js";
import type { CertificateChecks, ClientConfig } from "../../src/config.js";
import type { Identity } from "../../src/identity.js";
import { exporter } from "../../src/schedule/exporter.js";
import { Resumption } from "../../src/session/resumption.js";
import { type OcspAnswer, ocspStapling } from "../../src/x509/ocsp-stapling.js";
import type { TrustStore } from "../../src/x509/trust.js";
import { anchorsFrom, type CertificateSource } from "./certificates.js";
import { identityFrom } from "./keys.js";
import { nobleProvider } from "./provider-noble.js";
import { SocketSessions } from "./socket-sessions.js";
import { heapLender, systemClock, systemRandom } from "./system.js";
import { TLSSocket, type TLSSocketOptions } from "./tls-socket.js";

/**
 * A server that ignores our record_size_limit (OpenSSL does) may send records of 2^14 + 256 bytes, and with the longest IV, MAC and padding of CBC 320 more
 * than 2^14: Node has room for them.
 */
export const NODE_RECEIVE_BUFFER = 5 + 16_384 + 320 + 8;
export const NODE_SEND_BUFFER = 5 + 16_384 + 256;

export interface ConnectOptions
  extends Partial<Omit<ClientConfig, "serverName">>,
    Pick<TLSSocketOptions, "handshakeTimeout" | "idleTimeout" | "allowHalfOpen" | "sliceMilliseconds" | "trace"> {
  host: string;
  port: number;
  /** The DNS name or IP address that the certificate must carry. Default: `host`. */
  servername?: string;
  /** Certificates that are trusted, as PEM or DER. Either this or `trust` must be given. */
  ca?: CertificateSource | readonly CertificateSource[];
  /**
   * Whether the server is asked to staple an OCSP response, which has to be good: "off", "ask" (none is fine, unless the certificate wants one), "require".
   * Default "off". A `checks.status` of your own goes before it.
   */
  ocsp?: "off" | "ask" | "require";
  /** What the client proves itself with when the server asks: certificate with its chain, and its key, as PEM or DER. Tried before `identities`. */
  cert?: CertificateSource;
  key?: CertificateSource;
  /**
   * A session to resume, as a `session` event of an earlier socket gave it: a secret. One that is damaged, too old, or was made with other options
   * means a full handshake. Each may be used several times; RFC 9846 Appendix C.4 advises once.
   */
  session?: Uint8Array;
  /** A transport that exists already, instead of a new TCP connection to host and port. */
  socket?: Socket;
}

/**
 * Connects and begins the handshake; `secureConnect` tells that the peer is authenticated. The peer is always verified: there is no option to
 * switch that off. Throws for options that are missing or wrong; all later failures are `error` events.
 */
export function connect(options: ConnectOptions, onSecureConnect?: () => void): TLSSocket {
  const { host, port, ca } = options;
  const trust = options.trust ?? (ca === undefined ? undefined : anchorsFrom(ca));
  if (trust === undefined && options.psk === undefined && options.tls12?.byKeyAlone !== true)
    throw new TypeError("connect: give `ca` (certificates as PEM or DER) or `trust`, or `psk`: the server is always verified");
  if (typeof host !== "string" || host === "") throw new TypeError("connect: `host` must be a host name or an IP address");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`connect: \`port\` must be 1 to 65535, not ${port}`);
  const servername = options.servername ?? host;
  const identities = identitiesOf(options);
  const sessions = options.resumption === undefined ? new SocketSessions(options.session) : null;
  const resumption = options.resumption ?? resumptionFor(sessions as SocketSessions, trust, options);
  const checks = checksOf(options, (answer) => {
    socket.ocsp = answer;
  });
  const config: ClientConfig = {
    provider: options.provider ?? nobleProvider,
    random: options.random ?? systemRandom,
    clock: options.clock ?? systemClock,
    ...(trust === undefined ? {} : { trust }),
    ...(trust === undefined && options.servername === undefined ? {} : { serverName: servername }),
    receiveBuffer: options.receiveBuffer ?? NODE_RECEIVE_BUFFER,
    sendBuffer: options.sendBuffer ?? NODE_SEND_BUFFER,
    lender: heapLender,
    exporter,
    checks,
    ...(identities.length === 0 ? {} : { identities }),
    ...(options.psk === undefined ? {} : { psk: options.psk }),
    ...(resumption === undefined ? {} : { resumption }),
    ...(options.tls12 === undefined ? {} : { tls12: options.tls12 }),
    ...(options.tls13 === undefined ? {} : { tls13: options.tls13 }),
    ...(options.postHandshakeAuth === undefined ? {} : { postHandshakeAuth: options.postHandshakeAuth }),
    ...(options.alpn === undefined ? {} : { alpn: options.alpn }),
    ...stepsOf(options),
    ...(options.keyLog === undefined ? {} : { keyLog: options.keyLog }),
  };
  const connection = new ClientConnection(config);
  const transport =
    options.socket ?? connectTcp({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
  const socket: TLSSocket = new TLSSocket(transport, connection, {
    servername,
    ...(sessions === null ? {} : { sessions }),
    ...(options.handshakeTimeout === undefined ? {} : { handshakeTimeout: options.handshakeTimeout }),
    ...(options.idleTimeout === undefined ? {} : { idleTimeout: options.idleTimeout }),
    ...(options.sliceMilliseconds === undefined ? {} : { sliceMilliseconds: options.sliceMilliseconds }),
    ...(options.allowHalfOpen === undefined ? {} : { allowHalfOpen: options.allowHalfOpen }),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  if (onSecureConnect !== undefined) socket.once("secureConnect", onSecureConnect);
  return socket;
}

/** Sessions are kept wherever they can be bound to what was trusted; where one is given they must be. */
function resumptionFor(
  sessions: SocketSessions,
  trust: TrustStore | undefined,
  { session, checks, psk }: ConnectOptions,
): Resumption | undefined {
  const bound = (trust === undefined || trust.fingerprint !== undefined) && checks?.verify === undefined;
  return bound || session !== undefined
    ? new Resumption(sessions, { maxTicket: 0xffff, ...(psk === undefined ? {} : { modes: psk.modes }) })
    : undefined;
}

/** A slice that is measured in milliseconds is made of the shortest ones there are. */
export function stepsOf(options: { sliceSteps?: number; sliceMilliseconds?: number }): { sliceSteps?: number } {
  const { sliceMilliseconds, sliceSteps = sliceMilliseconds === undefined ? undefined : 1 } = options;
  if (sliceMilliseconds !== undefined && !(sliceMilliseconds >= 0)) throw new RangeError(`sliceMilliseconds is ${sliceMilliseconds}`);
  return sliceSteps === undefined ? {} : { sliceSteps };
}

function checksOf({ ocsp = "off", checks = {} }: ConnectOptions, onGood: (answer: OcspAnswer) => void): CertificateChecks {
  if (ocsp === "off") return checks;
  if (ocsp !== "ask" && ocsp !== "require") throw new TypeError(`connect: \`ocsp\` must be off, ask or require, not ${ocsp}`);
  return { status: ocspStapling({ required: ocsp === "require", onGood }), ...checks };
}

function identitiesOf({ cert, key, identities = [] }: ConnectOptions): readonly Identity[] {
  if (cert === undefined && key === undefined) return identities;
  if (cert === undefined || key === undefined) throw new TypeError("connect: give `cert` and `key` together");
  return [identityFrom(cert, key), ...identities];
}
