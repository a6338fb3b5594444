// Recorded flights: what a real peer sent to a connection whose random bytes are fixed, so that it can be replayed exactly.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimError } from "../errors.js";
import { flights, providerFile } from "../paths.js";

export const DEFAULT_RECEIVE_BUFFER = 2048;

export interface Flight {
  /** What was recorded, with which server. */
  readonly about: string;
  /** What the device computes with: a module of sim/apps/providers. */
  readonly provider: string;
  readonly serverName: string;
  /** Bytes of the device's receive buffer, where they are not 2,048. */
  readonly receiveBuffer?: number;
  /** DER of the root certificate, hex. */
  readonly root: string;
  /** DER of what the device proves itself with, hex; of a client that is not asked: none. */
  readonly certificates?: readonly string[];
  readonly key?: string;
  /** The session that the device resumes, as its store keeps it, hex. */
  readonly session?: string;
  /** The external pre-shared key that is all that the device has, in mode psk_ke: identity and key, hex. */
  readonly psk?: { readonly identity: string; readonly key: string };
  /** The peer's records in order, each with its header, hex. */
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

function listSource(list: readonly string[]): string {
  return `[${list.map(bytesSource).join(",\n")}]`;
}

/** Writes the module that "sim:flight" is mapped to, and says what a device needs to be mapped for this flight. */
export function flightImports(flight: Flight, folder: string): Record<string, string> {
  const path = join(folder, "flight.js");
  const lines = [
    `records = ${listSource(flight.records)}`,
    `root = ${bytesSource(flight.root)}`,
    `serverName = ${JSON.stringify(flight.serverName)}`,
    `receiveBuffer = ${flight.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER}`,
    `certificates = ${listSource(flight.certificates ?? [])}`,
    `key = ${bytesSource(flight.key ?? "")}`,
    `session = ${bytesSource(flight.session ?? "")}`,
    `pskIdentity = ${bytesSource(flight.psk?.identity ?? "")}`,
    `pskKey = ${bytesSource(flight.psk?.key ?? "")}`,
  ];
  writeFileSync(path, lines.map((line) => `export const ${line};\n`).join(""));
  return { "sim:flight": path, "sim:provider": providerFile(flight.provider) };
}
