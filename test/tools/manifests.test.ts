// What the Moddable SDK is given: manifests that list what is reached and nothing else, and a package that has all of it and nothing besides.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Manifest {
  include: string[];
  modules: Record<string, string>;
  preload: string[];
}

const files = readdirSync(root).filter((name) => /^manifest(?!-native).*\.json$/.test(name));
const read = (file: string, folder = root): Manifest => JSON.parse(readFileSync(join(folder, file), "utf8")) as Manifest;
const modulesOf = (file: string): string[] => Object.keys(read(file).modules);

/** Text of each, with its imports. */
function specifiers(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)(?:\s+[\w*{][^;"=(]*?\sfrom)?\s*"([^"]+)";/gm)].map((match) => match[1] as string);
}

describe("manifests for the Moddable SDK", function () {
  this.timeout(60_000);

  it("there is one for each profile, and one with all", () => {
    expect(files).to.have.members([
      "manifest.json",
      "manifest-client.json",
      "manifest-client-13.json",
      "manifest-client-small.json",
      "manifest-flash.json",
      "manifest-planner.json",
      "manifest-psk.json",
      "manifest-sdk-tls.json",
      "manifest-server.json",
    ]);
  });

  for (const file of files)
    it(`${file}: each import of each module is in it, each module is a built file and preloaded`, () => {
      const { modules, preload } = read(file);
      expect(preload).to.deep.equal(Object.keys(modules).filter((name) => name !== "*"));
      expect(modules["*"], "C, where random bytes are").to.equal(
        preload.includes("embedded:thimble/entropy") ? "./hosts/moddable/native/entropy.c" : undefined,
      );
      for (const name of preload) {
        const path = modules[name] as string;
        expect(path.includes("*"), name).to.equal(false);
        const built = join(root, path.replace(/(?:\.js)?$/, ".js"));
        expect(existsSync(built), path).to.equal(true);
        for (const specifier of specifiers(readFileSync(built, "utf8"))) {
          // As the engine resolves it: from the name of the module, not from its place in the package.
          const target = specifier.startsWith(".") ? new URL(specifier, `x:/${name}`).pathname.slice(1) : specifier;
          if (!/^(?:timer|time|Resource|mc\/config|embedded:io\/socket\/listener)$/.test(target))
            expect(modules, `${name} imports ${specifier}`).to.have.property(target.replace(/\.js$/, ""));
        }
      }
    });

  it("each example's manifest brings what its modules import: at the SDK a module that is missing is told at the first import only", () => {
    const examples = readdirSync(join(root, "examples")).filter((name) => existsSync(join(root, "examples", name, "manifest.json")));
    expect(examples.length).to.be.at.least(6);
    for (const example of examples) {
      const folder = join(root, "examples", example);
      const brought = read("manifest.json", folder)
        .include.filter((name) => name.endsWith(".json") && name.startsWith("../../"))
        .flatMap((name) => modulesOf(name.slice("../../".length)));
      for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts")))
        for (const specifier of specifiers(readFileSync(join(folder, name), "utf8").replace(/^import type .*$/gm, "")))
          if (/^thimble-tls\/|^embedded:io\/socket\/tcp\/tls$/.test(specifier))
            expect(brought, `examples/${example}/${name} imports ${specifier}`).to.include(specifier);
    }
  });

  it("a profile has nothing of what it does not name", () => {
    const none = (file: string, pattern: RegExp): void => {
      expect(
        modulesOf(file).filter((name) => pattern.test(name)),
        file,
      ).to.deep.equal([]);
    };
    for (const file of ["manifest-client-13.json", "manifest-client-small.json"])
      none(
        file,
        /src\/(?:server|client-psk|session|keys|starttls|suites-12)|\/server-(?:1[23]|extension)|-12(?:-|$)|rsa|p384|p521|ed25519|ocsp|crl|remembered/,
      );
    none("manifest-client-small.json", /aes|p256-ecdh/);
    none("manifest-flash.json", /handshake|crypto\/(?!xs\/(?:.*sha256|hash-block))|moddable\/(?:secure|tls)/);
    none("manifest-planner.json", /handshake|crypto\/xs|moddable\/(?:secure|tls)/);
    none("manifest-psk.json", /x509|certificate(?!-verify)|proof|peer-auth|p256|p384|rsa|ed25519|aes|12/);
    none("manifest-server.json", /src\/client|handshake\/client|ocsp|p384|ed25519|-12$|session\/resumption/);
    none("manifest-client.json", /src\/server|handshake\/server|rsa-(?:pss|pkcs1|verify|sign)|p384|cbc|starttls/);
  });

  it("what is not so is found: missing, one too many, not preloaded, not for devices", async () => {
    const folder = mkdtempSync(join(tmpdir(), "thimble-manifests-"));
    try {
      for (const file of readdirSync(root).filter((name) => /^manifest.*\.json$/.test(name))) cpSync(join(root, file), join(folder, file));
      const natives = join(folder, "hosts/moddable/native-crypto");
      cpSync(join(root, "hosts/moddable/native-crypto"), natives, { recursive: true });
      cpSync(join(root, "package.json"), join(folder, "package.json"));
      symlinkSync(join(root, "dist"), join(folder, "dist"));
      const path = "../../../tools/manifests/check.js";
      const { checkManifests } = (await import(path)) as { checkManifests(root: string, isChecked: (module: string) => boolean): string[] };
      expect(checkManifests(folder, () => true)).to.deep.equal([]);
      const file = "manifest-psk.json";
      const { include, modules, preload } = read(file);
      delete modules["thimble-tls/src/alert"];
      modules["thimble-tls/src/x509/der-reader"] = "./dist/src/x509/der-reader.js";
      writeFileSync(join(folder, file), JSON.stringify({ include, modules, preload: preload.slice(1) }));
      expect(checkManifests(folder, () => true)).to.deep.equal([
        `${file} is not what the imports say: npm run manifests`,
        `${file}: thimble-tls/src/alert is missing`,
        `${file}: thimble-tls/src/x509/der-reader is one too many`,
        `${file}, preload: ${preload[0]} is missing`,
      ]);
      rmSync(join(folder, file));
      expect(checkManifests(folder, (module) => module !== "src/crypto/xs/sha256")).to.include.members([
        `${file} is not what the imports say: npm run manifests`,
        `${file}: src/crypto/xs/sha256 is not for devices`,
      ]);
      cpSync(join(root, file), join(folder, file));

      // Natives.
      const edit = (name: string, from: string, to: string): void =>
        writeFileSync(join(natives, name), readFileSync(join(natives, name), "utf8").replace(from, to));
      edit("poly1305.js", "export function poly1305Tag", "function poly1305Tag");
      edit("aes-ctr.js", "xs_thimble_aes_ctr", "xs_thimble_aes_counter");
      edit("manifest-sha1.json", "sha1-blocks.js", "sha256-blocks.js");
      rmSync(join(folder, "manifest-native.json"));
      expect(checkManifests(folder, () => true)).to.deep.equal([
        "hosts/moddable/native-crypto/poly1305.js exports poly1305Blocks in place of poly1305Blocks, poly1305Tag",
        "hosts/moddable/native-crypto: no C has xs_thimble_aes_counter",
        "hosts/moddable/native-crypto: nothing calls xs_thimble_aes_ctr",
        "manifest-native.json is not what tools/manifests/native.js says: npm run manifests",
        "hosts/moddable/native-crypto/manifest-sha1.json is not what tools/manifests/native.js says: npm run manifests",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("mcpack's folder has exports and names of its own, and puts all of the package into flash", () => {
    const inner = JSON.parse(readFileSync(join(root, "dist/package.json"), "utf8")) as { name: string; exports: Record<string, unknown> };
    expect(inner.name).to.equal("thimble-tls");
    expect(inner.exports).to.have.property("./moddable/tls-socket");
    const { modules, preload } = read("dist/manifest.json");
    expect(modules).to.deep.equal({
      "thimble-tls/hosts/moddable/sdk-tls": "./hosts/moddable/sdk-tls.js",
      "embedded:thimble/entropy": "../hosts/moddable/native/entropy.js",
      "*": "../hosts/moddable/native/entropy.c",
    });
    expect(preload).to.deep.equal(["thimble-tls/*", "embedded:thimble/entropy"]);
  });
});

describe("npm pack", function () {
  this.timeout(60_000);
  let packed: string[] = [];

  before(() => {
    const { stdout, status } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" });
    expect(status).to.equal(0);
    packed = (JSON.parse(stdout) as { files: { path: string }[] }[]).flatMap((one) => one.files.map(({ path }) => path));
  });

  it("has what each manifest names, with maps, their sources, and types", () => {
    for (const file of files) {
      expect(packed).to.include(file);
      for (const path of Object.values(read(file).modules)) {
        if (path.startsWith("./hosts/")) {
          expect(packed).to.include(path.slice(2));
          continue;
        }
        const module = path.replace(/^\.\/|\.js$/g, "");
        if (module.startsWith("dist/names/")) expect(packed).to.include.members([`${module}.js`, `${module}.d.ts`]);
        else expect(packed).to.include.members([`${module}.js`, `${module}.d.ts`, `${module}.js.map`, `${module.replace("dist/", "")}.ts`]);
      }
    }
    expect(packed).to.include.members(["dist/manifest.json", "dist/package.json", "LICENSE", "NOTICE", "README.md", "package.json"]);
  });

  it("has what each manifest of natives names, and what it takes the place of", () => {
    const folder = "hosts/moddable/native-crypto";
    const parts = readdirSync(join(root, folder)).filter((name) => name.endsWith(".json"));
    expect(parts.length).to.be.at.least(7);
    for (const file of ["manifest-native.json", "manifest-native-full.json", ...parts.map((name) => `${folder}/${name}`)]) {
      expect(packed).to.include(file);
      const paths = Object.values(read(file).modules as Record<string, string | string[]>).flat();
      for (const path of paths.filter((one) => !one.startsWith("$(MODDABLE)")))
        expect(packed, file).to.include(relative(root, resolve(root, dirname(file), path)));
    }
  });

  it("has no tests, no tools, nothing of others", () => {
    const ours =
      /^(?:dist\/(?:src|hosts|sim|names|manifest\.json|package\.json)|src|hosts|sim\/(?:xs|engine|types|fleet)|examples|docs)(?:\/|$)/;
    const single =
      /^(?:manifest(?:-[a-z0-9-]+)?\.json|package\.json|budgets\.json|LICENSE|NOTICE|(?:README|ARCHITECTURE|SECURITY|CHANGELOG)\.md)$/;
    expect(packed.filter((path) => !ours.test(path) && !single.test(path))).to.deep.equal([]);
    expect(packed.filter((path) => /\.test\.|\/test\/|node_modules|moddable\/xs|\.(?:o|so|a|tgz|key|pem)$/.test(path))).to.deep.equal([]);
  });
});
