// Runs a measuring app with a recorded flight in flash, on a device whose random bytes and clock are fixed: exact, and the same at each run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimError } from "../errors.js";
import { type Flight, flightImports, readFlight } from "../flights/flight.js";
import { apps } from "../paths.js";
import { type CountResult, countInstructions, runXs, type XsOptions, type XsResult } from "../xs/run.js";

/** Bytes of allocation between two looks at the live memory: a peak is at most so much too high. */
export const PEAK_EVERY = 64;

/** Heaps in which nothing needs to be collected: instructions of the work alone. */
export const ROOMY = { chunkBytes: 16 << 20, slots: 64 << 10 };

const TIMEOUT = 300_000;

async function withFlight<T>(
  app: string,
  flight: string | Flight,
  options: Partial<XsOptions>,
  run: (options: XsOptions) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-flight-"));
  try {
    const imports = flightImports(typeof flight === "string" ? readFlight(flight) : flight, folder);
    return await run({
      main: join(apps, `${app}.js`),
      timeout: TIMEOUT,
      ...options,
      map: { imports: { ...imports, ...options.map?.imports } },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checked<T extends XsResult>(app: string, result: T): T {
  if (result.status === 0) return result;
  const why = result.timedOut ? `not done after ${TIMEOUT / 1000} s` : (result.stderr.trim().split("\n").pop() ?? "");
  throw new SimError(`${app} ended with status ${result.status}: ${why}`);
}

/** Memory: true peak and live memory at each mark. */
export async function measureMemory(app: string, flight: string | Flight, options: Partial<XsOptions> = {}): Promise<XsResult> {
  return checked(app, await withFlight(app, flight, { peakEvery: PEAK_EVERY, ...options }, runXs));
}

/** Allocations and collections, undisturbed by sampling. */
export async function measurePlain(app: string, flight: string, options: Partial<XsOptions> = {}): Promise<XsResult> {
  return checked(app, await withFlight(app, flight, options, runXs));
}

export async function measureInstructions(app: string, flight: string, options: Partial<XsOptions> = {}): Promise<CountResult> {
  return checked(app, await withFlight(app, flight, options, countInstructions));
}
