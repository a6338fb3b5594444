// The modules of hosts/moddable/native-crypto in the places that manifest-native-full.json gives them, C's stand-ins below them, held to the tests and vectors
// of what they replace. C itself is tried with the SDK: npm run moddable.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { build } from "esbuild";
import { NATIVE_STAND_INS } from "../support/native-stand-ins.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = join(root, "hosts/moddable/native-crypto");
const REPLACED = "thimble-tls/src/crypto/xs/generated/";
const FILES = ["sha1", "sha256", "sha512", "hmac", "hkdf", "aes-gcm", "aes-ccm", "aes-cbc", "chacha20-poly1305"];

interface Manifest {
  modules: Record<string, string | string[]>;
  preload: string[];
}

const manifest = JSON.parse(readFileSync(join(root, "manifest-native-full.json"), "utf8")) as Manifest;

/** How often each was called. */
const calls: Record<string, number> = {};

/** The SDK's compiler turns native("name") into the function of that name. */
const native = (name: string) => {
  calls[name] = 0;
  return (...args: unknown[]): void => {
    calls[name]!++;
    (NATIVE_STAND_INS[name] as (...args: unknown[]) => void)(...args);
  };
};

const folder = mkdtempSync(join(tmpdir(), "thimble-native-"));
const outer = globalThis.describe;
try {
  Object.assign(globalThis, {
    native,
    describe: (title: string, body: (this: Mocha.Suite) => void) => outer(`natives in place: ${title}`, body),
  });
  for (const name of FILES) {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [join(root, `dist/test/unit/crypto/${name}.test.js`)],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "error",
      plugins: [
        {
          name: "natives",
          setup({ onResolve }) {
            onResolve({ filter: /generated\// }, ({ path }) => {
              const target = manifest.modules[REPLACED + (/generated\/([\w-]+)\.js$/.exec(path)?.[1] ?? "")];
              return typeof target === "string" ? { path: join(root, target) } : undefined;
            });
          },
        },
      ],
    });
    await import(pathToFileURL(outfile).href);
  }
} finally {
  Object.assign(globalThis, { describe: outer });
  rmSync(folder, { recursive: true, force: true });
}

describe("natives", () => {
  it("each was called by the tests above", () => {
    expect(Object.keys(calls).sort()).to.deep.equal(Object.keys(NATIVE_STAND_INS).sort());
    for (const [name, count] of Object.entries(calls)) expect(count, name).to.be.above(0);
  });

  it("a manifest takes out of the build what it replaces, brings each file of C that is called, and has it all in flash", () => {
    const { modules, preload } = manifest;
    expect(modules["~"]).to.deep.equal(preload.map((name) => `./${name.replace("thimble-tls", "dist")}.js`));
    const called = preload.flatMap((name) => readFileSync(join(root, modules[name] as string), "utf8").match(/(?<=native\(")\w+/g) ?? []);
    const c = (modules["*"] as string[]).filter((file) => file.endsWith(".c")).map((file) => readFileSync(join(root, file), "utf8"));
    for (const name of called)
      expect(
        c.some((text) => text.includes(`void ${name}(xsMachine* the)`)),
        name,
      ).to.equal(true);
    expect(called.sort()).to.deep.equal(Object.keys(NATIVE_STAND_INS).sort());
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
    expect(files.map((name) => REPLACED + name.slice(0, -3))).to.have.members(preload);
  });

  it("constants are those of what is replaced", async () => {
    for (const name of ["sha1-blocks", "sha512-blocks"]) {
      const own = (await import(pathToFileURL(join(FOLDER, `${name}.js`)).href)) as Record<string, unknown>;
      const other = (await import(pathToFileURL(join(root, `dist/src/crypto/xs/generated/${name}.js`)).href)) as Record<string, unknown>;
      for (const [key, value] of Object.entries(own)) if (typeof value === "object") expect(value, key).to.deep.equal(other[key]);
    }
  });

  it("SHA-256 computes without natives while a firmware is linked, and refuses what it refuses anyway", async () => {
    const unavailable = (): never => {
      throw new TypeError("link: unavailable function");
    };
    Object.assign(globalThis, { native: () => unavailable });
    const path = `${pathToFileURL(join(FOLDER, "sha256-blocks.js")).href}?linking`;
    const { sha256Blocks, sha256Initial } = (await import(path)) as typeof import("../../src/crypto/xs/generated/sha256-blocks.js");
    const message = new DataView(new ArrayBuffer(64 * 3 + 5));
    for (let i = 0; i < message.byteLength; i++) message.setUint8(i, 37 * i);
    const [linking, running] = [new DataView(new ArrayBuffer(96)), new DataView(new ArrayBuffer(96))];
    sha256Initial(linking);
    NATIVE_STAND_INS.xs_thimble_sha256_initial!(running);
    for (const [from, to, offset, count] of [
      [0, 32, 5, 3],
      [32, 0, 1, 1],
      [0, 64, 0, 0],
    ] as const) {
      sha256Blocks(linking, from, to, message, offset, count);
      NATIVE_STAND_INS.xs_thimble_sha256_blocks!(running, from, to, message, offset, count);
      expect(Buffer.from(linking.buffer).toString("hex")).to.equal(Buffer.from(running.buffer).toString("hex"));
    }
    expect(() => sha256Blocks(linking, 0, 0, message, 190, 1)).to.throw(RangeError);
  });
});
