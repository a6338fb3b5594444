/** Other stacks as echo servers, and as clients that send a line and want it back: what they negotiate stands in their arguments. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from "node:net";
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from "node:tls";

const TIMEOUT = 8000;

export interface RunningPeer {
  readonly port: number;
  stop(): void;
}

export function stopping(child: ChildProcess): () => void {
  return () => {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
  };
}

/** `openssl s_server` that sends back each line, turned round. */
export async function opensslEcho(args: readonly string[]): Promise<RunningPeer> {
  const child = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", "-rev", ...args]);
  let output = "";
  const port = await new Promise<number>((found, failed) => {
    const look = (part: Buffer) => {
      output += part.toString("latin1");
      const match = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(output);
      if (match !== null) found(Number(match[1]));
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", () => failed(new Error(`openssl s_server ended: ${output}`)));
  });
  return { port, stop: stopping(child) };
}

export async function gnutlsEcho(args: readonly string[]): Promise<RunningPeer> {
  const port = await freePort();
  const child = spawn("gnutls-serv", ["--echo", "--quiet", "--port", String(port), ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part) => {
      output += part;
    });
  let ended = false;
  child.on("exit", () => {
    ended = true;
  });
  for (let i = 0; !(await answers(port)); i++) {
    if (ended || i > 100) throw new Error(`gnutls-serv does not listen: ${output}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  return { port, stop: stopping(child) };
}

/** prepare: what else the server listens to. */
export async function nodeEcho(options: TlsOptions, prepare: (server: Server) => void = () => {}): Promise<RunningPeer> {
  const open = new Set<TLSSocket>();
  const server = createTlsServer(options, (socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => undefined);
  prepare(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A program writes a line, waits until it came back on stdout, and is ended. */
export function talkBy(command: string, args: readonly string[], line: string): Promise<void> {
  const child = spawn(command, args);
  let output = "";
  return new Promise((done, failed) => {
    const fail = (why: string) => {
      child.kill("SIGKILL");
      failed(new Error(`${command}: ${why}: ${output.slice(-600)}`));
    };
    const timer = setTimeout(() => fail("timed out"), TIMEOUT);
    const take = (part: Buffer) => {
      output += part.toString("latin1");
    };
    let stdout = "";
    child.stdout.on("data", (part: Buffer) => {
      take(part);
      stdout += part.toString("latin1");
      if (!stdout.includes(`${line}\n`)) return;
      child.stdin.end();
      clearTimeout(timer);
      child.kill();
      done();
    });
    child.stderr.on("data", take);
    child.stdin.on("error", () => undefined);
    child.on("exit", () => {
      clearTimeout(timer);
      failed(new Error(`${command} ended: ${output.slice(-600)}`));
    });
    child.stdin.write(`${line}\n`);
  });
}

/** Node's client does the same. */
export function talkByNode(port: number, options: ConnectionOptions, line: string): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connectTls({ port, host: "127.0.0.1", servername: "localhost", ...options });
    let text = "";
    const timer = setTimeout(() => socket.destroy(new Error("timed out")), TIMEOUT);
    socket.on("data", (part: Buffer) => {
      text += part.toString("latin1");
      if (text.includes(`${line}\n`)) socket.end();
    });
    socket.on("error", failed);
    socket.on("close", () => {
      clearTimeout(timer);
      if (text.includes(`${line}\n`)) done();
      else failed(new Error("it closed"));
    });
    socket.write(`${line}\n`);
  });
}

export async function freePort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });
}
