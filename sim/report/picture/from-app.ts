// What a user's app did, for a picture: its memory from before it began, cut where thimble's handshake messages and records of data begin (sim/apps/marked-app.ts).
import type { AppOptions, SimOptions } from "../../options.js";
import type { CountResult, Mark, XsResult } from "../../xs/run.js";
import { primitivesOf } from "./from-demo.js";
import { joined } from "./joined.js";
import type { Message, RunData, Use } from "./run-data.js";

const BEFORE = "before TLS";

/** What each mark is of, and the bytes of it: the app's own lines stand between them. */
function lengthsOf(stdout: string): { direction: ">" | "<"; name: string; bytes: number }[] {
  return [...stdout.matchAll(/^@([<>]) (\d+) (.*)$/gm)].map(([, direction, bytes, name]) => ({
    direction: direction as ">" | "<",
    bytes: Number(bytes),
    name: name as string,
  }));
}

/** Sums of parts up to each mark, in the order of marks. */
function countsOf(counted: CountResult | null, names: ReadonlySet<string>): { name: string; instructions: number }[] {
  const counts: { name: string; instructions: number }[] = [];
  let sum = 0;
  for (const { name, instructions } of counted?.instructions.run?.parts ?? []) {
    sum += instructions;
    if (!names.has(name)) continue;
    counts.push({ name, instructions: sum });
    sum = 0;
  }
  if (sum > 0) counts.push({ name: "", instructions: sum });
  return counts;
}

/** The same run three times: with true peaks, counted by message, counted by primitive. */
export interface AppRuns {
  readonly memory: XsResult;
  readonly counted: CountResult | null;
  readonly primitives: CountResult | null;
}

export function runOfApp(options: SimOptions, app: AppOptions, about: RunData["about"], { memory, counted, primitives }: AppRuns): RunData {
  const { stats } = memory;
  const start = stats?.start;
  const slotSize = stats?.slotSize ?? 16;
  const use = (chunkBytes: number, slots: number, stackBytes: number): Use => ({
    chunks: chunkBytes - (start?.chunkBytes ?? 0),
    slots: (slots - (start?.slots ?? 0)) * slotSize,
    stack: Math.max(0, stackBytes),
  });
  const lengths = lengthsOf(memory.stdout);
  const names = new Set([BEFORE, ...lengths.map(({ name }) => name)]);
  const counts = countsOf(counted, names);
  const messages = (stats?.marks ?? []).map((mark: Mark, i): Message => {
    const of = i === 0 ? null : (lengths[i - 1] ?? null);
    const at = counts.findIndex(({ name }) => name === mark.name || (name === "" && mark.name === "end"));
    const count = at < 0 ? null : (counts.splice(0, at + 1).pop() ?? null);
    const { live, peak, curve = [] } = mark;
    return {
      direction: of?.direction ?? "<",
      name: of?.name ?? BEFORE,
      times: 1,
      wireBytes: of?.bytes ?? 0,
      peak: peak === null ? null : use(peak.chunkBytes, peak.slots, peak.stackBytes),
      live: live === null ? null : use(live.chunkBytes, live.slots, live.stackBytes),
      curve: curve.map(([chunkBytes, slots, stackBytes]) => use(chunkBytes, slots, stackBytes)),
      instructions: i === 0 ? null : (count?.instructions ?? null),
    };
  });
  return {
    thimble: 1,
    title: `${options.board}, ${app.file.replace(/^.*\//, "")}`,
    about,
    above: "what lived before the app began",
    messages: joined(messages),
    primitives: primitivesOf(primitives, (name) => name !== "" && name !== "…" && name !== "end" && !names.has(name)),
    budgets: [],
  };
}
