// What `secure` of the sockets that connect has in common.
import type { ConnectionPool } from "../../src/connection-pool.js";
import type { MemoryCheck } from "./planned-memory.js";
import type { Kinds } from "./secure-keys.js";

/** What `secure` of a socket has beside a config. Times in milliseconds. */
export interface SocketSecureOptions {
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
  /** plannedMemory(): the constructor throws where the planner says that there is too little for such a connection. Default: nobody asks. */
  memory?: MemoryCheck;
}

export const SOCKET_KINDS: Kinds<SocketSecureOptions> = {
  handshakeTimeout: "number",
  idleTimeout: "number",
  pool: "object",
  sliceMilliseconds: "number",
  memory: "object",
};

export const DEFAULT_HANDSHAKE_TIMEOUT = 30_000;
export const DEFAULT_IDLE_TIMEOUT = 1_800_000;
