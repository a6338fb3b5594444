// A scenario measures figures on the simulated device. One small file each; sim/scenarios/all.ts lists them.

export interface Measurement {
  readonly value: number;
  /** "B", "slots", "collections", "instructions" or "RV32 instructions": the first three do not depend on the compiler. */
  readonly unit: string;
}

/** "scenario.figure" → what was measured; the part behind the last point is the figure's name. */
export type Measurements = Record<string, Measurement>;

/** A measuring app, and the recorded flight that it runs with. */
export interface Replay {
  readonly app: string;
  readonly flight: string;
  readonly arguments?: readonly string[];
}

export interface Scenario {
  /** For the command line, and the beginning of its figures' names. */
  readonly name: string;
  /** Why it cannot be measured on this machine, or null: what needs no tool leaves it out. */
  missing?(): string | null;
  /** False: instructions cannot be counted here (no valgrind), leave such figures out. */
  measure(counting: boolean): Promise<Measurements>;
  /** What it replays, where that is one handshake: for the census. */
  readonly replays?: Replay;
}

export const INSTRUCTIONS = "instructions";
/** Of the emulated microcontroller: its own counter, its own compiler. */
export const RV32_INSTRUCTIONS = "RV32 instructions";

export function instructions(value: number | null | undefined): Measurement {
  if (value === null || value === undefined) throw new Error("a count of instructions is missing");
  return { value: Math.round(value), unit: INSTRUCTIONS };
}
