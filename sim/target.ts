// Where the sensor connects to: the demo's own server with a fresh CA, or one that runs already.
import { lookup } from "node:dns/promises";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesFrom } from "../hosts/node/certificates.js";
import type { Target } from "./device-run.js";
import { SimError } from "./errors.js";
import type { AppOptions, ServerAddress, SimOptions } from "./options.js";
import { makePki, type Pki } from "./pki.js";
import { type ReadingsServer, startReadingsServer } from "./server.js";

export interface Targets {
  readonly secure: Target;
  /** Plain HTTP on this machine, for the same app without TLS. */
  readonly plain: Target;
  readonly own: ReadingsServer;
  /** For the report. */
  readonly about: string;
}

/** What a user's app connects to. */
export interface AppTarget {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** The name that the server's certificate must carry. */
  readonly serverName: string;
  readonly certificates: readonly Uint8Array[];
  readonly about: string;
  stop(): void;
}

const CONNECT_TIMEOUT = 5000;

function freshPki(): Pki {
  const folder = mkdtempSync(join(tmpdir(), "thimble-ca-"));
  try {
    return makePki(folder, 30);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The address of a server that accepts TCP connections; throws where there is none. */
export async function reachable({ host, port }: ServerAddress): Promise<string> {
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  let address: string;
  try {
    ({ address } = await lookup(host));
  } catch {
    throw new SimError(`${where}: no such host`);
  }
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIMEOUT });
    const no = (why: string): void => {
      socket.destroy();
      reject(new SimError(`${where}: ${why}`));
    };
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => no(`no answer within ${CONNECT_TIMEOUT / 1000} seconds`));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      no(error.code === "ECONNREFUSED" ? "connection refused: no server listens there" : error.message),
    );
  });
  return address;
}

function certificatesOf(file: string): Uint8Array[] {
  let data: Buffer;
  try {
    data = readFileSync(file);
  } catch (error) {
    throw new SimError(`--ca ${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  try {
    return certificatesFrom(new Uint8Array(data), `--ca ${file}`);
  } catch (error) {
    throw new SimError(error instanceof Error ? error.message : String(error));
  }
}

export async function makeTargets(options: SimOptions): Promise<Targets> {
  const pki = freshPki();
  if (options.server === null) {
    const own = await startReadingsServer(pki);
    const common = { address: own.address, serverName: options.servername ?? "localhost", strict: true };
    const { node, openssl } = process.versions;
    return {
      own,
      secure: { ...common, port: own.securePort, certificates: certificatesFrom(pki.root, "root") },
      plain: { ...common, port: own.plainPort, certificates: certificatesFrom(pki.root, "root") },
      about: `Node ${node} with OpenSSL ${openssl}, leaf and intermediate on P-256`,
    };
  }
  const { host, port } = options.server;
  const certificates = certificatesOf(options.ca as string);
  const address = await reachable(options.server);
  const own = await startReadingsServer(pki);
  const serverName = options.servername ?? host;
  return {
    own,
    secure: { address, port, serverName, strict: false, certificates },
    plain: { address: own.address, port: own.plainPort, serverName, strict: false, certificates },
    about: `${host}, port ${port}`,
  };
}

/** Null: the app was given no server and no certificates. clientCA: PEM; our own server wants a certificate of it then. */
export async function appTarget(
  { ca, servername }: SimOptions,
  { server }: AppOptions,
  clientCA: string | null = null,
): Promise<AppTarget | null> {
  if (server === "own") {
    const pki = freshPki();
    const { address, securePort, stop } = await startReadingsServer(pki, clientCA);
    return {
      ...{ host: "localhost", address, port: securePort, serverName: servername ?? "localhost", stop },
      certificates: certificatesFrom(pki.root, "root"),
      about: `Node ${process.versions.node}: POST /readings${clientCA === null ? "" : ", client certificates wanted"}`,
    };
  }
  const certificates = ca === null ? [] : certificatesOf(ca);
  if (server === null) {
    if (ca === null) return null;
    return { host: "", address: "", port: 0, serverName: servername ?? "", certificates, about: "none", stop: () => {} };
  }
  const address = await reachable(server);
  const { host, port } = server;
  return { host, address, port, serverName: servername ?? host, certificates, about: `${host}, port ${port}`, stop: () => {} };
}
