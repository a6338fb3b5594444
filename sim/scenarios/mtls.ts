// The client's handshake when the server asks for its certificate: a key on P-256, leaf and intermediate. `more` is its peak above client13's.
import { CLIENT_APP, CLIENT_FLIGHT } from "./client13.js";
import { handshakeFigures, handshakePeak } from "./handshake.js";
import type { Scenario } from "./scenario.js";

const NAME = "client13.mtls";

export const mtls: Scenario = {
  name: NAME,
  async measure(counting) {
    const figures = await handshakeFigures(NAME, "measure-mtls", "client13-mtls", counting);
    const plain = await handshakePeak(CLIENT_APP, CLIENT_FLIGHT);
    return { ...figures, [`${NAME}.more`]: { value: (figures[`${NAME}.peak`]?.value ?? 0) - plain.bytes, unit: "B" } };
  },
};
