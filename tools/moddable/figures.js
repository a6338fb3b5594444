// `npm run moddable -- figures`: what natives save. The same app with thimble's own JavaScript and with manifest-native-full.json, built for the SDK's Linux
// simulator (64 bits), under callgrind: x86 instructions of one operation, and what it allocates.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { runDevice, writeApp } from "./device.js";

const here = dirname(fileURLToPath(import.meta.url));
const SUITES = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const RECORD = 4096;

const MAIN = `import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { full } from "thimble-tls/profiles/full";
import config from "mc/config";
import { secure } from "secure";

const begin = native("xs_figures_begin");
const end = native("xs_figures_end");
const slots = native("xs_figures_slots");
const chunks = native("xs_figures_chunks");

function measure(name, operation) {
  operation();
  const first = slots(), second = chunks();
  operation();
  const last = slots(), bytes = chunks();
  begin();
  operation();
  end(name);
  trace(\`allocated \${last - first} \${bytes - second} \${name}\\n\`);
}

const data = new Uint8Array(${RECORD} + 32);
const secret = new Uint8Array(64).fill(7);
const seen = new Set();
for (const { aead } of full.suites) {
  if (seen.has(aead)) continue;
  seen.add(aead);
  const keys = aead.create(2);
  keys.setKey(false, secret, 0);
  keys.setKey(true, secret, 0);
  measure(\`\${aead.name}: seal 4 KB\`, () => keys.seal(secret, 40, secret, 0, 5, data, 8, ${RECORD}));
  let right = true;
  const kept = data.slice();
  measure(\`\${aead.name}: open 4 KB\`, () => {
    data.set(kept);
    right = keys.open(secret, 40, secret, 0, 5, data, 8, ${RECORD});
  });
  measure(\`\${aead.name}: 4 KB each way\`, () => {
    keys.seal(secret, 40, secret, 0, 5, data, 8, ${RECORD});
    right &&= keys.open(secret, 40, secret, 0, 5, data, 8, ${RECORD});
  });
  if (!right) trace("WRONG\\n");
}
for (const { hash } of full.suites.slice(0, 3)) {
  if (seen.has(hash)) continue;
  seen.add(hash);
  const one = hash.create();
  measure(\`\${hash.name} of 4 KB\`, () => {
    one.reset();
    one.update(data, 0, ${RECORD});
    one.digest(data, 0);
  });
}

function visit(at) {
  if (at === config.ports.length) return trace("ended\\n");
  let done = false;
  begin();
  const socket = new TLSSocket({
    address: "127.0.0.1", host: "localhost", port: config.ports[at], TCP: { io: TCP }, secure,
    onWritable() {
      if (done) return;
      done = true;
      end(config.names[at] + ": handshake");
      this.close();
      visit(at + 1);
    },
    onError(error) { trace("WRONG ", error.message, "\\n"); trace("ended\\n"); },
  });
}

visit(0);
`;

const SECURE = `import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom as random } from "thimble-tls/moddable/device-random";
import { iotClient as provider } from "thimble-tls/profiles/iot-client";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";
const root = Uint8Array.of(ROOT);
export const secure = { provider, random, clock, trust: new AnchorList([anchorFromCertificate(root, provider.sha256)]) };
`;

/** { name → { instructions, slots, chunks } } of one build. */
async function figuresOf(app, root, manifests, ports, rootDer, build, program) {
  writeApp(app, {
    ...{ main: MAIN, secure: SECURE, rootDer, root, manifests, modules: [join(here, "figures.c")] },
    config: { ports, names: SUITES },
    // So large that nothing is collected in between.
    creation: { static: 0, chunk: { initial: 1 << 24, incremental: 0 }, heap: { initial: 1 << 18, incremental: 0 }, stack: 1024 },
  });
  const library = build(app);
  const output = join(app, "callgrind");
  mkdirSync(output);
  const found = new Map();
  const wrong = [];
  const valgrind = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", `--callgrind-out-file=${join(output, "out")}`];
  const why = await runDevice(
    program,
    library,
    (line) => {
      const [, slots, chunks, name] = /^allocated (-?\d+) (-?\d+) (.*)$/.exec(line) ?? [];
      if (name !== undefined) found.set(name, { slots: Number(slots), chunks: Number(chunks) });
      if (line.startsWith("WRONG")) wrong.push(line);
      return line === "ended";
    },
    300,
    valgrind,
  );
  if (why !== null || wrong.length > 0) throw new Error(why ?? wrong.join(" "));
  for (const file of readdirSync(output)) {
    const text = readFileSync(join(output, file), "utf8");
    const name = /^desc: Trigger: Client Request: (.*)$/m.exec(text)?.[1];
    const sum = /^(?:summary|totals): (\d+)/m.exec(text)?.[1];
    if (name !== undefined) found.set(name, { ...found.get(name), instructions: Number(sum) });
  }
  rmSync(output, { recursive: true });
  return found;
}

function listen(suite, identity) {
  const server = createServer({ ...identity, minVersion: "TLSv1.3", ciphers: suite }, (socket) => socket.on("error", () => {}));
  server.on("tlsClientError", () => {});
  return new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(server)));
}

/** Prints a table. build(folder, natives): the path of mc.so. */
export async function nativeFigures({ root, folder, identity, rootDer, manifest, build, program, print }) {
  const servers = await Promise.all(SUITES.map((suite) => listen(suite, identity)));
  try {
    const ports = servers.map((server) => server.address().port);
    const measured = async (name, manifests) =>
      figuresOf(join(folder, name), root, manifests, ports, rootDer, (app) => build(app, name), program);
    const own = await measured("figures-own", ["manifest.json"]);
    const native = await measured("figures-native", ["manifest.json", manifest]);
    const cell = (value, width) => String(value ?? "?").padStart(width);
    print(`${"".padEnd(40)}${cell("JavaScript", 14)}${cell("natives", 14)}${cell("slots, bytes allocated", 26)}`);
    for (const [name, { instructions }] of own) {
      const other = native.get(name);
      const allocated = other.slots === undefined ? "" : `${other.slots}, ${other.chunks}`;
      print(
        `${name.padEnd(40)}${cell(instructions.toLocaleString("en"), 14)}${cell(other.instructions.toLocaleString("en"), 14)}${cell(allocated, 26)}`,
      );
    }
  } finally {
    for (const server of servers) server.close();
  }
}
