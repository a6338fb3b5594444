// One self-contained page of one run, or of two side by side: no script, nothing loaded. What a chart shows stands in words and in a table too.
import { bytes, millions, thousands } from "../table.js";
import { type Bar, type Charts, KINDS, makeCharts, NARROW, shownInRam, WIDE } from "./charts.js";
import { type Budget, embed, type Message, type RunData, sum, type Use } from "./run-data.js";
import { ALONE, STYLE } from "./style.js";

function text(value: string): string {
  return value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function labelOf({ direction, name }: Message): string {
  return `${direction === ">" ? "→" : "←"} ${name}`;
}

function nameOf(message: Message): string {
  return `${labelOf(message)}${message.times > 1 ? ` × ${message.times}` : ""}`;
}

/** For a phone and for a wide page. */
function drawn(draw: (width: number) => string): string {
  return `<div class="narrow">${draw(NARROW)}</div><div class="wide">${draw(WIDE)}</div>`;
}

function figure(chart: string, caption: string): string {
  return `<figure>${chart}<figcaption>${text(caption)}</figcaption></figure>`;
}

function table(caption: string, heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heading.map((cell) => `<th scope="col">${text(cell)}</th>`).join("");
  const body = rows
    .map(([first = "", ...rest]) => `<tr><th scope="row">${text(first)}</th>${rest.map((cell) => `<td>${text(cell)}</td>`).join("")}</tr>`)
    .join("\n");
  return `<div class="scroll" role="region" tabindex="0" aria-label="${text(caption)}"><table><caption>${text(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function key(entries: readonly (readonly [name: string, colour: string])[]): string {
  return `<ul class="key">${entries.map(([name, colour]) => `<li><i style="background:var(--${colour})"></i>${text(name)}</li>`).join("")}</ul>`;
}

function parts({ chunks, slots, stack }: Use): string {
  return `${bytes(chunks)} of chunks, ${bytes(slots)} of slots, ${bytes(stack)} of stack`;
}

/** The chart of RAM in words. */
function ramInWords(run: RunData): string {
  const messages = shownInRam(run);
  const highest = messages.reduce<Message | null>(
    (best, one) => (best === null || sum(one.peak as Use) > sum(best.peak as Use) ? one : best),
    null,
  );
  if (highest === null) return "Nothing was measured.";
  const last = messages.at(-1)?.live as Use;
  return `At most ${bytes(sum(highest.peak as Use))}, at ${highest.name}: ${parts(highest.peak as Use)}. At the end ${bytes(sum(last))}.`;
}

function ramAbout(run: RunData): string {
  return `RAM over the connection, ${run.title}. ${ramInWords(run)}`;
}

function messageTable(run: RunData): string {
  const size = (use: Use | null, of: (use: Use) => number): string => (use === null ? "" : thousands(of(use)));
  const rows = run.messages.map((message) => [
    nameOf(message),
    thousands(message.wireBytes),
    size(message.peak, sum),
    ...KINDS.map((kind) => size(message.peak, (use) => use[kind])),
    size(message.live, sum),
    message.instructions === null ? "" : millions(message.instructions),
  ]);
  const heading = ["message", "bytes on the wire", "RAM, peak", ...KINDS, "RAM behind it", "instructions"];
  return table(`Messages of ${run.title}; RAM in bytes`, heading, rows);
}

function shownOf({ unit }: Budget, value: number | null): string {
  return value === null ? "" : unit === "B" ? bytes(value) : millions(value);
}

function budgetTable(run: RunData): string {
  if (run.budgets.length === 0) return "";
  const rows = run.budgets.map((budget) => {
    const { about, here, value, limit } = budget;
    const verdict = here === null ? "" : limit !== null && here > limit ? "over the limit" : "within";
    return [about, shownOf(budget, here), shownOf(budget, value), shownOf(budget, limit), verdict];
  });
  return table(`Budgets beside ${run.title}`, ["figure", "this run", "promised", "limit", ""], rows);
}

function sums(list: readonly (readonly [name: string, value: number | null])[]): Map<string, number | null> {
  const found = new Map<string, number | null>();
  for (const [name, value] of list) {
    const former = found.get(name) ?? null;
    found.set(name, value === null || former === null ? (value ?? former) : value + former);
  }
  return found;
}

/** A row for each name that any of the runs has. */
function rowsOf(runs: readonly RunData[], of: (run: RunData) => readonly (readonly [name: string, value: number | null])[]): Bar[] {
  const lists = runs.map((run) => sums(of(run)));
  const names = new Set(lists.flatMap((list) => [...list.keys()]));
  return [...names]
    .map((label) => ({ label, values: lists.map((list) => list.get(label) ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null));
}

function barSection(charts: Charts, runs: readonly RunData[], title: string, caption: string, unit: string, rows: readonly Bar[]): string {
  if (rows.length === 0) return "";
  const shown = (value: number | null): string => (value === null ? "" : unit === "M" ? millions(value) : bytes(value));
  const words = `${title}: ${rows.map(({ label, values }) => `${label} ${values.map((value) => shown(value) || "none").join(" and ")}`).join("; ")}`;
  const names = runs.map((run) => run.title);
  const chart = drawn((width) => charts.bars(rows, names, width, unit, words));
  const legend =
    runs.length > 1
      ? key([
          [names[0] as string, "first"],
          [names[1] as string, "second"],
        ])
      : "";
  const cells = rows.map(({ label, values }) => [label, ...values.map(shown)]);
  return `<section><h2>${text(title)}</h2>${legend}${figure(chart, caption)}<details><summary>As a table</summary>${table(title, ["", ...names], cells)}</details></section>`;
}

/** The highest that a chart of RAM has to show. */
function highestOf(runs: readonly RunData[]): number {
  const all = runs.flatMap((run) => [
    ...shownInRam(run).map(({ peak }) => sum(peak as Use)),
    ...run.budgets.filter(({ line }) => line).map(({ limit, value }) => limit ?? value),
  ]);
  return Math.max(1, ...all) * 1.06;
}

function ramSection(charts: Charts, runs: readonly RunData[]): string {
  const highest = highestOf(runs);
  const one = (run: RunData): string => {
    const about = ramAbout(run);
    const chart = runs.length > 1 ? charts.ram(run, NARROW, highest, about) : drawn((width) => charts.ram(run, width, highest, about));
    return `<div><h3>${text(run.title)}</h3>${figure(chart, ramInWords(run))}</div>`;
  };
  return `<section><h2>RAM over the connection</h2>
<p class="soft">Bytes above ${text([...new Set(runs.map(({ above }) => above))].join(", and above "))}. Each message has the same width, and in it time goes by allocations; the figure is its peak.</p>
${key([...KINDS.map((kind) => [kind, kind] as const), ["budget", "budget"]])}<div${runs.length > 1 ? ' class="two"' : ""}>${runs.map(one).join("")}</div></section>`;
}

function aboutList({ title, about }: RunData, heading: boolean): string {
  const rows = about.map(([name, what]) => `<dt>${text(name)}</dt><dd>${text(what)}</dd>`).join("");
  return `<div>${heading ? `<h3>${text(title)}</h3>` : ""}<dl>${rows}</dl></div>`;
}

/** The first run is the page's own, whose data it carries. */
export async function pageOf(given: readonly [RunData, ...RunData[]]): Promise<string> {
  const [own] = given;
  const runs = given.map((run, i) => (i > 0 && run.title === own.title ? { ...run, title: `${run.title} (before)` } : run));
  const charts = await makeCharts();
  const several = runs.length > 1;
  const title = runs.map((run) => run.title).join(" and ");
  const messages = (of: (message: Message) => number | null) => (run: RunData) =>
    run.messages.map((message) => [labelOf(message), of(message)] as const);
  const sections = [
    ramSection(charts, runs),
    barSection(
      charts,
      runs,
      "Instructions by message",
      "Millions of instructions of the engine that runs thimble.",
      "M",
      rowsOf(
        runs,
        messages(({ instructions }) => instructions),
      ),
    ),
    barSection(
      charts,
      runs,
      "Instructions by primitive",
      "The handshake and the records together, in millions; the rest is the protocol itself, certificates, the collector and, between slices, the event loop.",
      "M",
      rowsOf(runs, ({ primitives }) => primitives.map(({ name, instructions }) => [name, instructions] as const)),
    ),
    barSection(
      charts,
      runs,
      "Bytes on the wire",
      "With the headers of records. → sent, ← received.",
      "B",
      rowsOf(
        runs,
        messages(({ wireBytes }) => wireBytes),
      ),
    ),
    runs.every(({ budgets }) => budgets.length === 0)
      ? ""
      : `<section><h2>Budgets</h2><p class="soft">budgets.json promises these for a connection of its own set-up.</p>${runs.map(budgetTable).join("")}</section>`,
    `<section><h2>All figures</h2>${runs.map(messageTable).join("")}</section>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What a connection costs: ${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What a connection costs</h1>
<div${several ? ' class="two"' : ""}>${runs.map((run) => aboutList(run, several)).join("")}</div>
${sections.join("\n")}
</main>
${embed(own)}
</body>
</html>
`;
}

/** The chart of RAM alone, as a file of its own. */
export async function imageOf(run: RunData): Promise<string> {
  const charts = await makeCharts();
  return charts
    .ram(run, WIDE, highestOf([run]), ramAbout(run))
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace("<style>", `<style>${ALONE}`);
}
