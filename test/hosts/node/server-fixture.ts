import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, type TLSSocket as NodeTLSSocket, connect as nodeConnect } from "node:tls";
import { createServer, type Server, type ServerOptions, type TLSSocket } from "../../../hosts/node/index.js";
import { TestCA } from "./test-ca.js";

/** Servers of thimble, clients of Node and plain TCP; all are ended by end(). */
export class ServerFixture {
  readonly ca = new TestCA();
  readonly servers: Server[] = [];
  readonly sockets: { destroy(): unknown }[] = [];

  /** After each test. */
  end(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
    for (const server of this.servers.splice(0)) server.close();
  }

  own(): { cert: string; key: string } {
    return { cert: this.ca.chain, key: this.ca.key };
  }

  async listen(server: Server): Promise<number> {
    this.servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async serve(options: Partial<ServerOptions>, onSocket: (socket: TLSSocket) => void): Promise<{ server: Server; port: number }> {
    const server = createServer({ ...this.own(), ...options }, (socket) => {
      this.sockets.push(socket);
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    return { server, port: await this.listen(server) };
  }

  client(port: number, options: ConnectionOptions = {}): NodeTLSSocket {
    const socket = nodeConnect({ port, host: "127.0.0.1", ca: readFileSync(this.ca.rootFile), servername: "localhost", ...options });
    socket.on("error", () => undefined);
    this.sockets.push(socket);
    return socket;
  }

  async tcp(port: number): Promise<Socket> {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => undefined);
    this.sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }
}

export const echo = (socket: TLSSocket): void => {
  socket.pipe(socket);
};

/** All that comes, to the end. */
export async function whole(socket: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export const clientError = async (server: Server): Promise<Error> => ((await once(server, "tlsClientError")) as [Error])[0];
