// Builds the firmware of the emulated RV32IMC microcontroller: the engine's sources, our C, with Debian's cross compiler, into build/mcu/.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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
import { EMULATOR } from "./machine.js";

const COMPILER = "riscv64-unknown-elf-gcc";
const ownSources = join(root, "sim/mcu");

/** Bytes of the C stack. */
export const C_STACK = 5120;

/** Needs no Debian package but these three. */
const PACKAGES = "apt-get install --no-install-recommends qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf";

export interface Firmware {
  /** ELF file. */
  readonly program: string;
  /** Bytes of code and constants: of the engine's parser and compiler, which a chip's firmware would not have; and of all else. */
  readonly parser: number;
  readonly code: number;
  readonly compiler: string;
}

/** What keeps this machine from running the emulated one, with the packages to install; null: nothing. */
export function missingTools(): string | null {
  const missing = [COMPILER, EMULATOR].filter((command) => !run(command, ["--version"]).found);
  return missing.length === 0 ? null : `${missing.join(" and ")} cannot be started. On Debian: ${PACKAGES}`;
}

/** The compiler's version, "" where there is none. */
export function mcuCompiler(): string {
  const version = run(COMPILER, ["--version"]);
  return version.found ? (version.text.split("\n")[0] ?? "") : "";
}

function compilerVersion(): string {
  const missing = missingTools();
  if (missing !== null) throw new BuildError(missing);
  const probe = run(
    COMPILER,
    ["--specs=picolibc.specs", "-march=rv32im", "-mabi=ilp32", "-x", "c", "-c", "-", "-o", "/dev/null"],
    "#include <stdio.h>\n",
  );
  if (!probe.ok) throw new BuildError(`${COMPILER} has no picolibc for rv32im. On Debian: ${PACKAGES}\n${probe.text.trim()}`);
  return mcuCompiler();
}

/** Sources of the engine that only parse and compile. */
const PARSER = new Set(["xsCode", "xsLexical", "xsScope", "xsSourceMap", "xsSyntaxical", "xsTree"]);

/** Bytes of code, constants and initial values by object file, from the linker's map. */
function sizesOf(map: string): { parser: number; code: number } {
  const sizes = { parser: 0, code: 0 };
  const placed = map.slice(map.indexOf("Linker script and memory map"));
  for (const [, size = "", object = ""] of placed.matchAll(
    /^ \.(?:start|text|rodata|srodata|data|sdata)\S*\s+0x8[0-9a-f]{7}\s+0x([0-9a-f]+) (\S+)$/gm,
  )) {
    const name = /([^/]+)-[0-9a-f]{20}\.o$/.exec(object)?.[1] ?? "";
    sizes[PARSER.has(name) ? "parser" : "code"] += Number.parseInt(size, 16);
  }
  return sizes;
}

/** Builds what is not built yet. */
export async function buildFirmware(): Promise<Firmware> {
  const engine = engineFolder();
  const target = process.env.THIMBLE_BUILD ?? join(root, "build/mcu");
  const objects = join(target, "objects");
  mkdirSync(objects, { recursive: true });
  const version = compilerVersion();
  const common = [
    "--specs=picolibc.specs",
    "-mabi=ilp32",
    "-O2",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-common",
    "-DINCLUDE_XSPLATFORM",
    '-DXSPLATFORM="platform.h"',
    ...DEFINES.map((define) => `-D${define}`),
    `-I${ownSources}`,
    `-I${sharedSources}`,
    ...["includes", "sources", "platforms"].map((folder) => `-I${join(engine, folder)}`),
  ];
  const engineFlags = [...common, "-march=rv32imc", "-w"];
  // zicsr: ours reads counters and sets protection.
  const ownFlags = [...common, "-march=rv32imc_zicsr", "-Wall", "-Wno-unused-parameter", "-Wno-misleading-indentation"];
  const headers = [...["includes", "sources", "platforms"].map((folder) => join(engine, folder)), ownSources, sharedSources].flatMap(
    (folder) => filesOf(folder, ".h"),
  );
  const key = hashOf(version, engineFlags.join(" "), ...headers.map((file) => readFileSync(file)));
  const unit = (source: string, flags: readonly string[]): Unit => ({
    source,
    object: join(objects, `${basename(source).replace(/\.[cS]$/, "")}-${hashOf(key, flags.join(" "), readFileSync(source))}.o`),
    flags,
  });
  const units = [
    ...engineSources(engine).map((file) => unit(file, engineFlags)),
    ...[...filesOf(ownSources, ".c"), ...filesOf(sharedSources, ".c"), join(ownSources, "start.S")].map((file) => unit(file, ownFlags)),
  ];
  await compileAll(
    "thimble-mcu",
    COMPILER,
    units.filter((one) => !existsSync(one.object)),
  );
  const script = join(ownSources, "memory.ld");
  // rv32im: the C library's variant that has no compressed code; the machine runs both.
  const linkFlags = [
    ...[
      "--specs=picolibc.specs",
      "-march=rv32im",
      "-mabi=ilp32",
      "-nostartfiles",
      "-Wl,--gc-sections",
      "-Wl,--build-id=sha1",
      `-T${script}`,
    ],
    `-Wl,--defsym=cStackSize=${C_STACK}`,
    ...WRAPPED.map((name) => `-Wl,--wrap=${name}`),
  ];
  const program = join(target, `thimble-mcu-${hashOf(linkFlags.join(" "), readFileSync(script), ...units.map((one) => one.object))}`);
  if (!existsSync(program)) {
    const temporary = `${program}.${process.pid}.tmp`;
    const link = run(COMPILER, [...linkFlags, ...units.map((one) => one.object), "-lm", `-Wl,-Map=${temporary}.map`, "-o", temporary]);
    if (!link.ok) throw new BuildError(`the firmware does not link:\n${link.text.trim()}`);
    writeFileSync(`${program}.json`, JSON.stringify(sizesOf(readFileSync(`${temporary}.map`, "utf8"))));
    rmSync(`${temporary}.map`);
    renameSync(temporary, program);
    forgetOld(target, objects, program, units);
  }
  return { program, compiler: version, ...(JSON.parse(readFileSync(`${program}.json`, "utf8")) as { parser: number; code: number }) };
}
