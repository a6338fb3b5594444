// How the RAM of the machine is divided, and how much an app needs: known from one run in plenty of memory with true peaks.
import { SimError } from "../errors.js";
import type { Heaps, McuRam, McuResult } from "./run.js";

/** Plenty: for the run that tells what is needed. */
export const PLENTY = { ramKilobytes: 192, chunkBytes: 65_536, slots: 2000, stackSlots: 1024 };

/** What one allocation of the C heap costs beside itself, rounding included. */
const HEADERS = 5 * 8;
/** The chunk heap's own head. */
const HEAD = 32;
/** True peaks within so many bytes: by so much they may be told too low, where chunks die with their slots. */
export const PEAK_EVERY = 64;

const SLOT = 16;

export interface Need extends Heaps {
  /** Bytes that do not depend on the heaps: statics, C stack, tables of the engine, and what else it took from the C heap. */
  readonly fixed: number;
  /** All of it, in bytes. */
  readonly bytes: number;
}

/** From a run in plenty, with true peaks within `peakEvery` bytes. */
export function needOf(result: McuResult, peakEvery = PEAK_EVERY): Need {
  const { ram } = result;
  if (ram === null || result.status !== 0)
    throw new SimError(`the app does not run even in ${PLENTY.ramKilobytes} KB: ${lastLine(result)}`, 1);
  const heaps = { chunkBytes: roundUp(ram.chunks.used + HEAD + peakEvery, 64), slots: ram.slots.used + 2, stackSlots: ram.stack.used + 4 };
  const others = ram.heap.used - ram.chunks.size - (ram.slots.size + ram.stack.size) * SLOT;
  const fixed = ram.statics + ram.cStack.size + others + HEADERS;
  return { ...heaps, fixed, bytes: fixed + heaps.chunkBytes + (heaps.slots + heaps.stackSlots) * SLOT };
}

/** Slots and stack as needed; chunks get the rest: the more, the fewer collections. Below the need chunks are what is missing. */
export function heapsFor(ramKilobytes: number, need: Need): Heaps {
  const { slots, stackSlots, fixed } = need;
  return { slots, stackSlots, chunkBytes: Math.max(64, (ramKilobytes * 1024 - fixed - (slots + stackSlots) * SLOT) & ~63) };
}

export function totalsOf(ram: McuRam): { readonly used: number } {
  return { used: ram.statics + ram.cStack.used + ram.heap.used };
}

export function lastLine({ output, timedOut, status }: McuResult): string {
  if (timedOut) return "it was not done in time";
  return (
    output
      .trim()
      .split("\n")
      .pop()
      ?.replace(/^mcu: /, "") || `it ended with status ${status}`
  );
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
