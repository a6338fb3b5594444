import { checkPskClientConfig, type PskClientConfig, PskClientConnection } from "../../src/client-psk.js";
import type { ConnectionPool } from "../../src/connection-pool.js";
import { SecureSocket } from "./secure-socket.js";
import { inSlices } from "./slices.js";
import type { AcceptedOptions, ConnectOptions, TakeOverOptions } from "./socket-options.js";
import { sliceTime, Timer } from "./timer.js";

/** The pieces of a PskClientConfig, and times as TLSSocket has them. */
export interface PskSecureOptions extends PskClientConfig {
  handshakeTimeout?: number;
  idleTimeout?: number;
  pool?: ConnectionPool;
  sliceMilliseconds?: number;
}

export interface PskSocketOptions extends ConnectOptions {
  secure: PskSecureOptions;
}

/** On a TCP socket that is connected already. */
export interface PskConnectedOptions extends AcceptedOptions {
  secure: PskSecureOptions;
}

export const DEFAULT_HANDSHAKE_TIMEOUT = 30_000;
export const DEFAULT_IDLE_TIMEOUT = 1_800_000;

/** TLSSocket for a firmware without certificates: an external pre-shared key proves both ends, and nothing that reads X.509 is linked. */
export default class PskSocket extends SecureSocket {
  constructor(options: PskSocketOptions | PskConnectedOptions | TakeOverOptions) {
    if (options.from instanceof SecureSocket) {
      super(options as TakeOverOptions);
      return;
    }
    const connected = options as PskSocketOptions;
    const secure = inSlices(connected.secure);
    const { pool } = secure;
    if (pool !== undefined) checkPskClientConfig(secure, pool.size);
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
