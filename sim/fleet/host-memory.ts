// What a fleet takes of this machine's memory, as the kernel counts it: pages that several processes share are divided among them.
import { readFileSync } from "node:fs";

export interface MachineMemory {
  /** Devices that ran. */
  readonly devices: number;
  /** Of all of them and the process with their flash, in bytes. */
  readonly total: number;
  /** Of a device alone, on average: what it shares with no other. */
  readonly each: number;
}

const EVERY = 500;

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
}

export class HostMemory {
  /** Where most was taken; null: there was nothing to see. */
  most: MachineMemory | null = null;
  private readonly processes: () => readonly number[];
  private timer: NodeJS.Timeout | null = null;

  /** processes: first that with the flash. */
  constructor(processes: () => readonly number[]) {
    this.processes = processes;
  }

  start(): void {
    this.timer = setInterval(() => this.look(), EVERY);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private look(): void {
    const [flash, ...devices] = this.processes();
    if (flash === undefined || devices.length === 0) return;
    let [total, alone, seen] = [0, 0, 0];
    for (const pid of [flash, ...devices]) {
      let text: string;
      try {
        text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      } catch {
        continue; // it has just ended
      }
      total += kilobytes(text, "Pss");
      if (pid === flash) continue;
      seen++;
      alone += kilobytes(text, "Private_Clean") + kilobytes(text, "Private_Dirty");
    }
    if (seen > 0 && total * 1024 > (this.most?.total ?? 0)) this.most = { devices: seen, total: total * 1024, each: (alone * 1024) / seen };
  }
}
