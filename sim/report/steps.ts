// From the marks of a measuring app to one row a message: what it brought on the wire, cost in memory and in instructions.
import { BETWEEN } from "../apps/between.js";
import type { Allocations, CountResult, Mark, MemoryUse, XsResult } from "../xs/run.js";

/** Memory above the same app without TLS. */
export interface Above {
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackBytes: number;
  readonly bytes: number;
}

export interface Step {
  readonly direction: ">" | "<";
  readonly name: string;
  readonly wireBytes: number;
  /** Null for what is sent within the step before. */
  readonly cost: StepCost | null;
}

export interface StepCost {
  readonly live: Above;
  readonly peak: Above;
  readonly allocated: Allocations;
  readonly collections: number;
  readonly instructions: number | null;
  /** Live memory on the way; empty where it was not asked for. */
  readonly curve: readonly Above[];
}

export function above(use: MemoryUse, base: MemoryUse, stackBytes: number, slotSize: number): Above {
  const chunkBytes = use.chunkBytes - base.chunkBytes;
  const slots = use.slots - base.slots;
  const stack = use.stackBytes - stackBytes;
  return { chunkBytes, slots, stackBytes: stack, bytes: chunkBytes + slots * slotSize + stack };
}

interface WireLine {
  readonly direction: ">" | "<";
  /** It went out within the step before. */
  readonly within: boolean;
  readonly name: string;
  readonly bytes: number;
}

function wireLines(stdout: string): WireLine[] {
  return [...stdout.matchAll(/^@([<>])(\+?) (\d+) (.*)$/gm)].map((match) => ({
    direction: match[1] as ">" | "<",
    within: match[2] === "+",
    bytes: Number(match[3]),
    name: match[4] as string,
  }));
}

/** Why the measuring app failed, or null. */
export function failureOf(result: XsResult): string | null {
  return /^@failed (.*)$/m.exec(result.stdout)?.[1] ?? null;
}

/** Marks, each with what stood right before it: the stack below the call is the app's own. */
function costs(memory: XsResult, counts: readonly NamedCount[]): StepCost[] {
  const stats = memory.stats;
  if (stats === null) return [];
  const { marks, slotSize } = stats;
  const base = marks[0]?.live ?? stats.start;
  const found: StepCost[] = [];
  const left = [...counts]; // of another run: records may have come in another order
  const countOf = (name: string): number | null => {
    const at = left.findIndex((count) => count.name === name);
    return at < 0 ? null : (left.splice(at, 1)[0]?.instructions ?? null);
  };
  marks.forEach((mark: Mark, i) => {
    const before = marks[i - 1];
    if (before === undefined || isApart(mark.name) || mark.live === null || mark.peak === null) return;
    const stack = (before.live ?? base).stackBytes;
    found.push({
      live: above({ ...mark.live, stackBytes: stack }, base, stack, slotSize),
      peak: above(mark.peak, base, stack, slotSize),
      allocated: mark.allocated,
      collections: mark.collections,
      instructions: countOf(mark.name),
      curve: (mark.curve ?? []).map(([chunkBytes, slots, stackBytes]) =>
        above({ chunkBytes, slots, stackBytes, bytes: 0 }, base, stack, slotSize),
      ),
    });
  });
  return found;
}

interface NamedCount {
  readonly name: string;
  readonly instructions: number;
}

function isApart(name: string): boolean {
  return name === BETWEEN || name === "idle" || name === "";
}

/** The counts between marks, without those between messages. */
export function instructionParts(counted: CountResult | null, name: string): NamedCount[] {
  return (counted?.instructions[name]?.parts ?? []).filter((part) => !isApart(part.name));
}

export function stepsOf(memory: XsResult, counted: CountResult | null, name: string): Step[] {
  const list = costs(memory, instructionParts(counted, name));
  let next = 0;
  return wireLines(memory.stdout).map((line) => ({
    direction: line.direction,
    name: line.name,
    wireBytes: line.bytes,
    cost: line.within ? null : (list[next++] ?? null),
  }));
}

/** Live memory at the mark "idle": no call of the stack is under way then. */
export function idleOf(memory: XsResult): Above | null {
  const stats = memory.stats;
  const base = stats?.marks[0]?.live;
  const idle = stats?.marks.filter((mark) => mark.name === "idle").at(-1)?.live;
  if (stats === null || base === undefined || base === null || idle === undefined || idle === null) return null;
  return above({ ...idle, stackBytes: 0 }, base, 0, stats.slotSize);
}

export function peakOf(steps: readonly Step[]): { readonly at: string; readonly peak: Above } | null {
  let best: { at: string; peak: Above } | null = null;
  for (const { name, cost } of steps)
    if (cost !== null && (best === null || cost.peak.bytes > best.peak.bytes)) best = { at: name, peak: cost.peak };
  return best;
}

/** One row for what came in several records. */
export function merged(steps: readonly Step[]): (Step & { readonly times: number })[] {
  const rows: (Step & { times: number })[] = [];
  for (const step of steps) {
    const last = rows.at(-1);
    if (last === undefined || last.name !== step.name || last.direction !== step.direction) rows.push({ ...step, times: 1 });
    else
      rows[rows.length - 1] = {
        ...step,
        times: last.times + 1,
        wireBytes: last.wireBytes + step.wireBytes,
        cost: added(last.cost, step.cost),
      };
  }
  return rows;
}

function added(a: StepCost | null, b: StepCost | null): StepCost | null {
  if (a === null || b === null) return a ?? b;
  return {
    live: b.live,
    peak: a.peak.bytes > b.peak.bytes ? a.peak : b.peak,
    allocated: {
      chunkBytes: a.allocated.chunkBytes + b.allocated.chunkBytes,
      chunks: a.allocated.chunks + b.allocated.chunks,
      slots: a.allocated.slots + b.allocated.slots,
    },
    collections: a.collections + b.collections,
    curve: [...a.curve, ...b.curve],
    instructions: a.instructions === null || b.instructions === null ? null : a.instructions + b.instructions,
  };
}
