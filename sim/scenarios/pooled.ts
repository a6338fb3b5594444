// 1, 3 and 10 connections on one pool: at rest each takes what a parked one keeps, and whatever their number there is one handshake's peak.
import { SimError } from "../errors.js";
import { above, idleOf } from "../report/steps.js";
import { CLIENT13 } from "./client13.js";
import { measureMemory } from "./replay.js";
import type { Measurements, Scenario } from "./scenario.js";

const COUNTS = [1, 3, 10] as const;

async function measured(count: number): Promise<{ peak: number; parked: number }> {
  const memory = await measureMemory("measure-pooled", CLIENT13.flight, { arguments: [String(count)] });
  const [start, handshakes] = memory.stats?.marks ?? [];
  const idle = idleOf(memory);
  if (idle === null || !start?.live || !handshakes?.peak) throw new SimError(`pooled: ${count} connections were not measured`);
  return { peak: above(handshakes.peak, start.live, start.live.stackBytes, memory.stats?.slotSize ?? 0).bytes, parked: idle.bytes };
}

export const pooled: Scenario = {
  name: "pooled",
  async measure() {
    const [one, three, ten] = await Promise.all(COUNTS.map(measured));
    if (one === undefined || three === undefined || ten === undefined) throw new SimError("pooled: not measured");
    const figures: Measurements = {
      "pooled.parked": { value: one.parked, unit: "B" },
      "pooled.parkedOf3": { value: three.parked, unit: "B" },
      "pooled.parkedOf10": { value: ten.parked, unit: "B" },
      "pooled.peakOf1": { value: one.peak, unit: "B" },
      "pooled.peakOf3": { value: three.peak, unit: "B" },
      "pooled.peakOf10": { value: ten.peak, unit: "B" },
      // Above N - 1 parked ones and the peak of one: what the pool itself and the app's list take.
      "pooled.moreOf3": { value: three.peak - one.peak - 2 * one.parked, unit: "B" },
      "pooled.moreOf10": { value: ten.peak - one.peak - 9 * one.parked, unit: "B" },
    };
    return figures;
  },
};
