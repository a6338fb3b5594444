// `npm run budgets -- --planner`: prints src/planner/figures.ts from what was measured.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "../../src/config.js";
import { bufferBytes } from "../../src/planner/buffers.js";
import { MESSAGES } from "../../src/planner/messages.js";
import { SimError } from "../errors.js";
import { root } from "../paths.js";
import type { Above } from "../report/steps.js";
import type { MeasuredSetup } from "./measure.js";
import { measureSocket } from "./measure.js";
import { PARTS } from "./parts.js";

const FILE = join(root, "src/planner/figures.ts");

/** Chunks, slots and stack, less those of another. */
function difference(a: Above, b: Above | null, buffers: number): number[] {
  return [a.chunkBytes - (b?.chunkBytes ?? buffers), a.slots - (b?.slots ?? 0), a.stackBytes - (b?.stackBytes ?? 0)];
}

/** [idle 2, parked 2, then for each message its number, peak 3, live 2]; of a choice, what it adds. */
export function numbersOf(measured: MeasuredSetup, base: MeasuredSetup | null): number[] {
  const io = bufferBytes(DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER);
  const buffers = base === null ? io : 0;
  const idle = difference(measured.idle, base?.idle ?? null, buffers).slice(0, 2);
  const parked = measured.parked === null ? idle : difference(measured.parked, base?.parked ?? null, 0).slice(0, 2);
  const numbers = [...idle, ...parked];
  for (const { message, peak, live } of measured.rows) {
    const of = base === null ? null : base.rows.find((row) => row.message === message);
    if (of === undefined) continue; // a message that this choice brings along: what it adds lives on at rest, or in other messages
    const number = MESSAGES.indexOf(message);
    if (number < 0) throw new SimError(`the planner does not know the message ${message}`);
    const row = [...difference(peak, of?.peak ?? null, buffers), ...difference(live, of?.live ?? null, buffers).slice(0, 2)];
    // What a choice adds at rest counts where it has no row.
    if (base === null || row.join() !== [...idle, 0, ...idle].join()) numbers.push(number, ...row);
  }
  return numbers;
}

export async function printFigures(tell: (text: string) => void): Promise<void> {
  const measured = new Map<string, MeasuredSetup>();
  const lines: string[] = [];
  const add = (name: string, numbers: readonly number[]): void => {
    lines.push(`  ${JSON.stringify(name)}: ${JSON.stringify(numbers.join(" "))},`);
  };
  for (const { name, base, measure } of PARTS) {
    tell(name);
    const one = await measure();
    measured.set(name, one);
    const of = base === null ? null : measured.get(base);
    if (of === undefined) throw new SimError(`${name}: ${base} is not measured before it`);
    if (!name.endsWith("-recorded")) add(name, numbersOf(one, of));
  }
  tell("socket");
  add("socket", await measureSocket());
  writeFileSync(
    FILE,
    `// Printed by \`npm run budgets -- --planner\`, from measurements on XS with slots of 16 bytes: do not edit. See sim/planner/figures.ts.
// Chunk bytes and slots at rest, the same while parked; then for each message its number (messages.ts), chunk bytes, slots and stack bytes of its peak, chunk
// bytes and slots of what lives behind it. Buffers are not in it. A name of two words: what this choice adds; where it has no row, what it adds at rest.
// Text, because an array of so many numbers takes four times the flash.
export const FIGURES: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
  );
  const biome = spawnSync(process.execPath, [join(root, "node_modules/@biomejs/biome/bin/biome"), "format", "--write", FILE], {
    encoding: "utf8",
  });
  if (biome.status !== 0) throw new SimError(`biome does not take ${FILE}: ${biome.stderr.trim()}`);
}
