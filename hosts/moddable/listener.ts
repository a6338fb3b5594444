import type { ServerConfig } from "../../src/config.js";
import type { ConnectionPool } from "../../src/connection-pool.js";
import { ServerConnection } from "../../src/server.js";
import type { MemoryCheck } from "./planned-memory.js";
import { ownKeys } from "./sdk-keys.js";
import { checkMemory, type Kinds } from "./secure-keys.js";
import { SecureListener, type SecureListenerOptions } from "./secure-listener.js";
import { inSlices } from "./slices.js";
import type { TCPListenerConstructor, TCPSocket } from "./tcp.js";
import { TCPListener } from "./tcp-listener.js";
import { sliceTime, Timer } from "./timer.js";
import { checkCallbacks, checkPort } from "./where-keys.js";

/** The pieces of a ServerConfig, and limits. Times in milliseconds; 0: no limit. */
export interface ListenerSecureOptions extends ServerConfig {
  /** Handshakes under way, and sockets that wait to be read: each holds a connection's memory. Default 2. */
  maxHandshakes?: number;
  /** Clients that have sent nothing yet: each holds a TCP socket alone. Default 4. */
  maxSilent?: number;
  /** From a client's first byte to the end of its handshake; also the time for its first byte. Default 15,000. */
  handshakeTimeout?: number;
  /** Without a byte in either direction. Default 1,800,000. */
  idleTimeout?: number;
  /**
   * Shared by the sockets, and with others: they have buffers only while there is something to read or to send, and one handshake runs at a time. Clients
   * that have to wait for it count as silent. Made with the same receiveBuffer and sendBuffer.
   */
  pool?: ConnectionPool;
  /** How long work on public keys of one client may hold the event loop at once. Default: as `sliceSteps` says. */
  sliceMilliseconds?: number;
  /** plannedMemory(): the constructor throws where the planner says that there is too little for `maxHandshakes` connections. Default: nobody asks. */
  memory?: MemoryCheck;
}

export interface ListenerOptions extends SecureListenerOptions {
  secure: ListenerSecureOptions;
  /** The class of the TCP listener below. Default: the device's own. */
  TCP?: { io: TCPListenerConstructor };
}

export const DEFAULT_MAX_HANDSHAKES = 2;
export const DEFAULT_MAX_SILENT = 4;
export const DEFAULT_HANDSHAKE_TIMEOUT = 15_000;
export const DEFAULT_IDLE_TIMEOUT = 1_800_000;

const KINDS: Kinds<ListenerSecureOptions> = {
  provider: "object",
  tls12: "object",
  tls13: "boolean",
  random: "object",
  clock: "object",
  hosts: "object",
  cookies: "object",
  psk: "object",
  tickets: "object",
  sessionIds: "object",
  receiveBuffer: "number",
  lender: "object",
  sendBuffer: "number",
  sliceSteps: "number",
  exporter: "object",
  keyLog: "function",
  maxHandshakes: "number",
  maxSilent: "number",
  handshakeTimeout: "number",
  idleTimeout: "number",
  pool: "object",
  sliceMilliseconds: "number",
  memory: "object",
};
const REQUIRED = ["provider", "random", "clock", "hosts"];
const CALLBACKS = ["onReadable", "onClientError"];

/**
 * TLS server in the shape of ECMA-419's listeners. The constructor throws for options that cannot work; all later failures go to onClientError.
 * `with(secure)` makes a class for what constructs its listener itself, as the SDK's HTTPServer: `new HTTPServer({ io: Listener.with(secure), … })`.
 */
export default class Listener extends SecureListener {
  constructor(options: ListenerOptions) {
    checkCallbacks(options, CALLBACKS);
    if (options.port !== undefined) checkPort(options.port);
    const secure = inSlices(ownKeys<ListenerSecureOptions>(options.secure, KINDS, REQUIRED));
    const { pool, maxHandshakes = DEFAULT_MAX_HANDSHAKES } = secure;
    checkMemory(secure.memory?.server(secure, { socket: true, pool: pool !== undefined, connections: maxHandshakes }));
    const io = pool?.take();
    new ServerConnection(secure, io); // what cannot work is said now, not at the first client
    if (io !== undefined) pool?.give(io);
    super(
      options,
      options.TCP === undefined ? (TCPListener as unknown as TCPListenerConstructor) : options.TCP.io,
      (client) =>
        secure.cookies === undefined
          ? new ServerConnection(secure, pool?.take())
          : new ServerConnection(secure, pool?.take(), addressOf(client)),
      Timer as never,
      {
        maxHandshakes,
        maxSilent: secure.maxSilent ?? DEFAULT_MAX_SILENT,
        handshakeTimeout: secure.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT,
        idleTimeout: secure.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
        sliceTime: sliceTime(secure.sliceMilliseconds),
      },
      pool,
    );
  }

  static with(secure: ListenerSecureOptions): new (options: SecureListenerOptions) => Listener {
    return class extends Listener {
      constructor(options: SecureListenerOptions) {
        super({ ...options, secure });
      }
    };
  }
}

/** The client's address as bytes, for cookies. */
function addressOf({ remoteAddress = "" }: TCPSocket): Uint8Array {
  const bytes = new Uint8Array(remoteAddress.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = remoteAddress.charCodeAt(i);
  return bytes;
}
