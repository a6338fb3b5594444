import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hex, unhex } from "../peer/bytes.js";
import { Drive } from "./drive.js";
import type { Found } from "./fuzzer.js";
import type { Scenario } from "./scenarios.js";
import { type Flight, play } from "./targets.js";

/** test/fuzz/corpus, in the sources. */
export const CORPUS = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), "test/fuzz/corpus");
const FLIGHTS = join(CORPUS, "flights");
const FIRST = join(CORPUS, "first-bytes");
const FOUND = join(CORPUS, "found");

interface FlightFile {
  readonly scenario: string;
  /** The peer's pieces, hex. */
  readonly pieces: readonly string[];
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));
}

const nameOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** Recorded flights by scenario. */
export function readFlights(): Map<string, Flight> {
  const out = new Map<string, Flight>();
  for (const file of filesIn(FLIGHTS)) {
    const { scenario, pieces } = JSON.parse(readFileSync(file, "utf8")) as FlightFile;
    out.set(scenario, pieces.map(unhex));
  }
  return out;
}

export function writeFlight(scenario: string, flight: Flight): void {
  mkdirSync(FLIGHTS, { recursive: true });
  const content: FlightFile = { scenario, pieces: flight.map(hex) };
  writeFileSync(join(FLIGHTS, `${nameOf(scenario)}.json`), `${JSON.stringify(content, null, 1)}\n`);
}

/** First bytes of clients that are not ours, by name. */
export function readFirstBytes(): Map<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  for (const file of filesIn(FIRST)) {
    const { client, bytes } = JSON.parse(readFileSync(file, "utf8")) as { client: string; bytes: string };
    out.set(client, unhex(bytes));
  }
  return out;
}

/** Cases that once broke something: they must never again. */
export function readFound(): { readonly file: string; readonly found: Found }[] {
  return filesIn(FOUND).map((file) => ({ file, found: JSON.parse(readFileSync(file, "utf8")) as Found }));
}

export function writeFound(found: Found): string {
  mkdirSync(FOUND, { recursive: true });
  const file = join(FOUND, `${nameOf(`${found.scenario} ${found.seed} ${found.number}`)}.json`);
  writeFileSync(file, `${JSON.stringify(found, null, 1)}\n`);
  return file;
}

/** True where the flight, unchanged, opens a connection: it was recorded with the sources as they are. */
export function isFresh(scenario: Scenario, flight: Flight): boolean {
  const drive = new Drive(scenario.connect());
  play(drive, flight);
  return drive.connection.peerClosed;
}

/** Does again what broke something; throws Broken where it still does. */
export function replayFound(scenarios: readonly Scenario[], found: Found): void {
  const scenario = scenarios.find((one) => one.name === found.scenario);
  if (scenario === undefined) throw new Error(`no scenario is called "${found.scenario}"`);
  const drive = new Drive(scenario.connect());
  drive.replay(found.events);
  drive.finish();
}
