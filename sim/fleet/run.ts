// `npm run sim -- --fleet N APP.ts`: many devices against one server.
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { prepareApp } from "../app/run.js";
import { around } from "../device-run.js";
import { SimError } from "../errors.js";
import type { AppOptions, FleetOptions, SimOptions } from "../options.js";
import { checkPackages, ENGINE, TRANSPILER } from "../packages.js";
import { buildHost } from "../xs/run.js";
import { Fleet, type Listener } from "./fleet.js";
import { HostMemory } from "./host-memory.js";
import { fleetReport } from "./report.js";

/** Starts all, as many at a time as the options allow, and waits until they have ended. */
async function runAll(fleet: Fleet, options: FleetOptions, listeners: Listener[], isStopped: () => boolean): Promise<void> {
  const { count, concurrency, ramp } = options;
  const interval = ramp === null ? 0 : 1000 / ramp;
  let [next, onTheWay, running] = [0, 0, 0];
  await new Promise<void>((done) => {
    let timer: NodeJS.Timeout | null = null;
    const go = (): void => {
      timer = null;
      while (next < count && onTheWay < concurrency && !isStopped()) {
        const due = next * interval - fleet.now();
        if (due > 0) {
          timer = setTimeout(go, due);
          return;
        }
        onTheWay++;
        running++;
        fleet.start(next++);
      }
      if (running === 0) done();
    };
    listeners.push((event, record) => {
      if (event === "started") return;
      if (event === "connected" || record.connected === null) onTheWay--;
      if (event === "ended") running--;
      if (timer === null) go();
    });
    go();
  });
}

/** A line with a number starts that device; what becomes of it is told in lines of JSON. */
async function runRequested(fleet: Fleet, { count }: FleetOptions, listeners: Listener[], print: (text: string) => void): Promise<void> {
  const rounded = (value: number): number => Math.round(value * 10) / 10;
  listeners.push((event, { device, started, connected, ended, reason, stats }) => {
    if (event === "connected") print(JSON.stringify({ event, device, milliseconds: rounded((connected ?? 0) - started) }));
    if (event !== "ended") return;
    const high = stats?.highWater;
    const memory = high === undefined ? null : high.chunkBytes + high.slots * (stats?.slotSize ?? 0) + high.stackBytes;
    print(JSON.stringify({ event, device, milliseconds: rounded((ended ?? 0) - started), connected: connected !== null, reason, memory }));
  });
  print(JSON.stringify({ event: "ready", devices: count }));
  for await (const line of createInterface({ input: process.stdin })) {
    const device = Number(line);
    if (!/^\d+$/.test(line) || device >= count) throw new SimError(`--on-request: "${line}" is no device of 0 to ${count - 1}`);
    if (fleet.isRunning(device)) throw new SimError(`--on-request: device ${device} runs already`);
    fleet.start(device);
  }
}

/** The exit code. */
export async function runFleet(
  options: SimOptions,
  app: AppOptions,
  fleetOptions: FleetOptions,
  print: (text: string) => void,
): Promise<number> {
  if (!existsSync(app.file)) throw new SimError(`${app.file}: there is no such file`);
  checkPackages([ENGINE, TRANSPILER]);
  const host = await buildHost();
  return around(options, async (folder, gateway) => {
    const { xs, translate, target, identities } = await prepareApp(options, app, folder, gateway);
    const listeners: Listener[] = [];
    let stopped = false;
    let fleet: Fleet | null = null;
    const stop = (): void => {
      stopped = true;
      fleet?.interrupt();
    };
    process.on("SIGINT", stop);
    const { onRequest } = fleetOptions;
    const memory = new HostMemory(() => fleet?.processes() ?? []);
    try {
      if (!onRequest) print(fleetReport.intro(options, app, target, host, identities));
      fleet = await Fleet.open(xs, folder, app.timeout * 1000, translate, (event, record) => {
        for (const listener of listeners) listener(event, record);
      });
      if (onRequest) {
        await runRequested(fleet, fleetOptions, listeners, print);
        return 0;
      }
      const progress = fleetReport.progress(fleet, fleetOptions);
      memory.start();
      try {
        await runAll(fleet, fleetOptions, listeners, () => stopped);
      } finally {
        memory.stop();
        progress.stop();
      }
      print(fleetReport.result(options, fleetOptions, fleet.records, memory.most));
      const failed = fleet.records.some(({ reason }) => reason !== null);
      return failed && !fleetOptions.allowFailures ? 1 : 0;
    } finally {
      process.off("SIGINT", stop);
      await fleet?.close();
      target?.stop();
    }
  });
}
