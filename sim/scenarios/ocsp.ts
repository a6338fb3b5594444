// The client's handshake when it asks for a status, and a responder with a certificate of its own signed it: two more signatures. `more` is its peak
// above that of the same handshake without one.
import { CLIENT12 } from "./client12.js";
import { CLIENT13 } from "./client13.js";
import { handshakeFigures, handshakePeak } from "./handshake.js";
import type { Replay, Scenario } from "./scenario.js";

function stapled(name: string, replays: Replay, without: Replay): Scenario {
  return {
    name,
    replays,
    async measure(counting) {
      const figures = await handshakeFigures(name, replays, counting);
      const plain = await handshakePeak(without);
      return { ...figures, [`${name}.more`]: { value: (figures[`${name}.peak`]?.value ?? 0) - plain.bytes, unit: "B" } };
    },
  };
}

export const ocsp = stapled("client13.ocsp", { app: "measure-ocsp", flight: "client13-ocsp" }, CLIENT13);
export const ocsp12 = stapled("client12.ocsp", { app: "measure-ocsp-12", flight: "client12-ocsp" }, CLIENT12);
