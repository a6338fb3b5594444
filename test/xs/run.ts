// `npm run test:xs`: the unit tests on the XS engine. What they test lies in the frozen root, as in flash; the tests themselves, chai and the
// oracles are parsed on a device with roomy heaps. One machine a file. A file that XS cannot run stands in skipped.json, with its reason.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, buildHost, type ModuleMap, runXs } from "../../sim/xs/run.js";

const dist = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const root = dirname(dist);
/** The suites whose files need no Node: they run here as they are. */
const suites = ["unit", "pair", "vectors"];
const tests = join(dist, "test");

const HELP = `usage: node dist/test/xs/run.js [options] [PART-OF-A-FILE-NAME...]

Runs dist/test/{unit,pair,vectors}/**/*.test.js on the XS engine, with the code under test in read-only flash.

  --sample N     at most N cases of each vector file (default 40, 0 for all)
  --timeout S    seconds for one file (default 600)
  --jobs N       files at a time (default: processors, at most 4)
  --verbose      name every test, and what the files print
`;

class UsageError extends Error {}

interface Options {
  parts: string[];
  sample: number;
  timeout: number;
  jobs: number;
  verbose: boolean;
}

function parseArguments(args: readonly string[]): Options | null {
  const options: Options = { parts: [], sample: 40, timeout: 600, jobs: Math.min(4, availableParallelism()), verbose: false };
  const number = (name: string, text: string | undefined): number => {
    if (text === undefined || !/^\d+$/.test(text)) throw new UsageError(`${name} needs a number, not "${text ?? ""}"`);
    return Number(text);
  };
  for (let i = 0; i < args.length; i++) {
    const name = args[i] as string;
    if (name === "--help") return null;
    if (name === "--verbose") options.verbose = true;
    else if (name === "--sample") options.sample = number(name, args[++i]);
    else if (name === "--timeout") options.timeout = Math.max(1, number(name, args[++i]));
    else if (name === "--jobs") options.jobs = Math.max(1, number(name, args[++i]));
    else if (name.startsWith("-")) throw new UsageError(`unknown option "${name}"; --help lists all`);
    else options.parts.push(name);
  }
  return options;
}

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(path);
      return entry.name.endsWith(".test.js") ? [path] : [];
    })
    .sort();
}

const IMPORT = /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+\sfrom\s*|[\w$*{},\s]*\}\s*from\s*)?["']([^"']+)["']/g;

// XS cannot run a class that has an instance field and a static that is an instance of itself ("not initialized yet"). The points of
// @noble/curves are such classes; their fields are all set by the constructor, so a copy without the declarations is the same on XS.
const PATCHED = "/node_modules/@noble/curves/";
const BARE_FIELD = /^\s+(?!return\b|break\b|continue\b|debugger\b)[A-Za-z_]\w*;\s*$/gm;

/** Where XS finds a file: mostly where it is. */
function placeOf(path: string): string {
  const at = path.lastIndexOf(PATCHED);
  return at < 0 ? path : join(root, "build/xs/oracles", path.slice(at + "/node_modules/".length));
}

function patch(path: string, text: string): void {
  const place = placeOf(path);
  if (place === path) return;
  const patched = text.replace(BARE_FIELD, "");
  if (existsSync(place) && readFileSync(place, "utf8") === patched) return;
  mkdirSync(dirname(place), { recursive: true });
  const temporary = `${place}.${process.pid}.tmp`;
  writeFileSync(temporary, patched);
  renameSync(temporary, place);
}

/** Follows the static imports of a test: what lies in src goes to flash, bare names are resolved as Node resolves them. */
function moduleMap(file: string): ModuleMap {
  const imports: Record<string, string> = {};
  const preload: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    if (path.startsWith(join(dist, "src/"))) preload.push(path);
    const text = readFileSync(path, "utf8");
    patch(path, text);
    for (const match of text.matchAll(IMPORT)) {
      const specifier = match[1] as string;
      let target: string;
      if (specifier.startsWith(".")) target = resolve(dirname(path), specifier);
      else if (/^(node|sim|embedded):/.test(specifier) || specifier === "timer" || specifier === "time") continue;
      else {
        target = createRequire(path).resolve(specifier);
        imports[specifier] = placeOf(target);
      }
      if (existsSync(target)) visit(target);
    }
  };
  visit(file);
  return { imports, preload, parse: true };
}

