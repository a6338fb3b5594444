// A user's app as the device takes it: each of its TypeScript or JavaScript modules becomes one of JavaScript, and each import an exact path.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { SimError } from "../errors.js";
import { importPackage, TRANSPILER } from "../packages.js";
import { root } from "../paths.js";

export interface AppModules {
  /** The main module, built. */
  readonly main: string;
  /** Built file → the source that it was made from. */
  readonly sources: ReadonlyMap<string, string>;
  /** Bare specifiers that the app imports of the simulator. */
  readonly imports: ReadonlySet<string>;
}

/** What the device itself has (sim/xs/modules.c), and what is written for a run. */
const DEVICE = [
  "timer",
  "time",
  "net",
  "mc/config",
  "embedded:io/socket/tcp",
  "embedded:io/socket/listener",
  "embedded:io/socket/tcp/tls",
  "embedded:network/dns/resolver/udp",
  "embedded:thimble/entropy",
  "preference",
  "embedded:storage/key-value",
  "Resource",
  "sntp",
  "embedded:network/ntp/client",
  "sim:host",
  "sim:measure",
  "sim:trust",
  "sim:device",
];

/** Modules of the SDK by the look of their names: no package of npm's. */
const SDK = /^(?:embedded:|sim:|mc\/|pins\/|piu\/|commodetto\/)/;

type Manifest = { name: string; exports: Record<string, string | { default?: string }> };
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** The built file of a module of this package. */
export function ownModule(specifier: string): string | null {
  const { name, exports } = manifest;
  if (specifier !== name && !specifier.startsWith(`${name}/`)) return null;
  const found = exports[`.${specifier.slice(name.length)}`];
  if (typeof found !== "object" || found.default === undefined) {
    const has = Object.entries(exports).flatMap(([key, one]) =>
      typeof one === "object" && one.default !== undefined ? [name + key.slice(1)] : [],
    );
    throw new SimError(`there is no module "${specifier}"; there are ${has.join(", ")}`);
  }
  return join(root, found.default);
}

type Esbuild = typeof import("esbuild");

/** One line for each mistake, as compilers write them. */
function mistakes(error: unknown): string | null {
  const { errors } = error as { errors?: { text: string; location: { file: string; line: number; column: number } | null }[] };
  if (!Array.isArray(errors) || errors.length === 0) return null;
  return errors
    .map(({ text, location }) => (location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`))
    .join("\n");
}

function deviceModule(specifier: string, importer: string): boolean {
  if (DEVICE.includes(specifier)) return true;
  if (SDK.test(specifier))
    throw new SimError(
      `${importer}: the simulator has no module "${specifier}"; it has ${DEVICE.join(", ")} and those of ${manifest.name}`,
    );
  return false;
}

/** Builds the app and all that it imports into `folder`. Throws SimError with what its author can mend. */
export async function buildApp(app: string, folder: string): Promise<AppModules> {
  const esbuild = (await importPackage(TRANSPILER)) as Esbuild;
  const targets = new Map<string, string>();
  const queue: string[] = [];
  const imports = new Set<string>();
  mkdirSync(folder, { recursive: true });
  const targetOf = (source: string): string => {
    let target = targets.get(source);
    if (target === undefined) {
      target = join(folder, `${targets.size}-${basename(source).replace(/\.\w+$/, "")}.js`);
      targets.set(source, target);
      queue.push(source);
    }
    return target;
  };
  const main = targetOf(resolve(app));
  let stopped: unknown = null; // what is thrown inside of esbuild comes out with much around it
  const plugin: import("esbuild").Plugin = {
    name: "device",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (kind === "entry-point" || pluginData === "inner") return undefined;
        try {
          const own = ownModule(path);
          if (own !== null) return { path: own, external: true };
          if (deviceModule(path, relative(process.cwd(), importer))) {
            imports.add(path);
            return { path, external: true };
          }
        } catch (error) {
          stopped ??= error;
          return { path, external: true };
        }
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: "inner" });
        if (found.errors.length > 0) return { errors: found.errors };
        return { path: targetOf(found.path), external: true };
      });
    },
  };
  for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
    let text: string;
    try {
      const built = await esbuild.build({
        entryPoints: [source],
        bundle: true,
        format: "esm",
        target: "es2022",
        platform: "neutral",
        mainFields: ["module", "main"],
        conditions: ["import"],
        charset: "utf8",
        write: false,
        logLevel: "silent",
        plugins: [plugin],
      });
      text = built.outputFiles[0]?.text ?? "";
    } catch (error) {
      const why = mistakes(error);
      throw why === null ? error : new SimError(why);
    }
    if (stopped !== null) throw stopped;
    writeFileSync(targets.get(source) as string, text);
  }
  return { main, sources: new Map([...targets].map(([source, target]) => [target, source])), imports };
}
