// The client's handshake when the server asks for its certificate: a key on P-256, leaf and intermediate. `more` is its peak above client13's.
import { CLIENT13 } from "./client13.js";
import { comparedScenario } from "./handshake.js";

export const mtls = comparedScenario("client13.mtls", { app: "measure-mtls", flight: "client13-mtls" }, CLIENT13);
