// The client's handshake when it asks for a status, and a responder with a certificate of its own signed it: two more signatures. `more` is its peak
// above client13's.
import { CLIENT13 } from "./client13.js";
import { handshakeFigures, handshakePeak } from "./handshake.js";
import type { Scenario } from "./scenario.js";

const NAME = "client13.ocsp";
const REPLAYS = { app: "measure-ocsp", flight: "client13-ocsp" };

export const ocsp: Scenario = {
  name: NAME,
  replays: REPLAYS,
  async measure(counting) {
    const figures = await handshakeFigures(NAME, REPLAYS, counting);
    const plain = await handshakePeak(CLIENT13);
    return { ...figures, [`${NAME}.more`]: { value: (figures[`${NAME}.peak`]?.value ?? 0) - plain.bytes, unit: "B" } };
  },
};
