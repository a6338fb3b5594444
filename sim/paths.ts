import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built files, and the package's root: dist/sim/paths.js → dist → root. */
export const dist = dirname(dirname(fileURLToPath(import.meta.url)));
export const root = dirname(dist);
export const apps = join(dist, "sim/apps");
export const flights = join(root, "sim/flights");

/** The module that "sim:provider" is mapped to. */
export function providerFile(name: string): string {
  return join(apps, "providers", `${name}.js`);
}
