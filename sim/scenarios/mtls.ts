// The client's handshake when the server asks for its certificate: a key on P-256, leaf and intermediate. `more` is its peak above client13's.
import { CLIENT13 } from "./client13.js";
import { handshakeFigures, handshakePeak } from "./handshake.js";
import type { Scenario } from "./scenario.js";

const NAME = "client13.mtls";
const REPLAYS = { app: "measure-mtls", flight: "client13-mtls" };

export const mtls: Scenario = {
  name: NAME,
  replays: REPLAYS,
  async measure(counting) {
    const figures = await handshakeFigures(NAME, REPLAYS, counting);
    const plain = await handshakePeak(CLIENT13);
    return { ...figures, [`${NAME}.more`]: { value: (figures[`${NAME}.peak`]?.value ?? 0) - plain.bytes, unit: "B" } };
  },
};
