// One run of an app on the simulated device, against a server over the network.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimError } from "./errors.js";
import { type Gateway, startGateway } from "./network/gateway.js";
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
export const PEAK_EVERY = 64;

/** The last thing that the host program said on standard error, without its name; what holds the memory stands in a line of its own. */
function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  const held = lines.at(-1)?.startsWith("thimble-xs: held by ") ? (lines.pop() as string) : null;
  const said = (lines.pop() ?? "").replace(/^thimble-xs: /, "");
  return held === null ? said : `${said}\n  ${held.replace(/^thimble-xs: /, "")}`;
}

/** The network of one run; null: the plain wire of this machine. */
async function networkFor({ shape, names }: SimOptions): Promise<Gateway | null> {
  const { latency, stall, loss } = shape;
  const isPlain = latency === 0 && stall === null && loss === null && Object.keys(names).length === 0;
  return isPlain ? null : startGateway(shape, names);
}

/** What the options say of RAM, clock, random bytes and network. */
export function deviceOptions(options: SimOptions, gateway: Gateway | null): Omit<XsOptions, "main"> {
  const { heaps, time, bootTime, storage, resources, segment, insecureFixedRandom } = options;
  return {
    ...heaps,
    ...(time === null ? {} : { time }),
    ...(bootTime === null ? {} : { bootTime }),
    ...(storage === null ? {} : { storage }),
    ...(resources === null ? {} : { resources }),
    ...(segment === null ? {} : { segment }),
    ...(insecureFixedRandom === null ? {} : { insecureFixedRandom }),
    ...(gateway === null ? {} : { gateway: gateway.port }),
  };
}

/** With the network that the options want, and a folder that is gone afterwards. */
export async function around<T>(options: SimOptions, work: (folder: string, gateway: Gateway | null) => Promise<T>): Promise<T> {
  const gateway = await networkFor(options);
  const folder = mkdtempSync(join(tmpdir(), "thimble-sim-"));
  try {
    return await work(folder, gateway);
  } finally {
    gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module "sim:trust". */
export function writeTrust(certificates: readonly Uint8Array[], folder: string): string {
  const trust = join(folder, "trust.js");
  const list = certificates.map((der) => `new Uint8Array([${der.join(",")}])`).join(",\n");
  writeFileSync(trust, `export const certificates = [${list}];\n`);
  return trust;
}

export interface Run {
  readonly app: string;
  readonly options: SimOptions;
  readonly target: Target;
  readonly tls: boolean;
  /** Marks have the curve of live memory. */
  readonly curve?: boolean;
  /** Primitives tell when they run (sim/apps/counted-provider.ts). */
  readonly primitives?: boolean;
  readonly onOutput?: (text: string) => void;
}

function providerImports({ options, primitives }: Run): Record<string, string> {
  const provider = providerFile(options.provider);
  return primitives === true
    ? { "sim:provider": join(apps, "counted-provider.js"), "sim:counted": provider }
    : { "sim:provider": provider };
}

function xsOptions(run: Run, gateway: Gateway | null, folder: string): XsOptions {
  const { app, options, target, tls } = run;
  const { serverName, strict, address, port } = target;
  const { path, readings, suites, receiveBuffer, sendBuffer } = options;
  return {
    main: join(apps, `${app}.js`),
    map: { imports: { "sim:trust": writeTrust(target.certificates, folder), ...providerImports(run) } },
    config: { address, port, tls, serverName, path, readings: strict ? readings : 1, strict, suites, receiveBuffer, sendBuffer },
    ...deviceOptions(options, gateway),
    timeout: TIMEOUT,
  };
}

/** Runs it, and hands on what it prints as it comes. */
export async function runTold(options: XsOptions, onOutput?: (text: string, stream: "stdout" | "stderr") => void): Promise<XsResult> {
  let stdout = "";
  let stderr = "";
  const result = await runXs({
    ...options,
    onOutput: (text, stream) => {
      if (stream === "stderr") stderr += text;
      else stdout += text;
      onOutput?.(text, stream);
    },
  });
  return { ...result, stdout, stderr };
}

/** With true peaks. */
export function runApp(run: Run): Promise<XsResult> {
  return around(run.options, (folder, gateway) =>
    runTold({ ...xsOptions(run, gateway, folder), peakEvery: PEAK_EVERY, curve: run.curve === true }, (text, stream) => {
      if (stream === "stdout") run.onOutput?.(text);
    }),
  );
}

export function countApp(run: Run): Promise<CountResult> {
  return around(run.options, (folder, gateway) => countInstructions(xsOptions(run, gateway, folder)));
}

/** What a device that had to be ended was doing, where it was not waiting. */
function heldBy({ stderr }: XsResult): string {
  const running = /^thimble-xs: the device was to end, and (.*)$/m.exec(stderr)?.[1];
  return running === undefined ? "" : `: ${running}`;
}

/** Tells where the device gets more of what it lacked. */
function withFlags(text: string, flags: string): string {
  const [first, ...rest] = text.split("\n");
  return [`${first} (${flags})`, ...rest].join("\n");
}

/** Why a run did not end well, in few lines; null: it did. */
export function whyFailed(result: XsResult, timeout = TIMEOUT): string | null {
  if (result.timedOut) return `the device was not done after ${timeout / 1000} seconds${heldBy(result)}`;
  if (result.status === XS_EXIT.done) return null;
  const heapFlags = /all in [\d,]+ bytes/.test(result.stderr) ? "--ram" : "--chunks, --slots";
  if (result.status === XS_EXIT.memory) return withFlags(lastLine(result.stderr), heapFlags);
  if (result.status === XS_EXIT.stack) return withFlags(lastLine(result.stderr), "--stack");
  if (result.status === XS_EXIT.uncaught && result.stderr.includes("uncaught")) return lastLine(result.stderr);
  const own = [...result.stdout.matchAll(/^(?:sensor: |@failed )(.*)$/gm)].pop()?.[1];
  if (result.status === XS_EXIT.uncaught && own !== undefined) return own;
  return lastLine(result.stderr) || `the app ended itself with status ${result.status}`;
}

/** Throws SimError where a run did not end well. */
export function ended<T extends XsResult>(result: T, what: string): T {
  const why = whyFailed(result);
  if (why === null) return result;
  throw new SimError(`${what}: ${why}`, result.status === XS_EXIT.setup ? 2 : 1);
}
