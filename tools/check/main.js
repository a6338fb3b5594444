// `npm run check`: types (the build), formatter and linter, import directions, memory and preload rules, the manifests for the Moddable SDK. Exit 1 when
// any of them finds something.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { checkManifests } from "../manifests/check.js";
import { check } from "./rules.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let failed = false;

function run(title, command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error) process.stderr.write(`${title}: ${error.message}\n`);
  if (status !== 0) failed = true;
  process.stdout.write(`check: ${title} ${status === 0 ? "ok" : "FAILED"}\n`);
  return status === 0;
}

function walk(folder, pattern) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true })
    .map((name) => posix.join(folder, String(name).replaceAll("\\", "/")))
    .filter((name) => pattern.test(name) && !name.endsWith(".d.ts"))
    .sort();
}

const read = (file) => ({ file, text: readFileSync(join(root, file), "utf8") });

/** The emitted file of a source, with its map back to the source's lines. */
function emitted(source) {
  const file = source.file.replace(/\.ts$/, ".js");
  const text = readFileSync(join(root, "dist", file), "utf8");
  const map = new SourceMap(JSON.parse(readFileSync(join(root, "dist", `${file}.map`), "utf8")));
  return { file, text, source: { ...source, line: (line, column) => (map.findEntry(line - 1, column).originalLine ?? line - 1) + 1 } };
}

const built = run("types", process.execPath, ["tools/build.js"]);
run("format and lint", process.execPath, ["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off", "--error-on-warnings", "."]);
if (built) run("types of the examples", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "examples"]);
if (built) {
  const sources = ["src", "hosts", "sim", "test"].flatMap((folder) => walk(folder, /\.c?ts$/)).map(read);
  const flash = sources.filter(({ file }) => file.startsWith("src/") || file.startsWith("hosts/moddable/"));
  const allowList = JSON.parse(readFileSync(join(root, "tools/check/allow.json"), "utf8"));
  const findings = check({ modules: flash.map(emitted), sources, allowList });
  for (const { file, line, rule, why } of findings) process.stderr.write(`${file}:${line} ${rule}: ${why}\n`);
  const errors = findings.filter(({ rule }) => rule !== "file-length").length;
  if (errors > 0) failed = true;
  process.stdout.write(
    `check: imports, memory and preload rules ${errors === 0 ? "ok" : `FAILED (${errors} findings)`}, ${sources.length} files\n`,
  );
}

/** Each manifest's modules run on the engine and are frozen there, as the SDK's linker does it; what they take is told. */
async function flash() {
  const { flashSizes, manifests, sumOf } = await import("../../dist/sim/flash-size.js");
  for (const [profile, file] of manifests()) {
    const sizes = await flashSizes(file);
    const code = sumOf(profile, sizes).code.toLocaleString("en");
    process.stdout.write(`check: manifest ${profile}: ${sizes.length} modules, ${code} bytes of bytecode\n`);
  }
}

if (built) {
  const findings = checkManifests(root, (module) => module.startsWith("src/") || module.startsWith("hosts/moddable/"));
  for (const finding of findings) process.stderr.write(`${finding}\n`);
  if (findings.length === 0) {
    try {
      await flash();
    } catch (error) {
      findings.push(error);
      process.stderr.write(`${error.message}\n`);
    }
  }
  if (findings.length > 0) failed = true;
  process.stdout.write(`check: manifests ${findings.length === 0 ? "ok" : `FAILED (${findings.length} findings)`}\n`);
}
process.exitCode = failed ? 1 : 0;
