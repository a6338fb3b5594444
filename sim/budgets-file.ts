// budgets.json: what was measured, with what, and the limits, which only people change.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimError } from "./errors.js";
import { root } from "./paths.js";
import { INSTRUCTIONS, type Measurements, RV32_INSTRUCTIONS } from "./scenarios/scenario.js";

export interface Figure {
  readonly value: number;
  /** Null: only growth fails. */
  readonly limit: number | null;
  readonly unit: string;
}

export interface Machine {
  readonly engine: string;
  readonly compiler: string;
  readonly slotSize: number;
  /** The compiler of the emulated microcontroller's firmware; "" where there is none. */
  readonly mcuCompiler: string;
}

export interface Budgets {
  readonly machine: Machine;
  readonly scenarios: Readonly<Record<string, Readonly<Record<string, Figure>>>>;
}

const FILE = join(root, "budgets.json");

/** Growth that is not told as a failure yet. */
const TOLERANCE = 0.01;

/** By more than 1 %; of a negative value too, as a difference may be. */
function grown(from: number, to: number): boolean {
  return to - from > Math.abs(from) * TOLERANCE;
}

export function readBudgets(file = FILE): Budgets {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new SimError(`${file} cannot be read`);
  }
  try {
    const { machine, ...scenarios } = JSON.parse(text) as { machine: Machine } & Record<string, Record<string, Figure>>;
    if (typeof machine?.compiler !== "string") throw new Error("machine is missing");
    return { machine, scenarios: scenarios as unknown as Budgets["scenarios"] };
  } catch (error) {
    throw new SimError(`${file} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function split(name: string): [string, string] {
  const at = name.lastIndexOf(".");
  return [name.slice(0, at), name.slice(at + 1)];
}

export function figureOf(budgets: Budgets, name: string): Figure | undefined {
  const [scenario, figure] = split(name);
  return budgets.scenarios[scenario]?.[figure];
}

/** The measured values in place of the old ones, in the order in which they are measured; limits stay, and so does what was not measured this time. */
export function updated(budgets: Budgets, machine: Machine, measured: Measurements): Budgets {
  const scenarios: Record<string, Record<string, Figure>> = {};
  const put = (scenario: string, name: string, figure: Figure): void => {
    scenarios[scenario] ??= {};
    scenarios[scenario][name] ??= figure;
  };
  for (const [name, { value, unit }] of Object.entries(measured))
    put(...split(name), { value, limit: figureOf(budgets, name)?.limit ?? null, unit });
  for (const [scenario, figures] of Object.entries(budgets.scenarios))
    for (const [name, figure] of Object.entries(figures)) put(scenario, name, figure);
  return { machine: { ...machine, mcuCompiler: machine.mcuCompiler || budgets.machine.mcuCompiler }, scenarios };
}

/** One figure a line, so that a change is read at once. */
export function writeBudgets({ machine, scenarios }: Budgets, file = FILE): void {
  const parts = Object.entries(scenarios).map(([name, figures]) => {
    const lines = Object.entries(figures).map(
      ([figure, { value, limit, unit }]) =>
        `    ${JSON.stringify(figure)}: { "value": ${value}, "limit": ${limit}, "unit": ${JSON.stringify(unit)} }`,
    );
    return `  ${JSON.stringify(name)}: {\n${lines.join(",\n")}\n  }`;
  });
  const { engine, compiler, slotSize, mcuCompiler } = machine;
  const head = `  "machine": ${JSON.stringify({ engine, compiler, slotSize, mcuCompiler })}`;
  writeFileSync(file, `{\n${[head, ...parts].join(",\n")}\n}\n`);
}

export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly before: number | null;
  readonly limit: number | null;
  /** What is wrong, or worth a word; "" where nothing is. */
  readonly remark: string;
  readonly failed: boolean;
  /** It stands in budgets.json, and was measured as that was. */
  readonly judged: boolean;
}

/**
 * A figure fails when it passes its limit or has grown by more than 1 %. With another compiler instructions are told only, with another slot size or engine
 * everything is.
 */
export function judge(budgets: Budgets, machine: Machine, measured: Measurements): Verdict[] {
  const sameSlots = machine.slotSize === budgets.machine.slotSize && machine.engine === budgets.machine.engine;
  const sameCompiler = sameSlots && machine.compiler === budgets.machine.compiler;
  const sameMcu = sameSlots && machine.mcuCompiler === budgets.machine.mcuCompiler;
  return Object.entries(measured).map(([name, { value, unit }]) => {
    const figure = figureOf(budgets, name);
    const before = figure?.value ?? null;
    const limit = figure?.limit ?? null;
    const comparable = unit === INSTRUCTIONS ? sameCompiler : unit === RV32_INSTRUCTIONS ? sameMcu : sameSlots;
    let remark = "";
    let failed = false;
    if (figure === undefined) remark = "new: --update takes it in";
    else if (!comparable) remark = grown(figure.value, value) || grown(value, figure.value) ? "differs" : "";
    else if (limit !== null && value > limit) {
      remark = "over its limit";
      failed = true;
    } else if (grown(figure.value, value)) {
      remark = "grown";
      failed = true;
    } else if (grown(value, figure.value)) remark = "less: --update takes it in";
    return { name, value, unit, before, limit, remark, failed, judged: figure !== undefined && comparable };
  });
}
