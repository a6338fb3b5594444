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
import { type Network, type NetworkFlags, networkOf, withNetwork } from "./network/options.js";
import { whole } from "./whole.js";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** How long a callback may hold the event loop. */
export interface WatchdogLimit {
  readonly amount: number;
  readonly unit: "instructions" | "milliseconds";
}

/** Many devices at once. */
export interface FleetOptions {
  readonly count: number;
  /** So many are on their way to their mark "connected" at a time. */
  readonly concurrency: number;
  /** So many begin a second at most; null: as the concurrency lets them. */
  readonly ramp: number | null;
  readonly allowFailures: boolean;
  /** Devices begin when a line of standard input names them, and lines of JSON tell what becomes of them. */
  readonly onRequest: boolean;
}

/** What is asked of a user's app. */
export interface AppOptions {
  readonly file: string;
  /** JSON for "mc/config". */
  readonly config: string | null;
  /** "own": a server that takes readings. Null: none. */
  readonly server: ServerAddress | "own" | null;
  /** Seconds until it must be done; 0: any time. */
  readonly timeout: number;
  readonly watchdog: WatchdogLimit | null;
  /** Null: one device. */
  readonly fleet: FleetOptions | null;
  /** Folder of what devices prove themselves with; null: made for the run. */
  readonly identities: string | null;
  /** The first of them, by name, that is taken. */
  readonly firstIdentity: number;
}

