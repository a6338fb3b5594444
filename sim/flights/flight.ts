// Recorded flights: what a real server sent to a client whose random bytes are fixed, so that it can be replayed exactly.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimError } from "../errors.js";
import { flights } from "../paths.js";

export interface Flight {
  /** What was recorded, with which server. */
  readonly about: string;
  readonly serverName: string;
  /** DER of the root certificate, hex. */
  readonly root: string;
  /** The server's records in order, each with its header, hex. */
  readonly records: readonly string[];
}

export function flightFile(name: string): string {
  return join(flights, `${name}.json`);
}

export function readFlight(name: string): Flight {
  try {
    return JSON.parse(readFileSync(flightFile(name), "utf8")) as Flight;
  } catch (error) {
    throw new SimError(`the recorded flight ${flightFile(name)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function bytesSource(hex: string): string {
  return `new Uint8Array([${Buffer.from(hex, "hex").join(",")}])`;
}

/** Writes the module that "sim:flight" is mapped to; returns its path. */
export function writeFlightModule(flight: Flight, folder: string): string {
  const path = join(folder, "flight.js");
  writeFileSync(
    path,
    `export const records = [${flight.records.map(bytesSource).join(",\n")}];\n` +
      `export const root = ${bytesSource(flight.root)};\nexport const serverName = ${JSON.stringify(flight.serverName)};\n`,
  );
  return path;
}
