// Handshakes of the TLS 1.2 client without ECDHE: RSA key exchange with leaf and intermediate on RSA-2048, and pre-shared keys.
import { handshakeScenario } from "./handshake.js";

const app = "measure-legacy-12";

export const client12Rsa = handshakeScenario("client12rsa", { app, flight: "client12-rsa" });
export const psk12 = handshakeScenario("psk12", { app, flight: "client12-psk", arguments: ["psk"] });
export const psk12Ecdhe = handshakeScenario("psk12.ecdhe", { app, flight: "client12-ecdhe-psk", arguments: ["ecdhe-psk"] });
