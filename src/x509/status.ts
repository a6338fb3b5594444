/**
 * The seam between a path and a check of its leaf's status (RFC 6066 §8). A value of the config: a firmware that does not name one links no such check,
 * and does not ask for a status.
 */
import type { ChainConfig, ChainLimits } from "./chain-config.js";

/** Where a verifier has it from. */
export interface StatusSource {
  /** What reads and checks the status of one list's leaf. */
  create(config: ChainConfig, limits: ChainLimits): StatusReader;
}

/** Asks servers for the status of their certificates. One serves many connections. */
export interface StatusCheck extends StatusSource {
  /** CertificateStatusRequest, as the ClientHello carries it. */
  readonly request: Uint8Array;
  /** Another number where it accepts other things: sessions are bound to it. */
  readonly policy: number;
}

/** Throws a TLSAlert wherever something is wrong. Calls come in the order of the methods; of the last three as the path is found. */
export interface StatusReader {
  /** The leaf passes here too. */
  beginLeaf(length: number): void;
  pushLeaf(bytes: Uint8Array, offset: number, length: number): void;
  /** hash[at, at + 32) is SHA-256 of the issuer's Name. */
  endLeaf(hash: Uint8Array, at: number): void;
  /** CertificateStatus, `length` octets, stands in the nth entry of the list. */
  beginStatus(entry: number, length: number): void;
  pushStatus(bytes: Uint8Array, offset: number, length: number): void;
  /** The leaf's entry is complete. Throws where no status came that is needed. */
  endEntry(): void;
  /** Whether there is a status, to be checked. */
  readonly stapled: boolean;
  /** The leaf's issuer is decided: begins to check what was stapled. `now` is the time, or, where the clock is not set, a time that has passed. */
  check(keyType: number, key: Uint8Array, keyAt: number, keyLength: number, now: number, isSet: boolean): void;
  /** Goes on with the signatures; budget as in Verifier. */
  step(budget: number): number;
  /** The path is complete. Throws where what came was not checked; a pinned leaf has no issuer in the path, then only where it is needed. */
  endPath(leafIsPinned: boolean): void;
}
