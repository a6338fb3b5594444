// `npm run moddable`: builds the example apps with the Moddable SDK for a Linux simulator, by plain includes and by mcpack, and reports. MODDABLE is the
// SDK's folder, its tools built (xsc, xsid, xsl and the rest: build/makefiles/lin). Nothing is flashed. What is run are the tests of the natives
// (manifest-native.json), and handshakes over them; `npm run moddable -- native` does these alone, `-- figures` tells what natives save.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FOLDER, NATIVE_MANIFESTS, replacedBy } from "./manifests/native.js";
import { compileRunner } from "./moddable/device.js";
import { nativeFigures } from "./moddable/figures.js";
import { nativeHandshakes } from "./moddable/native-handshake.js";
import { runTestApp, writeTestApp } from "./moddable/native-tests.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { MODDABLE, PATH } = process.env;

function stop(why) {
  process.stderr.write(`moddable: ${why}\n`);
  process.exit(2);
}

if (!MODDABLE)
  stop("MODDABLE is not set: install the Moddable SDK (https://github.com/Moddable-OpenSource/moddable), and set MODDABLE to its folder");
const tools = join(MODDABLE, "build/bin/lin/release");
if (!existsSync(join(tools, "mcconfig"))) stop(`${join(tools, "mcconfig")} is missing: build the SDK's tools for Linux`);
if (!existsSync(join(root, "dist/manifest.json"))) stop("dist/ is missing: npm run build");

const env = { ...process.env, PATH: [tools, join(root, "node_modules/.bin"), PATH].join(delimiter) };
const folder = mkdtempSync(join(tmpdir(), "thimble-moddable-"));
const output = join(folder, "out");
mkdirSync(output);

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 1 << 26 });
  return { status, text: error ? error.message : `${stdout}${stderr}` };
}

