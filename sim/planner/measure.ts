// What one set-up takes on the device, message by message, without its buffers.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "../../src/config.js";
import type { Setup } from "../apps/setup-config.js";
import { SimError } from "../errors.js";
import type { Flight } from "../flights/flight.js";
import { type Above, above, merged, stepsOf } from "../report/steps.js";
import { measureMemory } from "../scenarios/replay.js";
import type { Mark, MemoryUse, XsOptions, XsResult } from "../xs/run.js";

export interface Row {
  readonly message: string;
  readonly peak: Above;
  readonly live: Above;
}

export interface MeasuredSetup {
  readonly rows: readonly Row[];
  readonly idle: Above;
  /** Null: the app does not park it. */
  readonly parked: Above | null;
}

function liveAt(memory: XsResult, name: string): Above {
  const marks = memory.stats?.marks ?? [];
  const base = marks[0]?.live;
  const live = marks.filter((mark) => mark.name === name).at(-1)?.live;
  if (!base || !live || memory.stats === null) throw new SimError(`the app did not come to "${name}"`);
  return above({ ...live, stackBytes: 0 }, base, 0, memory.stats.slotSize);
}

/** Twice in a row is once; what came in between other messages counts at its first place. */
function rowsOf(memory: XsResult): Row[] {
  const rows = new Map<string, Row>();
  for (const { name, cost } of merged(stepsOf(memory, null, ""))) {
    if (cost === null || name === "change_cipher_spec") continue;
    const message = name.replace(/ …$/, "");
    const former = rows.get(message);
    if (former === undefined || former.peak.bytes < cost.peak.bytes) rows.set(message, { message, peak: cost.peak, live: cost.live });
  }
  return [...rows.values()];
}

/** Of an app that ends when the connection is idle. */
export async function measureReplay(app: string, flight: string, options: Partial<XsOptions> = {}): Promise<MeasuredSetup> {
  const memory = await measureMemory(app, flight, options);
  return { rows: rowsOf(memory), idle: liveAt(memory, "idle"), parked: null };
}

export async function measureSetup(setup: Setup, flight: Flight): Promise<MeasuredSetup> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-setup-"));
  try {
    const { receiveBuffer = DEFAULT_RECEIVE_BUFFER, sendBuffer = DEFAULT_SEND_BUFFER } = setup;
    const path = join(folder, "setup.js");
    writeFileSync(path, `export const setup = ${JSON.stringify({ ...setup, receiveBuffer, sendBuffer })};\n`);
    const memory = await measureMemory("measure-setup", flight, { map: { imports: { "sim:setup": path } } });
    return { rows: rowsOf(memory), idle: liveAt(memory, "idle"), parked: liveAt(memory, "parked") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a whole TLSSocket on ECMA-419 TCP adds to a connection: at rest, the same while parked, at its peak. */
export async function measureSocket(): Promise<number[]> {
  const flight = "client13-chacha";
  const [core, secure, plain] = await Promise.all([
    measureMemory("measure-handshake", flight),
    measureMemory("measure-socket", flight),
    measureMemory("measure-socket", flight, { arguments: ["plain"] }),
  ]);
  const peak = rowsOf(core).reduce((best, { peak: one }) => (best.bytes > one.bytes ? best : one), rowsOf(core)[0]!.peak);
  const mark = (memory: XsResult, name: string): Mark => memory.stats?.marks.find((one) => one.name === name) as Mark;
  const before = mark(plain, "connected").live as MemoryUse;
  const most = above(mark(secure, "connected").peak as MemoryUse, before, before.stackBytes, 16);
  const rest = above({ ...(mark(secure, "idle").live as MemoryUse), stackBytes: 0 }, mark(plain, "idle").live as MemoryUse, 0, 16);
  const idle = liveAt(core, "idle");
  const atRest = [rest.chunkBytes - idle.chunkBytes, rest.slots - idle.slots];
  return [...atRest, ...atRest, most.chunkBytes - peak.chunkBytes, most.slots - peak.slots, most.stackBytes - peak.stackBytes];
}
