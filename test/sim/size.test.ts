import { join } from "node:path";
import { expect } from "chai";
import { moduleGraph } from "../../sim/module-graph.js";
import { dist as built } from "../../sim/paths.js";
import { command, hostOrNull } from "./program.js";

describe("size", function () {
  this.timeout(120_000);

  it("lists the modules of a profile, the largest first", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const { status, stdout } = await command("size", ["iot-client"]);
    expect(status).to.equal(0);
    const sizes = [...stdout.matchAll(/^ {2}(?:src|hosts)\/\S+\.js .* ([\d,]+) B$/gm)].map((match) =>
      Number((match[1] as string).replaceAll(",", "")),
    );
    expect(sizes.length).to.be.above(50);
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => b - a));
    expect(stdout).to.match(/src\/crypto\/xs\/x25519\.js/);
    expect(stdout).to.match(/src, \d+ modules +[\d,]+ B/);
  });

  it("a firmware that names no OCSP stapling links nothing of it, nor SHA-1", () => {
    const linked = (...entries: readonly string[]) => moduleGraph(entries.map((entry) => join(built, "src", entry)));
    const ofOcsp = (path: string) => /(ocsp-[\w-]+|sha1)\.js$/.test(path);
    expect(linked("client.js", "server.js", "profiles/full.js", "x509/anchors.js").filter(ofOcsp)).to.deep.equal([]);
    expect(linked("x509/ocsp-stapling.js").filter(ofOcsp)).to.have.length(5);
    expect(linked("client.js", "profiles/iot-client.js").filter((path) => path.endsWith("stapled-certificate.js"))).to.deep.equal([]);
  });

  it("knows its profiles", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const { status, stderr } = await command("size", ["toaster"]);
    expect(status).to.equal(2);
    expect(stderr).to.equal('size: there is no profile "toaster"; there are: iot-client, iot-server, full\n');
  });
});
