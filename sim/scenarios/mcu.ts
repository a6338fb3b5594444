// The whole emulated RV32IMC machine: a replayed handshake of the TLS 1.3 client, in 40 KB of RAM.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimError } from "../errors.js";
import { replayApp } from "../mcu/app.js";
import { buildFirmware, missingTools } from "../mcu/build.js";
import { flashImage } from "../mcu/flash-image.js";
import { heapsFor, lastLine, needOf, PLENTY } from "../mcu/layout.js";
import { handshakeInstructions } from "../mcu/report.js";
import { runDevice } from "../mcu/run.js";
import { PEAK_EVERY } from "./replay.js";
import { type Measurements, RV32_INSTRUCTIONS, type Scenario } from "./scenario.js";

const RAM_KILOBYTES = 40;
const TIMEOUT = 120_000;

async function measure(): Promise<Measurements> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-mcu-app-"));
  try {
    const firmware = await buildFirmware();
    const image = flashImage(firmware, replayApp("client13-chacha", folder));
    const common = { insecureFixedRandom: 0, time: 0, peer: null, timeout: TIMEOUT };
    const peaks = await runDevice(firmware, image, { ...common, ...PLENTY, peakEvery: PEAK_EVERY });
    const need = needOf(peaks);
    const result = await runDevice(firmware, image, {
      ...common,
      ...heapsFor(RAM_KILOBYTES, need),
      ramKilobytes: RAM_KILOBYTES,
      peakEvery: 0,
    });
    const [start, idle] = ["start", "idle"].map((name) => peaks.marks.find((mark) => mark.name === name));
    if (result.status !== 0 || start === undefined || idle === undefined) throw new SimError(`mcu: ${lastLine(result)}`);
    return {
      "mcu.ram": { value: need.bytes, unit: "B" },
      "mcu.cStack": { value: peaks.ram?.cStack.used ?? 0, unit: "B" },
      "mcu.idle": { value: idle.chunkBytes - start.chunkBytes + (idle.slots - start.slots) * 16, unit: "B" },
      "mcu.handshake": { value: handshakeInstructions(result), unit: RV32_INSTRUCTIONS },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const mcu: Scenario = { name: "mcu", missing: missingTools, measure: () => measure() };
