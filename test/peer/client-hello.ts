import { Cursor, PeerProblem, text } from "./bytes.js";

/** A ClientHello, parsed strictly (RFC 9846 §4.2.2). */
export interface ClientHello {
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suites: number[];
  readonly compression: Uint8Array;
  /** Bodies by type, in the order sent. */
  readonly extensions: Map<number, Uint8Array>;
  readonly serverName: string | null;
  readonly alpn: string[];
  readonly versions: number[];
  readonly groups: number[];
  readonly schemes: number[];
  readonly keyShares: Map<number, Uint8Array>;
}

function numbers(body: Uint8Array | undefined, lengthWidth: number, what: string): number[] {
  if (body === undefined) return [];
  const cursor = new Cursor(body, what);
  const list = new Cursor(cursor.vector(lengthWidth), what);
  cursor.finish();
  const out: number[] = [];
  while (list.left > 0) out.push(list.number(2));
  return out;
}

function readServerName(body: Uint8Array | undefined): string | null {
  if (body === undefined) return null;
  const cursor = new Cursor(body, "server_name");
  const list = new Cursor(cursor.vector(2), "server_name");
  cursor.finish();
  if (list.number(1) !== 0) throw new PeerProblem("server_name: not a host_name");
  const name = text(list.vector(2));
  list.finish();
  return name;
}

function readAlpn(body: Uint8Array | undefined): string[] {
  if (body === undefined) return [];
  const cursor = new Cursor(body, "ALPN");
  const list = new Cursor(cursor.vector(2), "ALPN");
  cursor.finish();
  const out: string[] = [];
  while (list.left > 0) out.push(text(list.vector(1)));
  return out;
}

function readKeyShares(body: Uint8Array | undefined): Map<number, Uint8Array> {
  const out = new Map<number, Uint8Array>();
  if (body === undefined) return out;
  const cursor = new Cursor(body, "key_share");
  const list = new Cursor(cursor.vector(2), "key_share");
  cursor.finish();
  while (list.left > 0) {
    const group = list.number(2);
    if (out.has(group)) throw new PeerProblem(`key_share: group ${group} twice`);
    out.set(group, list.vector(2));
  }
  return out;
}

/** message: the whole handshake message, its header too. */
export function parseClientHello(message: Uint8Array): ClientHello {
  const outer = new Cursor(message, "ClientHello");
  if (outer.number(1) !== 1) throw new PeerProblem(`message ${message[0]} where a ClientHello is due`);
  const cursor = new Cursor(outer.vector(3), "ClientHello");
  outer.finish();
  const legacyVersion = cursor.number(2);
  const random = cursor.take(32);
  const sessionId = cursor.vector(1);
  const suiteList = new Cursor(cursor.vector(2), "cipher_suites");
  const suites: number[] = [];
  while (suiteList.left > 0) suites.push(suiteList.number(2));
  const compression = cursor.vector(1);
  const list = new Cursor(cursor.vector(2), "extensions");
  cursor.finish();
  const extensions = new Map<number, Uint8Array>();
  while (list.left > 0) {
    const type = list.number(2);
    if (extensions.has(type)) throw new PeerProblem(`extension ${type} twice`);
    extensions.set(type, list.vector(2));
  }
  return {
    legacyVersion,
    random,
    sessionId,
    suites,
    compression,
    extensions,
    serverName: readServerName(extensions.get(0)),
    alpn: readAlpn(extensions.get(16)),
    versions: numbers(extensions.get(43), 1, "supported_versions"),
    groups: numbers(extensions.get(10), 2, "supported_groups"),
    schemes: numbers(extensions.get(13), 2, "signature_algorithms"),
    keyShares: readKeyShares(extensions.get(51)),
  };
}

/** What a TLS 1.3 server may expect of every ClientHello (§4.2.2, §9.2); each entry is one fault. */
export function faultsOf(hello: ClientHello): string[] {
  const faults: string[] = [];
  if (hello.legacyVersion !== 0x0303) faults.push(`legacy_version ${hello.legacyVersion.toString(16)}`);
  if (hello.sessionId.length !== 0 && hello.sessionId.length !== 32) faults.push(`legacy_session_id of ${hello.sessionId.length} bytes`);
  if (hello.compression.length !== 1 || hello.compression[0] !== 0) faults.push("legacy_compression_methods is not [0]");
  if (!hello.versions.includes(0x0304)) faults.push("supported_versions without TLS 1.3");
  // A client that offers a pre-shared key may do without certificates, and without a key exchange.
  const keys = hello.extensions.has(41);
  if (hello.groups.length === 0 && !keys) faults.push("no supported_groups");
  if (hello.schemes.length === 0 && !keys) faults.push("no signature_algorithms");
  if (!hello.extensions.has(51) && !keys) faults.push("no key_share");
  if (hello.extensions.has(51) !== hello.extensions.has(10)) faults.push("key_share and supported_groups: one of them alone");
  for (const group of hello.keyShares.keys())
    if (!hello.groups.includes(group)) faults.push(`a key share of group ${group}, not in supported_groups`);
  return faults;
}
