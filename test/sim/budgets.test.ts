// budgets.json: how figures are judged, kept and written; and that replays are exact.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Budgets, judge, type Machine, readBudgets, updated, writeBudgets } from "../../sim/budgets-file.js";
import { root } from "../../sim/paths.js";
import { measureMemory } from "../../sim/scenarios/replay.js";
import { command, hostOrNull } from "./program.js";

const MACHINE: Machine = { engine: "XS 1", compiler: "cc 1", slotSize: 16, mcuCompiler: "cc 2" };
const BUDGETS: Budgets = {
  machine: MACHINE,
  scenarios: {
    "a.b": { peak: { value: 1000, limit: 1200, unit: "B" }, parts: { value: 100, limit: null, unit: "B" } },
    time: { work: { value: 1_000_000, limit: 1_500_000, unit: "instructions" }, nothing: { value: 0, limit: 0, unit: "slots" } },
  },
};

function verdict(name: string, value: number, machine = MACHINE): { failed: boolean; remark: string } {
  const unit = name === "time.work" ? "instructions" : "B";
  const [one] = judge(BUDGETS, machine, { [name]: { value, unit } });
  return { failed: one?.failed ?? false, remark: one?.remark ?? "" };
}

describe("budgets", function () {
  this.timeout(300_000);

  it("fail above the limit, and when grown by more than 1 %", () => {
    expect(verdict("a.b.peak", 1000)).to.deep.equal({ failed: false, remark: "" });
    expect(verdict("a.b.peak", 1010).failed).to.equal(false);
    expect(verdict("a.b.peak", 1011)).to.deep.equal({ failed: true, remark: "grown" });
    expect(verdict("a.b.peak", 1201)).to.deep.equal({ failed: true, remark: "over its limit" });
    expect(verdict("time.nothing", 1).failed).to.equal(true);
    const negative: Budgets = { machine: MACHINE, scenarios: { d: { more: { value: -100, limit: -50, unit: "B" } } } };
    const more = (value: number) => judge(negative, MACHINE, { "d.more": { value, unit: "B" } })[0]?.remark;
    expect([-100, -99, -98, -49, -102].map(more)).to.deep.equal(["", "", "grown", "over its limit", "less: --update takes it in"]);
    expect(verdict("a.b.peak", 900)).to.deep.equal({ failed: false, remark: "less: --update takes it in" });
  });

  it("fail figures without a limit when grown by more than 1 %, and only tell of new ones", () => {
    expect(verdict("a.b.parts", 101).failed).to.equal(false);
    expect(verdict("a.b.parts", 102)).to.deep.equal({ failed: true, remark: "grown" });
    expect(verdict("a.c.peak", 1)).to.deep.equal({ failed: false, remark: "new: --update takes it in" });
  });

  it("do not fail what another compiler, engine or slot size changes", () => {
    expect(verdict("time.work", 2_000_000).failed).to.equal(true);
    expect(verdict("time.work", 2_000_000, { ...MACHINE, compiler: "cc 2" })).to.deep.equal({ failed: false, remark: "differs" });
    expect(verdict("a.b.peak", 2000, { ...MACHINE, compiler: "cc 2" }).failed).to.equal(true);
    expect(verdict("a.b.peak", 2000, { ...MACHINE, slotSize: 32 }).failed).to.equal(false);
  });

  it("are updated without their limits", () => {
    const next = updated(
      BUDGETS,
      { ...MACHINE, compiler: "cc 2" },
      { "a.b.peak": { value: 5000, unit: "B" }, "new.one": { value: 1, unit: "B" } },
    );
    expect(next.machine.compiler).to.equal("cc 2");
    expect(next.scenarios["a.b"]?.peak).to.deep.equal({ value: 5000, limit: 1200, unit: "B" });
    expect(next.scenarios["a.b"]?.parts).to.deep.equal(BUDGETS.scenarios["a.b"]?.parts);
    expect(next.scenarios.time).to.deep.equal(BUDGETS.scenarios.time);
    expect(next.scenarios.new?.one).to.deep.equal({ value: 1, limit: null, unit: "B" });
  });

  it("are written and read again", () => {
    const folder = mkdtempSync(join(tmpdir(), "thimble-budgets-"));
    const file = join(folder, "budgets.json");
    try {
      writeBudgets(BUDGETS, file);
      expect(readBudgets(file)).to.deep.equal(BUDGETS);
      expect(readFileSync(file, "utf8")).to.contain('\n    "peak": { "value": 1000, "limit": 1200, "unit": "B" },\n');
      writeFileSync(file, "{}");
      expect(() => readBudgets(file)).to.throw(/budgets\.json is damaged: machine is missing/);
      expect(() => readBudgets(join(folder, "none"))).to.throw(/none cannot be read/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("hold the promised limits", () => {
    const { scenarios } = readBudgets();
    expect(scenarios.client13?.peak?.limit).to.be.at.most(14_336);
    expect(scenarios.client13?.idle?.limit).to.be.at.most(6144);
    expect(scenarios.client13?.handshake?.limit).to.be.at.most(210_000_000);
    expect(scenarios.resume13?.handshake?.limit).to.be.at.most(70_000_000);
    expect(scenarios.resume12?.handshake?.limit).to.be.at.most(26_000_000);
    expect(scenarios.psk13?.handshake?.limit).to.be.at.most(45_000_000);
    expect(scenarios.server13?.peak?.limit).to.be.at.most(16_384);
    expect(scenarios["client13.mtls"]?.peak?.limit).to.be.at.most(14_336 + 1024);
    expect(scenarios["client13.mtls"]?.more?.limit).to.be.at.most(1024);
    expect(scenarios.chain?.peakSpread?.limit).to.be.at.most(64);
    expect(scenarios.sha512?.byteOf4096?.limit).to.be.at.most(14_000);
    for (const suite of ["chacha", "aesgcm", "aes256gcm", "aes128ccm", "aes128ccm8"])
      for (const figure of ["alloc", "allocSlots", "collections"]) expect(scenarios[`records.${suite}`]?.[figure]?.limit).to.equal(0);
  });

  it("have each scenario on the RV32 machine, in the RAM that was promised", () => {
    const { scenarios } = readBudgets();
    const figure = (scenario: string, name: string) => scenarios[scenario]?.[name] ?? { value: 0, limit: null };
    const suites = ["mcu", "mcu.aesgcm", "mcu.aes256gcm", "mcu.aes128ccm", "mcu.aes128ccm8", "mcu.client12", "mcu.client12aesgcm"];
    const others = ["mcu.server13", "mcu.server12", "mcu.mtls", "mcu.resume", "mcu.psk", "mcu.small", "mcu.1k", "mcu.big"];
    for (const scenario of [...suites, ...others]) {
      expect(figure(scenario, "ram").limit, scenario).to.be.at.most(32_768).and.to.be.at.least(figure(scenario, "ram").value);
      expect(figure(scenario, "handshake").value, scenario).to.be.greaterThan(20e6);
    }
    for (const scenario of ["mcu", "mcu.1k", "mcu.mtls", "mcu.client12"])
      expect(figure(scenario, "handshake").limit, scenario).to.be.at.most(250e6).and.to.be.at.least(figure(scenario, "handshake").value);
    for (const count of [1, 3, 10]) expect(figure(`mcu.pooled${count}`, "work").value).to.be.greaterThan(count * 100e6);
    expect(figure("mcu.download", "ram").limit).to.be.at.most(57_344);
    expect(figure("mcu.1k", "idle").limit).to.be.at.most(4096);
    expect(figure("mcu.pooled1", "idle").limit).to.be.at.most(2800);
  });

  it("stand in README's table of the RV32 machine as they are", () => {
    const { scenarios } = readBudgets();
    const text = readFileSync(join(root, "README.md"), "utf8");
    const rows = [...text.matchAll(/^\| .* \| `(mcu[^`]*)` \| ([\d,]+) B \| ([\d,]+) B \| ([\d,.]+) M \|$/gm)];
    expect(rows.length).to.be.greaterThan(15);
    for (const [, name, ram, idle, millions] of rows) {
      const { ram: hasRam, idle: hasIdle, handshake, work } = scenarios[name as string] ?? {};
      const bytes = [ram, idle].map((one) => Number(one?.replaceAll(",", "")));
      expect(bytes, name).to.deep.equal([hasRam?.value, hasIdle?.value]);
      const counted = ((handshake ?? work)?.value ?? 0) / 1e6;
      expect(Number(millions?.replaceAll(",", "")), name).to.be.closeTo(counted, 0.01 * counted);
    }
  });

  it("name what the command line may ask for", async () => {
    const unknown = await command("budgets", ["client99"]);
    expect(unknown.status).to.equal(2);
    expect(unknown.stderr).to.match(/there are: .*\bclient13, .*\bmcu\.mtls, /);
    const help = await command("budgets", ["--help"]);
    expect(help.stdout).to.contain("--update").and.to.contain("--census");
  });

  it("are measured the same at each run", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const first = await measureMemory("measure-handshake", "client13-chacha");
    const second = await measureMemory("measure-handshake", "client13-chacha");
    expect(second.stats).to.deep.equal(first.stats);
  });

  it("print a table", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const { status, stdout } = await command("budgets", ["records.chacha"]);
    expect(stdout).to.match(/records\.chacha\.alloc +0 +0 +B/);
    expect(status).to.equal(0);
  });
});
