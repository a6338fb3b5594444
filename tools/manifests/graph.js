// Which built modules a module of dist/ reaches by static imports. Paths are relative to dist/, without extension.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "acorn";

/** Specifiers of one built module. */
export function importsOf(text) {
  const { body } = parse(text, { ecmaVersion: 2022, sourceType: "module" });
  return body.flatMap((node) => (typeof node.source?.value === "string" ? [node.source.value] : []));
}

/** Names that a module exports by declarations. */
export function exportsOf(text) {
  const { body } = parse(text, { ecmaVersion: 2022, sourceType: "module" });
  return body.flatMap(({ declaration }) => (declaration ? (declaration.declarations ?? [declaration]) : [])).map(({ id }) => id.name);
}

export function hasDefault(text) {
  const { body } = parse(text, { ecmaVersion: 2022, sourceType: "module" });
  return body.some(
    (node) =>
      node.type === "ExportDefaultDeclaration" ||
      (node.type === "ExportNamedDeclaration" && node.specifiers.some(({ exported }) => exported.name === "default")),
  );
}

/** Sorted: { modules: of dist/, outside: specifiers of the device's own }. */
export function reached(dist, entries) {
  const modules = new Set();
  const outside = new Set();
  const visit = (module) => {
    if (modules.has(module)) return;
    modules.add(module);
    for (const specifier of importsOf(readFileSync(join(dist, `${module}.js`), "utf8"))) {
      if (specifier.startsWith(".")) visit(posix.join(posix.dirname(module), specifier).replace(/\.js$/, ""));
      else outside.add(specifier);
    }
  };
  for (const entry of entries) visit(entry);
  return { modules: [...modules].sort(), outside: [...outside].sort() };
}
