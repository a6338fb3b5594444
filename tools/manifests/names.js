// The names by which an app imports the package's modules, as modules of their own: the SDK gives a file one name only, and inside of the package
// modules import each other by their paths. dist/names/ has them, with the types; mcpack makes the same by itself from package.json.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { hasDefault } from "./graph.js";
import { NATIVE, NATIVE_FILES, NOT_FOR_DEVICES, SDK_CHECK, SOCKETS } from "./profiles.js";

/** Export → module of dist/, of all that a device may import. */
export function deviceExports({ exports }) {
  return new Map(
    Object.entries(exports)
      .filter(([name, target]) => target.default !== undefined && !NOT_FOR_DEVICES.includes(name))
      .map(([name, target]) => [name.slice(2), target.default.replace(/^\.\/dist\/|\.js$/g, "")]),
  );
}

/** The folder that mcpack takes for the package: its manifest brings what no import names, and puts all that an app reaches into flash. */
export function mcpackManifest({ name }) {
  return {
    modules: { [`${name}/${SDK_CHECK}`]: `./${SDK_CHECK}.js`, [NATIVE]: `.${NATIVE_FILES}.js`, "*": `.${NATIVE_FILES}.c` },
    preload: [`${name}/*`, NATIVE],
  };
}

/** mcpack asks for the nearest package.json of a file; here Node finds the same exports as from outside. */
function innerPackage({ name, version, exports }) {
  const inner = Object.entries(exports)
    .filter(([, target]) => target.default !== undefined)
    .map(([key, target]) => [
      key,
      Object.fromEntries(Object.entries(target).map(([condition, file]) => [condition, file.replace("./dist/", "./")])),
    ]);
  return { name, version, type: "module", exports: Object.fromEntries(inner) };
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export function writeNames(root) {
  const dist = join(root, "dist");
  const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { name } = pkg;
  rmSync(join(dist, "names"), { recursive: true, force: true });
  const names = [...deviceExports(pkg), ...SOCKETS.map((socket) => [`embedded/${socket}`, deviceExports(pkg).get(socket)])];
  for (const [alias, module] of names) {
    const text = (target) => {
      const other = hasDefault(readFileSync(join(dist, `${module}.js`), "utf8")) ? `export { default } from "${target}";\n` : "";
      return `${other}export * from "${target}";\n`;
    };
    const file = join(dist, "names", alias);
    write(`${file}.js`, text(`${name}/${module}.js`));
    write(`${file}.d.ts`, text(`${posix.relative(posix.dirname(posix.join("names", alias)), module)}.js`));
  }
  write(join(dist, "package.json"), `${JSON.stringify(innerPackage(pkg), null, 2)}\n`);
  write(join(dist, "manifest.json"), `${JSON.stringify(mcpackManifest(pkg), null, 2)}\n`);
}
