import { copyOf } from "../bytes/copy.js";
import type { ServerHandshakeState, ServerSession } from "../config-psk.js";
import type { Hash } from "../crypto/provider.js";

const TLS13 = 1;
const TLS12 = 2;
const FLAGS_AT = 1;
const CREATED_AT = 2;
const LIFETIME_AT = 6;
const FIRST_AT = 10;
const UNTIL_AT = 14;
const BINDING_AT = 18;
const KEY_AT = 50;

const EXTERNAL = 1;
const HAS_CLIENT = 2;
const DIGEST = 32;
const SUITE = 2;

/** A time that is not known. */
export const NOT_KNOWN = 0xffffffff;

/**
 * What a server keeps of a session, as bytes. Whatever box they lie in keeps them secret and whole, so only the version is looked at.
 *
 *     version 1 | flags 1 | created 4 | lifetime 4 | first 4 | until 4 | binding 32 | key 32 or 48 | suite 0 or 2 | SHA-256 of the client's certificate 0 or 32
 *
 * Version 1 is a session of TLS 1.3, version 2 one of TLS 1.2: that has a suite, and a master secret for a key.
 */
export function packSession(session: ServerSession, created: number, lifetime: number, binding: Uint8Array): Uint8Array {
  const { key, client, first, until, external, suite12 = 0 } = session;
  const keyEnd = KEY_AT + key.length;
  const end = keyEnd + (suite12 === 0 ? 0 : SUITE);
  const bytes = new Uint8Array(end + (client === null ? 0 : DIGEST));
  const view = new DataView(bytes.buffer);
  bytes[0] = suite12 === 0 ? TLS13 : TLS12;
  bytes[FLAGS_AT] = (external ? EXTERNAL : 0) | (client === null ? 0 : HAS_CLIENT);
  view.setUint32(CREATED_AT, created);
  view.setUint32(LIFETIME_AT, lifetime);
  view.setUint32(FIRST_AT, first);
  view.setUint32(UNTIL_AT, until);
  bytes.set(binding, BINDING_AT);
  bytes.set(key, KEY_AT);
  if (suite12 !== 0) view.setUint16(keyEnd, suite12);
  if (client !== null) bytes.set(client, end);
  return bytes;
}

/** Whether the lifetime of packed bytes is over; false where that can't be told. */
export function isOver(bytes: Uint8Array, now: number): boolean {
  const created = numberAt(bytes, CREATED_AT);
  return now !== NOT_KNOWN && created !== NOT_KNOWN && now - created > numberAt(bytes, LIFETIME_AT);
}

/** Without a DataView: all that are kept are asked. */
function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** A session that came out of its box. */
export class PackedSession implements ServerSession {
  readonly key: Uint8Array;
  readonly client: Uint8Array | null;
  readonly first: number;
  readonly until: number;
  readonly external: boolean;
  readonly suite12: number;
  readonly created: number;
  readonly lifetime: number;
  private readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const end = bytes.length - ((bytes[FLAGS_AT] & HAS_CLIENT) === 0 ? 0 : DIGEST);
    const keyEnd = end - (bytes[0] === TLS12 ? SUITE : 0);
    this.bytes = bytes;
    this.external = (bytes[FLAGS_AT] & EXTERNAL) !== 0;
    this.created = view.getUint32(CREATED_AT);
    this.lifetime = view.getUint32(LIFETIME_AT);
    this.first = view.getUint32(FIRST_AT);
    this.until = view.getUint32(UNTIL_AT);
    this.key = copyOf(bytes, KEY_AT, keyEnd);
    this.suite12 = keyEnd < end ? view.getUint16(keyEnd) : 0;
    this.client = end < bytes.length ? copyOf(bytes, end, bytes.length) : null;
  }

  /** null for bytes of another version, and for those that no version packs. */
  static from(bytes: Uint8Array): PackedSession | null {
    if (bytes.length < KEY_AT || (bytes[0] !== TLS13 && bytes[0] !== TLS12)) return null;
    const keyLength = bytes.length - KEY_AT - ((bytes[FLAGS_AT] & HAS_CLIENT) === 0 ? 0 : DIGEST);
    if (bytes[0] === TLS12) return keyLength === 48 + SUITE ? new PackedSession(bytes) : null;
    return keyLength === 32 || keyLength === 48 ? new PackedSession(bytes) : null;
  }

  isOf(binding: Uint8Array): boolean {
    for (let i = 0; i < DIGEST; i++) if (this.bytes[BINDING_AT + i] !== binding[i]) return false;
    return true;
  }
}

/**
 * SHA-256 over what a session is bound to beside its key: the name that the client asked for, the protocol, and what its virtual server asks of clients.
 * null where this can't be told: clients are asked for certificates that end in a trust store without a fingerprint, or that a verify() has to like of which
 * `policy` does not tell.
 */
export function bindingOf({ config, sni, alpn, host }: ServerHandshakeState, policy: string): Uint8Array | null {
  const { clientAuthentication } = host;
  const trust = clientAuthentication?.trust;
  if (trust !== undefined && trust.fingerprint === undefined) return null;
  if (clientAuthentication?.checks?.verify !== undefined && policy === "") return null;
  const hash = config.provider.sha256.create();
  hash.reset();
  putText(hash, sni);
  putText(hash, alpn ?? "");
  putText(hash, policy);
  const asks = new Uint8Array([trust === undefined ? 0 : 1, clientAuthentication?.required === true ? 1 : 0]);
  hash.update(asks, 0, 2);
  if (trust?.fingerprint !== undefined) hash.update(trust.fingerprint, 0, DIGEST);
  const binding = new Uint8Array(DIGEST);
  hash.digest(binding, 0);
  return binding;
}

function putText(hash: Hash, text: string): void {
  const bytes = new Uint8Array(2 + 2 * text.length);
  bytes[0] = text.length >> 8;
  bytes[1] = text.length;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    bytes[2 + 2 * i] = c >> 8;
    bytes[3 + 2 * i] = c;
  }
  hash.update(bytes, 0, bytes.length);
}
