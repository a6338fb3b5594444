// One full handshake of the TLS 1.3 server: X25519, ChaCha20, a key on P-256 that signs, leaf and intermediate.
import { handshakeScenario } from "./handshake.js";

export const server13 = handshakeScenario("server13", { app: "measure-server", flight: "server13-chacha" });
