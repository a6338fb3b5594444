// Packages that are not installed with this one, because only the simulator needs them: its optional peers.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { hasEngine } from "./engine/compile.js";
import { SimError } from "./errors.js";

const here = createRequire(import.meta.url);
/** A package runner keeps this package elsewhere than the project that it is used for. */
const project = createRequire(join(process.cwd(), "package.json"));

function find(name: string): string | null {
  for (const from of [here, project])
    try {
      return from.resolve(name);
    } catch {
      // the next place
    }
  return null;
}

/** Throws where one is missing, with the command that installs all that are. */
export function checkPackages(names: readonly string[]): void {
  const missing = names.filter((name) => (name === ENGINE ? !hasEngine() : find(name) === null));
  if (missing.length > 0)
    throw new SimError(
      `the simulator needs ${missing.length === 1 ? "a package" : "packages"} more: npm install --save-dev --ignore-scripts ${missing.join(" ")}`,
    );
}

export const ENGINE = "@agoric/xsnap";
export const TRANSPILER = "esbuild";
/** They draw. */
export const CHARTS = "@observablehq/plot";
export const DOM = "linkedom";

/** A module of one of them. */
export function importPackage(name: string): Promise<unknown> {
  const path = find(name);
  return import(path === null ? name : pathToFileURL(path).href);
}
