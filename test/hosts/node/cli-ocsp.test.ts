import { copyFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { OcspCa } from "../../interop/ocsp-ca.js";
import type { Leaf } from "../../interop/openssl-ca.js";
import { type Run, type Served, thimble, thimbleServe } from "./thimble-command.js";

describe("thimble and OCSP", function () {
  this.timeout(60000);
  let ca: OcspCa;
  let leaf: Leaf;
  const served: Served[] = [];

  before(() => {
    ca = new OcspCa();
    leaf = ca.leaf();
  });

  after(() => ca.remove());

  afterEach(async () => {
    for (const one of served.splice(0)) await one.stop();
  });

  async function serve(...args: string[]): Promise<Served> {
    const one = await thimbleServe(["--cert", leaf.chainFile, "--key", leaf.keyFile, ...args]);
    served.push(one);
    return one;
  }

  const ask = (port: number, ...args: string[]): Promise<Run> =>
    thimble(["connect", `127.0.0.1:${port}`, "--servername", "localhost", "--ca", ca.rootFile, ...args]);

  it("serve staples a file, connect tells what it says", async () => {
    const { port } = await serve("--ocsp", ca.response(leaf));
    const run = await ask(port, "--ocsp", "require");
    expect(run.code).to.equal(0);
    expect(run.stderr).to.match(
      /^OCSP: good, says the stapled response of 20[\d-]+T[\d:]+Z until 20[\d-]+T[\d:]+Z, signed by a responder\n$/,
    );
    expect((await ask(port)).stderr, "off").to.equal("");
  });

  it("none stapled", async () => {
    const { port } = await serve();
    const asked = await ask(port, "--ocsp", "ask");
    expect([asked.code, asked.stderr]).to.deep.equal([0, "OCSP: no response was stapled\n"]);
    const required = await ask(port, "--ocsp", "require");
    expect(required.code).to.equal(1);
    expect(required.stderr).to.match(/bad_certificate_status_response: leaf: an OCSP response is required, and none is stapled\n$/);
  });

  it("revoked is exit code 1, and told by serve", async () => {
    const { port, told } = await serve("--ocsp", ca.response(leaf, { status: "revoked", signer: "issuer" }));
    const run = await ask(port, "--ocsp", "ask");
    expect(run.code).to.equal(1);
    expect(run.stderr).to.match(/certificate_revoked: leaf: it was revoked at 2025-01-01T00:00:00Z/);
    await told(/failed: certificate_revoked/);
  });

  it("the file is read again when it changes, and stands where it is gone", async () => {
    const file = join(ca.directory, "staple.der");
    copyFileSync(ca.response(leaf), file);
    const { port } = await serve("--ocsp", file);
    expect((await ask(port, "--ocsp", "require")).code).to.equal(0);
    copyFileSync(ca.response(leaf, { status: "revoked" }), file);
    utimesSync(file, 1, 1);
    expect((await ask(port, "--ocsp", "ask")).stderr).to.match(/certificate_revoked/);
    rmSync(file);
    expect((await ask(port, "--ocsp", "ask")).stderr).to.match(/certificate_revoked/);
  });

  it("wrong usage is exit code 2", async () => {
    const policy = await thimble(["connect", "127.0.0.1:1", "--ca", ca.rootFile, "--ocsp", "maybe"]);
    expect(policy.code).to.equal(2);
    expect(policy.stderr).to.match(/off, ask, require/);
    const own = ["serve", "--port", "0", "--cert", leaf.chainFile, "--key", leaf.keyFile];
    const file = join(ca.directory, "some.der");
    writeFileSync(file, "x");
    const many = await thimble([...own, "--ocsp", file, "--ocsp", file]);
    expect(many.code).to.equal(2);
    expect(many.stderr).to.match(/--ocsp is given 2 times, --cert 1/);
    const none = await thimble([...own, "--ocsp", join(ca.directory, "nothing.der")]);
    expect(none.code).to.equal(2);
    expect(none.stderr).to.match(/nothing\.der/);
  });
});
