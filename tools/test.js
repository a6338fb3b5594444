// `npm test`: all tests on Node but those that take long. `npm run test:long`: those. What else is given goes to mocha.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each takes 10 s or more: hundreds of handshakes with other stacks, dozens of runs of the command line or measured ones of the engine. */
const LONG = [
  "hosts/node/cli-sessions",
  "hosts/node/verify-command",
  "interop/matrix",
  "interop/resumption-12",
  "servers/fleet",
  "sim/constant-time",
  "sim/locust",
  "sim/mcu",
  "sim/picture",
  "sim/planner",
].map((name) => `dist/test/${name}.test.js`);

const missing = LONG.filter((file) => !existsSync(join(root, file)));
if (missing.length > 0) {
  process.stderr.write(`test: ${missing.join(", ")}: not there; npm run build, or change the list in tools/test.js\n`);
  process.exit(2);
}
const [which, ...more] = process.argv.slice(2);
const files = which === "long" ? LONG : ["dist/test/**/*.test.js", ...LONG.flatMap((file) => ["--ignore", file])];
const mocha = join(root, "node_modules/mocha/bin/mocha.js");
const given = which === "long" ? more : process.argv.slice(2);
process.exit(spawnSync(process.execPath, [mocha, ...files, ...given], { cwd: root, stdio: "inherit" }).status ?? 1);
