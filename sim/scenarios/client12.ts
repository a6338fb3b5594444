// One full handshake of the TLS 1.2 client and server: ECDHE with X25519, leaf and intermediate on P-256.
import { handshakeScenario } from "./handshake.js";
import type { Replay } from "./scenario.js";

const APP = "measure-handshake-12";

export const CLIENT12: Replay = { app: APP, flight: "client12-chacha" };

export const client12 = handshakeScenario("client12", CLIENT12);
/** It offers TLS 1.3 too, and the server knows TLS 1.2 alone. */
export const client12Both = handshakeScenario("client12.both", { app: APP, flight: "client12-both", arguments: ["both"] });
export const client12AesGcm = handshakeScenario("client12.aesgcm", { app: APP, flight: "client12-aesgcm" });
export const server12 = handshakeScenario("server12", { app: "measure-server-12", flight: "server12-chacha" });
