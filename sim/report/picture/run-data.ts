// What a picture shows of one run. A page carries it, so that a later page can stand beside it (--compare).
import { readFileSync } from "node:fs";
import { SimError } from "../../errors.js";

/** Bytes of memory above what `RunData.above` says. */
export interface Use {
  readonly chunks: number;
  readonly slots: number;
  readonly stack: number;
}

export interface Message {
  /** ">" sent, "<" received. */
  readonly direction: ">" | "<";
  readonly name: string;
  /** Several in a row are one. */
  readonly times: number;
  readonly wireBytes: number;
  /** The largest sum at one moment; null for what is sent within the message before. */
  readonly peak: Use | null;
  /** What lives behind it. */
  readonly live: Use | null;
  /** On the way. */
  readonly curve: readonly Use[];
  readonly instructions: number | null;
}

export interface Budget {
  /** As in budgets.json. */
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  /** Of this run; null: not measured. */
  readonly here: number | null;
  readonly value: number;
  readonly limit: number | null;
  /** The chart of RAM has a line there: this run was set up as the budget's. */
  readonly line: boolean;
}

export interface RunData {
  readonly thimble: 1;
  readonly title: string;
  readonly about: readonly (readonly [name: string, text: string])[];
  /** What memory is counted above. */
  readonly above: string;
  readonly messages: readonly Message[];
  /** In the order of their cost; empty where instructions were not counted. */
  readonly primitives: readonly { readonly name: string; readonly instructions: number }[];
  readonly budgets: readonly Budget[];
}

export function sum({ chunks, slots, stack }: Use): number {
  return chunks + slots + stack;
}

const OPEN = '<script type="application/json" id="thimble-run">';
const CLOSE = "</script>";

/** As an element of a page: no text in it ends the element. */
export function embed(run: RunData): string {
  return `${OPEN}${JSON.stringify(run).replace(/</g, "\\u003c")}${CLOSE}`;
}

/** The run of a page that was written before. */
export function readRun(file: string): RunData {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new SimError(`--compare ${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  const from = text.indexOf(OPEN);
  const to = text.indexOf(CLOSE, from);
  if (from < 0 || to < 0) throw new SimError(`--compare ${file}: this is no page that --report wrote`);
  try {
    const run = JSON.parse(text.slice(from + OPEN.length, to)) as RunData;
    if (run.thimble !== 1 || !Array.isArray(run.messages)) throw new Error("its data has another form");
    return run;
  } catch (error) {
    throw new SimError(`--compare ${file}: ${(error as Error).message}`);
  }
}
