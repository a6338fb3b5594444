/** Peers for TLS 1.2 with RSA key exchange, CBC and pre-shared keys. Each is told one suite, and whether it knows encrypt-then-MAC. */
import { spawnSync } from "node:child_process";
import type { ConnectionOptions, TlsOptions } from "node:tls";
import { decryptionIdentity } from "../../hosts/node/decryption-key.js";
import { identityFromFiles } from "../../hosts/node/index.js";
import { allSuites12, LEGACY, makeServer12 } from "../../hosts/node/legacy12.js";
import { nobleSuites12 } from "../../hosts/node/noble/suites-12.js";
import type { VirtualHost } from "../../src/config.js";
import { BY_ECDSA, BY_PSK, type CipherSuite12, KX_ECDHE_PSK, KX_RSA } from "../../src/record/cipher-suite-12.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { gnutlsEcho, nodeEcho, opensslEcho, type RunningPeer, talkBy, talkByNode } from "./echo-peers.js";
import type { KeyTypes, Pair } from "./key-types.js";
import { gnutlsCipher, opensslCipher } from "./suite-names.js";
import { type ThimbleServer, type ThimbleServerOptions, thimbleServer } from "./thimble-server.js";

export const IDENTITY = "sensor 7";
export const KEY = "00112233445566778899aabbccddeeff0123456789abcdef";

export interface LegacyRow {
  readonly suite: CipherSuite12;
  readonly encryptThenMac: boolean;
}

export interface LegacyPeer {
  readonly name: string;
  /** Whether it has the suite as client or as server, and can be told about encrypt-then-MAC. */
  knows(row: LegacyRow, role: "client" | "server"): boolean;
  /** An echo server for rows whose certificate is that of `row`. */
  serve(types: KeyTypes, row: LegacyRow): Promise<RunningPeer>;
  talk(types: KeyTypes, port: number, row: LegacyRow, line: string): Promise<void>;
}

/** What clients of ours have, and servers know. */
export const PSK = { identity: new Uint8Array(Buffer.from(IDENTITY)), key: new Uint8Array(Buffer.from(KEY, "hex")) };
const KEYS = {
  find: (bytes: Uint8Array, offset: number, length: number) =>
    Buffer.from(bytes.slice(offset, offset + length)).equals(PSK.identity) ? PSK.key : null,
};

/** A server of ours with these suites, for every key exchange and kind of certificate. */
export function legacyServer(
  types: KeyTypes,
  suites: Iterable<CipherSuite12>,
  host: Partial<VirtualHost> = {},
  more: ThimbleServerOptions = {},
): Promise<ThimbleServer> {
  const leaf = types.pair("server", "p256");
  const identities = (["p256", "rsa"] as const).map((type) => {
    const { certFile, keyFile } = types.pair("server", type);
    return identityFromFiles(certFile, keyFile);
  });
  const decryption = decryptionIdentity(types.decrypting.cert, types.decrypting.key);
  return thimbleServer(
    { chainFile: leaf.certFile, leafFile: leaf.certFile, keyFile: leaf.keyFile },
    {
      hosts: new VirtualHosts([], { identities, ...host }),
      tls12: makeServer12({ suites: [...new Set(suites)], insecureLegacy: LEGACY, psk: KEYS, decryption }),
      ...more,
    },
  );
}

/** Each suite; those with CBC with and without encrypt-then-MAC. */
export function legacyRows(): LegacyRow[] {
  const usual = new Set(nobleSuites12.map(({ id }) => id));
  const suites = allSuites12(nobleSuites12, true, LEGACY).filter(({ id }) => !usual.has(id));
  return suites.flatMap((suite) =>
    (suite.cipher.takesEncryptThenMac ? [true, false] : [true]).map((encryptThenMac) => ({ suite, encryptThenMac })),
  );
}

export function certificateFor(types: KeyTypes, { kx, by }: CipherSuite12): Pair | null {
  if (by === BY_PSK) return null;
  if (kx === KX_RSA) return types.decrypting;
  return types.pair("server", by === BY_ECDSA ? "p256" : "rsa");
}

export function opensslName({ name, by }: CipherSuite12): string {
  const plain = opensslCipher(name).replace(/^RSA-/, "");
  return by === BY_PSK ? plain : plain.replace("-CBC", "");
}

function opensslKnows({ suite }: LegacyRow): boolean {
  return spawnSync("openssl", ["ciphers", "-psk", "-tls1_2", "-s", `${opensslName(suite)}:@SECLEVEL=0`]).status === 0;
}

export class OpensslLegacy implements LegacyPeer {
  readonly name = "OpenSSL";

  knows(row: LegacyRow): boolean {
    return opensslKnows(row);
  }

  serve(types: KeyTypes, row: LegacyRow): Promise<RunningPeer> {
    return opensslEcho(this.serverArgs(types, row));
  }

  talk(types: KeyTypes, port: number, row: LegacyRow, line: string): Promise<void> {
    return talkBy("openssl", [...this.clientArgs(types, port, row), "-quiet"], line);
  }

