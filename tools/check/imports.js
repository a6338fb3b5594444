// Import directions: src stands alone, inside src imports go down and never in a circle. Read from the TypeScript sources, so that imports of
// types count too; only for circles they do not: a part of a class that names the class it belongs to is loaded without a circle.
import { posix } from "node:path";

/** From the bottom up. A file may import its own layer and those below it. */
export const LAYERS = [
  ["src/alert.ts", "src/constants.ts", "src/bytes/"],
  ["src/starttls/"],
  ["src/crypto/"],
  ["src/x509/"],
  ["src/config", "src/connection-pool.ts", "src/identity.ts", "src/virtual-hosts.ts", "src/psk-12.ts"],
  ["src/keys/"],
  ["src/record/", "src/schedule/"],
  ["src/suites-12/"],
  ["src/messages/", "src/extensions/"],
  ["src/session/"],
  ["src/handshake/"],
  ["src/connection"],
  ["src/planner/"],
  ["src/client.ts", "src/client-psk.ts", "src/server.ts", "src/profiles/", "src/index.ts"],
];

/** Hosts share no code with each other; what a test or the simulator imports is their own affair. */
const HOST = /^hosts\/([^/]+)\//;

function layerOf(file) {
  return LAYERS.findIndex((prefixes) => prefixes.some((prefix) => file.startsWith(prefix)));
}

/** Import and export-from specifiers of one source, with their lines. Comments are blanked first, lines kept. */
export function specifiers(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
  const found = [];
  const pattern = /^[ \t]*(?:import|export)\b(?:[^;"'`]*?\bfrom)?\s*(["'])([^"'\n]+)\1|\bimport\(\s*(["'])([^"'\n]+)\3/gm;
  for (const match of code.matchAll(pattern)) {
    const end = match.index + match[0].length;
    const typeOnly = /^[ \t]*(?:import|export)\s+type\b/.test(match[0]);
    found.push({ typeOnly, specifier: match[2] ?? match[4], line: code.slice(0, end).split("\n").length });
  }
  return found;
}

export function checkImports(sources, report) {
  const graph = new Map();
  for (const { file, text } of sources) {
    const targets = [];
    graph.set(file, targets);
    for (const { specifier, line, typeOnly } of specifiers(text)) {
      const relative = specifier.startsWith(".");
      if (relative && !/\.c?js$/.test(specifier)) report("import-extension", file, line, `"${specifier}" must end in .js`);
      const target = relative ? posix.join(posix.dirname(file), specifier).replace(/js$/, "ts") : specifier;
      if (file.startsWith("src/")) fromSrc(file, line, target, relative, report);
      else if (HOST.test(file)) fromHost(file, line, target, relative, report);
      if (relative && !typeOnly) targets.push({ target, line });
    }
  }
  circles(graph, report);
}

function fromSrc(file, line, target, relative, report) {
  if (!relative || !target.startsWith("src/")) {
    report("import-direction", file, line, `src stands alone: it never imports ${relative ? target : `"${target}"`}`);
    return;
  }
  const from = layerOf(file);
  const to = layerOf(target);
  if (from < 0) report("import-direction", file, line, `${file} has no layer: add it to LAYERS in tools/check/imports.js`);
  else if (to < 0) report("import-direction", file, line, `${target} has no layer: add it to LAYERS in tools/check/imports.js`);
  else if (to > from) report("import-direction", file, line, `imports go down: ${target} lies above ${file}`);
}

function fromHost(file, line, target, relative, report) {
  const host = HOST.exec(file)[1];
  if (relative && !target.startsWith("src/") && !target.startsWith(`hosts/${host}/`))
    report("import-direction", file, line, `a host imports src and its own files, not ${target}`);
  if (host === "moddable" && !relative && target.startsWith("node:"))
    report("import-direction", file, line, `"${target}" does not exist on a device`);
}

function circles(graph, report) {
  const state = new Map();
  const path = [];
  const visit = (file) => {
    state.set(file, 1);
    path.push(file);
    for (const { target, line } of graph.get(file) ?? []) {
      if (!file.startsWith("src/")) continue;
      if (state.get(target) === 1)
        report("import-circle", file, line, `circle: ${[...path.slice(path.indexOf(target)), target].join(" → ")}`);
      else if (!state.has(target) && graph.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 2);
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
}
