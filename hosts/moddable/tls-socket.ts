import { ClientConnection, checkClientConfig } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { ownKeys } from "./sdk-keys.js";
import { checkMemory, type Kinds } from "./secure-keys.js";
import { SecureSocket } from "./secure-socket.js";
import { inSlices } from "./slices.js";
import { DEFAULT_HANDSHAKE_TIMEOUT, DEFAULT_IDLE_TIMEOUT, SOCKET_KINDS, type SocketSecureOptions } from "./socket-keys.js";
import type { AcceptedOptions, ConnectOptions, TakeOverOptions } from "./socket-options.js";
import { sliceTime, Timer } from "./timer.js";
import { checkWhere } from "./where-keys.js";

/** The pieces of a ClientConfig, and what is a socket's. */
export interface SecureOptions extends Omit<ClientConfig, "serverName">, SocketSecureOptions {
  /** Default: the socket's `host`. */
  serverName?: string;
}

export interface TLSSocketOptions extends ConnectOptions {
  /** The server's DNS name. */
  host?: string;
  secure: SecureOptions;
}

/** On a TCP socket that is connected already, as StartTls gives it. */
export interface ConnectedOptions extends AcceptedOptions {
  host: string;
  secure: SecureOptions;
}

const KINDS: Kinds<SecureOptions> = {
  provider: "object",
  tls12: "object",
  tls13: "boolean",
  random: "object",
  clock: "object",
  trust: "object",
  serverName: "string",
  identities: "object",
  postHandshakeAuth: "object",
  checks: "object",
  alpn: "object",
  receiveBuffer: "number",
  lender: "object",
  sendBuffer: "number",
  sliceSteps: "number",
  psk: "object",
  resumption: "object",
  exporter: "object",
  keyLog: "function",
  ...SOCKET_KINDS,
};
const REQUIRED = ["provider", "random", "clock"];

/**
 * TLS client in the shape of ECMA-419's sockets: what `embedded:io/socket/tcp/tls` serves. The server is always verified. The constructor throws
 * for options that cannot work; all later failures go to onError.
 */
export default class TLSSocket extends SecureSocket {
  constructor(options: TLSSocketOptions | ConnectedOptions | TakeOverOptions) {
    if (options.from instanceof SecureSocket) {
      super(options as TakeOverOptions);
      return;
    }
    const connected = options as TLSSocketOptions;
    checkWhere(connected);
    const secure = inSlices(ownKeys<SecureOptions>(connected.secure, KINDS, REQUIRED));
    const { pool } = secure;
    const config = configOf(connected, secure);
    if (pool !== undefined) checkClientConfig(config, pool.size);
    checkMemory(secure.memory?.client(config, { socket: true, pool: pool !== undefined }));
    super(
      connected,
      pool === undefined ? new ClientConnection(config) : () => new ClientConnection(config, pool.take()),
      Timer as never,
      secure.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT,
      secure.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
      sliceTime(secure.sliceMilliseconds),
      pool,
    );
  }
}

function configOf(options: TLSSocketOptions, secure: SecureOptions): ClientConfig {
  return secure.serverName === undefined ? { ...secure, serverName: options.host ?? options.address } : (secure as ClientConfig);
}
