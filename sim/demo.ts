// `npm run sim` without an app.
import { countApp, ended, type Run, runApp } from "./device-run.js";
import { checkNeeds } from "./needs.js";
import type { SimOptions } from "./options.js";
import { checkPackages, ENGINE } from "./packages.js";
import { measuredNeeds } from "./report/measured-needs.js";
import { type Measured, report } from "./report/report.js";
import { makeTargets, type Targets } from "./target.js";
import { buildHost, type CountResult, hasValgrind, type XsStats } from "./xs/run.js";

/** What takes a while is told on standard error. */
function progress(text: string): void {
  process.stderr.write(`sim: ${text} …\n`);
}

/** The sensor app against a real server, then one connection measured message by message. */
export async function demo(options: SimOptions, print: (text: string) => void): Promise<void> {
  checkPackages([ENGINE]);
  const host = await buildHost();
  const targets = await makeTargets(options);
  try {
    print(report.intro(options, targets, host));
    print(report.result(options, await measure(options, targets, print)));
  } finally {
    targets.own.stop();
  }
}

async function measure(options: SimOptions, targets: Targets, print: (text: string) => void): Promise<Measured> {
  const secure: Run = { app: "sensor", options, target: targets.secure, tls: true };
  const plain = ended(await runApp({ ...secure, target: targets.plain, tls: false }), "the app without TLS");
  const needs = measuredNeeds(options.suites);
  if (needs !== null) checkNeeds(options, needs, plain.stats as XsStats);
  if (options.insecureFixedRandom !== null)
    process.stderr.write("sim: warning: random bytes are fixed, every secret of this run is known\n");
  const sensor = ended(await runApp({ ...secure, onOutput: (text) => print(text.replace(/^/gm, "  ").trimEnd()) }), "the sensor");
  const accepted = targets.own.accepted();
  progress("measuring one connection");
  const connection = ended(await runApp({ ...secure, app: "measure-live" }), "the measured connection");
  let counted: CountResult | null = null;
  if (options.instructions && hasValgrind()) {
    progress("counting instructions");
    counted = ended(await countApp({ ...secure, app: "measure-live" }), "the counted connection");
  }
  return { plain, sensor, connection, counted, accepted };
}
