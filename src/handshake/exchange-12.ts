import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { ClientHandshake12 } from "./client-12.js";
import type { ServerHandshake12 } from "./server-12.js";

/** Whether a ServerKeyExchange comes with a key exchange. */
export const NEVER = 0;
export const MAY = 1;
export const MUST = 2;

/** The client's part of one key exchange under way (RFC 5246 §7.4.3, §7.4.7). */
export interface ClientExchange12 {
  /** Reads the parameters of a ServerKeyExchange; a signature may follow them. */
  readParams(r: Reader): void;
  /** Goes on with what is to be computed once ServerHelloDone has come; DONE: message and pre-master secret are there. */
  step(budget: number): number;
  /** The body of ClientKeyExchange. */
  readonly messageLength: number;
  writeMessage(w: Writer): void;
  /** The pre-master secret, for the caller to zero. */
  preMasterSecret(): Uint8Array;
  wipe(): void;
}

/** A kind of key exchange that a client knows: a part of its configuration, so that no firmware links another. */
export interface ClientKind12 {
  /** KX_ECDHE … */
  readonly kx: number;
  readonly serverKeyExchange: number;
  /** What the client shows of itself with it, if anything. */
  readonly identity?: Uint8Array;
  create(h: ClientHandshake12): ClientExchange12;
}

/** The server's part of one key exchange under way. */
export interface ServerExchange12 {
  /** Goes on with what is to be computed before ServerKeyExchange; DONE. */
  prepare(budget: number): number;
  /** The parameters of ServerKeyExchange, without a signature; none: no such message is sent. */
  readonly paramsLength: number;
  writeParams(w: Writer): void;
  /** Reads the body of ClientKeyExchange. */
  readMessage(r: Reader): void;
  /** Goes on towards the pre-master secret; DONE. */
  step(budget: number): number;
  preMasterSecret(): Uint8Array;
  wipe(): void;
}

export interface ServerKind12 {
  readonly kx: number;
  /**
   * Whether it can be used in this handshake; a certificate that it needs is then h.proof. Not there: an identity that signs is needed, and is chosen as
   * for any suite.
   */
  fits?(h: ServerHandshake12): boolean;
  create(h: ServerHandshake12): ServerExchange12;
}

/** The kind for a suite's key exchange, or null. */
export function findExchange<K extends { readonly kx: number }>(exchanges: readonly K[], kx: number): K | null {
  for (let i = 0; i < exchanges.length; i++) if (exchanges[i].kx === kx) return exchanges[i];
  return null;
}
