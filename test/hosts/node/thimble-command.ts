import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../hosts/node/cli/thimble.cjs", import.meta.url));

export interface Run {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

function start(args: readonly string[], nodeArgs: readonly string[] = []): { child: ChildProcess; run: Run; closed: Promise<Run> } {
  const child = spawn(process.execPath, [...nodeArgs, COMMAND, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const run: Run = { code: null, stdout: Buffer.alloc(0), stderr: "" };
  child.stdout.on("data", (data: Buffer) => {
    run.stdout = Buffer.concat([run.stdout, data]);
  });
  child.stderr.on("data", (data: Buffer) => {
    run.stderr += data.toString();
  });
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close").then(([code]) => {
    run.code = code as number | null;
    return run;
  });
  return { child, run, closed };
}

/** Runs the command to its end. stdin: what is written before its end; null leaves it open. */
export async function thimble(args: readonly string[], stdin: string | Buffer | null = "", nodeArgs: readonly string[] = []): Promise<Run> {
  const { child, closed } = start(args, nodeArgs);
  if (stdin !== null) child.stdin?.end(stdin);
  return closed;
}

export interface Served {
  readonly port: number;
  /** What it printed so far. */
  readonly run: Run;
  /** Resolves when stderr has this. */
  told(text: string | RegExp): Promise<void>;
  /** Interrupts it. */
  stop(): Promise<Run>;
}

/** Starts `thimble serve --port 0 …` and waits until it listens. */
export async function thimbleServe(args: readonly string[]): Promise<Served> {
  const { child, run, closed } = start(["serve", "--port", "0", "--address", "127.0.0.1", ...args]);
  let ended = false;
  void closed.then(() => {
    ended = true;
  });
  const told = async (text: string | RegExp): Promise<void> => {
    for (let i = 0; !(typeof text === "string" ? run.stderr.includes(text) : text.test(run.stderr)); i++) {
      if (ended || i > 500) throw new Error(`${ended ? "it ended" : "not told"}: ${text}; stderr: ${run.stderr}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  await told(/listening on .*:\d+\n/);
  const port = Number(/listening on .*:(\d+)\n/.exec(run.stderr)?.[1]);
  return {
    port,
    run,
    told,
    stop: () => {
      child.kill("SIGINT");
      return closed;
    },
  };
}