interface FileResult {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly error: string }[];
}

async function runFile(file: string, options: Options, vectors: string, print: (text: string) => void): Promise<FileResult> {
  let passed = 0;
  let skipped = 0;
  let running = "";
  let ended = false;
  const failures: { title: string; error: string }[] = [];
  const started = performance.now();
  const result = await runXs({
    main: join(dist, "test/xs/harness.js"),
    map: moduleMap(file),
    arguments: [file, vectors, options.sample > 0 ? String(options.sample) : ""],
    chunkBytes: 16 << 20,
    slots: 512 << 10,
    stackSlots: 16 << 10,
    keys: 16 << 10,
    grow: true,
    timeout: options.timeout * 1000,
  });
  const lines: string[] = [];
  for (const line of result.stdout.split("\n")) {
    if (!line.startsWith("\u0001")) {
      if (options.verbose && line !== "") lines.push(`    | ${line}`);
      continue;
    }
    const event = JSON.parse(line.slice(1)) as Partial<Record<"start" | "pass" | "skip" | "fail" | "error" | "end", string>>;
    if (event.start !== undefined) running = event.start;
    else if (event.end !== undefined) ended = true;
    else {
      const title = event.pass ?? event.skip ?? event.fail ?? "";
      if (event.pass !== undefined) passed++;
      else if (event.skip !== undefined) skipped++;
      else failures.push({ title, error: event.error ?? "" });
      if (options.verbose) lines.push(`    ${event.pass !== undefined ? "ok" : event.skip !== undefined ? "skipped" : "FAILED"} ${title}`);
      running = "";
    }
  }
  if (!ended) {
    const why = result.timedOut ? `not done after ${options.timeout} s` : result.stderr.trim() || `ended with status ${result.status}`;
    failures.push({ title: running || "the file", error: why });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const name = relative(tests, file).replace(/\.js$/, "");
  print(
    `  ${failures.length > 0 ? "FAILED" : "ok    "} ${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped (${seconds} s)`,
  );
  for (const line of lines) print(line);
  for (const failure of failures) print(`    ${failure.title}\n      ${failure.error.replaceAll("\n", "\n      ")}`);
  return { passed, skipped, failures };
}

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const reasons = JSON.parse(readFileSync(join(root, "test/xs/skipped.json"), "utf8")) as Record<string, string>;
  const files = suites
    .flatMap((suite) => testFiles(join(tests, suite)))
    .filter((file) => options.parts.length === 0 || options.parts.some((part) => relative(tests, file).includes(part)));
  if (files.length === 0)
    throw new UsageError(options.parts.length === 0 ? `no tests in ${tests}: run the build first` : "no test file has such a name");
  const host = await buildHost();
  const vectors = process.env.THIMBLE_VECTORS ?? join(root, "../shared/vectors/wycheproof");
  if (!existsSync(vectors)) print(`Wycheproof vectors not found at ${vectors}: their tests are skipped`);
  print(`tests on XS, ${host.is32Bit ? "32-bit" : "64-bit"}, code under test in flash:`);
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const queue: string[] = [];
  let listed = 0;
  for (const file of files) {
    const reason = reasons[relative(tests, file).replace(/\.js$/, ".ts")];
    if (reason === undefined) queue.push(file);
    else {
      listed++;
      print(`  left   ${relative(tests, file).replace(/\.js$/, "")}: ${reason}`);
    }
  }
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const lines: string[] = [];
      const result = await runFile(file, options, vectors, (text) => lines.push(text));
      print(lines.join("\n"));
      passed += result.passed;
      failed += result.failures.length;
      skipped += result.skipped;
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  if (listed > 0) print(`${listed} of ${files.length} files are not run on XS: see test/xs/skipped.json`);
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BuildError || error instanceof UsageError)) throw error;
  process.stderr.write(`test:xs: ${error.message}\n`);
  process.exitCode = 2;
}
