import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket as NodeTLSSocket, type TlsOptions } from "node:tls";
import { type ConnectOptions, connect, TLSError } from "../../hosts/node/index.js";
import type { Leaf, OpensslCa } from "./openssl-ca.js";

/** A server that runs, and how to end it. */
export interface Running {
  readonly port: number;
  /** What it printed so far. */
  output(): string;
  /** Types something at it. */
  input(text: string): void;
  stop(): Promise<void>;
}

/** `openssl s_server` on a free port, with leaf and intermediate. */
export async function opensslServer(ca: OpensslCa, leaf: Leaf, args: readonly string[] = []): Promise<Running> {
  const own = args.includes("-cert") ? [] : ["-cert", leaf.leafFile, "-key", leaf.keyFile, "-cert_chain", ca.intermediateFile];
  const child = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...own, ...args]);
  let output = "";
  const closed = new Promise<void>((done) => child.on("close", () => done()));
  const port = await new Promise<number>((found, failed) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString("latin1");
      const match = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(output);
      if (match !== null) found(Number(match[1]));
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    void closed.then(() => failed(new Error(`openssl s_server ended: ${output}`)));
  });
  return {
    port,
    output: () => output,
    input: (text) => void child.stdin.write(text),
    stop: () => {
      child.kill();
      return closed;
    },
  };
}

async function running(server: Server): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    output: () => "",
    input: () => {},
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Node's TLS server. */
export function nodeServer(
  leaf: Leaf,
  options: TlsOptions,
  onConnection: (socket: NodeTLSSocket) => void,
  onStatusRequest?: (certificate: Buffer, issuer: Buffer, callback: (error: Error | null, response: Buffer | null) => void) => void,
): Promise<Running> {
  const server = createTlsServer({ cert: readFileSync(leaf.chainFile), key: readFileSync(leaf.keyFile), ...options }, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.on("tlsClientError", () => {});
  if (onStatusRequest !== undefined) server.on("OCSPRequest", onStatusRequest);
  return running(server);
}

/** A server of plain TCP. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<Running> {
  return running(createServer(onConnection));
}

/** A proxy that passes `limit` bytes of the server on, then ends the connection. */
export function cuttingProxy(port: number, limit: number): Promise<Running> {
  return tcpServer((client) => {
    const server = connectTcp(port, "127.0.0.1");
    let left = limit;
    server.on("error", () => client.destroy());
    client.on("data", (bytes) => server.write(bytes));
    client.on("close", () => server.destroy());
    server.on("data", (bytes: Buffer) => {
      if (left <= 0) return;
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) client.end();
    });
  });
}

/** A proxy that ends the client's connection after a while, whatever was said. */
export function endingProxy(port: number, milliseconds: number): Promise<Running> {
  return tcpServer((client) => {
    const server = connectTcp(port, "127.0.0.1");
    server.on("error", () => client.destroy());
    client.pipe(server);
    server.pipe(client, { end: false });
    setTimeout(() => {
      server.unpipe(client);
      client.end();
      server.destroy();
    }, milliseconds);
  });
}

/** How a connection of thimble went. */
export interface Talk {
  readonly error: TLSError | null;
  readonly received: string;
  readonly alpn: string | false;
  readonly suite: number;
  readonly protocol: string | null;
}

/** Connects, writes `message` when secure, reads until `until` has come or the other side ends, closes. Errors of thimble are part of the result. */
export function talk(options: Partial<ConnectOptions> & { port: number }, message: string, until: string): Promise<Talk> {
  return new Promise((done, failed) => {
    const socket = connect({ host: "127.0.0.1", servername: "localhost", handshakeTimeout: 5000, ...options });
    let received = "";
    let suite = 0;
    let protocol: string | null = null;
    let error: TLSError | null = null;
    socket.on("secureConnect", () => {
      suite = socket.connection.suite?.id ?? 0;
      protocol = socket.getProtocol();
      socket.write(message);
    });
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (until !== "" && received.includes(until)) socket.end();
    });
    socket.on("error", (reason) => {
      if (reason instanceof TLSError) error = reason;
      else failed(reason);
    });
    socket.on("close", () => done({ error, received, alpn: socket.alpnProtocol, suite, protocol }));
  });
}
