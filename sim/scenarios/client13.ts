// One full handshake of the TLS 1.3 client, with each suite: X25519, leaf and intermediate on P-256.
import { handshakeScenario } from "./handshake.js";
import type { Replay } from "./scenario.js";

/** The client's handshake with a recorded flight. */
export function clientReplay(flight: string): Replay {
  return { app: "measure-handshake", flight };
}

export const CLIENT13 = clientReplay("client13-chacha");

export const client13 = handshakeScenario("client13", CLIENT13);
export const client13AesGcm = handshakeScenario("client13.aesgcm", clientReplay("client13-aesgcm"));
export const client13Aes256Gcm = handshakeScenario("client13.aes256gcm", clientReplay("client13-aes256gcm"));
export const client13Aes128Ccm = handshakeScenario("client13.aes128ccm", clientReplay("client13-aes128ccm"));
export const client13Aes128Ccm8 = handshakeScenario("client13.aes128ccm8", clientReplay("client13-aes128ccm8"));
