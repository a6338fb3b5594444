// Builds the simulator's host program from the engine sources of the npm package @agoric/xsnap, with the local C compiler, into build/xs/.
// Nothing of the engine is kept in this repository. Objects are cached by the hash of what went into them.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Something on this machine is missing or wrong; the message says what to do. */
export class BuildError extends Error {}

export interface HostBuild {
  /** Path of the program. */
  readonly program: string;
  /** Folder of the built-in modules, for --modules. */
  readonly modules: string;
  /** False where the compiler makes no 32-bit programs: slots then have 32 bytes instead of 16. */
  readonly is32Bit: boolean;
  /** First line of the compiler's --version. */
  readonly compiler: string;
}

// dist/sim/xs/build.js → the package's root
const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const ownSources = join(root, "sim/xs");

// Snapshots and lockdown belong to the package's own host; xsProfile and xsDebug are needed by the instrumented engine.
const LEFT_OUT = new Set(["xsSnapshot.c", "xsLockdown.c"]);
const WRAPPED = [
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
const DEFINES = ["mxParse=1", "mxRun=1", "mxBoundsCheck=1", "mxSloppy=1", "mxMinusZero=1", "mxRegExp=1", "mxInstrument=1"];

function engineFolder(): string {
  let folder = root;
  for (;;) {
    const candidate = join(folder, "node_modules/@agoric/xsnap/moddable/xs");
    if (existsSync(join(candidate, "sources/xsRun.c"))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new BuildError("the XS engine's sources are missing: npm install --save-dev --ignore-scripts @agoric/xsnap");
}

function run(command: string, args: readonly string[], input?: string): { ok: boolean; found: boolean; text: string } {
  const result = spawnSync(command, args, { encoding: "utf8", ...(input === undefined ? {} : { input }) });
  return { ok: result.status === 0, found: result.error === undefined, text: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

function compilerCommand(): { command: string; version: string } {
  const command = process.env.CC ?? "gcc";
  const version = run(command, ["--version"]);
  if (!version.found || !version.ok) {
    throw new BuildError(
      `the C compiler "${command}" cannot be started. On Debian: apt-get install gcc gcc-multilib libc6-dev (or set CC)`,
    );
  }
  return { command, version: version.text.split("\n")[0] ?? "unknown" };
}

const PROBE = "#include <stdio.h>\n#include <errno.h>\nint main(void){return 0;}\n";

let warned64 = false;

/** The flags that choose the slot size: 32-bit where it can be had. */
function archFlags(command: string, work: string): string[] {
  const flags = ["-m32", "-msse2", "-mfpmath=sse"];
  const program = join(work, "probe");
  if (run(command, [...flags, "-x", "c", "-", "-o", program], PROBE).ok) return flags;
  const plain = run(command, ["-x", "c", "-", "-o", program], PROBE);
  if (!plain.ok) {
    throw new BuildError(
      `the C compiler "${command}" cannot build a program. On Debian: apt-get install gcc libc6-dev\n${plain.text.trim()}`,
    );
  }
  if (!warned64)
    process.stderr.write(
      "thimble-xs: this compiler makes no 32-bit programs: slots have 32 bytes instead of the chip's 16, and memory figures do not compare.\n" +
        "thimble-xs: on Debian: apt-get install gcc-multilib\n",
    );
  warned64 = true;
  return [];
}

interface Unit {
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
}

function hashOf(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 20);
}

function filesOf(folder: string, extension: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .sort()
    .map((file) => join(folder, file));
}

function compileAll(command: string, units: readonly Unit[]): Promise<void> {
  const width = Math.max(1, availableParallelism());
  const queue = [...units];
  let done = 0;
  const progress = (name: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kthimble-xs: compiling ${done}/${units.length} ${name}`);
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
  if (!process.stderr.isTTY && units.length > 0) process.stderr.write(`thimble-xs: compiling ${units.length} files of the XS host\n`);
  return Promise.all(Array.from({ length: width }, worker)).then(() => {
    if (process.stderr.isTTY && units.length > 0) process.stderr.write("\r\x1b[K");
  });
}

/** Builds what is not built yet. Throws BuildError with a message for the user. */
export async function buildHost(): Promise<HostBuild> {
  const engine = engineFolder();
  const target = process.env.THIMBLE_BUILD ?? join(root, "build/xs");
  const objects = join(target, "objects");
  mkdirSync(objects, { recursive: true });
  const { command, version } = compilerCommand();
  const known = join(target, `arch-${hashOf(command, version)}.json`);
  let arch: string[];
  if (existsSync(known)) arch = JSON.parse(readFileSync(known, "utf8")) as string[];
  else {
    arch = archFlags(command, target);
    if (arch.length > 0) writeFileSync(known, JSON.stringify(arch));
  }
  const common = [
    ...arch,
    "-O2",
    "-fno-common",
    "-D_FILE_OFFSET_BITS=64", // 32-bit programs too know times after 2038
    "-D_TIME_BITS=64",
    "-DINCLUDE_XSPLATFORM",
    '-DXSPLATFORM="platform.h"',
    ...DEFINES.map((define) => `-D${define}`),
    `-I${ownSources}`,
    ...["includes", "sources", "platforms"].map((folder) => `-I${join(engine, folder)}`),
  ];
  const engineFlags = [...common, "-w"];
  const ownFlags = [
    ...common,
    "-Wall",
    "-Wno-unused-parameter",
    "-Wno-misleading-indentation",
    "-D_GNU_SOURCE",
    `-DSIM_COMPILER="${version.replace(/["\\]/g, "")}"`,
  ];
  const engineHeaders = ["includes", "sources", "platforms"].flatMap((folder) => filesOf(join(engine, folder), ".h"));
  const platform = readFileSync(join(ownSources, "platform.h"));
  const engineKey = hashOf(version, engineFlags.join(" "), platform, ...engineHeaders.map((file) => readFileSync(file)));
  const ownKey = hashOf(engineKey, ownFlags.join(" "), ...filesOf(ownSources, ".h").map((file) => readFileSync(file)));
  const unit = (source: string, key: string, flags: readonly string[]): Unit => ({
    source,
    object: join(objects, `${basename(source, ".c")}-${hashOf(key, readFileSync(source))}.o`),
    flags,
  });
  const units = [
    ...filesOf(join(engine, "sources"), ".c")
      .filter((file) => !LEFT_OUT.has(basename(file)))
      .map((file) => unit(file, engineKey, engineFlags)),
    ...filesOf(ownSources, ".c").map((file) => unit(file, ownKey, ownFlags)),
  ];
  await compileAll(
    command,
    units.filter((one) => !existsSync(one.object)),
  );
  const linkFlags = [...arch, ...WRAPPED.map((name) => `-Wl,--wrap=${name}`)];
  const program = join(target, `thimble-xs-${hashOf(linkFlags.join(" "), ...units.map((one) => one.object))}`);
  if (!existsSync(program)) {
    const temporary = `${program}.${process.pid}.tmp`;
    const link = run(command, [...linkFlags, ...units.map((one) => one.object), "-lm", "-lpthread", "-o", temporary]);
    if (!link.ok) throw new BuildError(`the XS host does not link:\n${link.text.trim()}`);
    renameSync(temporary, program);
    forgetOld(target, objects, program, units);
  }
  return { program, modules: join(ownSources, "modules"), is32Bit: arch.length > 0, compiler: version };
}

/** Objects and programs of former sources are of no use after a day. */
function forgetOld(target: string, objects: string, program: string, units: readonly Unit[]): void {
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

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  try {
    const build = await buildHost();
    process.stdout.write(`${build.program}\n`);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`thimble-xs: ${error.message}\n`);
    process.exitCode = 1;
  }
}
