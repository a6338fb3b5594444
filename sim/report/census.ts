// What lives at the peak of each message: for those who want to make it less.
import { measureMemory } from "../scenarios/replay.js";
import type { Replay } from "../scenarios/scenario.js";
import type { Census, Mark } from "../xs/run.js";
import { merged, stepsOf } from "./steps.js";
import { bytes, table, thousands } from "./table.js";

function callsOf(calls: Census["calls"]): string {
  return calls.map(({ name, slots }) => `${name} ${slots}`).join(" < ");
}

type Class = Census["classes"][number];

/** What was there before is the app's: it is taken off. */
function added(census: Census, before: Census | null): Class[] {
  return census.classes
    .map((one) => {
      const own = before?.classes.find(({ name }) => name === one.name);
      if (own === undefined) return one;
      return { name: one.name, count: one.count - own.count, slots: one.slots - own.slots, chunkBytes: one.chunkBytes - own.chunkBytes };
    })
    .filter(({ count, slots, chunkBytes }) => count !== 0 || slots !== 0 || chunkBytes !== 0);
}

function section(mark: Mark, sum: number, census: Census, before: Census | null, slotSize: number): string {
  const size = ({ slots, chunkBytes }: Class): number => slots * slotSize + chunkBytes;
  const rows = added(census, before)
    .sort((a, b) => size(b) - size(a))
    .map((one) => [one.name, thousands(one.count), thousands(one.slots), bytes(one.chunkBytes), bytes(size(one))]);
  return [
    `${mark.name}: ${bytes(sum)} at its peak`,
    table(["object", "count", "slots", "chunks", "sum"], rows),
    `  stack, innermost first, in slots: ${callsOf(census.calls)}`,
    census.ended.length > 0 ? `  deeper calls that had ended (a hint): ${callsOf(census.ended)}` : "",
    "",
  ].join("\n");
}

/** Where the peak of a message lies that came or went in several records. */
function highest(marks: readonly Mark[], name: string): number {
  let best = -1;
  marks.forEach((mark, i) => {
    if (mark.name === name && (best < 0 || (mark.peak?.bytes ?? 0) > (marks[best]?.peak?.bytes ?? 0))) best = i;
  });
  return best;
}

/** The peaks by message, then the census of each. */
export async function census({ app, flight }: Replay): Promise<string> {
  const memory = await measureMemory(app, flight);
  const stats = memory.stats;
  if (stats === null) return "nothing was measured";
  const { marks, slotSize } = stats;
  const steps = merged(stepsOf(memory, null, ""));
  const rows = steps.flatMap(({ name, cost }) => {
    if (cost === null) return [];
    const { chunkBytes, slots, stackBytes, bytes: sum } = cost.peak;
    return [[name, bytes(chunkBytes), thousands(slots), bytes(stackBytes), bytes(sum), bytes(cost.live.bytes)]];
  });
  let text = `${table(["peak of", "chunks", "slots", "stack", "sum", "live behind it"], rows)}\n`;
  const before = (await measureMemory(app, flight, { census: 1, censusMark: 1 })).stats?.census ?? null;
  for (const { name, cost } of steps) {
    const at = highest(marks, name);
    const mark = marks[at];
    if (cost === null || mark === undefined || mark.peak === null || name === "change_cipher_spec") continue;
    const found = (await measureMemory(app, flight, { census: mark.peak.bytes, censusMark: at })).stats?.census;
    if (found) text += section(mark, cost.peak.bytes, found, before, slotSize);
  }
  return text;
}
