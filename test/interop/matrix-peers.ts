/** The peers of the matrix, as servers and as clients: each is told what to negotiate and echoes, or sends a line and wants it back. */
import { spawnSync } from "node:child_process";
import type { ConnectionOptions } from "node:tls";
import { gnutlsEcho, nodeEcho, opensslEcho, type RunningPeer, talkBy, talkByNode } from "./echo-peers.js";
import type { KeyType, KeyTypes } from "./key-types.js";
import { KEY_TYPES } from "./key-types.js";
import { gnutlsCipher, opensslCipher } from "./suite-names.js";

export type Version = "1.2" | "1.3";

/** One row: what is negotiated. auth: the client's key type, null where it is not asked. Default version 1.3. */
export interface Row {
  readonly version?: Version;
  readonly suite: string;
  readonly group: string;
  readonly cert: KeyType;
  readonly auth: KeyType | null;
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

/** In TLS 1.2 the curve of a certificate must be among the client's groups too (RFC 8422 §5.1). */
function groupsOf(row: Row): string[] {
  return row.version === "1.2" ? [row.group, ...GROUPS.filter((group) => group !== row.group)] : [row.group];
}

export class OpensslPeer implements Peer {
  readonly name: string;

  constructor(version: string) {
    this.name = version.split(" ").slice(0, 2).join(" ");
  }

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { certFile, keyFile } = types.pair("server", cert);
    return opensslEcho([
      ...["-cert", certFile, "-key", keyFile, version === "1.3" ? "-tls1_3" : "-tls1_2"],
      ...["-ciphersuites", SUITES.join(":"), "-cipher", "ALL:@SECLEVEL=0", "-groups", "X25519:P-256:P-384"],
      ...(auth ? ["-Verify", "1", "-CAfile", types.rootsFile, "-verify_return_error"] : []),
    ]);
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

export class GnutlsPeer implements Peer {
  readonly name: string;

  constructor(version: string) {
    this.name = `GnuTLS ${version}`;
  }

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { certFile, keyFile } = types.pair("server", cert);
    return gnutlsEcho([
      ...["--x509certfile", certFile, "--x509keyfile", keyFile],
      ...["--priority", priority(version === "1.3" ? SUITES : SUITES_12, GROUPS, version)],
      ...(auth ? ["--require-client-cert", "--verify-client-cert", "--x509cafile", types.rootsFile] : ["--disable-client-cert"]),
    ]);
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

export class NodePeer implements Peer {
  readonly name = `Node ${process.versions.node}`;
  private readonly all = `${SUITES.join(":")}:ALL:@SECLEVEL=0`;

  async serve(types: KeyTypes, cert: KeyType, auth: boolean, version: Version = "1.3"): Promise<RunningPeer> {
    const { cert: chain, key } = types.pair("server", cert);
    return nodeEcho({
      ...{ cert: chain, key, minVersion: `TLSv${version}`, maxVersion: `TLSv${version}`, ciphers: this.all },
      ...{ ecdhCurve: "X25519:P-256:P-384", honorCipherOrder: false },
      ...(auth ? { requestCert: true, rejectUnauthorized: true, ca: types.roots } : {}),
    });
  }

  talk(types: KeyTypes, port: number, row: Row, line: string): Promise<void> {
    const pair = row.auth === null ? null : types.pair("client", row.auth);
    const version = row.version ?? "1.3";
    const options: ConnectionOptions = {
      ...{ ca: types.roots, minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` },
      ...{ ciphers: version === "1.2" ? `${opensslCipher(row.suite)}:@SECLEVEL=0` : `${row.suite}:ALL:@SECLEVEL=0` },
      ecdhCurve: groupsOf(row)
        .map((group) => OPENSSL_GROUPS[group])
        .join(":"),
      ...(pair === null ? {} : { cert: pair.cert, key: pair.key }),
    };
    return talkByNode(port, options, line);
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
