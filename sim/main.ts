// `npm run sim`: see sim/options.ts for what it takes.
import { CommanderError } from "commander";
import { demo } from "./demo.js";
import { SimError } from "./errors.js";
import { parseOptions } from "./options.js";
import { BuildError } from "./xs/run.js";

try {
  await demo(parseOptions(process.argv.slice(2)), (text) => {
    process.stdout.write(`${text}\n`);
  });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof SimError || error instanceof BuildError) {
    process.stderr.write(`sim: ${error.message}\n`);
    process.exitCode = error instanceof SimError ? error.exitCode : 2;
  } else throw error;
}
