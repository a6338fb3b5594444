// The unit tests and vectors of hashes and ciphers (test/unit/crypto, test/vectors), the same files as on Node and in the simulator, in a build of the SDK
// where manifest-native-full.json has put C in the place of the inner loops.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { REPLACED, replacedBy } from "../manifests/native.js";
import { runDevice } from "./device.js";

const FILES = ["sha1", "sha256", "sha512", "hmac", "hkdf", "aes-gcm", "aes-ccm", "aes-cbc", "chacha20-poly1305"];
const VECTORS = /^(?:aes_(?:cbc_pkcs5|ccm|gcm)|chacha20_poly1305|hkdf_sha(?:256|384)|hmac_sha(?:1|256|384))_test\.json$/;
/** Heaps for tests, chai and the oracles: what is tested here is the arithmetic. */
const CREATION = {
  static: 0,
  chunk: { initial: 1 << 26, incremental: 1 << 22 },
  heap: { initial: 1 << 20, incremental: 1 << 16 },
  stack: 1 << 14,
  keys: { initial: 1 << 12, incremental: 512 },
};

/** Modules whose names natives have stay imports; all others become part of the bundle. */
const natives = (names) => ({
  name: "natives",
  setup({ onResolve }) {
    onResolve({ filter: /generated\// }, ({ path }) => {
      const name = /generated\/([\w-]+)\.js$/.exec(path)?.[1];
      return names.includes(name) ? { path: `thimble-tls/${REPLACED}/${name}`, external: true } : undefined;
    });
    onResolve({ filter: /^sim:host$/ }, () => ({ path: "host", external: true }));
  },
});

/** Writes the app; how many test files it has. `manifest`: null for thimble's own JavaScript. */
export async function writeTestApp(root, app, vectors, manifest) {
  mkdirSync(app, { recursive: true });
  const dist = join(root, "dist/test");
  const tests = [
    ...FILES.map((name) => join(dist, `unit/crypto/${name}.test.js`)),
    ...["rfc8448", "rfc8448-resumed"].map((name) => join(dist, `vectors/${name}.test.js`)),
  ];
  const options = {
    bundle: true,
    format: "esm",
    target: "es2022",
    write: true,
    logLevel: "error",
    nodePaths: [join(root, "node_modules")],
  };
  const names = manifest === null ? [] : replacedBy(manifest);
  await bundle({
    ...options,
    stdin: { contents: tests.map((file) => `import ${JSON.stringify(file)};`).join("\n"), resolveDir: root },
    outfile: join(app, "tests.js"),
    plugins: [natives(names)],
  });
  await bundle({ ...options, entryPoints: [join(dist, "xs/harness.js")], outfile: join(app, "harness.js"), plugins: [natives([])] });
  const files = existsSync(vectors) ? readdirSync(vectors).filter((name) => VECTORS.test(name)) : [];
  const texts = files.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(vectors, name), "utf8"))},`);
  writeFileSync(
    join(app, "host.js"),
    `const texts = {${texts.join("\n")}};
let state = 1;
export default {
  argument: (index) => ["tests", ${JSON.stringify(files.length > 0 ? vectors : "")}, ""][index],
  readText: (path) => texts[path.slice(path.lastIndexOf("/") + 1)] ?? null,
  fillRandom(bytes) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = (state = (Math.imul(state, 1103515245) + 12345) | 0) >> 16;
  },
};
`,
  );
  writeFileSync(join(app, "main.js"), 'globalThis.console = { log: (text) => trace(text, "\\n") };\nimport("harness");\n');
  const base = ["$(MODDABLE)/examples/manifest_base.json"];
  writeFileSync(
    join(app, "manifest.json"),
    JSON.stringify({
      include: manifest === null ? base : [...base, join(root, manifest)],
      modules: { "*": ["./main", "./harness", "./tests", "./host"] },
      creation: CREATION,
    }),
  );
  return { tests: tests.length, vectors: files.length };
}

/** Resolves to { passed, failed, skipped, why }; `print` gets a line for each failure. */
export async function runTestApp(program, library, print) {
  const counts = { passed: 0, failed: 0, skipped: 0, why: null };
  counts.why = await runDevice(
    program,
    library,
    (line) => {
      if (!line.startsWith("\u0001")) return false;
      const event = JSON.parse(line.slice(1));
      if (event.pass !== undefined) counts.passed++;
      else if (event.skip !== undefined) counts.skipped++;
      else if (event.fail !== undefined) {
        counts.failed++;
        print(`${event.fail}: ${event.error}`);
      }
      return event.end !== undefined;
    },
    600,
  );
  return counts;
}
