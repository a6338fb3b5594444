import { checkPskClientConfig, type PskClientConfig, PskClientConnection } from "../../src/client-psk.js";
import { checkKeys, checkMemory, type Kinds } from "./secure-keys.js";
import { SecureSocket } from "./secure-socket.js";
import { inSlices } from "./slices.js";
import { DEFAULT_HANDSHAKE_TIMEOUT, DEFAULT_IDLE_TIMEOUT, SOCKET_KINDS, type SocketSecureOptions } from "./socket-keys.js";
import type { AcceptedOptions, ConnectOptions, TakeOverOptions } from "./socket-options.js";
import { sliceTime, Timer } from "./timer.js";

/** The pieces of a PskClientConfig, and what is a socket's. */
export interface PskSecureOptions extends PskClientConfig, SocketSecureOptions {}

export interface PskSocketOptions extends ConnectOptions {
  secure: PskSecureOptions;
}

/** On a TCP socket that is connected already. */
export interface PskConnectedOptions extends AcceptedOptions {
  secure: PskSecureOptions;
}

const KINDS: Kinds<PskSecureOptions> = {
  provider: "object",
  random: "object",
  clock: "object",
  psk: "object",
  alpn: "object",
  receiveBuffer: "number",
  lender: "object",
  sendBuffer: "number",
  sliceSteps: "number",
  exporter: "object",
  keyLog: "function",
  ...SOCKET_KINDS,
};
const REQUIRED = ["provider", "random", "clock", "psk"];

/** TLSSocket for a firmware without certificates: an external pre-shared key proves both ends, and nothing that reads X.509 is linked. */
export default class PskSocket extends SecureSocket {
  constructor(options: PskSocketOptions | PskConnectedOptions | TakeOverOptions) {
    if (options.from instanceof SecureSocket) {
      super(options as TakeOverOptions);
      return;
    }
    const connected = options as PskSocketOptions;
    const secure = inSlices(checkKeys<PskSecureOptions>(connected.secure, KINDS, REQUIRED));
    const { pool } = secure;
    if (pool !== undefined) checkPskClientConfig(secure, pool.size);
    checkMemory(secure.memory?.client(secure, { socket: true, pool: pool !== undefined }));
    super(
      connected,
      pool === undefined ? new PskClientConnection(secure) : () => new PskClientConnection(secure, pool.take()),
      Timer as never,
      secure.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT,
      secure.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
      sliceTime(secure.sliceMilliseconds),
      pool,
    );
  }
}
