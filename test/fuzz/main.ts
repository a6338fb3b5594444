// `npm run fuzz`: changes recorded flights and live messages by chance, and looks that no connection throws, hangs, opens or gives out what it must not.
// A child does the work; the parent ends it when a case hangs.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isFresh, readFirstBytes, readFlights, readFound, replayFound, writeFlight, writeFound } from "./corpus.js";
import { type Found, Fuzzer } from "./fuzzer.js";
import { makeScenarios } from "./scenarios.js";
import { recordFlight } from "./targets.js";

const HELP = `usage: npm run fuzz -- [options]

  --seconds N     how long (default 60)
  --seed TEXT     default: by chance; printed
  --only PART     scenarios whose names have PART
  --case N        only case N of the seed
  --replay FILE   a case that was found before
  --record        record the flights of test/fuzz/corpus anew, after the sources changed what they draw
`;

/** A case takes milliseconds. */
const HANGS_AFTER = 20000;

interface Options {
  seconds: number;
  seed: string;
  only: string;
  number: number;
  replay: string;
  record: boolean;
  child: boolean;
}

function parse(args: readonly string[]): Options | null {
  const options: Options = { seconds: 60, seed: "", only: "", number: -1, replay: "", record: false, child: false };
  for (let i = 0; i < args.length; i++) {
    const name = args[i];
    if (name === "--record") options.record = true;
    else if (name === "--child") options.child = true;
    else {
      const value = args[++i];
      if (value === undefined) return null;
      if (name === "--seconds" && Number(value) > 0) options.seconds = Number(value);
      else if (name === "--seed") options.seed = value;
      else if (name === "--only") options.only = value;
      else if (name === "--case" && /^\d+$/.test(value)) options.number = Number(value);
      else if (name === "--replay") options.replay = value;
      else return null;
    }
  }
  if (options.seed === "") options.seed = randomBytes(6).toString("hex");
  return options;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function report(found: Found): void {
  print(`BROKEN: ${found.scenario}, seed ${found.seed}, case ${found.number}: ${found.message}`);
  print(`  kept in ${writeFound(found)}; again: npm run fuzz -- --replay FILE`);
}

function fuzz(options: Options): number {
  const fuzzer = new Fuzzer(options.seed, options.only, freshFlights(), [...readFirstBytes().values()]);
  if (options.number >= 0) {
    fuzzer.one(options.number);
    for (const found of fuzzer.found) report(found);
    for (const outcome of fuzzer.outcomes.keys()) print(outcome);
    return fuzzer.found.length > 0 ? 1 : 0;
  }
  const end = Date.now() + options.seconds * 1000;
  while (Date.now() < end) {
    const before = fuzzer.found.length;
    // the parent takes silence for a hang
    print(`\u0001${fuzzer.number}`);
    fuzzer.run(500, 1000);
    for (const found of fuzzer.found.slice(before)) report(found);
    if (fuzzer.found.length >= 20) break;
  }
  print(`${fuzzer.number} cases, ${fuzzer.outcomes.size} different ends, ${fuzzer.found.length} broken`);
  return fuzzer.found.length > 0 ? 1 : 0;
}

function freshFlights(): ReturnType<typeof readFlights> {
  const flights = readFlights();
  for (const scenario of makeScenarios()) {
    const flight = flights.get(scenario.name);
    if (flight !== undefined && !isFresh(scenario, flight)) flights.delete(scenario.name);
  }
  return flights;
}

function record(): number {
  for (const scenario of makeScenarios()) writeFlight(scenario.name, recordFlight(scenario));
  print("flights recorded");
  return 0;
}

function replay(file: string): number {
  const files = file === "all" ? readFound() : [{ file, found: JSON.parse(readFileSync(file, "utf8")) as Found }];
  let broken = 0;
  for (const one of files)
    try {
      replayFound(makeScenarios(), one.found);
      print(`${one.file}: good`);
    } catch (error) {
      broken++;
      print(`${one.file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  return broken > 0 ? 1 : 0;
}

/** Runs the child and listens for its signs of life. */
function watch(options: Options): Promise<number> {
  const args = ["--child", "--seconds", `${options.seconds}`, "--seed", options.seed, "--only", options.only];
  if (options.number >= 0) args.push("--case", `${options.number}`);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let last = "0";
  let rest = "";
  const hang = (): void => {
    print(`BROKEN: no end within ${HANGS_AFTER / 1000} s, seed ${options.seed}, at or behind case ${last}`);
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hang, HANGS_AFTER);
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    clearTimeout(timer);
    timer = setTimeout(hang, HANGS_AFTER);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    for (const line of lines)
      if (line.startsWith("\u0001")) last = line.slice(1);
      else print(line);
  });
  return new Promise((done) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      done(code ?? 1);
    }),
  );
}

const options = parse(process.argv.slice(2));
if (options === null) {
  process.stdout.write(HELP);
  process.exitCode = 2;
} else if (options.record) process.exitCode = record();
else if (options.replay !== "") process.exitCode = replay(options.replay);
else if (options.child) process.exitCode = fuzz(options);
else {
  print(`seed ${options.seed}`);
  process.exitCode = await watch(options);
}
