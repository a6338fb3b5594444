// Work that must not tell a secret, counted on XS: the same instructions whatever is wrong with what the peer sent.
import { join } from "node:path";
import { expect } from "chai";
import { apps } from "../../sim/paths.js";
import { ROOMY } from "../../sim/scenarios/replay.js";
import { countInstructions, hasValgrind } from "../../sim/xs/run.js";
import { hostOrNull } from "./program.js";

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** Counts by what stands before the last numbers of their names. */
async function countsOf(app: string): Promise<Map<string, { at: number; instructions: number }[]>> {
  const result = await countInstructions({ main: join(apps, `${app}.js`), ...ROOMY, insecureFixedRandom: 1, timeout: 580_000 });
  expect(result.status, result.stderr).to.equal(0);
  const groups = new Map<string, { at: number; instructions: number }[]>();
  for (const [name, { total }] of Object.entries(result.instructions)) {
    const [, group = "", at] = /^(.*) (\d+)$/.exec(name) ?? [];
    const counts = groups.get(group) ?? [];
    groups.set(group, counts);
    counts.push({ at: Number(at), instructions: total });
  }
  return groups;
}

describe("constant-time work on XS", function () {
  this.timeout(600_000);

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    if (!hasValgrind()) {
      console.log("      skipped: instructions are counted with valgrind, which is missing");
      this.skip();
    }
  });

  // What is left is the data: on XS a sum that overflows 31 bits costs more, and each hash has some thousand sums. So one count is compared with all
  // others roughly, and the means of many records that are wrong finely: what is wrong with one must not show. That nothing is wrong does: no error is made.
  it("MAC-then-encrypt: opening a record, over all padding lengths", async () => {
    const groups = await countsOf("measure-cbc");
    for (const mac of ["SHA-1", "SHA-256", "SHA-384"]) {
      const wrong = groups.get(`${mac} wrong MAC`) ?? [];
      expect(new Set(wrong.map((count) => count.at)).size, mac).to.equal(256);
      const [right = [], padding = []] = ["right", "wrong padding"].map((kind) =>
        (groups.get(`${mac} ${kind}`) ?? []).map((count) => count.instructions),
      );
      expect([right.length, padding.length]).to.deep.equal([16, 16]);
      const all = wrong.map((count) => count.instructions);
      const whole = mean(all);
      const sixteenths: number[] = [];
      for (let from = 0; from < 256; from += 16)
        sixteenths.push(mean(wrong.filter(({ at }) => at >= from && at < from + 16).map((count) => count.instructions)));
      const widest = spread([...all, ...right, ...padding]);
      const drift = spread([...sixteenths, mean(padding)]);
      console.log(
        `      ${mac}: ${Math.round(whole)} instructions, spread ${widest} (${((100 * widest) / whole).toFixed(2)} %), of means of 16 paddings ${Math.round(drift)} (${((100 * drift) / whole).toFixed(3)} %)`,
      );
      expect(widest / whole, mac).to.be.below(0.0025);
      expect(drift / whole, mac).to.be.below(0.0004);
      expect(Math.abs(mean(right) / whole - 1), mac).to.be.below(0.001);
    }
  });

  it("RSA key exchange: taking the pre-master secret, whatever is wrong with the block", async () => {
    const groups = await countsOf("measure-unpadding");
    const counts = [...groups].slice(1).map(([what, [count]]) => [what, count?.instructions ?? 0] as const);
    expect(counts.length).to.equal(15);
    const all = counts.map(([, instructions]) => instructions);
    console.log(`      ${all[0]} instructions, spread ${spread(all)}`);
    expect(spread(all), counts.join("; ")).to.equal(0);
  });
});
