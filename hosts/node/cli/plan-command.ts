/** `thimble plan`: how much memory connections take on a device, before there is one. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type Plan, plan, type Sum } from "../../../src/planner/plan.js";
import { checkPlanConfig } from "../plan-config.js";
import { CommandError, EXIT_TLS, EXIT_USAGE } from "./exit-codes.js";

interface PlanFlags {
  config?: string;
  json?: boolean;
}

export function addPlanCommand(command: Command): void {
  command
    .command("plan")
    .description("say how many bytes connections take on a device: buffers, keys, objects; in the handshake, connected, parked")
    .option(
      "--config <FILE>",
      'JSON, as { "role": "client", "receiveBuffer": 1024, "connections": 3, "pool": true } (without it: a client)',
    )
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      "\nNot in it: HelloRetryRequest, lent memory, RSA keys above 2,048 bits.\n\nExit codes: 0 done, 1 a config that cannot be planned, 2 usage, or a file that can't be read",
    )
    .action((flags: PlanFlags) => planCommand(flags));
}

function configFrom(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`, EXIT_USAGE);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, EXIT_TLS);
  }
}

function planCommand({ config: file, json }: PlanFlags): void {
  const value = file === undefined ? { role: "client" } : configFrom(file);
  let made: Plan;
  let connections: number;
  try {
    const config = checkPlanConfig(value);
    made = plan(config);
    connections = config.connections ?? 1;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(`${file ?? "plan"}: ${error.message}`, EXIT_TLS);
  }
  process.stdout.write(json === true ? `${JSON.stringify(made, null, 2)}\n` : tableOf(made, connections));
}

const number = (value: number): string => value.toLocaleString("en-US");

function tableOf({ at, handshake, waiting, connected, parked, all, most }: Plan, connections: number): string {
  const row = (name: string, sum: Sum): string =>
    `${name.padEnd(34)}${[sum.buffers, sum.keys, sum.objects, sum.stack, sum.total].map((value) => number(value).padStart(10)).join("")}\n`;
  const lines = [
    `${"bytes, XS with 16-byte slots".padEnd(34)}${["buffers", "keys", "objects", "stack", "sum"].map((name) => name.padStart(10)).join("")}\n`,
    row(`handshake, peak (${at})`, handshake),
    row("between two messages, at most", waiting),
    row("connected, at rest", connected),
    row("parked", parked),
  ];
  if (connections > 1)
    lines.push(
      row(`${connections} connections: one at its peak`, all.handshake),
      row(`${connections} connections at rest`, all.connected),
      row(`${connections} connections parked`, all.parked),
    );
  lines.push(
    `\nfixed heaps need above the app: ${number(most.chunkBytes)} bytes of chunks, ${number(most.slots)} slots, ${number(most.stackBytes / 16)} slots of stack\n`,
  );
  return lines.join("");
}
