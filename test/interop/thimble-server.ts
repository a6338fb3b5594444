import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { identityFromFiles, nobleProvider, systemClock, systemRandom } from "../../hosts/node/index.js";
import type { ServerConfig, VirtualHost } from "../../src/config.js";
import { ServerConnection } from "../../src/server.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import type { Leaf } from "./openssl-ca.js";

/** One connection that a client made, as our server saw it. */
export interface Seen {
  readonly connection: ServerConnection;
  received: string;
}

export interface ThimbleServer {
  readonly port: number;
  readonly seen: readonly Seen[];
  stop(): void;
}

export type ThimbleServerOptions = Partial<ServerConfig> & { readonly host?: Partial<VirtualHost> };

/**
 * The bare ServerConnection on a loopback socket: it echoes what comes, "bye" ends the connection, and a request of HTTP gets an answer. Hosts do it
 * better; this is to see the protocol alone.
 */
export async function thimbleServer(leaf: Leaf, options: ThimbleServerOptions = {}): Promise<ThimbleServer> {
  const { host, ...more } = options;
  const config: ServerConfig = {
    provider: nobleProvider,
    random: systemRandom,
    clock: systemClock,
    hosts: new VirtualHosts([], { identities: [identityFromFiles(leaf.chainFile, leaf.keyFile)], ...host }),
    receiveBuffer: 17000,
    sendBuffer: 4096,
    ...more,
  };
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const one: Seen = { connection: new ServerConnection(config), received: "" };
    seen.push(one);
    socket.on("data", (bytes: Buffer) => serve(one, bytes, socket));
    socket.on("end", () => {
      one.connection.receivedEnd();
      serve(one, Buffer.alloc(0), socket);
      socket.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(one: Seen, bytes: Buffer, socket: Socket): void {
  const { connection } = one;
  let at = 0;
  do {
    const length = Math.min(connection.rxSpace(), bytes.length - at);
    if (length > 0) {
      connection.io.set(bytes.subarray(at, at + length), connection.rxOffset);
      connection.received(length);
      at += length;
    }
    turn(one, socket);
  } while (at < bytes.length && connection.rxSpace() > 0);
  if (connection.state > 1) socket.end();
}

function turn(one: Seen, socket: Socket): void {
  const { connection } = one;
  for (;;) {
    const there = connection.appData();
    if (there > 0) {
      const data = Buffer.from(connection.io.slice(connection.appOffset, connection.appOffset + there));
      connection.consumed(there);
      one.received += data.toString("latin1");
      answer(one, data, socket);
    } else if (connection.txPending() > 0) flush(connection, socket);
    else return;
  }
}

function answer(one: Seen, data: Buffer, socket: Socket): void {
  const { connection } = one;
  const http = /^GET [^\n]*\r\n[\s\S]*\r\n\r\n$/.test(one.received);
  const text = http ? Buffer.from("HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\nthimble\n") : data;
  for (let at = 0; at < text.length && connection.state === 1; ) {
    at += connection.write(text, at, text.length - at);
    flush(connection, socket);
  }
  if (http || one.received.includes("bye")) connection.close();
}

function flush(connection: ServerConnection, socket: Socket): void {
  while (connection.txPending() > 0) {
    const length = connection.txPending();
    socket.write(Buffer.from(connection.io.slice(connection.txOffset, connection.txOffset + length)));
    connection.sent(length);
  }
}
