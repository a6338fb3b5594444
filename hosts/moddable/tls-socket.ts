import { ClientConnection, checkClientConfig } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import type { ConnectionPool } from "../../src/connection-pool.js";
import { sdkKey } from "./sdk-keys.js";
import { checkCallbacks, checkPort, type Kinds, OptionError, ownKeys } from "./secure-keys.js";
import { SecureSocket } from "./secure-socket.js";
import { inSlices } from "./slices.js";
import type { AcceptedOptions, ConnectOptions, TakeOverOptions } from "./socket-options.js";
import type { TCPSocket } from "./tcp.js";
import { sliceTime, Timer } from "./timer.js";

/** The pieces of a ClientConfig, and times in milliseconds. */
export interface SecureOptions extends Omit<ClientConfig, "serverName"> {
  /** Default: the socket's `host`. */
  serverName?: string;
  /** From the constructor to the first onWritable, the TCP connection included. Default 30,000; 0: no limit. */
  handshakeTimeout?: number;
  /** Without a byte in either direction. Default 1,800,000 (longer than any usual keep-alive); 0: no limit. */
  idleTimeout?: number;
  /**
   * Shared with other sockets: this one has a buffer only while there is something to read or to send, and begins when no other handshake is under
   * way. Made with the same receiveBuffer and sendBuffer.
   */
  pool?: ConnectionPool;
  /** How long work on public keys may hold the event loop at once; a record holds it for as long as it takes. Default: as `sliceSteps` says. */
  sliceMilliseconds?: number;
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

export const DEFAULT_HANDSHAKE_TIMEOUT = 30_000;
export const DEFAULT_IDLE_TIMEOUT = 1_800_000;

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
  handshakeTimeout: "number",
  idleTimeout: "number",
  pool: "object",
  sliceMilliseconds: "number",
};
const REQUIRED = ["provider", "random", "clock"];
const CALLBACKS = ["onReadable", "onWritable", "onError"];

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
    const secure = inSlices(ownKeys<SecureOptions>(connected.secure, KINDS, sdkKey, REQUIRED));
    const { pool } = secure;
    const config = configOf(connected, secure);
    if (pool !== undefined) checkClientConfig(config, pool.size);
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

/** Where it goes to: on what, and to whom. */
function checkWhere(options: TLSSocketOptions): void {
  checkCallbacks(options, CALLBACKS);
  const from = options.from as unknown;
  if (from !== undefined) {
    if (typeof from !== "object" || from === null || typeof (from as TCPSocket).read !== "function")
      throw new OptionError("from", "a socket is wanted");
    return;
  }
  const { address, TCP } = options;
  if (typeof address !== "string" || address === "")
    throw new OptionError("address", "an IP address is wanted, as text; a host's is resolved before");
  checkPort(options.port);
  if (typeof TCP !== "object" || TCP === null || typeof TCP.io !== "function")
    throw new OptionError("TCP", "{ io } is wanted: the class of the TCP socket below");
}

function configOf(options: TLSSocketOptions, secure: SecureOptions): ClientConfig {
  return secure.serverName === undefined ? { ...secure, serverName: options.host ?? options.address } : (secure as ClientConfig);
}
