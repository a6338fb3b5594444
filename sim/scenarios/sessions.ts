// Handshakes of the client that need no certificate: a session resumed with key exchange, and an external pre-shared key alone.
import { handshakeScenario } from "./handshake.js";

export const resume13 = handshakeScenario("resume13", { app: "measure-resume", flight: "client13-resumed" });
export const psk13 = handshakeScenario("psk13", { app: "measure-psk", flight: "client13-psk" });
