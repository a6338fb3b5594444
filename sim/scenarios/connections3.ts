// Three connections of a client at once, whose handshakes go forward together: what they take above the app.
import { SimError } from "../errors.js";
import { above, idleOf } from "../report/steps.js";
import { CLIENT13 } from "./client13.js";
import { measureMemory } from "./replay.js";
import type { Scenario } from "./scenario.js";

export const connections3: Scenario = {
  name: "connections3",
  async measure() {
    const memory = await measureMemory("measure-three", CLIENT13.flight);
    const [start, handshakes] = memory.stats?.marks ?? [];
    const idle = idleOf(memory);
    if (idle === null || !start?.live || !handshakes?.peak) throw new SimError("connections3: the handshakes were not measured");
    const peak = above(handshakes.peak, start.live, start.live.stackBytes, memory.stats?.slotSize ?? 0);
    return {
      "connections3.peak": { value: peak.bytes, unit: "B" },
      "connections3.peakSlots": { value: peak.slots, unit: "slots" },
      "connections3.idle": { value: idle.bytes, unit: "B" },
      "connections3.idleSlots": { value: idle.slots, unit: "slots" },
    };
  },
};
