// What `npm run sim` prints.
import type { Heaps } from "../boards.js";
import type { SimOptions } from "../options.js";
import type { Targets } from "../target.js";
import { type CountResult, type HostBuild, hasValgrind, type XsResult, type XsStats } from "../xs/run.js";
import { type Above, above, idleOf, merged, peakOf, type Step, stepsOf } from "./steps.js";
import { bytes, millions, table, thousands } from "./table.js";

export interface Measured {
  /** The sensor without TLS and with it. */
  readonly plain: XsResult;
  readonly sensor: XsResult;
  /** One connection, message by message; its instructions, where they could be counted. */
  readonly connection: XsResult;
  readonly counted: CountResult | null;
  readonly accepted: number;
}

const ARROW = { ">": "→", "<": "←" } as const;
const RECORDS = ["record sent", "record received"];

/** One line. */
export function ramOf({ chunkBytes, slots, stackSlots, staticBytes }: Heaps, host: HostBuild): string {
  const size = host.is32Bit ? 16 : 32;
  const ram =
    staticBytes === undefined
      ? `${bytes(chunkBytes)} of chunks, ${thousands(slots)} slots, ${thousands(stackSlots)} slots of stack`
      : `${bytes(staticBytes)} for chunks, slots and ${thousands(stackSlots)} slots of stack`;
  return `XS with ${size}-byte slots; RAM: ${ram}`;
}

function intro(options: SimOptions, targets: Targets, host: HostBuild): string {
  return [
    `device   ${ramOf(options.heaps, host)}`,
    `buffers  ${thousands(options.receiveBuffer)} B to receive, ${thousands(options.sendBuffer)} B to send`,
    `server   ${targets.about}`,
    "",
  ].join("\n");
}

function handshakeTable(steps: readonly Step[]): string {
  const rows = merged(steps.filter((step) => !RECORDS.includes(step.name)));
  const total = rows.reduce((sum, { cost }) => sum + (cost?.instructions ?? 0), 0);
  const wire = (direction: string): number => rows.reduce((sum, row) => sum + (row.direction === direction ? row.wireBytes : 0), 0);
  const body = rows.map(({ direction, name, wireBytes, cost, times }) => [
    `${ARROW[direction]} ${direction === ">" && name === "Finished" ? "change_cipher_spec, Finished" : name}${times > 1 ? ` × ${times}` : ""}`,
    bytes(wireBytes),
    cost === null ? "" : bytes(cost.peak.bytes),
    cost === null ? "" : bytes(cost.live.bytes),
    cost === null || cost.instructions === null ? "" : millions(cost.instructions),
  ]);
  const sum = ["", `→ ${thousands(wire(">"))}  ← ${bytes(wire("<"))}`, "", "", total > 0 ? millions(total) : ""];
  return table(["Handshake", "on the wire", "memory, peak", "then", "instructions"], [...body, sum]);
}

function memoryRow(name: string, use: Above, withStack: boolean, slotSize: number): string[] {
  return [
    name,
    bytes(use.chunkBytes),
    `${thousands(use.slots)} (${bytes(use.slots * slotSize)})`,
    withStack ? bytes(use.stackBytes) : "–",
    bytes(use.chunkBytes + use.slots * slotSize + (withStack ? use.stackBytes : 0)),
  ];
}

/** The sensor with TLS above the sensor without: at the peak of its handshake, and after the last reply. */
function sensorMemory(plain: XsStats, secure: XsStats): { peak: Above; idle: Above } | null {
  const first = { plain: plain.marks[0], secure: secure.marks[0] };
  const last = { plain: plain.marks.at(-1), secure: secure.marks.at(-1) };
  if (!first.plain?.live || !first.secure?.peak || !last.plain?.live || !last.secure?.live) return null;
  return {
    peak: above(first.secure.peak, first.plain.live, first.plain.live.stackBytes, secure.slotSize),
    idle: above({ ...last.secure.live, stackBytes: 0 }, last.plain.live, 0, secure.slotSize),
  };
}

function memoryTable(steps: readonly Step[], measured: Measured): string {
  const { plain, sensor, connection } = measured;
  const slotSize = connection.stats?.slotSize ?? 16;
  const rows: string[][] = [];
  const peak = peakOf(steps);
  const idle = idleOf(connection);
  const whole = plain.stats === null || sensor.stats === null ? null : sensorMemory(plain.stats, sensor.stats);
  if (peak !== null) rows.push(memoryRow(`connection, peak (${peak.at})`, peak.peak, true, slotSize));
  if (whole !== null) rows.push(memoryRow("sensor's TLS socket, peak", whole.peak, true, slotSize));
  if (idle !== null) rows.push(memoryRow("connection, idle", idle, false, slotSize));
  if (whole !== null) rows.push(memoryRow("sensor's TLS socket, idle", whole.idle, false, slotSize));
  return table(["Memory above the same app without TLS", "chunks", "slots", "stack", "sum"], rows);
}

function recordTable(steps: readonly Step[]): string {
  const rows = merged(steps.filter((step) => RECORDS.includes(step.name)).sort((a, b) => b.name.localeCompare(a.name))).map(
    ({ name, wireBytes, cost, times }) => [
      `${name} (mean of ${times})`,
      bytes(wireBytes / times),
      cost === null ? "" : bytes(cost.allocated.chunkBytes / times),
      cost === null ? "" : thousands(cost.allocated.slots / times),
      cost === null ? "" : thousands(cost.collections),
      cost === null || cost.instructions === null ? "" : millions(cost.instructions / times),
    ],
  );
  return table(["Allocation a record", "on the wire", "bytes", "slots", "collections", "instructions"], rows);
}

function result(options: SimOptions, measured: Measured): string {
  const steps = stepsOf(measured.connection, measured.counted, "live");
  const notes: string[] = [];
  const { connection } = measured;
  if (!options.instructions) notes.push("instructions were not counted (--no-instructions)");
  else if (!hasValgrind()) notes.push("instructions are counted with valgrind, which is missing here: apt-get install valgrind");
  else notes.push(`instructions: x86-${connection.stats?.slotSize === 16 ? 32 : 64}, of the engine running thimble`);
  if (connection.stats !== null && connection.stats.slotSize !== 16)
    notes.push(
      `slots have ${connection.stats.slotSize} bytes here and 16 on a chip: memory does not compare (apt-get install gcc-multilib)`,
    );
  const said = options.server === null ? `${measured.accepted} readings were accepted by the server\n` : "";
  return ["", handshakeTable(steps), memoryTable(steps, measured), recordTable(steps), said + notes.join("\n")].join("\n");
}

export const report = { intro, result };
