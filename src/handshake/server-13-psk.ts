import { decrypt_error, handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { PSK_DHE_KE, PSK_KE, type ServerHandshakeState, type ServerSession } from "../config-psk.js";
import { OUTSIDE } from "../crypto/provider.js";
import { LABEL_EXT_BINDER, LABEL_RES_BINDER } from "../crypto/xs/hkdf.js";
import type { OfferedIdentities } from "../extensions/pre-shared-key.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { RESUMED } from "./handshake-13.js";
import type { ServerHandshake13 } from "./server-13.js";
import { beginExchange, fullHandshake, skipExchange } from "./server-13-hello.js";
import * as S from "./states-13.js";

type H = ServerHandshake13;

/** Identities that are looked at; a client that has more does a full handshake. */
const MAX_TRIED = 4;

/** Looks at one identity after the other: a ticket of ours, then a key that is known. The first that can be used is taken, if its binder is right. */
export function findKey(h: H): number {
  const offered = h.identities as OfferedIdentities;
  const bytes = h.helloBytes as Uint8Array;
  const { psk, tickets } = h.config;
  for (; offered.index < Math.min(offered.count, MAX_TRIED); nextIdentity(offered, bytes)) {
    const length = (bytes[offered.at] << 8) | bytes[offered.at + 1];
    const at = offered.at + 2;
    if (tickets !== undefined && usableMode(h, tickets.modes) !== 0) {
      const session = tickets.open(h as unknown as ServerHandshakeState, bytes, at, length);
      if (session === OUTSIDE) return waitForKey(h);
      if (session !== null) return takeSession(h, offered, bytes, session as ServerSession, usableMode(h, tickets.modes));
    }
    if (psk === undefined || psk.hashLength !== h.hashLength || usableMode(h, psk.modes) === 0) continue;
    if (psk.isOwn(bytes, at, length))
      throw new TLSAlert(illegal_parameter, "pre_shared_key: an identity that this device shows itself as a client comes back");
    const key = psk.find(bytes, at, length);
    if (key === OUTSIDE) return waitForKey(h);
    if (key === null) continue;
    checkBinder(h, offered, bytes, key as Uint8Array, LABEL_EXT_BINDER);
    h.pskIndex = offered.index;
    h.session = { key: NO_KEY, client: null, first: -1, until: 0xffffffff, external: true };
    h.negotiated.certificateTap?.identified?.(bytes.slice(at, at + length));
    return takeMode(h, usableMode(h, psk.modes));
  }
  if ((h.host as { readonly identities: readonly unknown[] }).identities.length > 0) return fullHandshake(h);
  if (psk !== undefined && psk.hashLength === h.hashLength && usableMode(h, psk.modes) !== 0) refuseAll(h, offered, bytes);
  throw new TLSAlert(handshake_failure, "ClientHello: none of its pre-shared keys can be used, and this server has no certificate");
}

const NO_KEY = new Uint8Array(0);

function waitForKey(h: H): number {
  h.blocked = true;
  return S.FIND_KEY;
}

function nextIdentity(offered: OfferedIdentities, bytes: Uint8Array): void {
  offered.at += 2 + ((bytes[offered.at] << 8) | bytes[offered.at + 1]) + 4;
  offered.index++;
}

/** The mode to use of those allowed: with key exchange wherever there is a share. 0: none. */
function usableMode(h: H, allowed: number): number {
  const modes = h.pskModes & allowed;
  if ((modes & PSK_DHE_KE) !== 0 && h.shareIndex >= 0) return PSK_DHE_KE;
  return modes & PSK_KE;
}

function takeSession(h: H, offered: OfferedIdentities, bytes: Uint8Array, session: ServerSession, mode: number): number {
  checkBinder(h, offered, bytes, session.key, LABEL_RES_BINDER);
  h.pskIndex = offered.index;
  h.session = session;
  h.negotiated.proved = RESUMED;
  return takeMode(h, mode);
}

function takeMode(h: H, mode: number): number {
  return mode === PSK_DHE_KE ? beginExchange(h) : skipExchange(h);
}

/** An unknown identity where nothing but keys proves a client: a random key takes its place, so that alert and work are those of a wrong key (Appendix F). */
function refuseAll(h: H, offered: OfferedIdentities, bytes: Uint8Array): void {
  const key = new Uint8Array(h.hashLength);
  h.config.random.fill(key, 0, key.length);
  offered.index = 0;
  checkBinder(h, offered, bytes, key, LABEL_EXT_BINDER);
}

/** §4.3.11.2: the HMAC over the ClientHello up to its binders, whose hash is in schedule.digest. */
function checkBinder(h: H, offered: OfferedIdentities, bytes: Uint8Array, key: Uint8Array, label: Uint8Array): void {
  const schedule = h.schedule as KeySchedule13;
  const { secrets, temp, digest, length } = schedule;
  let at = offered.binders + 2;
  for (let i = 0; i < offered.index; i++) at += 1 + bytes[at];
  schedule.setEarlySecret(key, label);
  schedule.finished(secrets, temp, secrets, digest);
  if (bytes[at] !== length || !equalBytes(bytes, at + 1, secrets, digest, length))
    throw new TLSAlert(decrypt_error, "pre_shared_key: the binder does not fit, the client does not have the key of this identity");
}
