// The command line of `npm run sim`.
import { Command, InvalidArgumentError, Option } from "commander";
import {
  TLS_AES_128_CCM_8_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from "../src/constants.js";
import { BOARDS, type Heaps } from "./boards.js";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface SimOptions {
  readonly heaps: Heaps;
  readonly board: string;
  /** Null: the demo's own server. */
  readonly server: ServerAddress | null;
  readonly ca: string | null;
  readonly servername: string | null;
  readonly path: string;
  readonly readings: number;
  readonly suites: readonly number[];
  /** What the device computes with: a module of sim/apps/providers. */
  readonly provider: string;
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /** Seconds since 1970, or null: the clock of this machine. */
  readonly time: number | null;
  readonly insecureFixedRandom: number | null;
  readonly instructions: boolean;
}

interface Offer {
  readonly suites: readonly number[];
  readonly provider: string;
}

const IOT = "iot-client";
const FULL = "full";

const SUITES: Readonly<Record<string, Offer>> = {
  any: { suites: [TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256], provider: IOT },
  chacha20: { suites: [TLS_CHACHA20_POLY1305_SHA256], provider: IOT },
  aes128: { suites: [TLS_AES_128_GCM_SHA256], provider: IOT },
  aes256: { suites: [TLS_AES_256_GCM_SHA384], provider: FULL },
  ccm: { suites: [TLS_AES_128_CCM_SHA256], provider: FULL },
  ccm8: { suites: [TLS_AES_128_CCM_8_SHA256], provider: FULL },
  full: {
    suites: [
      TLS_CHACHA20_POLY1305_SHA256,
      TLS_AES_128_GCM_SHA256,
      TLS_AES_256_GCM_SHA384,
      TLS_AES_128_CCM_SHA256,
      TLS_AES_128_CCM_8_SHA256,
    ],
    provider: FULL,
  },
};

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`give a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** "own", or HOST:PORT, where an IPv6 address stands in brackets. */
export function parseServer(text: string): ServerAddress | null {
  if (text === "own") return null;
  const match = /^\[([^[\]]+)\]:(\d{1,5})$/.exec(text) ?? /^([^:[\]]+):(\d{1,5})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("give own, or HOST:PORT as example.com:443 or [::1]:443.");
  const port = Number(match[2]);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("the port must be a number from 1 to 65535.");
  return { host: match[1] as string, port };
}

function parseTime(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (!(value >= 0 && value < 253_402_300_800)) throw new InvalidArgumentError("give seconds since 1970, or a date as 2030-01-31.");
  return value;
}

function parsePath(text: string): string {
  if (!/^\/[\x21-\x7e]*$/.test(text)) throw new InvalidArgumentError("give a path that begins with / and holds no spaces.");
  return text;
}

function program(): Command {
  return new Command("sim")
    .description(
      "Runs a sensor app on the XS engine as a microcontroller would: it posts readings over HTTPS through thimble, in measured memory.\n" +
        "Then one connection is measured message by message. Without options: an ESP32's RAM, and a server of its own.",
    )
    .usage("[options]  (npm run sim -- [options])")
    .addOption(new Option("--board <NAME>", "RAM of this board").choices(Object.keys(BOARDS)).default("esp32"))
    .option("--chunks <BYTES>", "RAM for chunks: buffers, strings, BigInts (esp32: 78848)", whole(1024, 16_777_216))
    .option("--slots <COUNT>", "RAM for slots: objects and properties, 16 bytes each (esp32: 4928)", whole(64, 1_000_000))
    .option("--stack <COUNT>", "slots of the XS stack (esp32: 512)", whole(64, 65_536))
    .option("--receive-buffer <BYTES>", "a protected record must fit in it with 8 bytes to spare", whole(256, 65_536), 2048)
    .option("--send-buffer <BYTES>", "size of the send buffer", whole(256, 65_536), 512)
    .addOption(
      new Option("--suite <NAME>", "cipher suite that is offered (any: both of the profile iot-client; full: all of the profile full)")
        .choices(Object.keys(SUITES))
        .default("chacha20"),
    )
    .option("--server <HOST:PORT>", "a server that is running already, with --ca", parseServer, null)
    .option("--ca <FILE>", "certificates that are trusted, PEM or DER (the server is always verified)")
    .option("--servername <NAME>", "name that the certificate must carry (default: HOST)")
    .option("--path <PATH>", "where readings are posted", parsePath, "/readings")
    .option("--readings <COUNT>", "readings to post", whole(1, 500), 5)
    .option("--time <TIME>", "the device's clock stands at this time: seconds since 1970, or a date", parseTime)
    .option("--insecure-fixed-random <SEED>", "the same random bytes at each run: every secret is then known", whole(0, 2_147_483_647))
    .option("--no-instructions", "do not count instructions, which takes some seconds with valgrind")
    .addHelpText(
      "after",
      "\nExit codes: 0 all readings accepted, 1 the device or the connection failed, 2 options, files, compiler or server missing",
    );
}

interface Flags {
  board: string;
  chunks?: number;
  slots?: number;
  stack?: number;
  receiveBuffer: number;
  sendBuffer: number;
  suite: string;
  server: ServerAddress | null;
  ca?: string;
  servername?: string;
  path: string;
  readings: number;
  time?: number;
  insecureFixedRandom?: number;
  instructions: boolean;
}

/** Throws CommanderError, also for --help; what is to be said has then been said. */
export function parseOptions(argv: readonly string[]): SimOptions {
  const command = program()
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sim: ")) });
  command.parse(argv, { from: "user" });
  const flags = command.opts<Flags>();
  const board = BOARDS[flags.board] as Heaps;
  if (flags.server !== null && flags.ca === undefined) command.error("error: --server needs --ca FILE: the server is always verified");
  if (flags.server === null && flags.ca !== undefined)
    command.error("error: --ca is for --server HOST:PORT; the demo's own server has a CA of its own");
  return {
    heaps: {
      chunkBytes: flags.chunks ?? board.chunkBytes,
      slots: flags.slots ?? board.slots,
      stackSlots: flags.stack ?? board.stackSlots,
    },
    board: flags.board,
    server: flags.server,
    ca: flags.ca ?? null,
    servername: flags.servername ?? null,
    path: flags.path,
    readings: flags.readings,
    ...(SUITES[flags.suite] as Offer),
    receiveBuffer: flags.receiveBuffer,
    sendBuffer: flags.sendBuffer,
    time: flags.time ?? null,
    insecureFixedRandom: flags.insecureFixedRandom ?? null,
    instructions: flags.instructions,
  };
}
