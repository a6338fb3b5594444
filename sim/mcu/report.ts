// The tables of `npm run sim:mcu`.
import { BETWEEN } from "../apps/between.js";
import { bytes, millions, table, thousands } from "../report/table.js";
import type { Firmware } from "./build.js";
import type { FlashImage } from "./flash-image.js";
import { type Need, totalsOf } from "./layout.js";
import type { McuRam, McuResult } from "./run.js";

const SLOT = 16;

export interface MessageCost {
  readonly direction: string;
  readonly name: string;
  readonly wireBytes: number;
  readonly instructions: number;
}

/** Each mark counts since the one before; the wire lines tell what passed, in the same order. */
export function messagesOf({ marks, wire }: McuResult): MessageCost[] {
  const costs: MessageCost[] = [];
  const begin = marks.findIndex((mark) => mark.name === "begin");
  const lines = wire.map((line) => /^@([<>])(\+?) (\d+) (.*)$/.exec(line)).filter((match) => match !== null);
  marks.slice(begin + 1).forEach((mark, i) => {
    const before = marks[begin + i];
    if (before === undefined || mark.name === BETWEEN || mark.name === "end" || mark.name === "idle") return;
    const at = lines.findIndex((match) => match[4] === mark.name && match[2] === "");
    const line = at < 0 ? null : lines.splice(at, 1)[0];
    costs.push({
      direction: line?.[1] === ">" ? "→" : "←",
      name: mark.name,
      wireBytes: Number(line?.[3] ?? 0),
      instructions: mark.instructions - before.instructions,
    });
  });
  return costs;
}

/** From the begin of the client's work to its Finished, as budgets count it: tickets come after it. */
export function handshakeInstructions(result: McuResult): number {
  return messagesOf(result)
    .filter(({ name }) => name !== "NewSessionTicket" && !name.startsWith("record"))
    .reduce((sum, { instructions }) => sum + instructions, 0);
}

function ramTable(ram: McuRam, need: Need): string {
  const engine = ram.chunks.size + (ram.slots.size + ram.stack.size) * SLOT;
  const others = ram.heap.used - engine;
  const row = (name: string, used: string, taken: number): string[] => [name, used, bytes(taken)];
  return table(
    ["RAM", "used at most", "taken"],
    [
      row("statics", bytes(ram.statics), ram.statics),
      row("C stack", bytes(ram.cStack.used), ram.cStack.size),
      row("C heap: tables of the engine, and small things", bytes(others), others),
      row("XS stack", `${thousands(ram.stack.used)} slots`, ram.stack.size * SLOT),
      row("chunks (garbage included)", bytes(ram.chunks.used), ram.chunks.size),
      row("slots", thousands(ram.slots.used), ram.slots.size * SLOT),
      row(`all, of ${bytes(ram.total)}`, bytes(totalsOf(ram).used), ram.statics + ram.cStack.size + ram.heap.used),
      row("what this app needs", "", need.bytes),
    ],
  );
}

function flashTable(firmware: Firmware, { use }: FlashImage): string {
  const heap = use.slots * SLOT + use.chunkBytes;
  return table(
    ["Flash", "bytes"],
    [
      ["engine, C library, firmware", bytes(firmware.code)],
      ["parser and compiler (they made the image; a chip has none)", bytes(firmware.parser)],
      ["bytecode of thimble and the app", bytes(use.codeBytes)],
      [`frozen heap: ${thousands(use.slots)} slots, chunks (built-ins, classes, constants)`, bytes(heap)],
      ["all but the parser", bytes(firmware.code + use.codeBytes + heap)],
    ],
  );
}

export function mcuReport(result: McuResult, need: Need, firmware: Firmware, image: FlashImage): string {
  const messages = messagesOf(result).map(({ direction, name, wireBytes, instructions }) => [
    `${direction} ${name}`,
    wireBytes > 0 ? bytes(wireBytes) : "",
    millions(instructions),
  ]);
  messages.push(["handshake", "", millions(handshakeInstructions(result))]);
  return [
    table(["Handshake", "on the wire", "instructions"], messages),
    ramTable(result.ram as McuRam, need),
    flashTable(firmware, image),
    `  RV32IMC, ${firmware.compiler}, -O2; instructions are the machine's own counter\n`,
  ].join("\n");
}
