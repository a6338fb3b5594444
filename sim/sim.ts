// The command that `npm run sim` and `thimble sim` are.
import { CommanderError } from "commander";
import { runUserApp } from "./app/run.js";
import { demo } from "./demo.js";
import { SimError } from "./errors.js";
import { makeIdentities } from "./fleet/identities.js";
import { runFleet } from "./fleet/run.js";
import { parseOptions } from "./options.js";
import { BuildError } from "./xs/run.js";

/** Runs it, and sets the exit code. */
export async function sim(argv: readonly string[]): Promise<void> {
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  try {
    const options = parseOptions(argv);
    if (options.makeIdentities !== null) makeIdentities(options.makeIdentities, print);
    else if (options.app === null) await demo(options, print);
    else if (options.app.fleet !== null) process.exitCode = await runFleet(options, options.app, options.app.fleet, print);
    else await runUserApp(options, options.app, print);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof SimError || error instanceof BuildError) {
      process.stderr.write(`sim: ${error.message}\n`);
      process.exitCode = error instanceof SimError ? error.exitCode : 2;
    } else throw error;
  }
}
