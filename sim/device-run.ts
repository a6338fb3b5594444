// One run of an app on the simulated device, against a server over the network.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimError } from "./errors.js";
import type { SimOptions } from "./options.js";
import { apps, providerFile } from "./paths.js";
import { type CountResult, countInstructions, runXs, XS_EXIT, type XsOptions, type XsResult } from "./xs/run.js";

export interface Target {
  readonly address: string;
  readonly port: number;
  readonly serverName: string;
  readonly strict: boolean;
  /** DER of the trusted certificates. */
  readonly certificates: readonly Uint8Array[];
}

const TIMEOUT = 60_000;

/** The last line of what the host program said on standard error, without its name. */
function lastLine(text: string): string {
  return (text.trim().split("\n").pop() ?? "").replace(/^thimble-xs: /, "");
}

function xsOptions(app: string, options: SimOptions, target: Target, tls: boolean, folder: string): XsOptions {
  const trust = join(folder, "trust.js");
  writeFileSync(
    trust,
    `export const certificates = [${target.certificates.map((der) => `new Uint8Array([${der.join(",")}])`).join(",\n")}];\n`,
  );
  const { serverName, strict, address, port } = target;
  const { path, readings, suites, receiveBuffer, sendBuffer } = options;
  return {
    main: join(apps, `${app}.js`),
    map: { imports: { "sim:trust": trust, "sim:provider": providerFile(options.provider) } },
    config: { address, port, tls, serverName, path, readings: strict ? readings : 1, strict, suites, receiveBuffer, sendBuffer },
    ...options.heaps,
    timeout: TIMEOUT,
    ...(options.time === null ? {} : { time: options.time }),
    ...(options.insecureFixedRandom === null ? {} : { insecureFixedRandom: options.insecureFixedRandom }),
  };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-sim-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Run {
  readonly app: string;
  readonly options: SimOptions;
  readonly target: Target;
  readonly tls: boolean;
  readonly onOutput?: (text: string) => void;
}

/** With true peaks. */
export function runApp(run: Run): Promise<XsResult> {
  return inFolder(async (folder) => {
    let stdout = "";
    let stderr = "";
    const { onOutput } = run;
    const result = await runXs({
      ...xsOptions(run.app, run.options, run.target, run.tls, folder),
      peakEvery: 64,
      onOutput: (text, stream) => {
        if (stream === "stderr") stderr += text;
        else {
          stdout += text;
          onOutput?.(text);
        }
      },
    });
    return { ...result, stdout, stderr };
  });
}

export function countApp(run: Run): Promise<CountResult> {
  return inFolder((folder) => countInstructions(xsOptions(run.app, run.options, run.target, run.tls, folder)));
}

/** Why a run did not end well, in one line; null: it did. */
export function whyFailed(result: XsResult): string | null {
  if (result.status === XS_EXIT.done) return null;
  if (result.timedOut) return `the device was not done after ${TIMEOUT / 1000} seconds`;
  if (result.status === XS_EXIT.memory) return `${lastLine(result.stderr)} (--chunks, --slots)`;
  if (result.status === XS_EXIT.stack) return `${lastLine(result.stderr)} (--stack)`;
  if (result.status === XS_EXIT.uncaught && result.stderr.includes("uncaught")) return lastLine(result.stderr);
  const own = [...result.stdout.matchAll(/^(?:sensor: |@failed )(.*)$/gm)].pop()?.[1];
  if (result.status === XS_EXIT.uncaught && own !== undefined) return own;
  return lastLine(result.stderr) || `the device ended with status ${result.status}`;
}

/** Throws SimError where a run did not end well. */
export function ended<T extends XsResult>(result: T, what: string): T {
  const why = whyFailed(result);
  if (why === null) return result;
  throw new SimError(`${what}: ${why}`, result.status === XS_EXIT.setup ? 2 : 1);
}
