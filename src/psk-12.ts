import type { OUTSIDE } from "./crypto/provider.js";

/**
 * Pre-shared keys of TLS 1.2 (RFC 4279). A key is for one version alone: one of TLS 1.3 is never used here (RFC 9846 §4.3.11). In plain PSK everybody
 * who learns the key reads what was recorded, and who takes part in a handshake can try keys afterwards: 128 random bits are the least (RFC 4279 §7.2).
 */
export interface ClientPsk12 {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
}

export interface ServerPsk12 {
  /**
   * The key of identity bytes[offset, offset + length); null for an unknown one; OUTSIDE while it is looked up elsewhere: asked again whenever the
   * connection goes on, at the latest after `resume()`.
   */
  find(bytes: Uint8Array, offset: number, length: number): Uint8Array | null | typeof OUTSIDE;
}

/** RFC 4279 §5.3: 128 octets of identity and 64 of key are what all must take. */
export const MAX_PSK_IDENTITY = 256;
export const MAX_PSK = 64;
const LEAST_PSK = 16;

/** Throws a RangeError. */
export function checkPsk12({ identity, key }: ClientPsk12): void {
  if (identity.length === 0 || identity.length > MAX_PSK_IDENTITY)
    throw new RangeError(`psk: its identity has ${identity.length} bytes; 1 to ${MAX_PSK_IDENTITY} may be`);
  if (key.length < LEAST_PSK || key.length > MAX_PSK)
    throw new RangeError(`psk: its key has ${key.length} bytes; ${LEAST_PSK} to ${MAX_PSK} may be`);
}
