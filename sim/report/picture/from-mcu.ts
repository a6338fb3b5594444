// What the emulated microcontroller did, for a picture: memory of a run with true peaks, instructions of another that nothing disturbed.
import { BETWEEN } from "../../apps/between.js";
import type { Firmware } from "../../mcu/build.js";
import type { McuOptions } from "../../mcu/options.js";
import { messagesOf } from "../../mcu/report.js";
import type { McuMark, McuResult } from "../../mcu/run.js";
import { thousands } from "../table.js";
import { joined } from "./joined.js";
import type { Message, RunData, Use } from "./run-data.js";

const SLOT = 16;
const APART = [BETWEEN, "end", "idle"];

/** For each mark of a message: its peak, and what lives behind it. */
function memoryOf({ marks }: McuResult): { peak: Use; live: Use }[] {
  const begin = marks.findIndex((mark) => mark.name === "begin");
  const base = marks[begin];
  if (base === undefined) return [];
  const found: { peak: Use; live: Use }[] = [];
  marks.slice(begin + 1).forEach((mark: McuMark, i) => {
    if (APART.includes(mark.name)) return;
    const chunks = (bytes: number): number => bytes - base.chunkBytes;
    const slots = (count: number): number => (count - base.slots) * SLOT;
    const { peak, top } = mark;
    const stack = peak.sum - top.chunkBytes - top.slots * SLOT - (marks[begin + i] as McuMark).stackBytes;
    found.push({
      peak: { chunks: chunks(top.chunkBytes), slots: slots(top.slots), stack: Math.max(0, stack) },
      live: { chunks: chunks(mark.chunkBytes), slots: slots(mark.slots), stack: 0 },
    });
  });
  return found;
}

export function runOfMcu(options: McuOptions, firmware: Firmware, peaks: McuResult, result: McuResult): RunData {
  const memory = memoryOf(peaks);
  const messages = messagesOf(result).map(
    ({ direction, name, wireBytes, instructions }, i): Message => ({
      direction: direction === "→" ? ">" : "<",
      name,
      times: 1,
      wireBytes,
      peak: memory[i]?.peak ?? null,
      live: memory[i]?.live ?? null,
      curve: [],
      instructions,
    }),
  );
  return {
    thimble: 1,
    title: `RV32IMC, ${thousands(options.ramKilobytes)} KB`,
    about: [
      ["device", `emulated RV32IMC microcontroller, ${thousands(options.ramKilobytes)} KB of RAM in all`],
      [
        "server",
        options.replay !== null ? `the flight ${options.replay.flight}, replayed` : options.server === null ? "own" : options.server.host,
      ],
      ["measured with", `${firmware.compiler}; instructions are the machine's own counter`],
    ],
    above: "the app before it connects",
    messages: joined(messages),
    primitives: [],
    budgets: [],
  };
}
