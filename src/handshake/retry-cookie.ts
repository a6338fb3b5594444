import { illegal_parameter, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import type { CookieConfig } from "../config.js";
import type { HashAlgorithm } from "../crypto/provider.js";
import { Hmac } from "../crypto/xs/hmac.js";

const VERSION = 1;
const TIME_AT = 1;
const SUITE_AT = 5;
const GROUP_AT = 7;
const FINGERPRINT_AT = 9;
const HASH_AT = 41;
const MAC_LENGTH = 32;

/**
 * The cookie of a HelloRetryRequest (RFC 9846 §4.3.2): all that the server needs to go on, under a MAC that also covers the client's address, so that
 * it has to remember nothing itself:
 *
 *     version 1 | time 4 | suite 2 | group 2 | fingerprint of the ClientHello 32 | Hash(ClientHello1) 32 or 48 | HMAC-SHA256 32
 */
export function makeCookie(
  config: CookieConfig,
  sha256: HashAlgorithm,
  address: Uint8Array,
  now: number,
  suite: number,
  group: number,
  fingerprint: Uint8Array,
  helloHash: Uint8Array,
): Uint8Array {
  const cookie = new Uint8Array(HASH_AT + helloHash.length + MAC_LENGTH);
  const view = new DataView(cookie.buffer);
  cookie[0] = VERSION;
  view.setUint32(TIME_AT, now);
  view.setUint16(SUITE_AT, suite);
  view.setUint16(GROUP_AT, group);
  cookie.set(fingerprint, FINGERPRINT_AT);
  cookie.set(helloHash, HASH_AT);
  mac(config, sha256, address, cookie, cookie.length - MAC_LENGTH, cookie, cookie.length - MAC_LENGTH);
  return cookie;
}

/** What a cookie that came back says. */
export class RetryCookie {
  readonly bytes: Uint8Array;
  readonly suite: number;
  readonly group: number;
  readonly fingerprint: Uint8Array;
  readonly helloHash: Uint8Array;

  /** Throws illegal_parameter for a cookie that is not ours, not for this client, or too old. */
  constructor(config: CookieConfig, sha256: HashAlgorithm, address: Uint8Array, now: number, cookie: Uint8Array) {
    const end = cookie.length - MAC_LENGTH;
    const expected = new Uint8Array(MAC_LENGTH);
    if (end > HASH_AT) mac(config, sha256, address, cookie, end, expected, 0);
    if (end <= HASH_AT || cookie[0] !== VERSION || !equalBytes(cookie, end, expected, 0, MAC_LENGTH))
      throw new TLSAlert(illegal_parameter, "ClientHello: the cookie is not one that this server gave to this client");
    const view = new DataView(cookie.buffer, cookie.byteOffset);
    const age = now - view.getUint32(TIME_AT);
    if (now >= 0 && (age < 0 || age > config.lifetime))
      throw new TLSAlert(illegal_parameter, `ClientHello: the cookie is ${age} seconds old; it holds for ${config.lifetime}`);
    this.bytes = cookie;
    this.suite = view.getUint16(SUITE_AT);
    this.group = view.getUint16(GROUP_AT);
    this.fingerprint = cookie.slice(FINGERPRINT_AT, HASH_AT);
    this.helloHash = cookie.slice(HASH_AT, end);
  }
}

function mac(
  config: CookieConfig,
  sha256: HashAlgorithm,
  address: Uint8Array,
  cookie: Uint8Array,
  length: number,
  out: Uint8Array,
  o: number,
): void {
  const hmac = new Hmac(sha256.create());
  hmac.setKey(config.key, 0, config.key.length);
  hmac.begin();
  hmac.update(cookie, 0, length);
  hmac.update(address, 0, address.length);
  hmac.finish(out, o, MAC_LENGTH);
  hmac.wipe();
}
