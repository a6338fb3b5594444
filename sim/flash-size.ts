// What the modules of a Moddable manifest take of the flash: bytecode, and the objects that modules make when they run.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { SimError } from "./errors.js";
import { moduleGraph } from "./module-graph.js";
import { dist, root } from "./paths.js";
import { runXs } from "./xs/run.js";

export interface FlashSize {
  readonly name: string;
  readonly code: number;
  readonly chunks: number;
  readonly slots: number;
}

interface Manifest {
  readonly modules: Readonly<Record<string, string>>;
  readonly preload: readonly string[];
}

/** Not manifest-native…: it brings what only the SDK can compile. */
const FILE = /^manifest(?:-(?!native)(.*))?\.json$/;

/** Manifests by profile; "all" is manifest.json. */
export function manifests(): Map<string, string> {
  const found = readdirSync(root).filter((name) => FILE.test(name));
  return new Map(found.map((name) => [FILE.exec(name)?.[1] ?? "all", join(root, name)]));
}

/** The files that a manifest puts into flash, each behind what it imports; the names for the app last. */
function filesOf(file: string): string[] {
  const { modules, preload } = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const files = preload.map((name) => join(root, (modules[name] as string).replace(/(?:\.js)?$/, ".js")));
  const isName = (path: string): boolean => path.startsWith(join(dist, "names"));
  return [...moduleGraph(files.filter((path) => !isName(path))), ...files.filter(isName)];
}

/** In the order in which they run. */
export async function flashSizes(manifest: string): Promise<FlashSize[]> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-size-"));
  try {
    const empty = join(folder, "empty.js");
    const main = join(folder, "main.js");
    const sizes = join(folder, "sizes");
    writeFileSync(empty, "");
    writeFileSync(main, "");
    const imports = { "thimble-tls/src/": `${dist}/src/`, "thimble-tls/hosts/": `${dist}/hosts/` };
    const result = await runXs({ main, map: { imports, preload: [empty, ...filesOf(manifest)] }, config: {}, sizes, timeout: 60_000 });
    if (result.status !== 0) throw new SimError(result.stderr.trim().split("\n").pop() ?? "the device did not start");
    const lines = readFileSync(sizes, "utf8")
      .trim()
      .split("\n")
      .map((line) => /^(\d+) (\d+) (\d+) (.*)$/.exec(line) ?? []);
    return lines.slice(1).map(([, code, chunks, slots, path], i) => {
      const before = lines[i] as RegExpExecArray;
      return {
        name: relative(dist, path as string),
        code: Number(code) - Number(before[1]),
        chunks: Number(chunks) - Number(before[2]),
        slots: Number(slots) - Number(before[3]),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function sumOf(name: string, sizes: readonly FlashSize[]): FlashSize {
  return sizes.reduce(
    (total, { code, chunks, slots }) => ({ name, code: total.code + code, chunks: total.chunks + chunks, slots: total.slots + slots }),
    { name, code: 0, chunks: 0, slots: 0 },
  );
}
