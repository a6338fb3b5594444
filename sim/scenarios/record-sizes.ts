// The client's handshake with other sizes: a receive buffer of 512 bytes, with a peer that honours record_size_limit; and handshake records of 16 KB
// through 2 KB, with one that does not. `more` is the peak above client13's.
import { CLIENT13, clientReplay } from "./client13.js";
import { comparedScenario } from "./handshake.js";

export const client13Small = comparedScenario("client13small", clientReplay("client13-small"), CLIENT13);
export const client13Big = comparedScenario("client13big", clientReplay("client13-big"), CLIENT13);
