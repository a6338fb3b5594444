// `npm run build`: print the generated sources, then compile everything once to dist/, freeze what is constant there, and write by what names a device app imports it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { frozen } from "./freeze.js";
import { writeNames } from "./manifests/names.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "src/crypto/xs/generated");

mkdirSync(target, { recursive: true });
for (const name of readdirSync(join(root, "tools/generate")).filter((file) => file.endsWith(".js"))) {
  const { generate } = await import(join(root, "tools/generate", name));
  const file = join(target, name.replace(/\.js$/, ".ts"));
  const text = generate();
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], { stdio: "inherit" });
if (tsc.status === 0) {
  for (const folder of ["dist/src", "dist/hosts/moddable"])
    for (const name of readdirSync(join(root, folder), { recursive: true }).filter((file) => file.endsWith(".js"))) {
      const file = join(root, folder, name);
      const text = readFileSync(file, "utf8");
      const changed = frozen(text);
      if (changed !== text) writeFileSync(file, changed);
    }
  writeNames(root);
}
process.exit(tsc.status ?? 1);
