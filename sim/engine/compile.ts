// Compiles the engine's C sources, which come with the npm package @agoric/xsnap, and our own: nothing of the engine is kept in this repository.
// Objects are cached by the hash of what went into them.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Something on this machine is missing or wrong; the message says what to do. */
export class BuildError extends Error {}

// dist/sim/engine/compile.js → the package's root
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** C that both simulators are made of. */
export const sharedSources = join(root, "sim/engine");

// Snapshots and lockdown belong to the package's own host; xsProfile and xsDebug are needed by the instrumented engine.
const LEFT_OUT = new Set(["xsSnapshot.c", "xsLockdown.c"]);
/** Functions of the engine that ours stand around. */
export const WRAPPED = [
  "fxNewChunk",
  "fxNewGrowableChunk",
  "fxRenewChunk",
  "fxNewSlot",
  "fxDuplicateSlot",
  "fxShare",
  "fxReport",
  "fxVReportError",
  "fxVReportWarning",
];
export const DEFINES = ["mxParse=1", "mxRun=1", "mxBoundsCheck=1", "mxSloppy=1", "mxMinusZero=1", "mxRegExp=1", "mxInstrument=1"];

/** Upwards from this package, then from where the command runs: a package runner keeps this package elsewhere. */
function findEngine(): string | null {
  for (let folder of [root, process.cwd()])
    for (;;) {
      const candidate = join(folder, "node_modules/@agoric/xsnap/moddable/xs");
      if (existsSync(join(candidate, "sources/xsRun.c"))) return candidate;
      const parent = dirname(folder);
      if (parent === folder) break;
      folder = parent;
    }
  return null;
}

export function hasEngine(): boolean {
  return findEngine() !== null;
}

/** Where the engine's sources are. */
export function engineFolder(): string {
  const found = findEngine();
  if (found !== null) return found;
  throw new BuildError("the XS engine's sources are missing: npm install --save-dev --ignore-scripts @agoric/xsnap");
}

export function run(command: string, args: readonly string[], input?: string): { ok: boolean; found: boolean; text: string } {
  const result = spawnSync(command, args, { encoding: "utf8", ...(input === undefined ? {} : { input }) });
  return { ok: result.status === 0, found: result.error === undefined, text: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

export interface Unit {
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
}

export function hashOf(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 20);
}

export function filesOf(folder: string, extension: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .sort()
    .map((file) => join(folder, file));
}

/** Compiles in parallel, with progress; name: of the program, for messages. */
export function compileAll(program: string, command: string, units: readonly Unit[]): Promise<void> {
  const width = Math.max(1, availableParallelism());
  const queue = [...units];
  let done = 0;
  const progress = (name: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${program}: compiling ${done}/${units.length} ${name}`);
  };
  const compile = (unit: Unit): Promise<void> =>
    new Promise((resolve, reject) => {
      progress(basename(unit.source));
      const temporary = `${unit.object}.${process.pid}.tmp`;
      const child = spawn(command, [...unit.flags, "-c", unit.source, "-o", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      let errors = "";
      child.stderr.on("data", (chunk: Buffer) => {
        errors += chunk.toString();
      });
      child.on("error", (error) => reject(new BuildError(`${command}: ${error.message}`)));
      child.on("close", (status) => {
        if (status !== 0) {
          reject(new BuildError(`${unit.source} does not compile:\n${errors.trim()}`));
          return;
        }
        renameSync(temporary, unit.object);
        done++;
        resolve();
      });
    });
  const worker = async (): Promise<void> => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) await compile(unit);
  };
  if (!process.stderr.isTTY && units.length > 0) process.stderr.write(`${program}: compiling ${units.length} C files\n`);
  return Promise.all(Array.from({ length: width }, worker)).then(() => {
    if (process.stderr.isTTY && units.length > 0) process.stderr.write("\r\x1b[K");
  });
}

/** The engine's C files that are wanted. */
export function engineSources(engine: string): string[] {
  return filesOf(join(engine, "sources"), ".c").filter((file) => !LEFT_OUT.has(basename(file)));
}

/** Objects and programs of former sources are of no use after a day. */
export function forgetOld(target: string, objects: string, program: string, units: readonly Unit[]): void {
  const keep = new Set([program, ...units.map((one) => one.object)]);
  const old = Date.now() - 86_400_000;
  for (const file of [
    ...readdirSync(objects).map((name) => join(objects, name)),
    ...readdirSync(target).map((name) => join(target, name)),
  ]) {
    const info = statSync(file);
    if (info.isFile() && !file.endsWith(".json") && !keep.has(file) && info.mtimeMs < old) rmSync(file, { force: true });
  }
}
