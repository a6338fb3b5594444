// 1,000 connections opened and closed, and 1,000 handshakes that fail at a damaged record (each record of the server's in turn), leave live memory
// as it was. Results of public-key operations are remembered from the first connection on; all else runs each time.
import { SimError } from "../errors.js";
import { measurePlain } from "./replay.js";
import type { Measurements, Scenario } from "./scenario.js";

const COUNT = "1000";

async function leak(kind: "connect" | "fail"): Promise<{ chunkBytes: number; slots: number }> {
  const { stdout } = await measurePlain("measure-leaks", "client13-chacha", { arguments: [kind, COUNT] });
  const match = /^@leak (-?\d+) (-?\d+)$/m.exec(stdout);
  if (match === null) throw new SimError(`leaks: the app that measures said: ${stdout.trim()}`);
  return { chunkBytes: Number(match[1]), slots: Number(match[2]) };
}

export const leaks: Scenario = {
  name: "leaks",
  async measure() {
    const [connect, fail] = await Promise.all([leak("connect"), leak("fail")]);
    const figures: Measurements = {};
    for (const [name, grown] of [
      ["connects", connect],
      ["failures", fail],
    ] as const) {
      figures[`leaks.${name}Bytes`] = { value: grown.chunkBytes, unit: "B" };
      figures[`leaks.${name}Slots`] = { value: grown.slots, unit: "slots" };
    }
    return figures;
  },
};
