// Writes apps for mcconfig, and runs what it has built for the SDK's Linux simulator, without a window.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** An app of two modules, of which `secure`, preloaded, trusts the root in DER that stands in for ROOT. more: modules and parts of the manifest. */
export function writeApp(folder, { main, secure, rootDer, root, manifests, modules = [], ...more }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.js"), main);
  writeFileSync(join(folder, "secure.js"), secure.replace("ROOT", [...rootDer].join()));
  const include = manifests.map((name) => join(root, name));
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify({ include, modules: { "*": ["./main", "./secure", ...modules] }, preload: ["secure"], ...more }),
  );
}

/** Compiles run.c into `folder`; the path of the program. Throws what is missing. */
export function compileRunner(sdk, folder) {
  const program = join(folder, "run");
  const glib = spawnSync("pkg-config", ["--cflags", "--libs", "glib-2.0"], { encoding: "utf8" });
  if (glib.status !== 0) throw new Error("pkg-config has no glib-2.0: apt-get install libglib2.0-dev");
  const includes = ["-I", join(sdk, "build/simulators/modules")];
  const args = ["-o", program, join(here, "run.c"), ...includes, ...glib.stdout.trim().split(/\s+/), "-ldl"];
  const { status, stderr, error } = spawnSync("gcc", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`gcc: ${error?.message ?? stderr}`);
  return program;
}

/**
 * Runs mc.so until `onLine` returns true for a line it has written (a device never ends by itself). Resolves to what went wrong, or to null. `before`: a program
 * that runs the program (valgrind).
 */
export function runDevice(program, library, onLine, seconds, before = []) {
  const [command, ...args] = [...before, program, library];
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    let errors = "";
    let done = false;
    const end = (why) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      child.kill("SIGTERM");
      child.once("close", () => resolve(why));
      if (child.exitCode !== null) resolve(why);
    };
    const timer = setTimeout(() => end(`not done after ${seconds} s`), seconds * 1000);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) if (onLine(line)) end(null);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    child.on("error", (error) => end(error.message));
    child.on("close", (status) => end(`ended with status ${status}: ${errors.trim().split("\n").slice(-3).join(" ")}`));
  });
}
