// The command line of `npm run sim:mcu`.
import { Command, InvalidArgumentError } from "commander";
import { type Network, type NetworkFlags, networkOf, withNetwork } from "../network/options.js";
import { parseServer, type ServerAddress } from "../options.js";
import type { Replay } from "../scenarios/scenario.js";
import { whole } from "../whole.js";
import { REPLAYS } from "./replays.js";

export interface McuOptions {
  readonly ramKilobytes: number;
  /** The recorded flight to replay; null: a real server. */
  readonly replay: Replay | null;
  /** Null: a server of our own. */
  readonly server: ServerAddress | null;
  readonly ca: string | null;
  readonly servername: string | null;
  readonly network: Network;
  /** Where the picture goes, and a page of an earlier run that stands beside this one. */
  readonly report: string | null;
  readonly compare: string | null;
}

interface Flags extends NetworkFlags {
  ram: number;
  replay?: Replay;
  server?: ServerAddress | "own";
  ca?: string;
  servername?: string;
  report?: string;
  compare?: string;
}

function parseFlight(name: string): Replay {
  const replay = REPLAYS.get(name);
  if (replay === undefined) throw new InvalidArgumentError(`there are: ${[...REPLAYS.keys()].join(", ")}.`);
  return replay;
}

export function parseMcuOptions(argv: readonly string[]): McuOptions {
  const command = withNetwork(new Command("sim:mcu"))
    .description(
      "Runs a whole TLS 1.3 handshake, certificates checked, and a request on an emulated RV32IMC microcontroller: a bare-metal firmware with the XS\n" +
        "engine, thimble and the app in write-locked flash, and a hard limit of RAM. Tells RAM and flash by kind, and exact instructions by message.",
    )
    .usage("[options]  (npm run sim:mcu -- [options])")
    .option("--ram <KB>", "RAM of the whole machine, in kilobytes", whole(8, 8192), 64)
    .option(
      "--replay <FLIGHT>",
      "replay a recorded flight with fixed random bytes, as client13-chacha: the same counts at each run",
      parseFlight,
    )
    .option("--server <HOST:PORT>", "a server that is running already, with --ca", parseServer)
    .option("--ca <FILE>", "certificates that are trusted, PEM or DER (the server is always verified)")
    .option("--servername <NAME>", "name that the certificate must carry (default: HOST)")
    .option("--report <FILE>", "write one HTML page with charts of RAM, instructions and bytes on the wire")
    .option("--compare <FILE>", "with --report: a page of an earlier run, of npm run sim too, to stand beside this one")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 the device or the connection failed, 2 options, files, compiler, emulator or server missing",
    )
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sim:mcu: ")) });
  command.parse(argv, { from: "user" });
  const flags = command.opts<Flags>();
  const server = flags.server === undefined || flags.server === "own" ? null : flags.server;
  if (server !== null && flags.ca === undefined) command.error("error: --server needs --ca FILE: the server is always verified");
  if (flags.compare !== undefined && flags.report === undefined) command.error("error: --compare is for a page: give --report FILE");
  if (server !== null && flags.replay !== undefined) command.error("error: --replay has no server");
  return {
    ramKilobytes: flags.ram,
    replay: flags.replay ?? null,
    server,
    ca: flags.ca ?? null,
    servername: flags.servername ?? null,
    network: networkOf(flags),
    report: flags.report ?? null,
    compare: flags.compare ?? null,
  };
}
