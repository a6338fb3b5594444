import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Needs } from "../needs.js";
import { root } from "../paths.js";

type Figures = Readonly<Record<string, { readonly value: number } | undefined>>;

/** What the handshake of a TLS socket needs beside its buffers, from budgets.json; null where it is not there. */
export function measuredNeeds(): Needs | null {
  try {
    const budgets = JSON.parse(readFileSync(join(root, "budgets.json"), "utf8")) as { socket?: Figures };
    const figures = budgets.socket;
    const chunkBytes = figures?.largestChunks?.value;
    const slots = figures?.largestSlots?.value;
    const stackBytes = figures?.largestStack?.value;
    if (chunkBytes === undefined || slots === undefined || stackBytes === undefined) return null;
    return { chunkBytes: chunkBytes - (2048 + 512 + 8), slots, stackSlots: stackBytes / 16 };
  } catch {
    return null;
  }
}
