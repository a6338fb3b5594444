import { spawn } from "node:child_process";
import { dist } from "../../sim/paths.js";
import { BuildError, buildHost, type HostBuild } from "../../sim/xs/run.js";

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the built commands of sim/. */
export function command(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${dist}/sim/${name}.js`, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** The host program, or null, with the reason told, where there is no compiler. */
export async function hostOrNull(): Promise<HostBuild | null> {
  try {
    return await buildHost();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.log(`      skipped: ${error.message}`);
    return null;
  }
}
