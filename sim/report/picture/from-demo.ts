// What the demo measured, for a picture.
import { BETWEEN } from "../../apps/between.js";
import { readBudgets } from "../../budgets-file.js";
import type { SimOptions } from "../../options.js";
import type { CountResult } from "../../xs/run.js";
import { scenarioOf } from "../measured-needs.js";
import type { Measured } from "../report.js";
import { type Above, idleOf, merged, peakOf, type Step, stepsOf } from "../steps.js";
import { thousands } from "../table.js";
import type { Budget, Message, RunData, Use } from "./run-data.js";

/** What stands beside the counts of primitives: marks of messages, and what ran before a primitive began. */
const REST = "the rest";

function useOf({ chunkBytes, slots, stackBytes }: Above, slotSize: number): Use {
  return { chunks: chunkBytes, slots: slots * slotSize, stack: Math.max(0, stackBytes) };
}

function messagesOf(steps: readonly Step[], slotSize: number): Message[] {
  const isRecord = ({ name }: Step): boolean => name.startsWith("record ");
  const records = steps.filter(isRecord).sort((a, b) => b.name.localeCompare(a.name));
  return [...merged(steps.filter((step) => !isRecord(step))), ...merged(records)].map(({ direction, name, times, wireBytes, cost }) => ({
    ...{ direction, name, times, wireBytes },
    peak: cost === null ? null : useOf(cost.peak, slotSize),
    live: cost === null ? null : useOf(cost.live, slotSize),
    curve: cost === null ? [] : cost.curve.map((one) => useOf(one, slotSize)),
    instructions: cost?.instructions ?? null,
  }));
}

/** Sums by primitive; a part that is no primitive's is the rest. */
export function primitivesOf(counted: CountResult | null, known: (name: string) => boolean): RunData["primitives"] {
  const sums = new Map<string, number>();
  for (const { parts } of Object.values(counted?.instructions ?? {}))
    for (const { name, instructions } of parts) {
      const label = known(name) ? name : REST;
      sums.set(label, (sums.get(label) ?? 0) + instructions);
    }
  const all = [...sums].map(([name, instructions]) => ({ name, instructions })).sort((a, b) => b.instructions - a.instructions);
  return [...all.filter(({ name }) => name !== REST), ...all.filter(({ name }) => name === REST)];
}

/** The promises for the suite that was offered, where it was one. */
function budgetsOf(options: SimOptions, peak: number | null, idle: number | null, handshake: number | null): Budget[] {
  const scenario = scenarioOf(options.suites[0] as number);
  const alike = options.suites.length === 1 && options.receiveBuffer === 2048 && options.sendBuffer === 512;
  let figures: Readonly<Record<string, { value: number; limit: number | null; unit: string }>>;
  try {
    figures = readBudgets().scenarios[scenario] ?? {};
  } catch {
    return [];
  }
  const rows = [
    ["peak", "peak", peak, alike],
    ["idle", "idle", idle, alike],
    ["handshake", "instructions of the handshake", handshake, false],
  ] as const;
  return rows.flatMap(([name, about, here, line]) => {
    const figure = figures[name];
    if (figure === undefined) return [];
    const { value, limit, unit } = figure;
    return [{ name: `${scenario}.${name}`, about, unit: unit === "B" ? "B" : "M", here, value, limit, line }];
  });
}

export interface Demo {
  readonly options: SimOptions;
  readonly measured: Measured;
  readonly primitives: CountResult | null;
  readonly about: RunData["about"];
}

/** Labels that objects of this provider's primitives have: all that is no mark of a message. */
function isPrimitive(steps: readonly Step[]): (name: string) => boolean {
  const marks = new Set(["", "…", BETWEEN, "start", "idle", ...steps.map(({ name }) => name)]);
  return (name) => !marks.has(name) && !name.endsWith("…");
}

export function runOf({ options, measured, primitives, about }: Demo): RunData {
  const { connection, counted } = measured;
  const steps = stepsOf(connection, counted, "live");
  const slotSize = connection.stats?.slotSize ?? 16;
  const handshake = steps
    .filter(({ name }) => name !== "NewSessionTicket" && !name.startsWith("record "))
    .reduce<number | null>(
      (total, { cost }) => (cost === null ? total : cost.instructions === null || total === null ? null : total + cost.instructions),
      0,
    );
  return {
    thimble: 1,
    title: `${options.board}, ${options.suite}, ${thousands(options.receiveBuffer)} + ${thousands(options.sendBuffer)} B`,
    about,
    above: "the same app without TLS",
    messages: messagesOf(steps, slotSize),
    primitives: primitivesOf(primitives, isPrimitive(steps)),
    budgets: budgetsOf(options, peakOf(steps)?.peak.bytes ?? null, idleOf(connection)?.bytes ?? null, handshake),
  };
}
