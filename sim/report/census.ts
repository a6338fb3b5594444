// What lives at the peak of each message: for those who want to make it less.
import { measureMemory } from "../scenarios/replay.js";
import type { Census, Mark, MemoryUse } from "../xs/run.js";
import { merged, stepsOf } from "./steps.js";
import { bytes, table, thousands } from "./table.js";

const APP = "measure-handshake";

function callsOf(calls: Census["calls"]): string {
  return calls.map(({ name, slots }) => `${name} ${slots}`).join(" < ");
}

function section(mark: Mark, base: MemoryUse, census: Census, slotSize: number): string {
  const size = ({ slots, chunkBytes }: Census["classes"][number]): number => slots * slotSize + chunkBytes;
  const rows = [...census.classes]
    .filter(({ count }) => count > 0)
    .sort((a, b) => size(b) - size(a))
    .map((one) => [one.name, thousands(one.count), thousands(one.slots), bytes(one.chunkBytes), bytes(size(one))]);
  return [
    `${mark.name}: ${bytes(census.bytes)} at its peak, of which ${bytes(base.bytes)} were there before`,
    table(["object", "count", "slots", "chunks", "sum"], rows),
    `  stack, innermost first, in slots: ${callsOf(census.calls)}`,
    census.ended.length > 0 ? `  deeper calls that had ended (a hint): ${callsOf(census.ended)}` : "",
    "",
  ].join("\n");
}

/** The peaks by message, then the census of each. */
export async function census(flight: string): Promise<string> {
  const memory = await measureMemory(APP, flight);
  const stats = memory.stats;
  if (stats === null) return "nothing was measured";
  const { marks, slotSize } = stats;
  const base = marks[0]?.live ?? stats.start;
  const rows = merged(stepsOf(memory, null, "")).flatMap(({ name, cost }) =>
    cost === null
      ? []
      : [
          [
            name,
            bytes(cost.peak.chunkBytes),
            thousands(cost.peak.slots),
            bytes(cost.peak.stackBytes),
            bytes(cost.peak.bytes),
            bytes(cost.live.bytes),
          ],
        ],
  );
  let text = `${table(["peak of", "chunks", "slots", "stack", "sum", "live behind it"], rows)}\n`;
  const seen = new Set(["-", "start", "change_cipher_spec", "idle"]);
  for (const [at, mark] of marks.entries()) {
    if (seen.has(mark.name) || mark.peak === null) continue;
    seen.add(mark.name);
    const found = (await measureMemory(APP, flight, { census: mark.peak.bytes, censusMark: at })).stats?.census;
    if (found) text += section(mark, base, found, slotSize);
  }
  return text;
}
