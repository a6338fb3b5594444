import { missing_extension, TLSAlert } from "../alert.js";
import type { ServerHandshake13 } from "./server-13.js";

type H = ServerHandshake13;

/** Whether this server does anything about the pre-shared keys that a client offers. */
export function looksAtKeys(h: H): boolean {
  return h.identities !== null && (h.config.psk !== undefined || h.config.tickets !== undefined);
}

/** §4.3.9: without the modes the extension may not come. */
export function checkKeysOffered(h: H): void {
  if (h.identities !== null && !h.sentPskModes)
    throw new TLSAlert(missing_extension, "ClientHello: pre_shared_key without psk_key_exchange_modes");
}

/** Modes that the client and one of our sources of keys have in common. */
export function commonModes(h: H): number {
  const { psk, tickets } = h.config;
  return h.pskModes & ((psk === undefined ? 0 : psk.modes) | (tickets === undefined ? 0 : tickets.modes));
}
