import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addConnectCommand } from "./connect-command.js";
import { CommandError, EXIT_OK, EXIT_USAGE } from "./exit-codes.js";
import { addPlanCommand } from "./plan-command.js";
import { addRootsCommand } from "./roots.js";
import { addServeCommand } from "./serve-command.js";
import { addSimCommand } from "./sim-command.js";
import { addVerifyCommand } from "./verify.js";

/** One file a command. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  addConnectCommand,
  addServeCommand,
  addVerifyCommand,
  addRootsCommand,
  addPlanCommand,
  addSimCommand,
];

function version(): string {
  const text = readFileSync(new URL("../../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function program(): Command {
  const command = new Command("thimble")
    .description("TLS 1.3 that fits in a thimble")
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "thimble: ")) })
    .addHelpText("after", "\nExit codes: 0 orderly end, 1 TLS or authentication failed, 2 usage or files, 3 network");
  for (const add of COMMANDS) add(command);
  return command;
}

/** Runs the command line and sets the exit code; stdout carries the connection's data and nothing else. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
    process.exitCode ??= EXIT_OK; // thimble sim has its own
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
      return;
    }
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`thimble: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
