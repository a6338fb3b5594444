// `thimble plan`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Plan, plan } from "../../../src/planner/plan.js";
import { type Run, thimble } from "./thimble-command.js";

describe("thimble plan", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "thimble-plan-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function planned(config: unknown, ...more: string[]): Promise<Run> {
    const file = join(folder, "plan.json");
    writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
    return thimble(["plan", "--config", file, ...more]);
  }

  it("plans a client where no config is given", async () => {
    const { code, stdout } = await thimble(["plan"]);
    const { handshake, at } = plan({ role: "client" });
    expect(code).to.equal(0);
    expect(stdout.toString()).to.match(new RegExp(`handshake, peak \\(${at}\\) +2,568 .* ${handshake.total.toLocaleString("en-US")}\\n`));
    expect(stdout.toString()).to.match(/connected, at rest +2,568 .*\n.*parked +0 /);
  });

  it("plans what a file says, as a table and as JSON", async () => {
    const config = {
      role: "server",
      receiveBuffer: 4096,
      clientAuth: true,
      connections: 10,
      pool: true,
      versions: ["1.3", "1.2"],
    } as const;
    const { code, stdout } = await planned(config);
    expect(code).to.equal(0);
    const made = plan(config);
    expect(stdout.toString()).to.contain("10 connections: one at its peak");
    expect(stdout.toString()).to.contain(made.all.handshake.total.toLocaleString("en-US"));
    const json = await planned(config, "--json");
    expect(JSON.parse(json.stdout.toString()) as Plan).to.deep.equal(made);
  });

  const BAD: readonly (readonly [config: unknown, error: string])[] = [
    [{ role: "client", receivebuffer: 512 }, "receivebuffer: there is no such key; there are role, "],
    [{ receiveBuffer: 512 }, "role is missing"],
    [{ role: "peer" }, 'role: "peer" is none of "client", "server"'],
    [{ role: "client", receiveBuffer: "2048" }, 'receiveBuffer: "2048" is no whole number from 256 to 65536'],
    [{ role: "client", receiveBuffer: 255 }, "receiveBuffer: 255 is no whole number"],
    [{ role: "client", sendBuffer: 65_537 }, "sendBuffer: 65537 is no whole number"],
    [{ role: "client", sendBuffer: 512.5 }, "sendBuffer: 512.5 is no whole number"],
    [{ role: "client", connections: 0 }, "connections: 0 is no whole number from 1 to 1000"],
    [{ role: "client", ocsp: "yes" }, 'ocsp: "yes" is neither true nor false'],
    [{ role: "client", suites: [] }, "suites: [] is no list"],
    [{ role: "client", suites: ["TLS_NONE"] }, 'suites[0]: there are no figures for "TLS_NONE"'],
    [{ role: "client", versions: ["1.1"] }, 'versions[0]: "1.1" is none of "1.3", "1.2"'],
    [{ role: "client", versions: ["1.2"], suites: ["TLS_AES_128_GCM_SHA256"] }, "suites: none of them is of TLS 1.2"],
    [{ role: "client", peerKeys: ["RSA-1024"] }, 'peerKeys[0]: "RSA-1024" is none of'],
    [[], "the config is no object"],
    ["{", "plan.json: "],
  ];
  for (const [config, error] of BAD)
    it(`refuses ${JSON.stringify(config)}`, async () => {
      const { code, stdout, stderr } = await planned(config);
      expect(stderr)
        .to.contain(error)
        .and.to.match(/^thimble: [^\n]+\n$/);
      expect(stdout.toString()).to.equal("");
      expect(code).to.equal(1);
    });

  it("says that the file is not there", async () => {
    const { code, stderr } = await thimble(["plan", "--config", join(folder, "none.json")]);
    expect(stderr).to.match(/none\.json: cannot be read \(ENOENT\)/);
    expect(code).to.equal(2);
  });
});
