// Builds the simulator's host program from the engine sources of the npm package @agoric/xsnap, with the local C compiler, into build/xs/.
// Nothing of the engine is kept in this repository. Objects are cached by the hash of what went into them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BuildError,
  compileAll,
  DEFINES,
  engineFolder,
  engineSources,
  filesOf,
  forgetOld,
  hashOf,
  root,
  run,
  sharedSources,
  type Unit,
  WRAPPED,
} from "../engine/compile.js";

export { BuildError } from "../engine/compile.js";

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

const ownSources = join(root, "sim/xs");

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
    `-I${sharedSources}`,
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
  // Where headers lie makes no other object; what is in them does.
  const named = (flags: readonly string[]): string => flags.filter((flag) => !flag.startsWith("-I")).join(" ");
  const engineKey = hashOf(version, named(engineFlags), platform, ...engineHeaders.map((file) => readFileSync(file)));
  const ownKey = hashOf(
    engineKey,
    named(ownFlags),
    ...[ownSources, sharedSources].flatMap((folder) => filesOf(folder, ".h")).map((file) => readFileSync(file)),
  );
  const unit = (source: string, key: string, flags: readonly string[]): Unit => ({
    source,
    object: join(objects, `${basename(source, ".c")}-${hashOf(key, readFileSync(source))}.o`),
    flags,
  });
  const units = [
    ...engineSources(engine).map((file) => unit(file, engineKey, engineFlags)),
    ...[ownSources, sharedSources].flatMap((folder) => filesOf(folder, ".c")).map((file) => unit(file, ownKey, ownFlags)),
  ];
  await compileAll(
    "thimble-xs",
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
