// What `npm run sim -- APP` prints around the app's own output.
import type { AppOptions, SimOptions } from "../options.js";
import type { AppTarget } from "../target.js";
import { type HostBuild, hasValgrind, type MemoryUse, type TurnCount, type XsResult } from "../xs/run.js";
import { ramOf } from "./report.js";
import { bytes, millions, table, thousands } from "./table.js";

function network({ shape, segment, names }: SimOptions): string | null {
  const { latency, stall, loss } = shape;
  const said: string[] = [];
  if (latency > 0) said.push(`${latency} ms in each direction`);
  if (segment !== null) said.push(`pieces of ${segment} B`);
  if (stall !== null) said.push(`${stall.milliseconds} ms of silence after each ${thousands(stall.every)} B`);
  if (loss !== null)
    said.push(`lost after ${thousands(loss.after)} B${loss.milliseconds === Infinity ? "" : `, for ${loss.milliseconds} ms`}`);
  for (const [name, address] of Object.entries(names)) said.push(`${name} is ${address}`);
  return said.length === 0 ? null : said.join(", ");
}

function clock({ time, bootTime }: SimOptions): string | null {
  if (time !== null) return `stands at ${new Date(time * 1000).toISOString()}`;
  if (bootTime === null) return null;
  return bootTime === 0 ? "not set" : `begins at ${new Date(bootTime * 1000).toISOString()}`;
}

function intro(options: SimOptions, app: AppOptions, target: AppTarget | null, host: HostBuild): string {
  const lines: [string, string | null][] = [
    ["device", `${options.board}: ${ramOf(options.heaps, host)}`],
    ["app", app.file],
    ["server", target === null ? null : target.about],
    ["network", network(options)],
    ["clock", clock(options)],
  ];
  return `${lines
    .filter(([, text]) => text !== null)
    .map(([name, text]) => `${name.padEnd(9)}${text}`)
    .join("\n")}\n`;
}

/** From the longest of this machine's turns, and of those that were counted. */
function held(options: SimOptions, result: XsResult, turns: TurnCount | null): string {
  const running = (where: string, calls: string): string =>
    `${where}${calls === "" ? "" : `; mostly ${calls.split(" < ").slice(0, 5).join(" < ")}`}`;
  if (turns !== null && turns.longest !== null) {
    const { instructions, where, calls } = turns.longest;
    const bits = result.stats?.slotSize === 16 ? 32 : 64;
    return `the event loop was held for at most ${millions(instructions)} instructions (x86-${bits}): ${running(where, calls)}`;
  }
  const longest = result.stats?.longestTurn;
  if (longest == null) return "";
  const why =
    !hasValgrind() && options.instructions
      ? "\ninstructions are counted with valgrind, which is missing here: apt-get install valgrind"
      : "";
  return `the event loop was held for at most ${longest.milliseconds.toFixed(1)} ms on this machine, which watches its memory: ${running(longest.where, longest.calls)}${why}`;
}

function result(options: SimOptions, run: XsResult, turns: TurnCount | null): string {
  const { stats } = run;
  if (stats === null) return "";
  const { slotSize, limits, start, live, peak, highWater } = stats;
  const row = (name: string, use: MemoryUse): string[] => [
    name,
    bytes(use.chunkBytes),
    `${thousands(use.slots)} (${bytes(use.slots * slotSize)})`,
    bytes(use.stackBytes),
    bytes(use.bytes),
  ];
  const rows = [row("before the app", start)];
  if (peak !== null) rows.push(row("peak, all that lived", peak));
  else
    rows.push(row("most, with garbage", { ...highWater, bytes: highWater.chunkBytes + highWater.slots * slotSize + highWater.stackBytes }));
  rows.push(row("at the end", live));
  const { staticBytes } = options.heaps;
  if (staticBytes === undefined)
    rows.push(row("there is", { ...limits, bytes: limits.chunkBytes + limits.slots * slotSize + limits.stackBytes }));
  else rows.push(["there is", "", "", bytes(limits.stackBytes), bytes(staticBytes)]);
  const notes = [held(options, run, turns)];
  if (slotSize !== 16)
    notes.push(`slots have ${slotSize} bytes here and 16 on a chip: memory does not compare (apt-get install gcc-multilib)`);
  return `\n${table(["Memory", "chunks", "slots", "stack", "sum"], rows)}\n${notes.filter((note) => note !== "").join("\n")}`;
}

export const appReport = { intro, result };
