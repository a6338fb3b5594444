// The real peers that flights are recorded with: Node's tls, and OpenSSL's s_server where records have to be small.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, connect as secureConnect, type TlsOptions } from "node:tls";
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig, ServerConfig } from "../../src/config.js";
import { type Connection, OPEN } from "../../src/connection.js";
import { ServerConnection } from "../../src/server.js";
import type { Pki } from "../pki.js";

/** Time for a handshake and the tickets behind it. */
const SETTLED = 1500;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLED));

export interface Peer {
  readonly port: number;
  stop(): void;
}

/** staple: an OCSP response for clients that ask. */
export async function nodeServer(options: TlsOptions, staple: Uint8Array | null = null): Promise<Peer> {
  const server = createServer({
    minVersion: "TLSv1.3",
    ecdhCurve: options.maxVersion === "TLSv1.2" ? "X25519:P-256" : "X25519",
    ...options,
  });
  if (staple !== null) server.on("OCSPRequest", (_certificate, _issuer, answer) => answer(null, Buffer.from(staple)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}

/** Its records hold at most 512 bytes. */
export async function opensslServer(pki: Pki, version: readonly string[], more: readonly string[] = []): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "thimble-server-"));
  const [leaf, above, key] = [join(folder, "leaf.pem"), join(folder, "above.pem"), join(folder, "leaf.key")];
  const behindLeaf = pki.chain.indexOf("-----BEGIN", 1);
  writeFileSync(leaf, pki.chain);
  if (behindLeaf > 0) writeFileSync(above, pki.chain.slice(behindLeaf));
  writeFileSync(key, pki.key);
  const child = spawn("openssl", [
    ...["s_server", "-accept", "127.0.0.1:0", ...version],
    ...["-cert", leaf, ...(behindLeaf > 0 ? ["-cert_chain", above] : []), "-key", key, "-max_send_frag", "512", ...more],
  ]);
  let text = "";
  for await (const data of child.stdout) {
    text += String(data);
    const port = /^ACCEPT .*:(\d+)$/m.exec(text)?.[1];
    if (port !== undefined)
      return {
        port: Number(port),
        stop() {
          child.kill();
          rmSync(folder, { recursive: true });
        },
      };
  }
  throw new Error(`openssl s_server said: ${text}`);
}

function certificateFiles(pki: Pki): { folder: string; chain: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "thimble-server-"));
  const [chain, key] = [join(folder, "chain.pem"), join(folder, "leaf.key")];
  writeFileSync(chain, pki.chain);
  writeFileSync(key, pki.key);
  return { folder, chain, key };
}

/** It honours record_size_limit; below 512 only when told so. */
export async function gnutlsServer(pki: Pki): Promise<Peer> {
  const { folder, chain, key } = certificateFiles(pki);
  const port = await freePort();
  const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519:-CIPHER-ALL:+CHACHA20-POLY1305:%ALLOW_SMALL_RECORDS";
  const child = spawn("gnutls-serv", [
    ...["--port", String(port), "--priority", priority, "--x509certfile", chain, "--x509keyfile", key, "--echo", "--disable-client-cert"],
  ]);
  return listening(child, port, folder);
}

/** Go's crypto/tls knows neither record_size_limit nor max_fragment_length. */
const GO_SERVER = `package main

import (
	"crypto/tls"
	"os"
	"strconv"
)

func main() {
	pair, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	if err != nil {
		panic(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519}}
	config.DynamicRecordSizingDisabled = true
	bytes, err := strconv.Atoi(os.Args[4])
	if err != nil {
		panic(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+os.Args[3], config)
	if err != nil {
		panic(err)
	}
	for {
		client, err := listener.Accept()
		if err == nil {
			go client.Write(make([]byte, bytes))
		}
	}
}
`;

/** A server that does not know how small our receive buffer is, and sends so many bytes. Needs Go. */
export async function goServer(pki: Pki, download = 0): Promise<Peer> {
  const { folder, chain, key } = certificateFiles(pki);
  const port = await freePort();
  writeFileSync(join(folder, "main.go"), GO_SERVER);
  const program = join(folder, "server");
  const built = spawnSync("go", ["build", "-o", program, join(folder, "main.go")], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`go build: ${built.error?.message ?? built.stderr}`);
  return listening(spawn(program, [chain, key, String(port), String(download)]), port, folder);
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until connections are accepted. */
async function listening(child: ChildProcess, port: number, folder: string): Promise<Peer> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, "127.0.0.1");
    const there = await new Promise<boolean>((resolve) => socket.on("connect", () => resolve(true)).on("error", () => resolve(false)));
    socket.destroy();
    if (there)
      return {
        port,
        stop() {
          child.kill();
          rmSync(folder, { recursive: true });
        },
      };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${child.spawnfile} does not listen on port ${port}`);
}

/** The records of a byte stream, hex. */
function recordsOf(bytes: Buffer): string[] {
  const records: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    records.push(bytes.subarray(at, end).toString("hex"));
    at = end;
  }
  return records;
}

/** What goes between a connection and the socket of its peer; `bytes` are those that the peer sent. */
class Wire {
  bytes: Buffer = Buffer.alloc(0);
  private readonly connection: Connection;
  private readonly out: (bytes: Uint8Array) => void;

  constructor(connection: Connection, out: (bytes: Uint8Array) => void) {
    this.connection = connection;
    this.out = out;
  }

  take(data: Buffer): void {
    const { connection } = this;
    this.bytes = Buffer.concat([this.bytes, data]);
    for (let at = 0; at < data.length; ) {
      const n = Math.min(data.length - at, connection.rxSpace());
      if (n === 0) break;
      connection.io.set(data.subarray(at, at + n), connection.rxOffset);
      connection.received(n);
      at += n;
      this.flush();
    }
  }

  flush(): void {
    const { connection } = this;
    for (let pending = connection.txPending(); pending > 0; pending = connection.txPending()) {
      this.out(connection.io.slice(connection.txOffset, connection.txOffset + pending));
      connection.sent(pending);
    }
  }

  records(): string[] {
    const { state, failure } = this.connection;
    if (state !== OPEN) throw new Error(`the handshake failed: ${failure?.message ?? "not done"}`);
    return recordsOf(this.bytes);
  }
}

/** One handshake of our client with a server that listens at `port`: what the server sent, up to its tickets. */
export async function recordServerFlight(config: ClientConfig, port: number): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  const wire = new Wire(new ClientConnection(config), (bytes) => socket.write(bytes));
  socket.on("connect", () => wire.flush());
  socket.on("data", (data) => wire.take(data));
  await settled();
  socket.destroy();
  return wire.records();
}

/** One handshake of Node's client with our server: what the client sent. */
export async function recordClientFlight(
  config: ServerConfig,
  root: string,
  serverName: string,
  suite: string,
  version: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
): Promise<string[]> {
  let wire: Wire | null = null;
  const server = createTcpServer((socket) => {
    wire = new Wire(new ServerConnection(config), (bytes) => socket.write(bytes));
    socket.on("data", (data) => wire?.take(data));
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = secureConnect({
    ...{ port, ca: root, servername: serverName, ciphers: suite },
    // In TLS 1.2 the curve of the certificate must be named too.
    ...{ ecdhCurve: version === "TLSv1.3" ? "X25519" : "X25519:P-256", minVersion: version, maxVersion: version },
  });
  socket.on("error", (error) => process.stderr.write(`${error.message}\n`));
  await settled();
  if (wire === null) throw new Error("the client did not come");
  const records = (wire as Wire).records();
  socket.destroy();
  server.close();
  return records;
}
