// One full handshake of the TLS 1.3 client, with each suite: X25519, leaf and intermediate on P-256.
import { handshakeFigures } from "./handshake.js";
import type { Scenario } from "./scenario.js";

export const CLIENT_APP = "measure-handshake";
export const CLIENT_FLIGHT = "client13-chacha";

function handshake(name: string, flight: string): Scenario {
  return { name, measure: (counting) => handshakeFigures(name, CLIENT_APP, flight, counting) };
}

export const client13 = handshake("client13", CLIENT_FLIGHT);
export const client13AesGcm = handshake("client13.aesgcm", "client13-aesgcm");
export const client13Aes256Gcm = handshake("client13.aes256gcm", "client13-aes256gcm");
export const client13Aes128Ccm = handshake("client13.aes128ccm", "client13-aes128ccm");
export const client13Aes128Ccm8 = handshake("client13.aes128ccm8", "client13-aes128ccm8");
