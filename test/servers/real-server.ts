// Servers that others wrote, on loopback, each with a configuration of its own in the test's temporary folder.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, chmodSync, chownSync, constants, copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { TestCA } from "../hosts/node/test-ca.js";

/** Where Debian puts servers, beside PATH. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];

export const isRoot = process.getuid?.() === 0;

export function found(command: string): string | null {
  for (const folder of FOLDERS) if (existsSync(join(folder, command))) return join(folder, command);
  return null;
}

/** The first of these paths that is there. */
export function foundFile(...paths: readonly string[]): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Whether this user may run it. */
export function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The command's path; where it is absent the test is skipped and says why. */
export function needed(test: Mocha.Context, path: string | null, name: string): string {
  if (path !== null) return path;
  console.log(`      skipped: ${name} not found (sh tools/setup.sh servers installs it)`);
  return test.skip();
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export interface RealServer {
  /** What it printed so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface Start {
  env?: Record<string, string>;
  /** A user whose rights it runs with, where we are root. */
  user?: string;
  cwd?: string;
  /** What it prints when it is ready, where it listens before. */
  ready?: string;
  /** A command that ends it; without one it gets SIGTERM. */
  stopWith?: readonly string[];
}

/** Starts a server in the foreground and waits until it listens on the port. */
export async function start(
  port: number,
  command: string,
  args: readonly string[],
  { env = {}, user, cwd, ready = "", stopWith }: Start = {},
): Promise<RealServer> {
  const own = user !== undefined && isRoot ? { uid: idOf(user, "-u"), gid: idOf(user, "-g") } : {};
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...own,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      output += data.toString("latin1");
    });
  let ended: string | null = null;
  const closed = new Promise<void>((done) => {
    child.on("error", (error) => {
      ended = error.message;
      done();
    });
    child.on("exit", (code, signal) => {
      ended = `${code ?? signal}`;
      done();
    });
  });
  const server = { output: () => output, stop: () => stop(child, closed, stopWith) };
  for (let tries = 0; !(output.includes(ready) && (await listens(port))); tries++) {
    if (ended !== null) throw new Error(`${command} ended (${ended}): ${output}`);
    if (tries > 400) {
      await server.stop();
      throw new Error(`${command} does not listen on port ${port}: ${output}`);
    }
    await new Promise((done) => setTimeout(done, 25));
  }
  return server;
}

async function stop(child: ChildProcess, closed: Promise<void>, stopWith: readonly string[] = []): Promise<void> {
  const [command, ...args] = stopWith;
  if (command === undefined) child.kill("SIGTERM");
  else await new Promise((done) => spawn(command, args, { stdio: "ignore" }).on("exit", done));
  const patience = setTimeout(() => child.kill("SIGKILL"), 4000);
  await closed;
  clearTimeout(patience);
  // Processes that outlive it would keep our ends of its pipes open.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.end();
      done(true);
    });
    socket.on("error", () => done(false));
  });
}

function idOf(user: string, what: "-u" | "-g"): number {
  return Number(execFileSync("id", [what, user], { encoding: "utf8" }));
}

/** A folder with a certificate for localhost, into which servers that give up their rights can look. */
export class ServerFolder {
  readonly ca = new TestCA();
  readonly path = this.ca.folder;
  readonly cert = this.at("server.pem");
  readonly key = this.at("server.key");
  readonly root = this.ca.rootFile;

  constructor() {
    chmodSync(this.path, 0o711);
    writeFileSync(this.cert, this.ca.chain);
    this.keyFor(this.key);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** A configuration, whose lines may name files of this folder. */
  write(name: string, text: string): string {
    writeFileSync(this.at(name), text);
    return this.at(name);
  }

  folder(name: string, owner?: string): string {
    mkdirSync(this.at(name), { recursive: true });
    if (owner !== undefined && isRoot) chownSync(this.at(name), idOf(owner, "-u"), idOf(owner, "-g"));
    return this.at(name);
  }

  /** A copy of the server's key that only its owner can read, as servers want it. */
  keyFor(file: string, owner?: string): string {
    copyFileSync(join(this.ca.folder, "leaf.key"), file);
    if (owner !== undefined && isRoot) chownSync(file, idOf(owner, "-u"), idOf(owner, "-g"));
    chmodSync(file, 0o600);
    return file;
  }

  remove(): void {
    this.ca.remove();
  }
}
