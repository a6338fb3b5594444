// The text of each manifest, from the imports of what is built.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reached } from "./graph.js";
import { deviceExports } from "./names.js";
import { NATIVE, NATIVE_FILES, PROFILES, SDK_CHECK, SDK_SOCKET, SOCKETS } from "./profiles.js";

/** Where TCP and timers are; its own paths need the base manifest before it. */
const INCLUDE = ["$(MODDABLE)/examples/manifest_base.json", "$(MODDABLE)/modules/io/manifest.json"];

/** manifest.json brings all that a device may import. */
export function profilesOf(pkg) {
  return { "manifest.json": [...deviceExports(pkg).keys()], ...PROFILES };
}

/** { modules of dist/, names that apps import } of one profile. */
export function contentsOf(root, pkg, names) {
  const exported = deviceExports(pkg);
  const entries = names.map((name) => {
    const module = exported.get(name);
    if (module === undefined) throw new Error(`package.json does not export "./${name}"`);
    return module;
  });
  if (SOCKETS.some((socket) => names.includes(socket))) entries.push(SDK_CHECK);
  return { ...reached(join(root, "dist"), entries), names: [...names].sort() };
}

export function manifestText(root, pkg, names) {
  const { modules, outside, names: aliases } = contentsOf(root, pkg, names);
  const socket = SOCKETS.find((one) => names.includes(one));
  const list = Object.fromEntries([
    ...modules.map((module) => [`${pkg.name}/${module}`, `./dist/${module}.js`]),
    ...aliases.map((alias) => [`${pkg.name}/${alias}`, `./dist/names/${alias}`]),
    ...(socket === undefined ? [] : [[SDK_SOCKET, `./dist/names/embedded/${socket}`]]),
  ]);
  const preload = Object.keys(list);
  if (outside.includes(NATIVE)) {
    list[NATIVE] = `${NATIVE_FILES}.js`;
    list["*"] = `${NATIVE_FILES}.c`;
    preload.push(NATIVE);
  }
  const manifest = { include: INCLUDE, modules: list, preload };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

export function readPackage(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}
