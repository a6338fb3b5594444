// `npm run budgets`: measures every figure of budgets.json again, on replayed flights with fixed random bytes and clock, and compares.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type Budgets, judge, type Machine, readBudgets, updated, type Verdict, writeBudgets } from "./budgets-file.js";
import { SimError } from "./errors.js";
import { mcuCompiler } from "./mcu/build.js";
import { printFigures } from "./planner/figures.js";
import { census } from "./report/census.js";
import { table, thousands } from "./report/table.js";
import { SCENARIOS } from "./scenarios/all.js";
import { client13 } from "./scenarios/client13.js";
import { INSTRUCTIONS, type Measurements, type Scenario } from "./scenarios/scenario.js";
import { BuildError, buildHost, hasValgrind, hostVersion } from "./xs/run.js";

interface Flags {
  update?: boolean;
  census?: boolean;
  planner?: boolean;
}

function scenarioNamed(name: string, former: readonly Scenario[] = []): readonly Scenario[] {
  const found = SCENARIOS.filter((scenario) => scenario.name === name);
  if (found.length === 0) throw new InvalidArgumentError(`there are: ${SCENARIOS.map((scenario) => scenario.name).join(", ")}.`);
  return [...former, ...found];
}

function parse(argv: readonly string[]): { scenarios: readonly Scenario[]; flags: Flags } {
  const command = new Command("budgets")
    .description("Measures the figures of budgets.json again and fails when one passes its limit or has grown by more than 1 %.")
    .usage("[options] [scenario...]  (npm run budgets -- ...)")
    .argument("[scenario...]", "only these", scenarioNamed)
    .option("--update", "write the measured values to budgets.json; limits stay")
    .option("--census", "instead: what lives in the heaps at the peak of each handshake message (default: of client13)")
    .option("--planner", "instead: measure the planner's figures and print src/planner/figures.ts anew; build after it")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "budgets: ")) });
  command.parse(argv, { from: "user" });
  const given = (command.processedArgs[0] ?? []) as readonly Scenario[];
  return { scenarios: given.length > 0 ? given : SCENARIOS, flags: command.opts<Flags>() };
}

function shown(value: number | null): string {
  return value === null ? "" : thousands(value);
}

function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, value, unit, before, limit, remark, failed }) => {
    const change =
      before === null || before === value
        ? ""
        : before === 0
          ? `+${thousands(value)}`
          : `${(((value - before) * 100) / before).toFixed(2)} %`;
    return [name, shown(value), shown(limit), change.replace(/^(?=\d)/, "+"), unit, failed ? `FAILED: ${remark}` : remark];
  });
  return table(["figure", "value", "limit", "change", "unit", ""], rows, [0, 4, 5]);
}

async function measured(scenarios: readonly Scenario[], counting: boolean): Promise<Measurements> {
  const figures: Measurements = {};
  for (const scenario of scenarios) {
    const started = performance.now();
    process.stderr.write(`budgets: ${scenario.name} … `);
    const missing = scenario.missing?.() ?? null;
    if (missing !== null) {
      process.stderr.write(`skipped: ${missing}\n`);
      continue;
    }
    Object.assign(figures, await scenario.measure(counting));
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }
  return figures;
}

function notes(budgets: Budgets, machine: Machine, counting: boolean): string {
  const lines = [`measured with ${machine.engine}, ${machine.compiler}, slots of ${machine.slotSize} bytes`];
  const { engine, compiler, slotSize } = budgets.machine;
  if (machine.slotSize !== slotSize || machine.engine !== engine)
    lines.push(`budgets.json was measured with ${engine} and slots of ${slotSize} bytes: differences are told, nothing fails`);
  else if (machine.compiler !== compiler)
    lines.push(`budgets.json was measured with ${compiler}: differences of instructions are told, they do not fail`);
  if (!counting) lines.push("instructions were not counted: valgrind is missing (apt-get install valgrind)");
  return lines.join("\n");
}

async function main(): Promise<number> {
  const { scenarios, flags } = parse(process.argv.slice(2));
  const host = await buildHost();
  if (flags.census) {
    for (const { name, replays } of scenarios === SCENARIOS ? [client13] : scenarios) {
      if (replays === undefined) throw new SimError(`${name} replays no single handshake: there is no census of it`);
      process.stdout.write(`${name}\n${await census(replays)}\n`);
    }
    return 0;
  }
  if (flags.planner) {
    if (!host.is32Bit) throw new SimError("the planner's figures are of slots of 16 bytes: apt-get install gcc-multilib");
    await printFigures((name) => process.stderr.write(`budgets: ${name} …\n`));
    return 0;
  }
  const budgets = readBudgets();
  const machine: Machine = { ...hostVersion(host), mcuCompiler: mcuCompiler() };
  const counting = hasValgrind();
  const figures = await measured(scenarios, counting);
  const verdicts = judge(budgets, machine, figures);
  process.stdout.write(`${tableOf(verdicts)}\n${notes(budgets, machine, counting)}\n`);
  if (flags.update) {
    if (machine.slotSize !== budgets.machine.slotSize)
      throw new SimError(
        `figures of ${machine.slotSize}-byte slots do not belong into budgets.json, whose slots have ${budgets.machine.slotSize}`,
      );
    writeBudgets(updated(budgets, machine, figures));
    process.stdout.write("budgets.json was updated; limits were not touched\n");
    return 0;
  }
  const failed = verdicts.filter((verdict) => verdict.failed).length;
  const skipped = scenarios.filter((scenario) => (scenario.missing?.() ?? null) !== null).map((scenario) => scenario.name);
  const gone = scenarios === SCENARIOS ? goneFrom(budgets, figures, counting, skipped) : [];
  for (const name of gone) process.stdout.write(`FAILED: ${name} stands in budgets.json and was not measured\n`);
  const judged = verdicts.filter((verdict) => verdict.judged).length;
  const said =
    failed + gone.length > 0
      ? `${failed + gone.length} figures failed`
      : `${judged} figures are within their limits and 1 % of budgets.json`;
  process.stdout.write(`${said}, ${verdicts.length - judged} others are told only\n`);
  return failed + gone.length > 0 ? 1 : 0;
}

function goneFrom(budgets: Budgets, figures: Measurements, counting: boolean, skipped: readonly string[]): string[] {
  return Object.entries(budgets.scenarios).flatMap(([scenario, list]) =>
    Object.entries(skipped.includes(scenario) ? {} : list)
      .filter(([figure, { unit }]) => figures[`${scenario}.${figure}`] === undefined && (counting || unit !== INSTRUCTIONS))
      .map(([figure]) => `${scenario}.${figure}`),
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof SimError || error instanceof BuildError) {
    process.stderr.write(`budgets: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}
