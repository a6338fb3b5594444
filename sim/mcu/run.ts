// One run of the device: what the firmware told on its way, as figures.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Network } from "../network/options.js";
import { Bridge, type Peer } from "./bridge.js";
import type { Firmware } from "./build.js";
import type { FlashImage } from "./flash-image.js";
import { EMULATOR, machineArguments } from "./machine.js";

/** Sizes of the engine's heaps. */
export interface Heaps {
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackSlots: number;
}

export interface DeviceOptions extends Heaps {
  readonly ramKilobytes: number;
  /** Collect each time so many bytes were allocated: true peaks, no true instruction counts. 0: off. */
  readonly peakEvery: number;
  /** 0: secure random bytes. */
  readonly insecureFixedRandom: number;
  /** Seconds since 1970; 0: this machine's clock. */
  readonly time: number;
  readonly peer: Peer | null;
  /** Default: a wire that is too good. */
  readonly network?: Network;
  readonly onListening?: (port: number) => void;
  readonly onOutput?: (line: string) => void;
  /** Milliseconds after which the machine is stopped. */
  readonly timeout: number;
}

export interface McuMark {
  readonly name: string;
  readonly instructions: number;
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackBytes: number;
  /** The largest since the mark before: of each kind, and of all together. */
  readonly peak: { readonly chunkBytes: number; readonly slots: number; readonly stackBytes: number; readonly sum: number };
  /** When the sum was largest. */
  readonly top: { readonly chunkBytes: number; readonly slots: number };
}

/** Taken, and of it used at most. */
export interface Part {
  readonly size: number;
  readonly used: number;
}

export interface McuRam {
  readonly total: number;
  readonly statics: number;
  readonly cStack: Part;
  /** The C heap: it holds the three below, and the engine's tables. */
  readonly heap: Part;
  /** Bytes. */
  readonly chunks: Part;
  /** Slots. */
  readonly slots: Part;
  readonly stack: Part;
  /** Bytes of the engine's tables: names, aliases, the machine itself. */
  readonly tables: number;
}

export interface McuResult {
  readonly status: number;
  readonly timedOut: boolean;
  /** What the app printed, and the firmware's last words. */
  readonly output: string;
  readonly marks: readonly McuMark[];
  /** Lines "@< 127 ServerHello" of measuring apps. */
  readonly wire: readonly string[];
  /** Null where the device did not come to its end. */
  readonly ram: McuRam | null;
  readonly instructions: number;
}

function markOf(line: string): McuMark | null {
  const match = /^@mark (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (.*)$/.exec(line);
  if (match === null) return null;
  const [instructions, chunkBytes, slots, stackBytes, peakChunks, peakSlots, peakStack, sum, topChunks, topSlots] = match
    .slice(1, 11)
    .map(Number) as [number, number, number, number, number, number, number, number, number, number];
  const peak = { chunkBytes: peakChunks, slots: peakSlots, stackBytes: peakStack, sum };
  const top = { chunkBytes: topChunks, slots: topSlots };
  return { name: match[11] as string, instructions, chunkBytes, slots, stackBytes, peak, top };
}

function ramOf(text: string): McuRam | null {
  const find = (name: string): Part | null => {
    const match = new RegExp(`^@${name} (\\d+) (\\d+)$`, "m").exec(text);
    return match === null ? null : { size: Number(match[1]), used: Number(match[2]) };
  };
  const total = /^@ram (\d+) statics (\d+)$/m.exec(text);
  const tables = /^@tables (\d+)$/m.exec(text);
  const [cStack, heap, chunks, slots, stack] = ["cstack", "heap", "chunks", "slots", "stack"].map(find);
  if (!total || !tables || !cStack || !heap || !chunks || !slots || !stack) return null;
  return { total: Number(total[1]), statics: Number(total[2]), cStack, heap, chunks, slots, stack, tables: Number(tables[1]) };
}

function resultOf(text: string, status: number, timedOut: boolean): McuResult {
  const lines = text.split("\n");
  return {
    status,
    timedOut,
    output: lines.filter((line) => !line.startsWith("@")).join("\n"),
    marks: lines.map(markOf).filter((mark) => mark !== null),
    wire: lines.filter((line) => /^@[<>]/.test(line)),
    ram: ramOf(text),
    instructions: Number(/^@instructions (\d+)$/m.exec(text)?.[1] ?? 0),
  };
}

function words(options: DeviceOptions): string {
  const { ramKilobytes, chunkBytes, slots, stackSlots, peakEvery, insecureFixedRandom, time } = options;
  const values = {
    ram: ramKilobytes * 1024,
    chunks: chunkBytes,
    slots,
    stack: stackSlots,
    peak: peakEvery,
    seed: insecureFixedRandom,
    time,
  };
  return `device ${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")}`;
}

export async function runDevice(firmware: Firmware, image: FlashImage, options: DeviceOptions): Promise<McuResult> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-mcu-"));
  const bridge = new Bridge(folder, options.peer, options.network, options.onListening);
  try {
    return await new Promise<McuResult>((resolve, reject) => {
      const child = spawn(EMULATOR, machineArguments(firmware.program, options.ramKilobytes, image.path, words(options)), {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let text = "";
      let told = 0;
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, options.timeout);
      const take = (bytes: Buffer): void => {
        text += bytes.toString();
        for (let end = text.indexOf("\n", told); end >= 0; end = text.indexOf("\n", told)) {
          const line = text.slice(told, end);
          if (!line.startsWith("@")) options.onOutput?.(line);
          told = end + 1;
        }
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.on("error", reject);
      child.on("close", (status) => {
        clearTimeout(timer);
        resolve(resultOf(text, status ?? 1, timedOut));
      });
    });
  } finally {
    bridge.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
