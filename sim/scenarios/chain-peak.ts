// The client's peak does not grow with what the server sends as its chain: 1, 2 or 5 certificates, or one of 16 KB, in records of at most 512 bytes.
import { clientReplay } from "./client13.js";
import { handshakePeak } from "./handshake.js";
import type { Measurements, Scenario } from "./scenario.js";

const CHAINS = ["1", "2", "5", "16k"] as const;

/** Finer than elsewhere: differences of 64 bytes count. */
const PEAK_EVERY = 16;

export const chainPeak: Scenario = {
  name: "chain.peak",
  async measure() {
    const figures: Measurements = {};
    const peaks = await Promise.all(CHAINS.map((chain) => handshakePeak(clientReplay(`chain-${chain}`), { peakEvery: PEAK_EVERY })));
    CHAINS.forEach((chain, i) => {
      figures[`chain.peakOf${chain}`] = { value: peaks[i]?.bytes ?? 0, unit: "B" };
    });
    const sums = peaks.map(({ bytes }) => bytes);
    figures["chain.peakSpread"] = { value: Math.max(...sums) - Math.min(...sums), unit: "B" };
    return figures;
  },
};
