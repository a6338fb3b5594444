import type { FloorDate, TimePolicy } from "../../src/x509/time-policy.js";
import { type Keep, keptBytes } from "./keep.js";

/** An ECMA-419 NTP client (`embedded:network/ntp/client`), as far as it is used. */
export interface NTPClient {
  getTime(callback: (error: Error | null, milliseconds?: number) => void): void;
}

/** The SDK's "sntp". */
export interface SNTPConstructor {
  new (options: { host: string }, callback: (message: number, value?: unknown) => unknown): unknown;
  readonly time: number;
  readonly error: number;
}

/** An NTP client of the SDK's "sntp": the hosts are asked one after the other. */
export class SNTPClient implements NTPClient {
  private readonly SNTP: SNTPConstructor;
  private readonly hosts: readonly string[];

  constructor(SNTP: SNTPConstructor, ...hosts: readonly string[]) {
    this.SNTP = SNTP;
    this.hosts = hosts;
  }

  getTime(callback: (error: Error | null, milliseconds?: number) => void): void {
    const { SNTP, hosts } = this;
    let next = 0;
    new SNTP({ host: hosts[next++] as string }, (message, value) => {
      if (message === SNTP.time) callback(null, (value as number) * 1000);
      else if (message === SNTP.error) {
        if (next < hosts.length) return hosts[next++];
        callback(new Error(`no time server answered: ${String(value)}`));
      }
      return undefined;
    });
  }
}

/**
 * Sets the device's clock by NTP. Its answers are not authenticated: anybody on the way can send them. So a time below the floor, which has passed for
 * sure, or above the ceiling, the end of the firmware's support, is no time; within them the answer is believed, and what it was worth shows when a
 * certificate that it fits is verified.
 */
export function timeFromNetwork(
  client: NTPClient,
  floor: FloorDate,
  setTime: (seconds: number) => void,
  done: (error: Error | null) => void,
): void {
  client.getTime((error, milliseconds) => {
    const seconds = error === null && typeof milliseconds === "number" ? Math.floor(milliseconds / 1000) : Number.NaN;
    if (seconds >= floor.floor() && seconds <= floor.ceiling) {
      setTime(seconds);
      done(null);
    } else done(error ?? new Error(`the time server says ${seconds}; it is ${floor.floor()} at least and ${floor.ceiling} at most`));
  });
}

const KEY = "floor";
const DAY = 86_400;

/** The floor as it was kept: 0 where it was not. Give it to FloorDate as `remembered`, which holds it against build and ceiling. */
export function rememberedFloor(keep: Keep): number {
  const bytes = keptBytes(keep, KEY);
  if (bytes === null || bytes.length !== 8) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
}

/** A floor date that outlasts a restart: it is written when it has moved by a day, so that flash is spared. */
export class KeptFloor implements TimePolicy {
  private readonly date: FloorDate;
  private readonly keep: Keep;
  private written: number;

  constructor(date: FloorDate, keep: Keep) {
    this.date = date;
    this.keep = keep;
    this.written = date.seconds;
  }

  floor(): number {
    return this.date.floor();
  }

  verified(seconds: number): void {
    this.date.verified(seconds);
    const { seconds: now } = this.date;
    if (now < this.written + DAY) return;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, now);
    try {
      this.keep.write(KEY, bytes);
      this.written = now;
    } catch {
      // Flash is full: the floor holds until the restart.
    }
  }
}
