import { Cursor, equal, PeerProblem } from "./bytes.js";
import { RETRY_RANDOM } from "./messages.js";

/** Bodies of extensions by type. */
export type Extensions = Map<number, Uint8Array>;

function bodyOf(message: Uint8Array, type: number, what: string): Cursor {
  const outer = new Cursor(message, what);
  const found = outer.number(1);
  if (found !== type) throw new PeerProblem(`message ${found} where ${what} is due`);
  const body = outer.vector(3);
  outer.finish();
  return new Cursor(body, what);
}

function readExtensions(cursor: Cursor, what: string): Extensions {
  const list = new Cursor(cursor.vector(2), what);
  const out: Extensions = new Map();
  while (list.left > 0) {
    const type = list.number(2);
    if (out.has(type)) throw new PeerProblem(`${what}: extension ${type} twice`);
    out.set(type, list.vector(2));
  }
  return out;
}

/** RFC 9846 §4.2.3. */
export interface ServerHello {
  readonly isRetryRequest: boolean;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly extensions: Extensions;
  /** KeyShareServerHello; group 0: none. In a HelloRetryRequest the key is empty. */
  readonly group: number;
  readonly share: Uint8Array;
  readonly cookie: Uint8Array | null;
}

/** Parses a ServerHello or a HelloRetryRequest, strictly. */
export function parseServerHello(message: Uint8Array): ServerHello {
  const cursor = bodyOf(message, 2, "ServerHello");
  const legacyVersion = cursor.number(2);
  if (legacyVersion !== 0x0303) throw new PeerProblem(`ServerHello: legacy_version ${legacyVersion}`);
  const random = cursor.take(32);
  const isRetryRequest = equal(random, RETRY_RANDOM);
  const what = isRetryRequest ? "HelloRetryRequest" : "ServerHello";
  const sessionId = cursor.vector(1);
  const suite = cursor.number(2);
  if (cursor.number(1) !== 0) throw new PeerProblem(`${what}: compression`);
  const extensions = readExtensions(cursor, what);
  cursor.finish();
  for (const type of extensions.keys())
    if (!(isRetryRequest ? [43, 44, 51] : [41, 43, 51]).includes(type)) throw new PeerProblem(`${what}: extension ${type}`);
  const version = extensions.get(43);
  if (version === undefined || !equal(version, new Uint8Array([3, 4]))) throw new PeerProblem(`${what}: no TLS 1.3 in supported_versions`);
  let group = 0;
  let share: Uint8Array = new Uint8Array(0);
  const keyShare = extensions.get(51);
  if (keyShare !== undefined) {
    const entry = new Cursor(keyShare, `${what}: key_share`);
    group = entry.number(2);
    if (!isRetryRequest) share = entry.vector(2);
    entry.finish();
  }
  const cookieBody = extensions.get(44);
  let cookie: Uint8Array | null = null;
  if (cookieBody !== undefined) {
    const body = new Cursor(cookieBody, `${what}: cookie`);
    cookie = body.vector(2);
    body.finish();
    if (cookie.length === 0) throw new PeerProblem(`${what}: an empty cookie`);
  }
  if (!isRetryRequest && group === 0) throw new PeerProblem("ServerHello: no key_share");
  return { isRetryRequest, random, sessionId, suite, extensions, group, share, cookie };
}

/** §4.3, Table 1. */
const IN_ENCRYPTED_EXTENSIONS = [0, 10, 14, 15, 16, 19, 20, 28, 42, 55, 56, 57, 58];
const IN_CERTIFICATE_REQUEST = [0, 5, 13, 18, 27, 34, 47, 48, 50, 52];
const IN_CERTIFICATE = [5, 18, 34, 52];

/** §4.4.1. */
export function parseEncryptedExtensions(message: Uint8Array): Extensions {
  const cursor = bodyOf(message, 8, "EncryptedExtensions");
  const extensions = readExtensions(cursor, "EncryptedExtensions");
  cursor.finish();
  for (const type of extensions.keys())
    if (!IN_ENCRYPTED_EXTENSIONS.includes(type)) throw new PeerProblem(`EncryptedExtensions: extension ${type}`);
  return extensions;
}

/** §4.4.2. */
export interface CertificateRequest {
  readonly context: Uint8Array;
  readonly extensions: Extensions;
  readonly schemes: number[];
  /** DER names of certificate_authorities. */
  readonly authorities: Uint8Array[];
}

export function parseCertificateRequest(message: Uint8Array): CertificateRequest {
  const cursor = bodyOf(message, 13, "CertificateRequest");
  const context = cursor.vector(1);
  const extensions = readExtensions(cursor, "CertificateRequest");
  cursor.finish();
  if (context.length !== 0) throw new PeerProblem(`CertificateRequest: a context of ${context.length} bytes in the handshake`);
  for (const type of extensions.keys())
    if (!IN_CERTIFICATE_REQUEST.includes(type)) throw new PeerProblem(`CertificateRequest: extension ${type}`);
  const algorithms = extensions.get(13);
  if (algorithms === undefined) throw new PeerProblem("CertificateRequest: no signature_algorithms");
  const schemes: number[] = [];
  const outer = new Cursor(algorithms, "signature_algorithms");
  const list = new Cursor(outer.vector(2), "signature_algorithms");
  outer.finish();
  while (list.left > 0) schemes.push(list.number(2));
  if (schemes.length === 0) throw new PeerProblem("CertificateRequest: empty signature_algorithms");
  const authorities: Uint8Array[] = [];
  const names = extensions.get(47);
  if (names !== undefined) {
    const body = new Cursor(names, "certificate_authorities");
    const all = new Cursor(body.vector(2), "certificate_authorities");
    body.finish();
    while (all.left > 0) authorities.push(all.vector(2));
    if (authorities.length === 0) throw new PeerProblem("CertificateRequest: empty certificate_authorities");
  }
  return { context, extensions, schemes, authorities };
}

/** §4.5.1: DER certificates. */
export function parseCertificate(message: Uint8Array, offered: Extensions): Uint8Array[] {
  const cursor = bodyOf(message, 11, "Certificate");
  if (cursor.vector(1).length !== 0) throw new PeerProblem("Certificate: a context of the server");
  const list = new Cursor(cursor.vector(3), "certificate_list");
  cursor.finish();
  const chain: Uint8Array[] = [];
  while (list.left > 0) {
    chain.push(list.vector(3));
    for (const type of readExtensions(list, "Certificate").keys())
      if (!IN_CERTIFICATE.includes(type) || !offered.has(type)) throw new PeerProblem(`Certificate: extension ${type}`);
  }
  if (chain.length === 0) throw new PeerProblem("Certificate: empty");
  return chain;
}

/** §4.5.2. */
export function parseCertificateVerify(message: Uint8Array): { scheme: number; signature: Uint8Array } {
  const cursor = bodyOf(message, 15, "CertificateVerify");
  const scheme = cursor.number(2);
  const signature = cursor.vector(2);
  cursor.finish();
  return { scheme, signature };
}
