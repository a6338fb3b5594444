// What `npm run sim -- --fleet N APP` prints.
import type { AppOptions, FleetOptions, SimOptions } from "../options.js";
import { appReport } from "../report/app-report.js";
import { bytes, table, thousands } from "../report/table.js";
import type { AppTarget } from "../target.js";
import type { HostBuild, MemoryUse } from "../xs/run.js";
import type { DeviceRecord, Fleet } from "./fleet.js";
import type { MachineMemory } from "./host-memory.js";
import type { Identities } from "./identities.js";

const PROGRESS_EVERY = 1000;

function intro(options: SimOptions, app: AppOptions, target: AppTarget | null, host: HostBuild, identities: Identities | null): string {
  const { fleet } = app;
  if (fleet === null) return "";
  const { count, concurrency, ramp } = fleet;
  const lines = [
    `fleet    ${thousands(count)} devices, ${concurrency} at a time on their way${ramp === null ? "" : `, ${ramp} a second at most`}`,
  ];
  if (identities !== null) {
    const { made } = identities;
    const where =
      app.identities === null ? "made for this run" : `of ${app.identities}${made === 0 ? "" : `, of which ${made} were made now`}`;
    lines.push(`identity a certificate for each, ${where}`);
  }
  return `${lines.join("\n")}\n${appReport.intro(options, app, target, host)}`;
}

interface Counts {
  readonly started: number;
  readonly connected: number;
  readonly done: number;
  readonly failed: number;
}

function countsOf(records: readonly DeviceRecord[]): Counts {
  const count = (is: (record: DeviceRecord) => boolean): number => records.filter(is).length;
  return {
    started: records.length,
    connected: count(({ connected }) => connected !== null),
    done: count(({ ended, reason }) => ended !== null && reason === null),
    failed: count(({ reason }) => reason !== null),
  };
}

/** A line each second on standard error. */
function progress(fleet: Fleet, { count }: FleetOptions): { stop(): void } {
  const timer = setInterval(() => {
    const { started, connected, done, failed } = countsOf(fleet.records);
    const seconds = Math.round(fleet.now() / 1000);
    process.stderr.write(`sim: ${seconds} s: ${started} of ${count} started, ${connected} connected, ${done} done, ${failed} failed\n`);
  }, PROGRESS_EVERY);
  return { stop: () => clearInterval(timer) };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

function middle(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? 0;
}

function pace(name: string, count: number, records: readonly DeviceRecord[], of: (record: DeviceRecord) => number | null): string {
  const reached = records.filter((record) => of(record) !== null);
  const took = reached.map((record) => (of(record) as number) - record.started).sort((a, b) => a - b);
  if (took.length === 0) return `${name.padEnd(11)}none of ${thousands(count)}`;
  const last = Math.max(...reached.map((record) => of(record) as number));
  const first = Math.min(...records.map(({ started }) => started));
  return (
    `${name.padEnd(11)}${thousands(took.length)} of ${thousands(count)} in ${seconds(last - first)}: ${((took.length * 1000) / (last - first)).toFixed(1)} a second; ` +
    `each took ${seconds(middle(took))} (median), ${seconds(took.at(-1) ?? 0)} at most`
  );
}

function failures(records: readonly DeviceRecord[]): string[] {
  const reasons = new Map<string, number[]>();
  for (const { reason, device } of records) if (reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), device]);
  const failed = [...reasons.values()].reduce((sum, list) => sum + list.length, 0);
  if (failed === 0) return ["failed     none"];
  return [
    `failed     ${thousands(failed)}`,
    ...[...reasons]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(
        ([reason, list]) =>
          `  ${thousands(list.length)} × ${reason.replaceAll("\n", "\n  ")} (${list.length > 1 ? "first " : ""}device ${list[0]})`,
      ),
  ];
}

function memoryTable(options: SimOptions, records: readonly DeviceRecord[]): string {
  const all = records.map(({ stats }) => stats).filter((stats) => stats !== null);
  if (all.length === 0) return "";
  const slotSize = all[0]?.slotSize ?? 16;
  const sumOf = (use: MemoryUse): number => use.chunkBytes + use.slots * slotSize + use.stackBytes;
  const sorted = (of: (stats: (typeof all)[number]) => number): number[] => all.map(of).sort((a, b) => a - b);
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    bytes(values[0] ?? 0),
    bytes(middle(values)),
    bytes(values.at(-1) ?? 0),
    bytes(values.reduce((sum, value) => sum + value, 0)),
  ];
  const { limits } = all[0] as (typeof all)[number];
  const has = options.heaps.staticBytes ?? limits.chunkBytes + limits.slots * slotSize + limits.stackBytes;
  const rows = [
    row(
      "most, with garbage",
      sorted(({ highWater }) => sumOf({ ...highWater, bytes: 0 })),
    ),
    row(
      "at its end",
      sorted(({ live }) => sumOf(live)),
    ),
    row(
      "there is",
      sorted(() => has),
    ),
  ];
  return table(["Memory of a device", "least", "median", "most", `all ${thousands(all.length)}`], rows);
}

function megabytes(value: number): string {
  return `${(value / 1e6).toFixed(1)} MB`;
}

function machine(most: MachineMemory | null): string[] {
  if (most === null) return [];
  const { devices, total, each } = most;
  return [
    `of this machine they took ${megabytes(total)} at most, with ${thousands(devices)} devices at once: ${megabytes(each)} each, and their flash once`,
  ];
}

function result(options: SimOptions, { count }: FleetOptions, records: readonly DeviceRecord[], most: MachineMemory | null): string {
  return [
    pace("connected", count, records, ({ connected }) => connected),
    pace("done", count, records, ({ ended, reason }) => (reason === null ? ended : null)),
    ...failures(records),
    "",
    memoryTable(options, records),
    ...machine(most),
  ].join("\n");
}

export const fleetReport = { intro, progress, result };
