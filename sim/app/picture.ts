// `npm run sim -- APP.ts --report FILE`.
import { join } from "node:path";
import { PEAK_EVERY, whyFailed } from "../device-run.js";
import { SimError } from "../errors.js";
import type { AppOptions, SimOptions } from "../options.js";
import { apps } from "../paths.js";
import { runOfApp } from "../report/picture/from-app.js";
import type { RunData } from "../report/picture/run-data.js";
import { writePicture } from "../report/picture/write.js";
import { ramOf } from "../report/report.js";
import type { AppTarget } from "../target.js";
import { countInstructions, type HostBuild, hasValgrind, hostVersion, runXs, type XsOptions } from "../xs/run.js";

export interface Around {
  readonly target: AppTarget | null;
  readonly host: HostBuild;
  readonly beside: RunData | null;
}

/** Runs it again, for its memory, and for its instructions, with marks at each handshake message. */
export async function drawApp(
  file: string,
  options: SimOptions,
  app: AppOptions,
  xs: XsOptions,
  { target, host, beside }: Around,
): Promise<void> {
  const tell = (what: string): boolean => process.stderr.write(`sim: running it again for the picture: ${what} …\n`);
  const withModule = (name: string): XsOptions => ({ ...xs, map: { ...xs.map, preload: [join(apps, name)] } });
  const marked = withModule("marked-app.js");
  tell("memory by message");
  const memory = await runXs({ ...marked, peakEvery: PEAK_EVERY, curve: true });
  const counting = options.instructions && hasValgrind();
  if (counting) tell("instructions by message, which takes longer");
  const counted = counting ? await countInstructions(marked) : null;
  if (counting) tell("instructions by primitive");
  const primitives = counting ? await countInstructions(withModule("counted-app.js")) : null;
  for (const result of [memory, counted, primitives]) {
    if (result === null) continue;
    const failed = whyFailed(result, app.timeout * 1000);
    if (failed !== null) throw new SimError(`when it was run for the picture: ${failed}`, 1);
  }
  const { engine, compiler } = hostVersion(host);
  const about = [
    ["device", `${options.board}: ${ramOf(options.heaps, host)}`],
    ["app", app.file],
    ["server", target?.about ?? "none"],
    ["measured with", `${engine}, ${compiler}`],
  ] as const;
  await writePicture(file, runOfApp(options, app, about, { memory, counted, primitives }), beside);
}
