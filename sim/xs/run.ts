// Runs modules on the XS host program from Node: plainly, or under callgrind to count instructions.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError, buildHost, type HostBuild } from "./build.js";

export { BuildError, buildHost, type HostBuild } from "./build.js";

/** How the host program ends (its --help). */
export const XS_EXIT = { done: 0, uncaught: 1, setup: 2, memory: 3, stack: 4, flash: 5, engine: 6, held: 7 } as const;

export interface ModuleMap {
  /** Bare specifier → absolute path; a key that ends in "/" maps a folder. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Modules that run before the freeze, besides those that the main module imports. */
  readonly preload?: readonly string[];
  /** Files or folders that run on the device instead. The main module always does. */
  readonly runtime?: readonly string[];
  /** Lets the device read and parse modules that are not in flash: for tests. */
  readonly parse?: boolean;
}

export interface XsOptions {
  /** Path of the main module, JavaScript. */
  readonly main: string;
  readonly map?: ModuleMap;
  /** What the module "mc/config" exports. */
  readonly config?: unknown;
  readonly arguments?: readonly string[];
  /** RAM; defaults: those of an ESP32 manifest. */
  readonly chunkBytes?: number;
  readonly slots?: number;
  readonly stackSlots?: number;
  /** One block that all three share; chunkBytes and slots are then where they begin. */
  readonly staticBytes?: number;
  readonly keys?: number;
  /** For tests: heaps may grow; built-ins may be changed. */
  readonly grow?: boolean;
  readonly thawBuiltIns?: boolean;
  /** True peak: collect each time so many bytes were allocated. */
  readonly peakEvery?: number;
  /** With peakEvery: marks have a curve. */
  readonly curve?: boolean;
  /** With peakEvery: take the census when live memory first reaches so many bytes. */
  readonly census?: number;
  /** … and not before so many marks were set. */
  readonly censusMark?: number;
  /** A file in which the device's flash outlasts it. */
  readonly storage?: string;
  /** The folder of resources. */
  readonly resources?: string;
  /** Fixed clock, seconds since 1970. */
  readonly time?: number;
  /** The clock begins here, in seconds since 1970, and runs. 0: it was never set. */
  readonly bootTime?: number;
  /** What is received comes in pieces of so many bytes. */
  readonly segment?: number;
  /** A port on this machine through which connections and look-ups go (sim/network/gateway.ts). */
  readonly gateway?: number;
  /** Milliseconds that a callback may hold the event loop. */
  readonly hold?: number;
  /** The longest callback stands in the statistics. */
  readonly watch?: boolean;
  readonly insecureFixedRandom?: number;
  readonly verbose?: boolean;
  /** A file that gets a line for each module under preload (see the program's --sizes). */
  readonly sizes?: string;
  /** Milliseconds after which the program is ended. Default: never. */
  readonly timeout?: number;
  /** Gets output as it comes, instead of collecting it. */
  readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void;
}

export interface MemoryUse {
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackBytes: number;
}

/** The largest sum at one moment, its parts, and the largest of each kind alone. */
export interface MemoryPeak extends MemoryUse {
  readonly largest: { readonly chunkBytes: number; readonly slots: number; readonly stackBytes: number };
}

export interface Allocations {
  readonly chunkBytes: number;
  readonly chunks: number;
  readonly slots: number;
}

/** Everything since the mark before. `live` and `peak` only with peakEvery: without it a mark does not collect. */
export interface Mark {
  readonly name: string;
  readonly live: MemoryUse | null;
  readonly peak: MemoryPeak | null;
  readonly allocated: Allocations;
  readonly collections: number;
  /** Live chunk bytes, slots and stack bytes on the way here; only where `curve` was asked for. */
  readonly curve?: readonly (readonly [number, number, number])[];
}

/** The callback that held the event loop for longest. */
export interface LongestTurn {
  /** Of this machine. */
  readonly milliseconds: number;
  /** What it was called for. */
  readonly where: string;
  /** What was running for most of it, innermost first; "" where it allocated too little to see. */
  readonly calls: string;
  readonly number: number;
  readonly of: number;
}

/** What lived in the heaps at one moment. */
export interface Census {
  readonly bytes: number;
  readonly classes: readonly { readonly name: string; readonly count: number; readonly slots: number; readonly chunkBytes: number }[];
  /** The stack by function, innermost first. */
  readonly calls: readonly { readonly name: string; readonly slots: number }[];
  /** Calls below it that had ended, as far as their frames can still be seen: a hint at what used the stack. */
  readonly ended: readonly { readonly name: string; readonly slots: number }[];
}

