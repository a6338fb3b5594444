// Handshakes of the client that need no certificate: a session resumed with key exchange, one of TLS 1.2 by its ticket, and an external pre-shared key alone.
import { handshakeScenario } from "./handshake.js";

export const resume13 = handshakeScenario("resume13", { app: "measure-resume", flight: "client13-resumed" });
export const resume12 = handshakeScenario("resume12", { app: "measure-resume", flight: "client12-resumed", arguments: ["1.2"] });
export const psk13 = handshakeScenario("psk13", { app: "measure-psk", flight: "client13-psk" });
