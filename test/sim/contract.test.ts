// The contract of sockets and listeners on the simulated device: test/contract/main.ts, with the heaps of an ESP32.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dist } from "../../sim/paths.js";
import { BuildError, buildHost, runXs, XS_EXIT, type XsResult } from "../../sim/xs/run.js";
import { writeGiven } from "../contract/given.js";

describe("the contract of sockets and listeners, on XS", function () {
  this.timeout(300_000);
  let folder = "";
  let result: XsResult;

  before(async function () {
    try {
      await buildHost();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-contract-"));
    const random = "{ fill: (bytes, offset, length) => host.fillRandom(bytes, offset, length) }";
    const given = writeGiven(folder, 'import host from "sim:host";', random);
    result = await runXs({
      main: join(dist, "test/contract/main.js"),
      map: { imports: { "contract:given": given } },
      timeout: 240_000,
    });
  });

  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("every rule holds", () => {
    expect(result.stdout.split("\n").filter((line) => line.startsWith("FAILED"))).to.deep.equal([]);
    expect(result.status, result.stderr).to.equal(XS_EXIT.done);
    const ended = /contract: (\d+) of (\d+) rules hold/.exec(result.stdout);
    expect(ended, result.stdout + result.stderr).not.to.equal(null);
    expect(ended?.[1], result.stdout + result.stderr).to.equal(ended?.[2]);
  });
});
