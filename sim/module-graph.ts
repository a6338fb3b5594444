// Which built modules a module reaches by static imports, in the order in which they run.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "acorn";
import { SimError } from "./errors.js";

function importsOf(path: string): string[] {
  const { body } = parse(readFileSync(path, "utf8"), { ecmaVersion: 2022, sourceType: "module" });
  return body.flatMap((node) => {
    if (node.type !== "ImportDeclaration" && node.type !== "ExportNamedDeclaration" && node.type !== "ExportAllDeclaration") return [];
    const specifier = node.source?.value;
    return typeof specifier === "string" && specifier.startsWith(".") ? [specifier] : [];
  });
}

/** Absolute paths; each module stands behind all that it imports. Bare specifiers are the device's own. */
export function moduleGraph(entries: readonly string[]): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    if (!existsSync(path)) throw new SimError(`${path} is missing: npm run build`);
    for (const specifier of importsOf(path)) visit(join(dirname(path), specifier));
    order.push(path);
  };
  for (const entry of entries) visit(entry);
  return order;
}
