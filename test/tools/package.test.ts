import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = new URL("../../../", import.meta.url);
const at = (path: string) => fileURLToPath(new URL(path, root));

interface Package {
  exports: Record<string, string | { types: string; default?: string }>;
  bin: Record<string, string>;
  scripts: Record<string, string>;
  files: string[];
  engines: { node: string };
}

const manifest = JSON.parse(readFileSync(at("package.json"), "utf8")) as Package;

describe("package.json", () => {
  it("every export and command is a built file, with types", () => {
    const targets = Object.values(manifest.exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
    for (const target of [...targets, ...Object.values(manifest.bin)]) expect(existsSync(at(target)), target).to.equal(true);
    for (const [name, target] of Object.entries(manifest.exports))
      if (name === "./sim/device" || name === "./moddable/embedded-tls") expect(target, name).to.have.keys("types");
      else if (name !== "./package.json") expect(target, name).to.have.keys("types", "default");
  });

  it("says nothing twice: of two keys of one name the last would count", () => {
    const text = readFileSync(at("package.json"), "utf8");
    const keys = [...text.matchAll(/^ {4}"([^"]+)": /gm)].map((match) => match[1] as string).filter((key) => /^\.(\/|$)/.test(key));
    expect(keys).to.deep.equal(Object.keys(manifest.exports));
    expect(manifest.files).to.deep.equal([...new Set(manifest.files)]);
  });

  it("exports resolve by the package's own name", async () => {
    const own: string = "thimble-tls";
    const core = (await import(own)) as { ClientConnection: unknown };
    const node = (await import(`${own}/node`)) as { connect: unknown };
    expect(core.ClientConnection).to.be.a("function");
    expect(node.connect).to.be.a("function");
  });

  it("nothing relies on lifecycle scripts", () => {
    for (const name of Object.keys(manifest.scripts)) {
      expect(name).to.not.match(/^(install|prepare|prepack|postpack|prepublish|prepublishOnly|dependencies)$/);
      expect(name.replace(/^(pre|post)/, ""), name).to.equal(name);
    }
  });

  it("the oldest Node is the same everywhere", () => {
    const [major, minor] = /^>=(\d+)\.(\d+)/.exec(manifest.engines.node)?.slice(1) ?? [];
    for (const file of ["tools/node-version.cjs", "hosts/node/cli/thimble.cts"])
      expect(readFileSync(at(file), "utf8"), file).to.contain(`wanted = [${major}, ${minor}]`);
  });
});