  serverArgs(types: KeyTypes, row: LegacyRow): string[] {
    const pair = certificateFor(types, row.suite);
    return [
      ...["-tls1_2", "-cipher", "ALL:@SECLEVEL=0"],
      ...(pair === null ? ["-nocert", "-psk", KEY, "-psk_identity", IDENTITY] : ["-cert", pair.certFile, "-key", pair.keyFile]),
      ...(row.encryptThenMac ? [] : ["-no_etm"]),
    ];
  }

  clientArgs(types: KeyTypes, port: number, { suite, encryptThenMac }: LegacyRow): string[] {
    const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-cipher", `${opensslName(suite)}:@SECLEVEL=0`];
    if (suite.by === BY_PSK) args.push("-psk", KEY, "-psk_identity", IDENTITY);
    else args.push("-servername", "localhost", "-verify_hostname", "localhost", "-CAfile", types.rootsFile, "-verify_return_error");
    if (!encryptThenMac) args.push("-no_etm");
    return args;
  }
}

export class GnutlsLegacy implements LegacyPeer {
  readonly name = "GnuTLS";
  private readonly list = spawnSync("gnutls-cli", ["--list"], { encoding: "utf8" }).stdout;

  /** gnutls-cli 3.7.9 crashes once ECDHE-PSK is agreed on, with any server. */
  knows({ suite }: LegacyRow, role: "client" | "server"): boolean {
    if (role === "client" && suite.kx === KX_ECDHE_PSK) return false;
    const code = `0x${(suite.id >> 8).toString(16).padStart(2, "0")}, 0x${(suite.id & 255).toString(16).padStart(2, "0")}`;
    return this.list.includes(code);
  }

  serve(types: KeyTypes, row: LegacyRow): Promise<RunningPeer> {
    return gnutlsEcho(["--disable-client-cert", ...this.serverArgs(types, row)]);
  }

  talk(types: KeyTypes, port: number, row: LegacyRow, line: string): Promise<void> {
    return talkBy("gnutls-cli", [...this.clientArgs(types, port, row), "127.0.0.1"], line);
  }

  serverArgs(types: KeyTypes, row: LegacyRow): string[] {
    const pair = certificateFor(types, row.suite);
    return [
      ...["--priority", this.priority(row)],
      ...(pair === null ? ["--pskpasswd", types.pskFile(IDENTITY, KEY)] : ["--x509certfile", pair.certFile, "--x509keyfile", pair.keyFile]),
    ];
  }

  clientArgs(types: KeyTypes, port: number, row: LegacyRow): string[] {
    const args = ["--port", String(port), "--priority", this.priority(row)];
    if (row.suite.by === BY_PSK) args.push("--pskusername", IDENTITY, "--pskkey", KEY);
    else args.push("--x509cafile", types.rootsFile, "--sni-hostname", "localhost", "--verify-hostname", "localhost");
    return args;
  }

  private priority({ suite, encryptThenMac }: LegacyRow): string {
    const { name } = suite;
    const kx = /^TLS_(.*)_WITH/.exec(name)?.[1]?.replace(/_/g, "-");
    const mac = suite.cipher.takesEncryptThenMac ? /_SHA(\d*)$/.exec(name)?.[1] || "1" : null;
    const parts = ["NORMAL", "-VERS-ALL", "+VERS-TLS1.2", "-KX-ALL", `+${kx}`, "-CIPHER-ALL", `+${gnutlsCipher(name)}`, "-MAC-ALL"];
    return [...parts, mac === null ? "+AEAD" : `+SHA${mac}`, ...(encryptThenMac ? [] : ["%NO_ETM"])].join(":");
  }
}

/** Node has OpenSSL's suites, and no way to switch encrypt-then-MAC off. */
export class NodeLegacy implements LegacyPeer {
  readonly name = "Node";

  knows(row: LegacyRow): boolean {
    return row.encryptThenMac && opensslKnows(row);
  }

  serve(types: KeyTypes, row: LegacyRow): Promise<RunningPeer> {
    return nodeEcho(this.serverOptions(types, row));
  }

  talk(types: KeyTypes, port: number, row: LegacyRow, line: string): Promise<void> {
    return talkByNode(port, this.clientOptions(types, row), line);
  }

  serverOptions(types: KeyTypes, row: LegacyRow): TlsOptions {
    const pair = certificateFor(types, row.suite);
    const proof: TlsOptions =
      pair === null
        ? { pskCallback: (_socket, identity) => (identity === IDENTITY ? Buffer.from(KEY, "hex") : null) }
        : { cert: pair.cert, key: pair.key };
    return { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "ALL:@SECLEVEL=0", ...proof };
  }

  clientOptions(types: KeyTypes, { suite }: LegacyRow): ConnectionOptions {
    const byKey: ConnectionOptions = {
      pskCallback: () => ({ psk: Buffer.from(KEY, "hex"), identity: IDENTITY }),
      checkServerIdentity: () => undefined,
    };
    return {
      ...{ ca: types.roots, minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: `${opensslName(suite)}:@SECLEVEL=0` },
      ...(suite.by === BY_PSK ? byKey : {}),
    };
  }
}
