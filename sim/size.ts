// `npm run size`: what a firmware with a profile takes of the flash, module by module: bytecode, and the objects that modules make when they run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { SimError } from "./errors.js";
import { moduleGraph } from "./module-graph.js";
import { dist } from "./paths.js";
import { bytes, table, thousands } from "./report/table.js";
import { BuildError, buildHost, hostVersion, runXs } from "./xs/run.js";

/** What a firmware imports: the connection, its profile, and the host's socket. */
const PROFILES: Readonly<Record<string, readonly string[]>> = {
  "iot-client": ["src/profiles/iot-client.js", "src/client.js", "src/x509/anchors.js", "hosts/moddable/tls-socket.js"],
  "iot-server": [
    "src/profiles/iot-server.js",
    "src/server.js",
    "src/virtual-hosts.js",
    "src/keys/identity-from.js",
    "src/keys/p256-key.js",
  ],
  full: [
    "src/profiles/full.js",
    "src/client.js",
    "src/server.js",
    "src/virtual-hosts.js",
    "src/x509/anchors.js",
    "src/keys/identity-from.js",
    "src/keys/p256-key.js",
    "src/keys/rsa-key.js",
    "hosts/moddable/tls-socket.js",
  ],
};

interface Size {
  readonly name: string;
  readonly code: number;
  readonly chunks: number;
  readonly slots: number;
}

async function sizesOf(entries: readonly string[]): Promise<Size[]> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-size-"));
  try {
    const empty = join(folder, "empty.js");
    const main = join(folder, "main.js");
    const sizes = join(folder, "sizes");
    writeFileSync(empty, "");
    writeFileSync(main, "");
    const preload = [empty, ...moduleGraph(entries.map((entry) => join(dist, entry)))];
    const result = await runXs({ main, map: { preload }, sizes, timeout: 60_000 });
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

function report(profile: string, sizes: readonly Size[], slotSize: number): string {
  const flash = ({ code, chunks, slots }: Size): number => code + chunks + slots * slotSize;
  const row = (size: Size): string[] => [size.name, bytes(size.code), thousands(size.slots), bytes(size.chunks), bytes(flash(size))];
  const sum = (name: string, list: readonly Size[]): Size =>
    list.reduce(
      (total, { code, chunks, slots }) => ({ name, code: total.code + code, chunks: total.chunks + chunks, slots: total.slots + slots }),
      { name, code: 0, chunks: 0, slots: 0 },
    );
  const sorted = [...sizes].sort((a, b) => flash(b) - flash(a));
  const src = sizes.filter(({ name }) => name.startsWith("src/"));
  return [
    table(
      [profile, "bytecode", "slots", "chunks", "flash"],
      [...sorted.map(row), row(sum(`src, ${src.length} modules`, src)), row(sum(`all ${sizes.length} modules`, sizes))],
    ),
    "  chunks and slots: objects that modules make when the firmware is built (functions, classes, constants); names count with the first module that has them\n",
  ].join("");
}

async function main(): Promise<number> {
  const names = process.argv.slice(2);
  if (names.includes("--help") || names.includes("-h")) {
    process.stdout.write(
      `Usage: npm run size -- [profile...]\n\nBytes of flash by profile and module. Profiles: ${Object.keys(PROFILES).join(", ")}\n`,
    );
    return 0;
  }
  for (const name of names)
    if (PROFILES[name] === undefined) throw new SimError(`there is no profile "${name}"; there are: ${Object.keys(PROFILES).join(", ")}`);
  const { slotSize, engine } = hostVersion(await buildHost());
  for (const name of names.length > 0 ? names : Object.keys(PROFILES))
    process.stdout.write(report(name, await sizesOf(PROFILES[name] as readonly string[]), slotSize));
  process.stdout.write(`  ${engine}, slots of ${slotSize} bytes\n`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SimError || error instanceof BuildError)) throw error;
  process.stderr.write(`size: ${error.message}\n`);
  process.exitCode = 2;
}
