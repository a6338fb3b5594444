import type { Command } from "commander";

/** The simulator has a command line of its own (sim/options.ts), and is loaded only here: what it needs are packages that are not installed with this one. */
export function addSimCommand(program: Command): void {
  program
    .enablePositionalOptions()
    .command("sim")
    .description("run a device's app on the XS engine, with the memory of a board (thimble sim --help)")
    .argument("[ARGUMENTS...]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { sim } = (await import(new URL("../../../sim/sim.js", import.meta.url).href)) as {
        sim(argv: readonly string[]): Promise<void>;
      };
      await sim(args);
    });
}
