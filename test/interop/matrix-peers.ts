/** The peers of the matrix, as servers and as clients: each is told what to negotiate and echoes, or sends a line and wants it back. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from "node:net";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { KeyType, KeyTypes } from "./key-types.js";
import { KEY_TYPES } from "./key-types.js";

export type Version = "1.2" | "1.3";

/** One row: what is negotiated. auth: the client's key type, null where it is not asked. Default version 1.3. */
export interface Row {
  readonly version?: Version;
  readonly suite: string;
  readonly group: string;
  readonly cert: KeyType;
  readonly auth: KeyType | null;
}

export interface RunningPeer {
  readonly port: number;
  stop(): void;
}

export interface Peer {
  readonly name: string;
  /** An echo server with this certificate, which insists on a client's where `auth`. It takes every suite and group. */
  serve(types: KeyTypes, cert: KeyType, auth: boolean, version?: Version): Promise<RunningPeer>;
  /** Connects and offers this row alone; resolves when `line` came back, rejects where anything failed. */
  talk(types: KeyTypes, port: number, row: Row, line: string): Promise<void>;
}

export const SUITES: readonly string[] = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_CCM_SHA256",
  "TLS_AES_128_CCM_8_SHA256",
];
export const SUITES_12: readonly string[] = [
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
];
export const GROUPS: readonly string[] = ["x25519", "secp256r1", "secp384r1"];

/** The groups' names in OpenSSL. */
const OPENSSL_GROUPS: Readonly<Record<string, string>> = { x25519: "X25519", secp256r1: "P-256", secp384r1: "P-384" };
const TIMEOUT = 8000;

/** A suite of TLS 1.2 as OpenSSL has it. */
export function opensslCipher(suite: string): string {
  return suite
    .replace(/^TLS_|_WITH/g, "")
    .replace(/_CHACHA20_POLY1305_SHA256/, "_CHACHA20_POLY1305")
    .replace(/AES_(\d+)/, "AES$1")
    .replace(/CCM_8/, "CCM8")
    .replace(/_/g, "-");
}

/** In TLS 1.2 the curve of a certificate must be among the client's groups too (RFC 8422 §5.1). */
function groupsOf(row: Row): string[] {
  return row.version === "1.2" ? [row.group, ...GROUPS.filter((group) => group !== row.group)] : [row.group];
}

export function stopping(child: ChildProcess): () => void {
  return () => {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
  };
}

/** Writes a line, waits until it came back on stdout, ends the program. */
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

export class OpensslPeer implements Peer {
  readonly name: string;

  constructor(version: string) {
    this.name = version.split(" ").slice(0, 2).join(" ");
  }

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { certFile, keyFile } = types.pair("server", cert);
    const child = spawn("openssl", [
      ...["s_server", "-accept", "127.0.0.1:0", "-cert", certFile, "-key", keyFile, "-rev", version === "1.3" ? "-tls1_3" : "-tls1_2"],
      ...["-ciphersuites", SUITES.join(":"), "-cipher", "ALL:@SECLEVEL=0", "-groups", "X25519:P-256:P-384"],
      ...(auth ? ["-Verify", "1", "-CAfile", types.rootsFile, "-verify_return_error"] : []),
    ]);
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

  talk(types: KeyTypes, port: number, row: Row, line: string): Promise<void> {
    const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", "-verify_hostname", "localhost"];
    args.push("-CAfile", types.rootsFile, "-verify_return_error", "-quiet", row.version === "1.2" ? "-tls1_2" : "-tls1_3");
    if (row.version === "1.2") args.push("-cipher", `${opensslCipher(row.suite)}:@SECLEVEL=0`);
    else args.push("-ciphersuites", row.suite, "-cipher", "ALL:@SECLEVEL=0");
    args.push(
      "-groups",
      groupsOf(row)
        .map((group) => OPENSSL_GROUPS[group])
        .join(":"),
    );
    if (row.auth !== null) {
      const { certFile, keyFile } = types.pair("client", row.auth);
      args.push("-cert", certFile, "-key", keyFile);
    }
    return talkBy("openssl", args, line);
  }
}

/** What GnuTLS calls them in a priority string. */
const GNUTLS: Readonly<Record<string, string>> = {
  TLS_CHACHA20_POLY1305_SHA256: "CHACHA20-POLY1305",
  TLS_AES_128_GCM_SHA256: "AES-128-GCM",
  TLS_AES_256_GCM_SHA384: "AES-256-GCM",
  TLS_AES_128_CCM_SHA256: "AES-128-CCM",
  TLS_AES_128_CCM_8_SHA256: "AES-128-CCM-8",
  x25519: "GROUP-X25519",
  secp256r1: "GROUP-SECP256R1",
  secp384r1: "GROUP-SECP384R1",
};

function priority(suites: readonly string[], groups: readonly string[], version: Version): string {
  const names = [...suites.map((name) => GNUTLS[name] ?? gnutlsCipher(name)), ...groups.map((name) => GNUTLS[name])].map(
    (name) => `+${name}`,
  );
  return ["NORMAL", "-VERS-ALL", `+VERS-TLS${version}`, "-CIPHER-ALL", "-GROUP-ALL", ...names].join(":");
}

/** The cipher alone: the key exchange follows from the certificate. */
function gnutlsCipher(suite: string): string {
  return suite
    .replace(/.*_WITH_/, "")
    .replace(/_SHA\d+$/, "")
    .replace(/_/g, "-");
}

export class GnutlsPeer implements Peer {
  readonly name: string;

