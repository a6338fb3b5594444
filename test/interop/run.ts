import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program that gets no input, to its end. */
export async function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(program, args);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  child.stdin.end();
  const [code] = await once(child, "close");
  return { code, output };
}
