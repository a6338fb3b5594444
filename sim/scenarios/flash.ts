// Bytes of flash of each Moddable manifest, as `npm run size` lists them by module. Nothing here depends on the compiler.
import { flashSizes, manifests, sumOf } from "../flash-size.js";
import { buildHost, hostVersion } from "../xs/run.js";
import type { Measurements, Scenario } from "./scenario.js";

export const flash: Scenario = {
  name: "flash",
  async measure() {
    const { slotSize } = hostVersion(await buildHost());
    const figures: Measurements = {};
    for (const [profile, file] of manifests()) {
      const { code, chunks, slots } = sumOf(profile, await flashSizes(file));
      figures[`flash.${profile}.bytecode`] = { value: code, unit: "B" };
      figures[`flash.${profile}.all`] = { value: code + chunks + slots * slotSize, unit: "B" };
    }
    return figures;
  },
};