function openssl(...args) {
  const { status, text } = run("openssl", args, folder);
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${text}`);
}

/** A root, and a server's certificate for localhost with its key. */
function localhost() {
  const curve = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"];
  openssl(...curve, "ca.key");
  openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=root", "-days", "2", "-out", "ca.pem");
  openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der");
  openssl(...curve, "server.key");
  openssl("req", "-new", "-key", "server.key", "-subj", "/CN=localhost", "-out", "server.csr");
  writeFileSync(join(folder, "server.ext"), "subjectAltName=DNS:localhost\n");
  const ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
  openssl("x509", "-req", "-in", "server.csr", ...ca, "-extfile", "server.ext", "-out", "server.pem");
  const read = (name) => readFileSync(join(folder, name));
  return { identity: { key: read("server.key"), cert: read("server.pem") }, rootDer: read("ca.der") };
}

/** What the apps' mc/config has to hold for them to link: a root, a certificate of P-256 and its key, a pre-shared key. */
function secrets() {
  const base64 = (file) => readFileSync(join(folder, file)).toString("base64");
  openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-outform", "DER", "-out", "key.der");
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    "key.der",
    "-keyform",
    "DER",
    "-subj",
    "/CN=moddable",
    "-days",
    "2",
    "-outform",
    "DER",
    "-out",
    "root.der",
  );
  const [own, certificate] = [base64("key.der"), base64("root.der")];
  const psk = Buffer.alloc(32, 7).toString("base64");
  return { root: certificate, certificate, otherCertificate: certificate, key: own, otherKey: own, psk };
}

/** The CODE atoms of what was compiled. */
function bytecode(at) {
  let bytes = 0;
  for (const name of readdirSync(at, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".xsb"))) {
    const file = readFileSync(join(at, name));
    for (let i = 8; i < file.length; i += file.readUInt32BE(i))
      if (file.toString("latin1", i + 4, i + 8) === "CODE") bytes += file.readUInt32BE(i) - 8;
  }
  return bytes;
}

const failures = [];

/** Builds one app; `wanted`: what must stand in the messages of a build that has to fail. `calls`: how many natives of ciphers and hashes it links. */
function build(name, command, args, cwd, at, wanted = null, calls = 0) {
  const begin = Date.now();
  const { status, text } = run(command, args, cwd);
  const seconds = `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  const linkedFile = join(output, "tmp/lin/mc/release", at, "mc.xs.c");
  const linked = existsSync(linkedFile) ? readFileSync(linkedFile, "utf8") : "";
  const natives = new Set(linked.match(/xs_thimble_(?!entropy)\w+/g)).size;
  const good = wanted === null ? status === 0 && natives === calls : status !== 0 && text.includes(wanted);
  if (!good) failures.push(name);
  const lines = text.split("\n").filter((line) => line !== "" && !/^# |not frozen|no const/.test(line));
  let told = wanted === null ? "" : `stops: ${wanted}`;
  if (good && wanted === null) {
    const count = (what) => Number(new RegExp(`#define mx${what}Count (\\d+)`).exec(linked)?.[1] ?? 0);
    const modules = join(output, "tmp/lin/mc/release", at, "modules/thimble-tls");
    told = `${count("Scripts")} modules, ${bytecode(modules).toLocaleString("en")} bytes of thimble's bytecode, ${count("Alias")} aliases${calls > 0 ? `, ${calls} natives` : ""}`;
  }
  process.stdout.write(`moddable: ${name}: ${good ? "ok" : "FAILED"}, ${seconds}${told === "" ? "" : `, ${told}`}\n`);
  if (!good) process.stdout.write(`${lines.slice(-12).join("\n")}\n`);
  return good;
}

/** How many natives the modules of a manifest call. */
function callsOf(manifest) {
  const calls = replacedBy(manifest).flatMap((name) => readFileSync(join(root, FOLDER, `${name}.js`), "utf8").match(/native\("/g));
  return calls.length;
}

/** Tests and handshakes in builds that have C in the place of the inner loops. */
async function natives(target) {
  const print = (text) => process.stdout.write(`moddable:   ${text}\n`);
  const failed = (what, why) => {
    failures.push(what);
    process.stdout.write(`moddable: ${what}: FAILED, ${why}\n`);
  };
  const program = compileRunner(MODDABLE, folder);
  const library = (name) => join(output, "bin/lin/mc/release", name, "mc.so");
  const manifest = "manifest-native-full.json";

  const vectors = process.env.THIMBLE_VECTORS ?? join(root, "../shared/vectors/wycheproof");
  const app = join(folder, "vectors");
  const written = await writeTestApp(root, app, vectors, manifest);
  if (written.vectors === 0) failed("native tests", `no Wycheproof vectors at ${vectors}: set THIMBLE_VECTORS`);
  else if (build("native tests, build", "mcconfig", target, app, "vectors", null, callsOf(manifest))) {
    const { passed, failed: wrong, skipped, why } = await runTestApp(program, library("vectors"), print);
    const counts = `${written.tests} files, ${passed} passed, ${wrong} failed, ${skipped} skipped`;
    if (why !== null || wrong > 0 || skipped > 0 || passed < 100) failed("native tests", `${counts}${why === null ? "" : `: ${why}`}`);
    else process.stdout.write(`moddable: native tests: ok, ${counts}\n`);
  }

  const { tried, failed: refused } = await nativeHandshakes({
    root,
    app: join(folder, "handshake"),
    ...localhost(),
    manifests: ["manifest.json", manifest],
    build(at) {
      build("native handshakes, build", "mcconfig", target, at, "handshake", null, callsOf(manifest));
      return library("handshake");
    },
    program,
    print,
  });
  if (refused > 0) failed("native handshakes", `${refused} failures`);
  else process.stdout.write(`moddable: native handshakes: ok, ${tried} suites with OpenSSL\n`);
}

/** What natives save. */
async function figures(target) {
  const program = compileRunner(MODDABLE, folder);
  await nativeFigures({
    root,
    folder,
    ...localhost(),
    manifest: "manifest-native-full.json",
    build(app, name) {
      const { status, text } = run("mcconfig", target, app);
      if (status !== 0) throw new Error(text.split("\n").slice(-12).join("\n"));
      return join(output, "bin/lin/mc/release", name, "mc.so");
    },
    program,
    print: (text) => process.stdout.write(`${text}\n`),
  });
}

/** The examples, all modules, both TLS stacks, mcpack, each part of the natives. */
function builds(target, values) {
  const apps = readdirSync(join(root, "examples")).filter((name) => existsSync(join(root, "examples", name, "manifest.json")));
  for (const name of apps) {
    const cwd = join(root, "examples", name);
    const manifest = JSON.parse(readFileSync(join(cwd, "manifest.json"), "utf8"));
    build(`examples/${name}`, "mcconfig", [...target, ...values(manifest)], cwd, name);
  }

  // All that there is, in one firmware.
  const all = join(folder, "all");
  mkdirSync(all);
  writeFileSync(join(all, "main.js"), 'import "thimble-tls/profiles/full";\n');
  writeFileSync(join(all, "manifest.json"), JSON.stringify({ include: [join(root, "manifest.json")], modules: { "*": "./main" } }));
  build("manifest.json", "mcconfig", target, all, "all");

  // Both TLS stacks.
  const both = join(folder, "both");
  mkdirSync(both);
  writeFileSync(join(both, "main.js"), "");
  const sdk = "$(MODDABLE)/examples/io/tcp/httpsclient/manifest_httpsclient.json";
  const includes = [join(root, "manifest-client-13.json"), sdk];
  writeFileSync(join(both, "manifest.json"), JSON.stringify({ include: includes, modules: { "*": "./main" } }));
  const conflict = "thimble and the TLS of the Moddable SDK are both in this build";
  build("with the SDK's TLS", "mcconfig", target, both, "both", conflict);

  // As an npm package that mcpack finds by itself.
  const packed = join(folder, "packed");
  mkdirSync(join(packed, "node_modules"), { recursive: true });
  symlinkSync(root, join(packed, "node_modules/thimble-tls"));
  const own = { name: "packed", version: "1.0.0", type: "module", exports: "./main.js" };
  writeFileSync(join(packed, "package.json"), JSON.stringify(own));
  writeFileSync(
    join(packed, "main.js"),
    'import TLSSocket from "thimble-tls/moddable/tls-socket";\nimport { deviceRandom } from "thimble-tls/moddable/device-random";\nimport { iotClient } from "thimble-tls/profiles/iot-client";\ntrace(typeof TLSSocket, typeof deviceRandom, iotClient.name, "\\n");\n',
  );
  build("by mcpack", "mcpack", ["mcconfig", ...target], packed, "packed");

  // In folders of their own: make does not see that a module's name has another file now.
  const other = join(folder, "packed-native");
  cpSync(packed, other, { recursive: true });
  writeFileSync(join(other, "package.json"), JSON.stringify({ ...own, name: "packed-native" }));
  writeFileSync(join(other, "manifest.json"), JSON.stringify({ include: ["./node_modules/thimble-tls/manifest-native.json"] }));
  build("by mcpack, with natives", "mcpack", ["mcconfig", ...target], other, "packed-native", null, callsOf("manifest-native.json"));

  // Each manifest of natives, beside one that reaches all that they replace.
  for (const [i, file] of Object.keys(NATIVE_MANIFESTS).entries()) {
    const name = `natives-${i}`;
    const one = join(folder, name);
    mkdirSync(one);
    writeFileSync(join(one, "main.js"), 'import "thimble-tls/profiles/full";\n');
    const include = [join(root, "manifest.json"), join(root, file)];
    writeFileSync(join(one, "manifest.json"), JSON.stringify({ include, modules: { "*": "./main" } }));
    build(`manifest.json with ${file}`, "mcconfig", target, one, name, null, callsOf(file));
  }
}

try {
  const version = readFileSync(join(MODDABLE, "tools/VERSION"), "utf8").trim();
  process.stdout.write(`moddable: SDK ${version}\n`);
  const given = secrets();
  const target = ["-m", "-p", "lin", "-t", "build", "-o", output];
  const values = (manifest) =>
    Object.keys(manifest.config ?? {})
      .filter((key) => manifest.config[key] === "")
      .map((key) => `${key}=${key === "key" && manifest.config.identity !== undefined ? given.psk : given[key]}`);

  if (process.argv[2] === undefined) builds(target, values);
  if (process.argv[2] === undefined || process.argv[2] === "native") await natives(target);
  if (process.argv[2] === "figures") await figures(target);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  process.stdout.write(`moddable: FAILED: ${failures.join(", ")}\n`);
  process.exitCode = 1;
}