export interface XsStats {
  readonly status: number;
  readonly engine: string;
  readonly compiler: string;
  readonly slotSize: number;
  readonly flash: {
    readonly slots: number;
    readonly chunkBytes: number;
    readonly codeBytes: number;
    readonly names: number;
    readonly aliases: number;
  };
  readonly limits: { readonly chunkBytes: number; readonly slots: number; readonly stackBytes: number };
  readonly start: MemoryUse;
  readonly live: MemoryUse;
  readonly peak: MemoryPeak | null;
  readonly peakEvery: number;
  /** The highest fill, garbage included. */
  readonly highWater: { readonly chunkBytes: number; readonly slots: number; readonly stackBytes: number };
  readonly allocated: Allocations;
  /** Collections that the engine needed; those that sampling or measure.collect() asked for are apart. */
  readonly collections: number;
  readonly forcedCollections: number;
  readonly namesAdded: number;
  readonly parsedOnDevice: number;
  /** The engine's tables (names, aliases) in the C heap, which no other figure contains. */
  readonly tableBytes: number;
  readonly census: Census | null;
  readonly longestTurn: LongestTurn | null;
  readonly marks: readonly Mark[];
}

export interface XsResult {
  readonly status: number;
  /** True when the time-out ended it. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Null when the program ended before there was a device. */
  readonly stats: XsStats | null;
}

/** The program's command line; what is too long for it becomes files in `folder`. */
export function argumentsOf(host: HostBuild, options: XsOptions, folder: string): string[] {
  const args = ["--modules", host.modules, "--stats", join(folder, "stats.json")];
  if (options.map !== undefined) {
    writeFileSync(join(folder, "map.json"), JSON.stringify(options.map));
    args.push("--map", join(folder, "map.json"));
  }
  if (options.config !== undefined) {
    writeFileSync(join(folder, "config.json"), JSON.stringify(options.config));
    args.push("--config", join(folder, "config.json"));
  }
  if (options.storage !== undefined) args.push("--storage", options.storage);
  if (options.resources !== undefined) args.push("--resources", options.resources);
  if (options.sizes !== undefined) args.push("--sizes", options.sizes);
  const numbers: [string, number | undefined][] = [
    ["--chunk", options.chunkBytes],
    ["--slots", options.slots],
    ["--stack", options.stackSlots],
    ["--static", options.staticBytes],
    ["--boot-time", options.bootTime],
    ["--segment", options.segment],
    ["--gateway", options.gateway],
    ["--hold", options.hold],
    ["--keys", options.keys],
    ["--peak", options.peakEvery],
    ["--census", options.census],
    ["--census-mark", options.censusMark],
    ["--time", options.time],
    ["--insecure-fixed-random", options.insecureFixedRandom],
  ];
  for (const [name, value] of numbers) if (value !== undefined) args.push(name, String(value));
  if (options.grow) args.push("--grow");
  if (options.thawBuiltIns) args.push("--thaw-builtins");
  if (options.curve) args.push("--curve");
  if (options.watch) args.push("--watch");
  if (options.verbose) args.push("--verbose");
  args.push(options.main);
  if (options.arguments !== undefined) args.push("--", ...options.arguments);
  return args;
}

/** Null where the program ended too early to write any. */
export function readStats(file: string): XsStats | null {
  try {
    const stats = JSON.parse(readFileSync(file, "utf8")) as XsStats;
    return stats.start === undefined ? null : stats;
  } catch {
    return null;
  }
}

const GRACE = 4000;

function start(command: string, args: readonly string[], options: XsOptions, folder: string): Promise<XsResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGTERM"); // the device says what holds it, and writes its statistics
            setTimeout(() => child.kill("SIGKILL"), GRACE).unref();
          }, options.timeout);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (options.onOutput) options.onOutput(text, "stdout");
      else stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (options.onOutput) options.onOutput(text, "stderr");
      else stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? -1, timedOut, stdout, stderr, stats: readStats(join(folder, "stats.json")) });
    });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-xs-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface TurnCount extends XsResult {
  readonly longest: { readonly instructions: number; readonly where: string; readonly calls: string } | null;
}

