import { writeFileSync } from "node:fs";
import { SimError } from "../../errors.js";
import { imageOf, pageOf } from "./page.js";
import type { RunData } from "./run-data.js";

/** Writes the page, or the image, of a run; `beside`: the run before, that stands beside it. */
export async function writePicture(file: string, run: RunData, beside: RunData | null): Promise<void> {
  const text = file.endsWith(".svg") ? await imageOf(run) : await pageOf(beside === null ? [run] : [run, beside]);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new SimError(`--report ${file}: cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
