/** Numbers and tables for a terminal. */

export function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function bytes(value: number): string {
  return `${thousands(value)} B`;
}

/** Instructions in millions. */
export function millions(value: number): string {
  return `${(value / 1e6).toFixed(value < 995_000 ? 2 : 1)} M`;
}

/** Rows of cells under a heading. Columns named in `left` are text; all others are numbers and stand at the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const cell = (text: string, width: number, column: number): string => (left.includes(column) ? text.padEnd(width) : text.padStart(width));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => cell(row[column] ?? "", width, column))
      .join("   ")
      .trimEnd();
  return [line(heading), widths.map((width) => "─".repeat(width)).join("───"), ...rows.map(line)].map((text) => `  ${text}\n`).join("");
}
