/** Loaded by mocha before the tests: gives them what test/support/files.ts needs, on Node. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runner } from "./files.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const directory = process.env.THIMBLE_VECTORS ?? join(root, "../shared/vectors/wycheproof");

runner.vectorDirectory = directory;
runner.readText = (path) => {
  const file = join(directory, path);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
};
