// The first boot: the firmware loads all modules, freezes its heap at its place in flash and writes it out. Kept by the hash of what went in.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { hashOf, root } from "../engine/compile.js";
import { SimError } from "../errors.js";
import { moduleGraph } from "../module-graph.js";
import { dist } from "../paths.js";
import type { Firmware } from "./build.js";
import { EMULATOR, machineArguments } from "./machine.js";

/** An app and what it imports by bare names. */
export interface App {
  /** Path of the main module, JavaScript. */
  readonly main: string;
  /** Specifier → absolute path. */
  readonly imports: Readonly<Record<string, string>>;
}

const BUILT_IN: Readonly<Record<string, string>> = {
  timer: "timer",
  time: "time",
  "embedded:io/socket/tcp": "tcp",
  "embedded:io/socket/listener": "listener",
  "embedded:network/dns/resolver/udp": "resolver",
  net: "net",
  "sim:host": "host",
  "sim:measure": "measure",
};

/** Megabytes for the first boot: parsing needs them. */
const MEGABYTES = 64;

function nameOf(path: string): string {
  return path.startsWith(dist) ? `/${relative(dist, path)}` : `/generated/${path.split("/").pop()}`;
}

/** Everything that the app reaches, in the order in which it runs; the app's own main module last. */
function bundle(app: App): Buffer {
  const builtIns = Object.fromEntries(
    Object.entries(BUILT_IN).map(([specifier, file]) => [specifier, join(dist, "sim/mcu/modules", `${file}.js`)]),
  );
  const imports = Object.entries({ ...builtIns, ...app.imports });
  const modules = moduleGraph([join(dist, "sim/mcu/modules/sockets.js"), ...imports.map(([, path]) => path), app.main]);
  const parts: (string | Buffer)[] = [];
  for (const [specifier, path] of imports) parts.push(`alias ${specifier} ${nameOf(path)}\n`);
  for (const path of modules) {
    const text = readFileSync(path);
    parts.push(`source ${nameOf(path)} ${text.length}\n`, text, "\n");
  }
  for (const path of modules) if (path !== app.main) parts.push(`preload ${nameOf(path)}\n`);
  parts.push(`main ${nameOf(app.main)}\n`);
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

/** What flash holds beside the firmware's own code, in bytes (names: count). */
export interface FlashUse {
  readonly slots: number;
  readonly chunkBytes: number;
  readonly codeBytes: number;
  readonly names: number;
  readonly aliases: number;
}

/** The fields behind magic (8), identity (20), end, root, archive, aliases, main, loop (4 each). */
function useOf(image: Buffer): FlashUse {
  const at = 8 + 20 + 6 * 4;
  const [slots, chunkBytes, codeBytes, names, aliases] = [0, 4, 8, 12, 16].map((o) => image.readInt32LE(at + o)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { slots, chunkBytes, codeBytes, names, aliases };
}

export interface FlashImage {
  readonly path: string;
  readonly use: FlashUse;
}

export function flashImage(firmware: Firmware, app: App): FlashImage {
  const modules = bundle(app);
  const images = join(root, "build/mcu/images");
  mkdirSync(images, { recursive: true });
  const path = join(images, `${hashOf(readFileSync(firmware.program), modules)}.flash`);
  if (!existsSync(path)) {
    const folder = mkdtempSync(join(tmpdir(), "thimble-image-"));
    try {
      writeFileSync(join(folder, "bundle"), modules);
      const run = spawnSync(EMULATOR, machineArguments(firmware.program, MEGABYTES << 10, null, `image ram=${MEGABYTES << 20}`), {
        cwd: folder,
        encoding: "utf8",
        timeout: 120_000,
      });
      if (run.status !== 0)
        throw new SimError(
          `the flash image cannot be made: ${`${run.stdout}${run.stderr}`.trim().split("\n").pop() || `status ${run.status}`}`,
          2,
        );
      copyFileSync(join(folder, "flash"), `${path}.tmp`);
      renameSync(`${path}.tmp`, path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { path, use: useOf(readFileSync(path)) };
}
