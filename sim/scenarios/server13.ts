// One full handshake of the TLS 1.3 server: X25519, ChaCha20, a key on P-256 that signs, leaf and intermediate.
import { handshakeFigures } from "./handshake.js";
import type { Scenario } from "./scenario.js";

export const server13: Scenario = {
  name: "server13",
  measure: (counting) => handshakeFigures("server13", "measure-server", "server13-chacha", counting),
};
