// The whole emulated RV32IMC machine: how much RAM it needs, what a connection keeps, and the instructions of replayed handshakes, in 40 KB of RAM where
// that is enough.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimError } from "../errors.js";
import { replayApp } from "../mcu/app.js";
import { buildFirmware, missingTools } from "../mcu/build.js";
import { flashImage } from "../mcu/flash-image.js";
import { heapsFor, lastLine, type Need, needOf, PEAK_EVERY, PLENTY } from "../mcu/layout.js";
import { REPLAYS } from "../mcu/replays.js";
import { handshakeInstructions } from "../mcu/report.js";
import { type McuMark, type McuResult, runDevice } from "../mcu/run.js";
import { type Measurements, type Replay, RV32_INSTRUCTIONS, type Scenario } from "./scenario.js";

/** Kilobytes of RAM; the first that is enough. */
const SIZES = [40, 56] as const;
const TIMEOUT = 240_000;
/** Many connections: each look at live memory takes long then. */
const COARSE = 512;

interface Runs {
  readonly need: Need;
  /** With true peaks. */
  readonly peaks: McuResult;
  /** With true instructions. */
  readonly result: McuResult;
}

async function runs(name: string, replay: Replay, peakEvery: number): Promise<Runs> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-mcu-app-"));
  try {
    const firmware = await buildFirmware();
    const image = flashImage(firmware, replayApp(replay, folder));
    const common = { insecureFixedRandom: 0, time: 0, peer: null, timeout: TIMEOUT };
    const peaks = await runDevice(firmware, image, { ...common, ...PLENTY, peakEvery });
    const need = needOf(peaks, peakEvery);
    const ramKilobytes = SIZES.find((size) => size * 1024 >= need.bytes);
    if (ramKilobytes === undefined) throw new SimError(`${name} needs ${need.bytes} bytes: more than ${SIZES.at(-1)} KB`);
    const result = await runDevice(firmware, image, { ...common, ...heapsFor(ramKilobytes, need), ramKilobytes, peakEvery: 0 });
    if (result.status !== 0) throw new SimError(`${name}: ${lastLine(result)}`);
    return { need, peaks, result };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function markOf(name: string, { marks }: McuResult, which: string): McuMark {
  const found = marks.find((mark) => mark.name === which);
  if (found === undefined) throw new SimError(`${name}: the app did not come to its mark "${which}"`);
  return found;
}

/** Above the app before it had a connection. */
function idleOf(name: string, peaks: McuResult): number {
  const [start, idle] = [markOf(name, peaks, "start"), markOf(name, peaks, "idle")];
  return idle.chunkBytes - start.chunkBytes + (idle.slots - start.slots) * 16;
}

/** from: the mark from which instructions are counted up to the mark "idle"; null: those of the handshake alone. */
function scenario(name: string, replay: Replay, from: string | null = null, peakEvery = PEAK_EVERY): Scenario {
  return {
    name,
    missing: missingTools,
    async measure() {
      const { need, peaks, result } = await runs(name, replay, peakEvery);
      const count =
        from === null ? handshakeInstructions(result) : markOf(name, result, "idle").instructions - markOf(name, result, from).instructions;
      const figures: Measurements = {
        [`${name}.ram`]: { value: need.bytes, unit: "B" },
        [`${name}.idle`]: { value: idleOf(name, peaks), unit: "B" },
        [`${name}.${from === null ? "handshake" : "work"}`]: { value: count, unit: RV32_INSTRUCTIONS },
      };
      return name === "mcu" ? { ...figures, "mcu.cStack": { value: peaks.ram?.cStack.used ?? 0, unit: "B" } } : figures;
    },
  };
}

function replayed(name: string, flight: string): Scenario {
  const replay = REPLAYS.get(flight);
  if (replay === undefined) throw new SimError(`${name}: nothing replays ${flight}`);
  return scenario(name, replay);
}

/** Connections on one pool, a handshake at a time, then parked. */
function pooled(count: number): Scenario {
  const replay = { app: "measure-pooled", flight: "client13-chacha", arguments: [String(count)] };
  return scenario(`mcu.pooled${count}`, replay, "start", count > 1 ? COARSE : PEAK_EVERY);
}

export const MCU: readonly Scenario[] = [
  replayed("mcu", "client13-chacha"),
  replayed("mcu.aesgcm", "client13-aesgcm"),
  replayed("mcu.aes256gcm", "client13-aes256gcm"),
  replayed("mcu.aes128ccm", "client13-aes128ccm"),
  replayed("mcu.aes128ccm8", "client13-aes128ccm8"),
  replayed("mcu.small", "client13-small"),
  replayed("mcu.1k", "client13-1k"),
  replayed("mcu.big", "client13-big"),
  scenario("mcu.download", { app: "measure-download", flight: "client13-download" }, "connected"),
  replayed("mcu.mtls", "client13-mtls"),
  replayed("mcu.resume", "client13-resumed"),
  replayed("mcu.psk", "client13-psk"),
  replayed("mcu.ocsp", "client13-ocsp"),
  replayed("mcu.server13", "server13-chacha"),
  replayed("mcu.client12", "client12-chacha"),
  replayed("mcu.client12aesgcm", "client12-aesgcm"),
  replayed("mcu.client12psk", "client12-psk"),
  replayed("mcu.client12resume", "client12-resumed"),
  replayed("mcu.server12", "server12-chacha"),
  pooled(1),
  pooled(3),
  pooled(10),
];