/** Runs the module under callgrind and counts the instructions of each callback. About 40 times slower. */
export async function countTurns(options: XsOptions): Promise<TurnCount> {
  const host = await buildHost();
  return inFolder(async (folder) => {
    const prefix = join(folder, "callgrind");
    const valgrind = ["-q", "--tool=callgrind", "--collect-atstart=no", `--callgrind-out-file=${prefix}`, host.program, "--turns"];
    const result = await start("valgrind", [...valgrind, ...argumentsOf(host, options, folder)], options, folder);
    let longest: TurnCount["longest"] = null;
    for (const name of readdirSync(folder).filter((file) => /^callgrind\.\d+$/.test(file))) {
      const dump = parseDump(readFileSync(join(folder, name), "utf8"));
      const label = dump === null ? null : /^turn:(.*?)\|(.*)$/.exec(dump.trigger);
      if (dump === null || label === null || (longest !== null && longest.instructions >= dump.instructions)) continue;
      longest = { instructions: dump.instructions, where: label[1] as string, calls: label[2] as string };
    }
    return { ...result, longest };
  });
}

/** Builds the host when needed, runs the module, answers when it has ended. The exit status tells how (XS_EXIT). */
export async function runXs(options: XsOptions): Promise<XsResult> {
  const host = await buildHost();
  return inFolder((folder) => start(host.program, argumentsOf(host, options, folder), options, folder));
}

export interface InstructionCount {
  /** Between measure.begin(name) and measure.end(name). */
  readonly total: number;
  /** Of several counts with this name: the longest. The others are of the last one. */
  readonly longest: number;
  /** Cut at each measure.mark(name); what follows the last mark has the name "". */
  readonly parts: readonly { readonly name: string; readonly instructions: number }[];
}

export interface CountResult extends XsResult {
  readonly instructions: Readonly<Record<string, InstructionCount>>;
}

/** Engine, compiler and slot size of the program, as it tells them itself. */
export function hostVersion(host: HostBuild): { engine: string; compiler: string; slotSize: number } {
  const { stdout, status } = spawnSync(host.program, ["--version"], { encoding: "utf8" });
  if (status !== 0) throw new BuildError(`${host.program} cannot be started`);
  return JSON.parse(stdout) as { engine: string; compiler: string; slotSize: number };
}

/** Whether instructions can be counted here. */
export function hasValgrind(): boolean {
  return spawnSync("valgrind", ["--version"], { stdio: "ignore" }).status === 0;
}

function parseDump(text: string): { trigger: string; instructions: number } | null {
  const trigger = /^desc: Trigger: (?:Client Request: )?(.*)$/m.exec(text)?.[1];
  const total = /^(?:summary|totals): (\d+)/m.exec(text)?.[1];
  return trigger === undefined || total === undefined ? null : { trigger, instructions: Number(total) };
}

/**
 * Runs the module under callgrind: exact counts of x86 instructions between measure.begin(name) and measure.end(name), the same at each run
 * when clock, random bytes and network input are. About 40 times slower. Do not ask for peakEvery at the same time: its collections count too.
 */
export async function countInstructions(options: XsOptions): Promise<CountResult> {
  if (!hasValgrind()) throw new BuildError("instructions are counted with valgrind, which is missing. On Debian: apt-get install valgrind");
  if (options.peakEvery !== undefined)
    throw new BuildError("peakEvery and instruction counts exclude each other: sampling collects garbage");
  const host = await buildHost();
  return inFolder(async (folder) => {
    const prefix = join(folder, "callgrind");
    const valgrind = ["-q", "--tool=callgrind", "--collect-atstart=no", `--callgrind-out-file=${prefix}`, host.program];
    const result = await start("valgrind", [...valgrind, ...argumentsOf(host, options, folder)], options, folder);
    const dumps = readdirSync(folder)
      .filter((name) => /^callgrind\.\d+$/.test(name))
      .sort((a, b) => Number(a.slice(10)) - Number(b.slice(10)));
    const instructions: Record<string, InstructionCount> = {};
    let parts: { name: string; instructions: number }[] = [];
    for (const file of dumps) {
      const dump = parseDump(readFileSync(join(folder, file), "utf8"));
      if (dump === null) continue;
      if (!dump.trigger.startsWith("end:")) {
        if (dump.instructions > 0) parts.push({ name: dump.trigger, instructions: dump.instructions });
        continue;
      }
      parts.push({ name: "", instructions: dump.instructions });
      const name = dump.trigger.slice(4);
      const total = parts.reduce((sum, part) => sum + part.instructions, 0);
      instructions[name] = { total, longest: Math.max(total, instructions[name]?.longest ?? 0), parts };
      parts = [];
    }
    return { ...result, instructions };
  });
}
