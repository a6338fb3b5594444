// `npm run sim` without an app.
import { countApp, ended, type Run, runApp } from "./device-run.js";
import { checkNeeds } from "./needs.js";
import type { SimOptions } from "./options.js";
import { CHARTS, checkPackages, DOM, ENGINE } from "./packages.js";
import { measuredNeeds } from "./report/measured-needs.js";
import { type Demo, runOf } from "./report/picture/from-demo.js";
import { readRun } from "./report/picture/run-data.js";
import { writePicture } from "./report/picture/write.js";
import { type Measured, ramOf, report } from "./report/report.js";
import { thousands } from "./report/table.js";
import { makeTargets, type Targets } from "./target.js";
import { buildHost, type CountResult, type HostBuild, hasValgrind, hostVersion, type XsStats } from "./xs/run.js";

/** What takes a while is told on standard error. */
function progress(text: string): void {
  process.stderr.write(`sim: ${text} …\n`);
}

/** The sensor app against a real server, then one connection measured message by message. */
export async function demo(options: SimOptions, print: (text: string) => void): Promise<void> {
  checkPackages(options.report === null ? [ENGINE] : [ENGINE, CHARTS, DOM]);
  const beside = options.compare === null ? null : readRun(options.compare);
  const host = await buildHost();
  const targets = await makeTargets(options);
  try {
    print(report.intro(options, targets, host));
    const measured = await measure(options, targets, print);
    print(report.result(options, measured));
    if (options.report !== null)
      await writePicture(options.report, runOf({ options, measured, ...(await pictured(options, targets, host)) }), beside);
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
  const connection = ended(await runApp({ ...secure, app: "measure-live", curve: options.report !== null }), "the measured connection");
  let counted: CountResult | null = null;
  if (options.instructions && hasValgrind()) {
    progress("counting instructions");
    counted = ended(await countApp({ ...secure, app: "measure-live" }), "the counted connection");
  }
  return { plain, sensor, connection, counted, accepted };
}

/** What a picture shows beside the measured connection. */
async function pictured(options: SimOptions, targets: Targets, host: HostBuild): Promise<Pick<Demo, "primitives" | "about">> {
  let primitives: CountResult | null = null;
  if (options.instructions && hasValgrind()) {
    progress("counting primitives");
    const run: Run = { app: "measure-live", options, target: targets.secure, tls: true, primitives: true };
    primitives = ended(await countApp(run), "the connection with counted primitives");
  }
  const { engine, compiler } = hostVersion(host);
  const about = [
    ["device", `${options.board}: ${ramOf(options.heaps, host)}`],
    ["buffers", `${thousands(options.receiveBuffer)} B to receive, ${thousands(options.sendBuffer)} B to send`],
    ["suite", options.suite],
    ["server", targets.about],
    ["measured with", `${engine}, ${compiler}`],
  ] as const;
  return { primitives, about };
}
