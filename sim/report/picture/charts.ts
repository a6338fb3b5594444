// The charts, drawn once for a wide and once for a narrow page as SVG: they need no script there. Colours are custom properties of the page's style.
import { CHARTS, DOM, importPackage } from "../../packages.js";
import { thousands } from "../table.js";
import { type Message, type RunData, sum, type Use } from "./run-data.js";

type Plot = typeof import("@observablehq/plot");

export const WIDE = 860;
export const NARROW = 350;

export const KINDS = ["chunks", "slots", "stack"] as const;

export interface Bar {
  readonly label: string;
  /** One a run; null: this run has none. */
  readonly values: readonly (number | null)[];
}

export interface Charts {
  /** Live memory, message by message; each has the same width. */
  ram(run: RunData, width: number, highest: number, about: string): string;
  bars(rows: readonly Bar[], runs: readonly string[], width: number, unit: string, about: string): string;
}

/** Messages that have a part in the chart of RAM. */
export function shownInRam({ messages }: RunData): Message[] {
  return messages.filter(({ peak }) => peak !== null);
}

function pointsOf(run: RunData): { at: number; use: Use }[] {
  const points: { at: number; use: Use }[] = [{ at: 0, use: { chunks: 0, slots: 0, stack: 0 } }];
  shownInRam(run).forEach(({ curve, peak, live }, i) => {
    const way = curve.length > 0 ? curve : [peak as Use];
    way.forEach((use, k) => {
      points.push({ at: i + (k + 0.5) / way.length, use });
    });
    points.push({ at: i + 1, use: live as Use });
  });
  return points;
}

/** The kinds by name, where there is most of all: colours alone are not for everybody. */
function kindLabels(messages: readonly Message[]): { at: number; kind: string; bytes: number }[] {
  let most = 0;
  messages.forEach(({ peak }, i) => {
    if (sum(peak as Use) > sum(messages[most]?.peak as Use)) most = i;
  });
  const { curve = [], peak } = messages[most] ?? {};
  const use = curve[curve.length >> 1] ?? peak;
  if (!use) return [];
  let below = 0;
  return KINDS.map((kind) => {
    const bytes = below + use[kind] / 2;
    below += use[kind];
    return { at: most + 0.5, kind, bytes };
  });
}

/** What a label of an axis may have. */
function short(text: string, width: number): string {
  const most = width < WIDE ? 20 : 28;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export async function makeCharts(): Promise<Charts> {
  const plot = (await importPackage(CHARTS)) as Plot;
  const { parseHTML } = (await importPackage(DOM)) as { parseHTML(text: string): { document: unknown } };
  const { document } = parseHTML("<!doctype html><html><body></body></html>");

  function svg(about: string, options: object): string {
    const element = plot.plot({ ...options, document } as never) as unknown as {
      setAttribute(name: string, value: string): void;
      outerHTML: string;
    };
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", about);
    return element.outerHTML.replace(/(\d\.\d)\d+/g, "$1"); // no screen shows more
  }

  function ram(run: RunData, width: number, highest: number, about: string): string {
    const messages = shownInRam(run);
    const points = pointsOf(run).flatMap(({ at, use }) => KINDS.map((kind) => ({ at, kind, bytes: use[kind] })));
    const middle = messages.map((_, i) => i + 0.5);
    const lines = run.budgets.filter(({ line }) => line).map(({ about: name, limit, value }) => ({ name, bytes: limit ?? value }));
    return svg(about, {
      width,
      height: width < WIDE ? 380 : 440,
      marginLeft: 48,
      marginBottom: 120,
      marginTop: 26,
      x: { domain: [0, messages.length], axis: null },
      y: { domain: [0, highest], grid: true, label: "bytes", tickFormat: thousands },
      color: { domain: [...KINDS], range: KINDS.map((kind) => `var(--${kind})`) },
      marks: [
        plot.areaY(points, { x: "at", y: "bytes", fill: "kind", order: KINDS } as never),
        plot.ruleX(
          messages.map((_, i) => i),
          { stroke: "var(--line)", strokeWidth: 0.5 },
        ),
        plot.ruleY([0]),
        plot.axisX(middle, {
          tickFormat: (at: number) => {
            const { direction, name } = messages[Math.floor(at)] as Message;
            return `${direction === ">" ? "→" : "←"} ${name}`;
          },
          tickRotate: -55,
          tickSize: 0,
          label: null,
        } as never),
        plot.text(kindLabels(messages), { x: "at", y: "bytes", text: "kind", fill: "var(--back)", fontWeight: "bold" } as never),
        plot.text(messages, {
          x: (_: Message, i: number) => i + 0.5,
          y: ({ peak }: Message) => sum(peak as Use),
          text: ({ peak }: Message) => thousands(sum(peak as Use)),
          dy: -7,
          fontSize: width < WIDE ? 8 : 10,
          rotate: width < WIDE && messages.length > 6 ? -45 : 0,
        } as never),
        plot.ruleY(lines, { y: "bytes", stroke: "var(--budget)", strokeDasharray: "5,4" } as never),
        plot.text(lines, {
          x: () => messages.length,
          y: "bytes",
          text: ({ name, bytes }: { name: string; bytes: number }) => `${name} ${thousands(bytes)}`,
          textAnchor: "end",
          dy: -7,
          fill: "var(--budget)",
          stroke: "var(--back)",
        } as never),
      ],
    });
  }

  function bars(rows: readonly Bar[], runs: readonly string[], width: number, unit: string, about: string): string {
    const data = rows.flatMap(({ label, values }) =>
      values.map((value, i) => ({ label: short(label, width), run: runs[i] as string, value: value ?? 0, shown: value !== null })),
    );
    const several = runs.length > 1;
    const most = Math.max(1, ...data.map(({ value }) => value));
    const figure = ({ value }: { value: number }): string => (unit === "M" ? (value / 1e6).toFixed(1) : thousands(value));
    return svg(about, {
      width,
      height: 30 + rows.length * (several ? 18 * runs.length + 8 : 24),
      marginLeft: width < WIDE ? 128 : 190,
      marginRight: 60,
      marginTop: 4,
      marginBottom: 20,
      x: { domain: [0, most], axis: null },
      ...(several
        ? { fy: { label: null, domain: [...new Set(data.map(({ label }) => label))] }, y: { axis: null, domain: [...runs] } }
        : { y: { label: null, domain: [...new Set(data.map(({ label }) => label))] } }),
      color: { domain: [...runs], range: ["var(--first)", "var(--second)"] },
      marks: [
        ...(several ? [plot.axisFy({ anchor: "left", label: null, tickSize: 0 } as never)] : []),
        plot.barX(data, { x: "value", y: several ? "run" : "label", ...(several ? { fy: "label" } : {}), fill: "run" } as never),
        plot.text(
          data.filter(({ shown }) => shown),
          {
            x: "value",
            y: several ? "run" : "label",
            ...(several ? { fy: "label" } : {}),
            text: figure,
            textAnchor: "start",
            dx: 4,
          } as never,
        ),
      ],
    });
  }

  return { ram, bars };
}
