// What one whole replayed handshake takes: true peak, idle memory, instructions; on an ESP32's heaps, with 512 bytes to send and 2 KB to receive.
import { SimError } from "../errors.js";
import { type Above, idleOf, peakOf, stepsOf } from "../report/steps.js";
import type { XsOptions, XsResult } from "../xs/run.js";
import { measureInstructions, measureMemory } from "./replay.js";
import { instructions, type Measurements, type Replay, type Scenario } from "./scenario.js";

function peakIn(name: string, memory: XsResult): Above {
  const peak = peakOf(stepsOf(memory, null, ""))?.peak;
  if (peak === undefined) throw new SimError(`${name}: the handshake was not measured`);
  return peak;
}

/** The peak alone. */
export async function handshakePeak({ app, flight, arguments: args = [] }: Replay, options: Partial<XsOptions> = {}): Promise<Above> {
  return peakIn(flight, await measureMemory(app, flight, { arguments: args, ...options }));
}

export async function handshakeFigures(
  name: string,
  { app, flight, arguments: args = [] }: Replay,
  counting: boolean,
): Promise<Measurements> {
  const options = { arguments: args };
  const [memory, counted] = await Promise.all([
    measureMemory(app, flight, options),
    counting ? measureInstructions(app, flight, options) : null,
  ]);
  const idle = idleOf(memory);
  const peak = peakIn(name, memory);
  if (idle === null) throw new SimError(`${name}: the handshake was not measured`);
  const figures: Measurements = {
    [`${name}.peak`]: { value: peak.bytes, unit: "B" },
    [`${name}.peakChunks`]: { value: peak.chunkBytes, unit: "B" },
    [`${name}.peakSlots`]: { value: peak.slots, unit: "slots" },
    [`${name}.peakStack`]: { value: peak.stackBytes, unit: "B" },
    [`${name}.idle`]: { value: idle.bytes, unit: "B" },
    [`${name}.idleChunks`]: { value: idle.chunkBytes, unit: "B" },
    [`${name}.idleSlots`]: { value: idle.slots, unit: "slots" },
  };
  if (counted !== null) {
    // The handshake ends with Finished; a server's tickets come after it.
    const counts = stepsOf(memory, counted, "handshake")
      .filter((step) => step.name !== "NewSessionTicket")
      .map((step) => step.cost?.instructions ?? 0);
    figures[`${name}.handshake`] = instructions(counts.reduce((sum, count) => sum + count, 0));
  }
  return figures;
}

export function handshakeScenario(name: string, replays: Replay): Scenario {
  return { name, replays, measure: (counting) => handshakeFigures(name, replays, counting) };
}

/** The same, with `more`: its peak above that of another. */
export function comparedScenario(name: string, replays: Replay, plain: Replay): Scenario {
  return {
    name,
    replays,
    async measure(counting) {
      const figures = await handshakeFigures(name, replays, counting);
      const { bytes } = await handshakePeak(plain);
      return { ...figures, [`${name}.more`]: { value: (figures[`${name}.peak`]?.value ?? 0) - bytes, unit: "B" } };
    },
  };
}
