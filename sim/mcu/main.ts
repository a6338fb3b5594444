// `npm run sim:mcu`: see sim/mcu/options.ts for what it takes.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { BuildError } from "../engine/compile.js";
import { SimError } from "../errors.js";
import { CHARTS, checkPackages, DOM } from "../packages.js";
import { flights } from "../paths.js";
import { runOfMcu } from "../report/picture/from-mcu.js";
import { readRun } from "../report/picture/run-data.js";
import { writePicture } from "../report/picture/write.js";
import { startReadingsServer } from "../server.js";
import { reachable } from "../target.js";
import { liveApp, replayApp } from "./app.js";
import { buildFirmware } from "./build.js";
import { type App, flashImage } from "./flash-image.js";
import { heapsFor, lastLine, needOf, PEAK_EVERY, PLENTY } from "./layout.js";
import { type McuOptions, parseMcuOptions } from "./options.js";
import { mcuReport } from "./report.js";
import { type DeviceOptions, type McuResult, runDevice } from "./run.js";

const TIMEOUT = 120_000;

function progress(text: string): void {
  process.stderr.write(`sim:mcu: ${text} …\n`);
}

interface Outside {
  readonly app: App;
  readonly peer: DeviceOptions["peer"];
  /** Why the outside was not content, or null. */
  failure(): string | null;
  stop(): void;
}

/** The recorded CA: the image holds its root, so it is made once. */
async function ownServer(folder: string): Promise<Outside> {
  const read = (name: string): string => readFileSync(join(flights, "pki", name), "utf8");
  const own = await startReadingsServer({
    root: read("root.pem"),
    chain: read("leaf.pem") + read("intermediate.pem"),
    key: read("leaf.key"),
  });
  const certificates = certificatesFrom(new Uint8Array(readFileSync(join(flights, "pki/root.pem"))), "root");
  return {
    app: liveApp({ serverName: "localhost", certificates, strict: true }, folder),
    peer: { host: own.address, port: own.securePort },
    failure: () => (own.accepted() > 0 ? null : "the server accepted no reading"),
    stop: () => own.stop(),
  };
}

async function outside(options: McuOptions, folder: string): Promise<Outside> {
  const { replay, server } = options;
  const nothing = { failure: () => null, stop: () => {} };
  if (replay !== null) return { app: replayApp(replay, folder), peer: null, ...nothing };
  if (server === null) return ownServer(folder);
  const certificates = certificatesFrom(new Uint8Array(readFileSync(options.ca as string)), `--ca ${options.ca}`);
  const peer = { host: await reachable(server), port: server.port };
  return { app: liveApp({ serverName: options.servername ?? server.host, certificates, strict: false }, folder), peer, ...nothing };
}

function checked(result: McuResult): McuResult {
  const failed = /^@failed (.*)$/m.exec(result.output)?.[1];
  if (result.status === 0 && result.ram !== null) return result;
  throw new SimError(failed ?? lastLine(result), result.status === 2 ? 2 : 1);
}

async function run(options: McuOptions): Promise<void> {
  if (options.report !== null) checkPackages([CHARTS, DOM]);
  const beside = options.compare === null ? null : readRun(options.compare);
  const firmware = await buildFirmware();
  const folder = mkdtempSync(join(tmpdir(), "thimble-mcu-app-"));
  try {
    const { app, peer, failure, stop } = await outside(options, folder);
    try {
      progress("the flash image");
      const image = flashImage(firmware, app);
      const common = { insecureFixedRandom: 0, time: 0, peer, network: options.network, timeout: TIMEOUT };
      progress("how much it needs");
      const peaks = await runDevice(firmware, image, { ...common, ...PLENTY, peakEvery: PEAK_EVERY });
      const need = needOf(peaks);
      const { ramKilobytes } = options;
      progress(`in ${ramKilobytes} KB`);
      const result = checked(
        await runDevice(firmware, image, { ...common, ...heapsFor(ramKilobytes, need), ramKilobytes, peakEvery: 0 }).catch(
          (error: unknown) => {
            throw error;
          },
        ),
      );
      const why = failure();
      if (why !== null) throw new SimError(why, 1);
      process.stdout.write(mcuReport(result, need, firmware, image));
      if (options.report !== null) await writePicture(options.report, runOfMcu(options, firmware, peaks, result), beside);
    } finally {
      stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await run(parseMcuOptions(process.argv.slice(2)));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof SimError || error instanceof BuildError) {
    process.stderr.write(`sim:mcu: ${error.message}\n`);
    process.exitCode = error instanceof SimError ? error.exitCode : 2;
  } else throw error;
}
