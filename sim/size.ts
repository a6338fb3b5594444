// `npm run size`: what a firmware with a profile takes of the flash, by part and module by module.
import { SimError } from "./errors.js";
import { type FlashSize, flashSizes, manifests, sumOf } from "./flash-size.js";
import { bytes, table, thousands } from "./report/table.js";
import { BuildError, buildHost, hostVersion } from "./xs/run.js";

/** Parts of the stack, by the folders of their modules. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ["X.509", /^src\/x509\//],
  ["primitives, unrolled and tables", /^src\/crypto\/xs\/generated\//],
  ["primitives", /^src\/crypto\//],
  ["TLS 1.2", /^src\/(?:suites-12\/|[^/]+\/(?:.*-)?12(?:-.*)?\.js|psk-12)/],
  ["handshake, messages, extensions", /^src\/(?:handshake|messages|extensions)\//],
  ["records and keys", /^src\/(?:record|schedule|bytes)\//],
  ["sessions, keys from files", /^src\/(?:session|keys)\//],
  ["connection and config", /^src\//],
  ["host", /^hosts\//],
  ["names for the app", /^names\//],
];

function partsOf(sizes: readonly FlashSize[]): FlashSize[] {
  const of = ({ name }: FlashSize): string => PARTS.find(([, pattern]) => pattern.test(name))?.[0] ?? name;
  return [...new Set(sizes.map(of))].map((part) => {
    const own = sizes.filter((size) => of(size) === part);
    return sumOf(`${part}, ${own.length} modules`, own);
  });
}

function report(profile: string, sizes: readonly FlashSize[], slotSize: number): string {
  const flash = ({ code, chunks, slots }: FlashSize): number => code + chunks + slots * slotSize;
  const row = (size: FlashSize): string[] => [size.name, bytes(size.code), thousands(size.slots), bytes(size.chunks), bytes(flash(size))];
  const sorted = (list: readonly FlashSize[]): FlashSize[] => [...list].sort((a, b) => b.code - a.code);
  return [
    table(
      [profile, "bytecode", "slots", "chunks", "flash"],
      [...sorted(sizes).map(row), ...sorted(partsOf(sizes)).map(row), row(sumOf(`all ${sizes.length} modules`, sizes))],
    ),
    "  chunks and slots: objects that modules make when the firmware is built (functions, classes, constants); names count with the first module that has them\n",
  ].join("");
}

async function main(): Promise<number> {
  const names = process.argv.slice(2);
  const known = manifests();
  if (names.includes("--help") || names.includes("-h")) {
    process.stdout.write(
      `Usage: npm run size -- [profile...]\n\nBytes of flash by profile and module. Profiles, as manifest-PROFILE.json has them: ${[...known.keys()].join(", ")}\n`,
    );
    return 0;
  }
  for (const name of names)
    if (!known.has(name)) throw new SimError(`there is no profile "${name}"; there are: ${[...known.keys()].join(", ")}`);
  const { slotSize, engine } = hostVersion(await buildHost());
  for (const name of names.length > 0 ? names : known.keys())
    process.stdout.write(report(name, await flashSizes(known.get(name) as string), slotSize));
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
