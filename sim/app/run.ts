// `npm run sim -- APP.ts`: a user's app on the simulated device.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { around, deviceOptions, PEAK_EVERY, runTold, whyFailed, writeTrust } from "../device-run.js";
import { SimError } from "../errors.js";
import { type Identities, identitiesIn, writeDevice } from "../fleet/identities.js";
import type { Gateway } from "../network/gateway.js";
import type { AppOptions, SimOptions } from "../options.js";
import { CHARTS, checkPackages, DOM, ENGINE, TRANSPILER } from "../packages.js";
import { appReport } from "../report/app-report.js";
import { readRun } from "../report/picture/run-data.js";
import { type AppTarget, appTarget } from "../target.js";
import { buildHost, countTurns, hasValgrind, type TurnCount, XS_EXIT, type XsOptions } from "../xs/run.js";
import { buildApp, ownModule } from "./modules.js";
import { drawApp } from "./picture.js";

/** Milliseconds that a callback may take where nothing else is said: it does not return. */
const ENDLESS = 20_000;

function givenConfig({ config }: AppOptions): object {
  let given: unknown = {};
  if (config !== null) {
    let text: string;
    try {
      text = readFileSync(config, "utf8");
    } catch (error) {
      throw new SimError(`--config ${config}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    }
    try {
      given = JSON.parse(text);
    } catch (error) {
      throw new SimError(`--config ${config}: ${(error as Error).message}`);
    }
    if (typeof given !== "object" || given === null || Array.isArray(given)) throw new SimError(`--config ${config}: an object is wanted`);
  }
  return given as object;
}

function configFor(target: AppTarget | null, given: object): object {
  if (target === null) return given;
  const { host, address, port, serverName } = target;
  return { host, address, port, serverName, ...given };
}

/** Paths of built modules become those of their sources. */
function translator(sources: ReadonlyMap<string, string>): (text: string) => string {
  return (text) => {
    for (const [built, source] of sources) text = text.replaceAll(built, source);
    return text;
  };
}

export interface AppRun {
  readonly xs: XsOptions;
  readonly translate: (text: string) => string;
  readonly target: AppTarget | null;
  /** Null: the app does not prove who it is. */
  readonly identities: Identities | null;
}

/** The app built, what it proves itself with, and what it connects to. */
export async function prepareApp(options: SimOptions, app: AppOptions, folder: string, gateway: Gateway | null): Promise<AppRun> {
  const { main, sources, imports } = await buildApp(app.file, join(folder, "app"));
  // Several fleets on request may share a folder: none of them makes anything in it.
  const complete = app.identities === null || !app.fleet?.onRequest;
  const identities = imports.has("sim:device")
    ? identitiesIn(app.identities ?? join(folder, "identities"), app.firstIdentity, app.fleet?.count ?? 1, complete)
    : null;
  if (app.identities !== null && identities === null)
    throw new SimError('--identities is for an app that imports "sim:device", where it finds its own');
  const given = givenConfig(app);
  const target = await appTarget(options, app, identities?.ca);
  const certificates = target?.certificates ?? [];
  if (imports.has("sim:trust") && certificates.length === 0)
    throw new SimError('the app imports "sim:trust", certificates that it trusts: give --ca FILE, or --server own');
  const xs: XsOptions = {
    main,
    map: {
      imports: {
        "sim:trust": writeTrust(certificates, folder),
        ...(identities === null ? {} : { "sim:device": writeDevice(identities, folder) }),
        "embedded:io/socket/tcp/tls": ownModule("thimble-tls/moddable/sdk-tls-socket") as string,
      },
    },
    config: configFor(target, given),
    ...deviceOptions(options, gateway),
    ...(app.timeout === 0 ? {} : { timeout: app.timeout * 1000 }),
  };
  return { xs, translate: translator(sources), target, identities };
}

/** What the app prints, line by line; the simulator's own messages come at the end. */
class Lines {
  private readonly print: (text: string) => void;
  private rest = "";

  constructor(print: (text: string) => void) {
    this.print = print;
  }

  add(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) if (!line.startsWith("thimble-xs: ")) this.print(`  ${line}`);
  }

  end(): void {
    if (this.rest !== "") this.add("\n");
  }
}

export async function runUserApp(options: SimOptions, app: AppOptions, print: (text: string) => void): Promise<void> {
  if (!existsSync(app.file)) throw new SimError(`${app.file}: there is no such file`);
  const { watchdog } = app;
  if (watchdog?.unit === "instructions" && !hasValgrind())
    throw new SimError(
      "--watchdog counts instructions with valgrind, which is missing (apt-get install valgrind); or give milliseconds, as 500ms",
    );
  checkPackages(options.report === null ? [ENGINE, TRANSPILER] : [ENGINE, TRANSPILER, CHARTS, DOM]);
  const beside = options.compare === null ? null : readRun(options.compare);
  const host = await buildHost();
  let stopServer = (): void => {};
  // A device that is ended at the terminal tells its figures: it gets the signal too.
  let interrupted = false;
  const stay = (): void => {
    interrupted = true;
  };
  process.on("SIGINT", stay);
  try {
    await around(options, async (folder, gateway) => {
      const { xs, translate, target } = await prepareApp(options, app, folder, gateway);
      if (target !== null) stopServer = target.stop;
      print(appReport.intro(options, app, target, host));
      const inMilliseconds = watchdog?.unit === "milliseconds";
      const hold = inMilliseconds ? watchdog.amount : ENDLESS;
      const told = { stdout: new Lines(print), stderr: new Lines((text) => process.stderr.write(`${text}\n`)) };
      const result = await runTold({ ...xs, watch: true, hold, ...(inMilliseconds ? {} : { peakEvery: PEAK_EVERY }) }, (text, stream) =>
        told[stream].add(text),
      );
      told.stdout.end();
      told.stderr.end();
      const why = whyFailed(result, app.timeout * 1000);
      if (why !== null) {
        print(appReport.result(options, result, null));
        throw new SimError(translate(why), result.status === XS_EXIT.setup ? 2 : 1);
      }
      let turns: TurnCount | null = null;
      const wanted = watchdog?.unit === "instructions" || (options.instructions && !inMilliseconds);
      if (wanted && !interrupted && hasValgrind() && result.stats?.longestTurn != null) {
        process.stderr.write("sim: running it once more, to count instructions …\n");
        turns = await countTurns(xs);
        const failed = whyFailed(turns, app.timeout * 1000);
        if (failed !== null) throw new SimError(`when its instructions were counted: ${translate(failed)}`, 1);
      }
      print(appReport.result(options, result, turns));
      if (options.report !== null && !interrupted) await drawApp(options.report, options, app, xs, { target, host, beside });
      if (watchdog?.unit === "instructions" && (turns?.longest?.instructions ?? 0) > watchdog.amount)
        throw new SimError(`watchdog: the event loop was held for longer than ${watchdog.amount / 1e6} M instructions (see above)`, 1);
    });
  } finally {
    process.off("SIGINT", stay);
    stopServer();
  }
}
