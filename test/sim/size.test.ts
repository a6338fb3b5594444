import { expect } from "chai";
import { command, hostOrNull } from "./program.js";

describe("size", function () {
  this.timeout(120_000);

  it("lists the modules of a profile, the largest first", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const { status, stdout } = await command("size", ["client-13"]);
    expect(status).to.equal(0);
    const parts = stdout.indexOf(" modules ");
    const sizes = [...stdout.slice(0, parts).matchAll(/^ {2}(?:src|hosts)\/\S+\.js +([\d,]+) B/gm)].map((match) =>
      Number((match[1] as string).replaceAll(",", "")),
    );
    expect(sizes.length).to.be.above(50);
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => b - a));
    expect(stdout).to.match(/src\/crypto\/xs\/x25519\.js/);
    expect(stdout).to.match(/X\.509, \d+ modules +[\d,]+ B/);
  });

  it("knows its profiles", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const { status, stderr } = await command("size", ["toaster"]);
    expect(status).to.equal(2);
    expect(stderr).to.equal(
      'size: there is no profile "toaster"; there are: client-13, client-small, client, flash, planner, psk, sdk-tls, server, all\n',
    );
  });
});
