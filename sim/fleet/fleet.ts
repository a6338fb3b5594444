// The devices of a fleet, and a record of what became of each.
import { whyFailed } from "../device-run.js";
import type { XsOptions, XsResult, XsStats } from "../xs/run.js";
import { Devices } from "./devices.js";

/** What an app calls measure.mark with when its connection stands. */
const CONNECTED = "connected";

/** One run of one device. */
export interface DeviceRecord {
  readonly device: number;
  /** Milliseconds since the fleet began. */
  readonly started: number;
  connected: number | null;
  ended: number | null;
  /** Why it failed; null: it did not, or still runs. */
  reason: string | null;
  stats: XsStats | null;
}

/** What is told of them, as it happens. */
export type Listener = (event: "started" | "connected" | "ended", record: DeviceRecord) => void;

/** The devices, and the record of each. */
export class Fleet {
  readonly records: DeviceRecord[] = [];
  private readonly devices: Devices;
  private readonly began = performance.now();
  private readonly timeout: number;
  private readonly translate: (text: string) => string;
  private readonly listener: Listener;
  private readonly current: Map<number, { record: DeviceRecord; timer: NodeJS.Timeout | undefined }>;

  /** timeout: milliseconds, 0: none; translate: of what a device says at its end. */
  static async open(
    options: XsOptions,
    folder: string,
    timeout: number,
    translate: (text: string) => string,
    listener: Listener,
  ): Promise<Fleet> {
    let fleet: Fleet | null = null;
    const events = {
      started: (device: number) => fleet?.started(device),
      marked: (device: number, name: string) => fleet?.marked(device, name),
      ended: (device: number, result: XsResult) => fleet?.ended(device, result),
    };
    fleet = new Fleet(await Devices.open(options, folder, events), timeout, translate, listener);
    return fleet;
  }

  private constructor(devices: Devices, timeout: number, translate: (text: string) => string, listener: Listener) {
    this.devices = devices;
    this.timeout = timeout;
    this.translate = translate;
    this.listener = listener;
    this.current = new Map();
  }

  now(): number {
    return performance.now() - this.began;
  }

  isRunning(device: number): boolean {
    return this.current.has(device);
  }

  start(device: number): void {
    const record: DeviceRecord = { device, started: this.now(), connected: null, ended: null, reason: null, stats: null };
    const timer = this.timeout === 0 ? undefined : setTimeout(() => this.devices.timeOut(device), this.timeout);
    this.records.push(record);
    this.current.set(device, { record, timer });
    this.devices.start(device);
  }

  private started(device: number): void {
    const one = this.current.get(device);
    if (one !== undefined) this.listener("started", one.record);
  }

  private marked(device: number, name: string): void {
    const record = this.current.get(device)?.record;
    if (record === undefined || name !== CONNECTED || record.connected !== null) return;
    record.connected = this.now();
    this.listener("connected", record);
  }

  private ended(device: number, result: XsResult): void {
    const one = this.current.get(device);
    if (one === undefined) return;
    const { record, timer } = one;
    clearTimeout(timer);
    this.current.delete(device);
    const why = whyFailed(result, this.timeout);
    Object.assign(record, { ended: this.now(), reason: why === null ? null : this.translate(why), stats: result.stats });
    this.listener("ended", record);
  }

  interrupt(): void {
    this.devices.interrupt();
  }

  /** Processes: that with the flash, then the devices that run. */
  processes(): readonly number[] {
    return [this.devices.pid, ...this.devices.running()];
  }

  close(): Promise<void> {
    return this.devices.close();
  }
}