  constructor(version: string) {
    this.name = `GnuTLS ${version}`;
  }

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { certFile, keyFile } = types.pair("server", cert);
    const port = await freePort();
    const child = spawn("gnutls-serv", [
      ...["--echo", "--quiet", "--port", String(port), "--x509certfile", certFile, "--x509keyfile", keyFile],
      ...["--priority", priority(version === "1.3" ? SUITES : SUITES_12, GROUPS, version)],
      ...(auth ? ["--require-client-cert", "--verify-client-cert", "--x509cafile", types.rootsFile] : ["--disable-client-cert"]),
    ]);
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

  talk(types: KeyTypes, port: number, row: Row, line: string): Promise<void> {
    const args = [
      "--port",
      String(port),
      "--x509cafile",
      types.rootsFile,
      "--priority",
      priority([row.suite], groupsOf(row), row.version ?? "1.3"),
    ];
    args.push("--sni-hostname", "localhost", "--verify-hostname", "localhost");
    if (row.auth !== null) {
      const { certFile, keyFile } = types.pair("client", row.auth);
      args.push("--x509certfile", certFile, "--x509keyfile", keyFile);
    }
    return talkBy("gnutls-cli", [...args, "127.0.0.1"], line);
  }
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

export class NodePeer implements Peer {
  readonly name = `Node ${process.versions.node}`;
  private readonly all = `${SUITES.join(":")}:ALL:@SECLEVEL=0`;

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { cert: chain, key } = types.pair("server", cert);
    const open = new Set<TLSSocket>();
    const server = createTlsServer(
      {
        ...{
          cert: chain,
          key,
          minVersion: `TLSv${version}`,
          maxVersion: `TLSv${version}`,
          ciphers: this.all,
          ecdhCurve: "X25519:P-256:P-384",
          honorCipherOrder: false,
        },
        ...(auth ? { requestCert: true, rejectUnauthorized: true, ca: types.roots } : {}),
      },
      (socket) => {
        open.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => open.delete(socket));
        socket.pipe(socket);
      },
    );
    server.on("tlsClientError", () => undefined);
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

  talk(types: KeyTypes, port: number, row: Row, line: string): Promise<void> {
    const pair = row.auth === null ? null : types.pair("client", row.auth);
    return new Promise((done, failed) => {
      const socket = connectTls({
        ...{ port, host: "127.0.0.1", servername: "localhost", ca: types.roots },
        ...{ minVersion: `TLSv${row.version ?? "1.3"}`, maxVersion: `TLSv${row.version ?? "1.3"}` },
        ...{ ciphers: row.version === "1.2" ? `${opensslCipher(row.suite)}:@SECLEVEL=0` : `${row.suite}:ALL:@SECLEVEL=0` },
        ...{
          ecdhCurve: groupsOf(row)
            .map((group) => OPENSSL_GROUPS[group])
            .join(":"),
        },
        ...(pair === null ? {} : { cert: pair.cert, key: pair.key }),
      });
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
}

/** The peers of this machine; `missing` says which are not there, and why. */
export function findPeers(): { peers: Peer[]; missing: string[] } {
  const peers: Peer[] = [new NodePeer()];
  const missing: string[] = [];
  const openssl = spawnSync("openssl", ["version"], { encoding: "utf8" });
  if (openssl.error !== undefined) missing.push("openssl not found");
  else if (!/^OpenSSL [3-9]\./.test(openssl.stdout)) missing.push(`openssl 3 not found, only ${openssl.stdout.trim()}`);
  else peers.push(new OpensslPeer(openssl.stdout));
  for (const command of ["gnutls-cli", "gnutls-serv"]) {
    const gnutls = spawnSync(command, ["--version"], { encoding: "utf8" });
    if (gnutls.error !== undefined) missing.push(`${command} not found`);
    else if (command === "gnutls-serv" && !missing.includes("gnutls-cli not found"))
      peers.push(new GnutlsPeer(/(\d+\.\d+\.\d+)/.exec(gnutls.stdout)?.[1] ?? "?"));
  }
  return { peers, missing };
}

/**
 * The rows. Complete: every suite × group × certificate × authentication of the client. Else: every suite × group, and every certificate type with
 * every authentication.
 */
export function rows(complete: boolean): Row[] {
  const auths: readonly (KeyType | null)[] = [null, ...KEY_TYPES];
  const all: Row[] = [];
  for (const suite of SUITES)
    for (const group of GROUPS)
      for (const cert of KEY_TYPES)
        for (const auth of auths) {
          const first = suite === SUITES[0] && group === GROUPS[0];
          if (complete || first || (cert === "p256" && auth === null)) all.push({ suite, group, cert, auth });
        }
  return all;
}

/** The rows of TLS 1.2: a suite goes with certificates of its type. Clients sign with a hash of all messages, so not with Ed25519. */
export function rows12(complete: boolean): Row[] {
  const auths: readonly (KeyType | null)[] = [null, "p256", "p384", "rsa"];
  const all: Row[] = [];
  for (const suite of SUITES_12)
    for (const group of GROUPS)
      for (const cert of KEY_TYPES)
        for (const auth of auths) {
          if ((cert === "rsa") !== suite.includes("_RSA_")) continue;
          const first = suite.endsWith("AES_128_GCM_SHA256") && group === GROUPS[0];
          if (complete || first || ((cert === "p256" || cert === "rsa") && auth === null))
            all.push({ version: "1.2", suite, group, cert, auth });
        }
  return all;
}