export interface SimOptions extends Network {
  /** Without an app: what is missing is made, and nothing else is done. */
  readonly makeIdentities: { readonly folder: string; readonly count: number } | null;
  /** Null: the sensor app, measured message by message. */
  readonly app: AppOptions | null;
  readonly heaps: Heaps;
  readonly board: string;
  /** Null: the demo's own server. */
  readonly server: ServerAddress | null;
  readonly ca: string | null;
  readonly servername: string | null;
  readonly path: string;
  readonly readings: number;
  readonly suites: readonly number[];
  /** The name that --suite has for them. */
  readonly suite: string;
  /** What the device computes with: a module of sim/apps/providers. */
  readonly provider: string;
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /** Seconds since 1970, or null: the clock of this machine. */
  readonly time: number | null;
  /** The running clock's beginning, in seconds since 1970; 0: it was never set. Null: that of this machine. */
  readonly bootTime: number | null;
  /** The file in which the device's flash outlasts it, and the folder of resources; null: none. */
  readonly storage: string | null;
  readonly resources: string | null;
  readonly insecureFixedRandom: number | null;
  readonly instructions: boolean;
  /** Where the picture goes; null: none is wanted. */
  readonly report: string | null;
  /** A page that --report wrote before, whose run stands beside this one. */
  readonly compare: string | null;
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

/** "own", or HOST:PORT, where an IPv6 address stands in brackets. */
export function parseServer(text: string): ServerAddress | "own" {
  if (text === "own") return text;
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

function parseClock(text: string): number {
  return text === "unset" ? 0 : parseTime(text);
}

function parseWatchdog(text: string): WatchdogLimit {
  const match = /^(\d{1,9}(?:\.\d+)?)(M|ms)$/.exec(text);
  if (match === null || Number(match[1]) <= 0)
    throw new InvalidArgumentError("give millions of instructions or milliseconds, as 100M or 500ms.");
  return match[2] === "M"
    ? { amount: Number(match[1]) * 1e6, unit: "instructions" }
    : { amount: Math.max(1, Math.round(Number(match[1]))), unit: "milliseconds" };
}

function parsePath(text: string): string {
  if (!/^\/[\x21-\x7e]*$/.test(text)) throw new InvalidArgumentError("give a path that begins with / and holds no spaces.");
  return text;
}

function program(): Command {
  return withNetwork(new Command("sim"))
    .description(
      "Runs an app on the XS engine as a microcontroller would, in measured memory: TypeScript or JavaScript modules with timers, console, ECMA-419\n" +
        "sockets, TLS and DNS. Without APP a sensor posts readings over HTTPS, and one connection is measured message by message. Without options: an\n" +
        "ESP32's RAM, and a server of its own.",
    )
    .usage("[APP] [options]")
    .argument("[APP]", "main module of the app, .ts or .js")
    .option("--config <FILE>", "JSON that the app's mc/config exports; address, host and port of --server are added")
    .option("--timeout <SECONDS>", "the app must be done by then (0: no limit)", whole(0, 1_000_000), 60)
    .option("--watchdog <LIMIT>", "a callback of the app may hold the event loop for so long: 100M instructions, or 500ms", parseWatchdog)
    .option("--fleet <N>", "run so many devices, each with RAM and an identity of its own", whole(1, 10_000))
    .option("--concurrency <N>", 'of a fleet: so many at a time are between their start and their mark "connected"', whole(1, 10_000), 4)
    .option("--ramp <N>", "of a fleet: so many begin a second at most", whole(1, 10_000))
    .option("--allow-failures", "of a fleet: exit with 0 though devices failed")
    .option("--on-request", "of a fleet: a device begins when a line of standard input has its number; events are told as lines of JSON")
    .option("--identities <DIR>", "NAME.pem and NAME.key that devices prove themselves with; missing ones are made there, by its ca.pem")
    .option("--first-identity <INDEX>", "the first of them that is taken, by name", whole(0, 1_000_000), 0)
    .addOption(new Option("--board <NAME>", "RAM of this board").choices(Object.keys(BOARDS)).default("esp32"))
    .option("--ram <BYTES>", "one block of RAM for chunks, slots and stack (esp32-c3: 94208)", whole(8192, 16_777_216))
    .option("--chunks <BYTES>", "RAM for chunks: buffers, strings, BigInts (esp32: 78848)", whole(1024, 16_777_216))
    .option("--slots <COUNT>", "RAM for slots: objects and properties, 16 bytes each (esp32: 4928)", whole(64, 1_000_000))
    .option("--stack <COUNT>", "slots of the XS stack (esp32: 512)", whole(64, 65_536))
    .option("--receive-buffer <BYTES>", "a protected record must fit in it, its header included", whole(256, 65_536), 2048)
    .option("--send-buffer <BYTES>", "size of the send buffer", whole(256, 65_536), 512)
    .addOption(
      new Option("--suite <NAME>", "cipher suite that is offered (any: both of the profile iot-client; full: all of the profile full)")
        .choices(Object.keys(SUITES))
        .default("chacha20"),
    )
    .option("--server <HOST:PORT>", "a server that is running already, with --ca; own: one that takes readings", parseServer)
    .option("--ca <FILE>", "certificates that are trusted, PEM or DER (the server is always verified)")
    .option("--servername <NAME>", "name that the certificate must carry (default: HOST)")
    .option("--path <PATH>", "where readings are posted", parsePath, "/readings")
    .option("--readings <COUNT>", "readings to post", whole(1, 500), 5)
    .option("--time <TIME>", "the device's clock stands at this time: seconds since 1970, or a date", parseTime)
    .option("--clock <TIME>", "the device's clock begins at this time, and runs; unset: as on a device that was never told", parseClock)
    .option("--storage <FILE>", "what the device keeps in flash (preference, embedded:storage/key-value) outlasts it in this file")
    .option("--resources <DIR>", "folder of what Resource finds")
    .option("--insecure-fixed-random <SEED>", "the same random bytes at each run: every secret is then known", whole(0, 2_147_483_647))
    .option("--no-instructions", "do not count instructions, which takes some seconds with valgrind")
    .option("--report <FILE>", "write one HTML page with charts of RAM, instructions and bytes on the wire; to FILE.svg: the one of RAM")
    .option("--compare <FILE>", "with --report: a page of an earlier run, to stand beside this one")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 the device or the connection failed, or the app said so, 2 options, files, packages, compiler or server missing",
    );
}

interface Flags extends NetworkFlags {
  board: string;
  config?: string;
  timeout: number;
  watchdog?: WatchdogLimit;
  fleet?: number;
  concurrency: number;
  ramp?: number;
  allowFailures?: boolean;
  onRequest?: boolean;
  identities?: string;
  firstIdentity: number;
  ram?: number;
  clock?: number;
  storage?: string;
  resources?: string;
  chunks?: number;
  slots?: number;
  stack?: number;
  receiveBuffer: number;
  sendBuffer: number;
  suite: string;
  server?: ServerAddress | "own";
  ca?: string;
  servername?: string;
  path: string;
  readings: number;
  time?: number;
  insecureFixedRandom?: number;
  instructions: boolean;
  report?: string;
  compare?: string;
}

/** The board's, and what was said otherwise. */
function heapsOf(flags: Flags, refuse: (why: string) => never): Heaps {
  const board = BOARDS[flags.board] as Heaps;
  const { ram, chunks, slots, stack } = flags;
  const stackSlots = stack ?? board.stackSlots;
  const isFixed = chunks !== undefined || slots !== undefined;
  if (ram !== undefined && isFixed) refuse("error: --ram is one block for all; --chunks and --slots are two of their own");
  if (ram !== undefined) return { chunkBytes: 1536, slots: 512, stackSlots, staticBytes: ram };
  if (board.staticBytes === undefined) return { chunkBytes: chunks ?? board.chunkBytes, slots: slots ?? board.slots, stackSlots };
  if (!isFixed) return { ...board, stackSlots };
  if (chunks === undefined || slots === undefined)
    return refuse(`error: ${flags.board} has one block of RAM: give --ram, or both --chunks and --slots`);
  return { chunkBytes: chunks, slots, stackSlots };
}

function fleetOf(flags: Flags): FleetOptions | null {
  const { fleet, concurrency, ramp = null, allowFailures = false, onRequest = false } = flags;
  return fleet === undefined ? null : { count: fleet, concurrency, ramp, allowFailures, onRequest };
}

function appOf(flags: Flags, file: string): AppOptions {
  const { server, config = null, timeout, watchdog = null, identities = null, firstIdentity } = flags;
  return { file, config, timeout, watchdog, server: server ?? null, fleet: fleetOf(flags), identities, firstIdentity };
}

/** Throws CommanderError, also for --help; what is to be said has then been said. */
export function parseOptions(argv: readonly string[]): SimOptions {
  const command = program()
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sim: ")) });
  command.parse(argv, { from: "user" });
  const flags = command.opts<Flags>();
  const [file] = command.args;
  const refuse = (why: string): never => command.error(why);
  const server = flags.server === undefined || flags.server === "own" ? null : flags.server;
  if (file === undefined) {
    if (flags.config !== undefined || flags.watchdog !== undefined) refuse("error: --config and --watchdog are for an APP");
    if (server !== null && flags.ca === undefined) refuse("error: --server needs --ca FILE: the server is always verified");
    if ((flags.fleet === undefined) !== (flags.identities === undefined))
      refuse("error: without an APP --fleet N and --identities DIR go together, and make what is missing there");
  }
  if (flags.fleet === undefined && (flags.ramp !== undefined || flags.allowFailures || flags.onRequest))
    refuse("error: --ramp, --allow-failures and --on-request are for a --fleet");
  if (flags.fleet !== undefined && flags.watchdog !== undefined) refuse("error: --watchdog is for one device, not for a --fleet");
  if (server === null && flags.ca !== undefined && (file === undefined || flags.server === "own"))
    refuse("error: --ca is for --server HOST:PORT; the demo's own server has a CA of its own");
  if (flags.compare !== undefined && flags.report === undefined) refuse("error: --compare is for a page: give --report FILE");
  if (flags.compare !== undefined && flags.report?.endsWith(".svg")) refuse("error: --compare is for a page: give --report FILE.html");
  if (flags.time !== undefined && flags.clock !== undefined) refuse("error: with --time the clock stands, with --clock it runs: give one");
  const { fleet: count, identities: folder } = flags;
  return {
    makeIdentities: file === undefined && folder !== undefined && count !== undefined ? { folder, count } : null,
    app: file === undefined ? null : appOf(flags, file),
    heaps: heapsOf(flags, refuse),
    board: flags.board,
    server,
    ca: flags.ca ?? null,
    servername: flags.servername ?? null,
    path: flags.path,
    readings: flags.readings,
    suite: flags.suite,
    ...(SUITES[flags.suite] as Offer),
    receiveBuffer: flags.receiveBuffer,
    sendBuffer: flags.sendBuffer,
    time: flags.time ?? null,
    bootTime: flags.clock ?? null,
    ...networkOf(flags),
    storage: flags.storage ?? null,
    resources: flags.resources ?? null,
    insecureFixedRandom: flags.insecureFixedRandom ?? null,
    instructions: flags.instructions,
    report: flags.report ?? null,
    compare: flags.compare ?? null,
  };
}
