// Runs apps that a test writes, as their author would: `npm run sim -- app.ts …`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { command, type Ended } from "./program.js";

/** The app's files, of which app.ts is the main module, and more arguments. Instructions are counted only with --watchdog. */
export type AppRunner = (files: Readonly<Record<string, string>>, ...args: string[]) => Promise<Ended>;

/** Each app gets a folder of its own. */
export function appRunner(folder: string): AppRunner {
  let count = 0;
  return (files, ...args) => {
    const at = join(folder, String(count++));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), text);
    }
    const counted = args.includes("--watchdog") ? [] : ["--no-instructions"];
    return command("main", [join(at, "app.ts"), ...counted, ...args]);
  };
}

/** What the app printed with "app:" before it. */
export function said({ stdout }: Ended): string[] {
  return [...stdout.matchAll(/^ {2}app: (.*)$/gm)].map((match) => match[1] as string);
}
