// The client's peak does not grow with what the server sends as its chain: 1, 2 or 5 certificates, or one of 16 KB, in records of at most 512 bytes.
// The same holds for chains with names that are longer and more than there is room for from the start; those have a peak of their own.
import type { Above } from "../report/steps.js";
import { CLIENT12 } from "./client12.js";
import { clientReplay } from "./client13.js";
import { handshakePeak } from "./handshake.js";
import type { Measurements, Scenario } from "./scenario.js";

const CHAINS = ["1", "2", "5", "16k"] as const;
/** Subjects of 180 octets, and a leaf for 26 names. */
const LONG_NAMES = ["names-1", "names-2", "names-5"] as const;

/** Finer than elsewhere: differences of 64 bytes count. */
const PEAK_EVERY = 16;

export const chainPeak: Scenario = {
  name: "chain.peak",
  async measure() {
    const figures: Measurements = {};
    const peakOf = (chain: string): Promise<Above> => handshakePeak(clientReplay(`chain-${chain}`), { peakEvery: PEAK_EVERY });
    const group = async (chains: readonly string[], spread: string): Promise<void> => {
      const sums = (await Promise.all(chains.map(peakOf))).map(({ bytes }) => bytes);
      chains.forEach((chain, i) => {
        const name = chain.replace("names-", "LongNames");
        figures[`chain.peakOf${name}`] = { value: sums[i] ?? 0, unit: "B" };
      });
      figures[`chain.${spread}`] = { value: Math.max(...sums) - Math.min(...sums), unit: "B" };
    };
    await group(CHAINS, "peakSpread");
    await group(LONG_NAMES, "peakSpreadOfLongNames");
    return figures;
  },
};

/** The same in TLS 1.2, whose certificates come in clear. */
export const chainPeak12: Scenario = {
  name: "chain12",
  async measure() {
    const figures: Measurements = {};
    const chains = ["1", "5", "16k"] as const;
    const peaks = await Promise.all(
      chains.map((chain) => handshakePeak({ ...CLIENT12, flight: `chain12-${chain}` }, { peakEvery: PEAK_EVERY })),
    );
    chains.forEach((chain, i) => {
      figures[`chain12.peakOf${chain}`] = { value: peaks[i]?.bytes ?? 0, unit: "B" };
    });
    const sums = peaks.map(({ bytes }) => bytes);
    figures["chain12.peakSpread"] = { value: Math.max(...sums) - Math.min(...sums), unit: "B" };
    return figures;
  },
};
