import { handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Writer } from "../bytes/writer.js";
import { PSK_KE } from "../config-psk.js";
import { cookie, early_data, handshake, key_share, padding, pre_shared_key, server_hello } from "../constants.js";
import type { CipherSuite, NamedGroup } from "../crypto/provider.js";
import { SERVER_EXTENSIONS } from "../extensions/server-13.js";
import { IN_HELLO_RETRY_REQUEST, sendServerExtensions } from "../extensions/server-extension.js";
import type { ClientHello } from "../messages/client-hello.js";
import { writeServerHelloFields } from "../messages/server-hello.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { findSuite, sendCompatibilityChangeCipherSpec } from "./common-13.js";
import { makeCookie, RetryCookie } from "./retry-cookie.js";
import type { ServerHandshake13 } from "./server-13.js";
import { commonModes, looksAtKeys } from "./server-13-keys.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ServerHandshake13;

/** A HelloRetryRequest without session id and cookie: header, fixed fields, supported_versions, key_share. */
const LEAST_RETRY = 4 + 38 + 2 + 6 + 6;
/** cookie's header and length. */
const COOKIE_HEADER = 6;

/** No share fits, but a group does (RFC 9846 §4.2.1): true, and `group` is the one to ask for. */
export function needsRetry(h: H): boolean {
  if (h.shareIndex >= 0) return false;
  const withoutExchange = looksAtKeys(h) && (commonModes(h) & PSK_KE) !== 0;
  if (!h.sentShares) {
    if (withoutExchange) return false;
    throw new TLSAlert(handshake_failure, "ClientHello: no key_share, and none of its pre-shared keys can be used without one");
  }
  const { groups } = h.config.provider;
  let i = 0;
  while (i < groups.length && (h.groups & (1 << i)) === 0) i++;
  if (i === groups.length && withoutExchange) return false;
  if (i === groups.length) throw new TLSAlert(handshake_failure, "ClientHello: none of this server's groups is offered");
  if (h.retried) throw new TLSAlert(illegal_parameter, "ClientHello: the second one again has no share of the group that was asked for");
  h.group = groups[i];
  return true;
}

/** Sends the HelloRetryRequest. The transcript goes on here, or is forgotten where a cookie carries it. */
export function sendRetry(h: H): number {
  const { config } = h;
  const { sha256 } = config.provider;
  const transcript = h.transcript as Transcript;
  const { secrets, temp } = h.schedule as KeySchedule13;
  const suite = h.negotiated.suite as CipherSuite;
  const fingerprint = fingerprintOf(h, h.hello as ClientHello, h.helloBytes as Uint8Array);
  if (config.cookies !== undefined && h.cookie === null) {
    const helloHash = new Uint8Array(transcript.length);
    transcript.digest(helloHash, 0);
    h.cookie = makeCookie(config.cookies, sha256, h.address, config.clock.seconds(), suite.id, h.group.id, fingerprint, helloHash);
  }
  if (!h.hasRoom(retryLength(h))) return S.SEND_RETRY;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(0);
  const length = writeRetry(h, io, start, start + records.sendCapacity);
  transcript.restart(secrets, temp);
  transcript.update(io, start, length);
  records.endRecord(handshake, length);
  if ((h.sessionId as Uint8Array).length > 0) sendCompatibilityChangeCipherSpec(h.records);
  h.retried = true;
  h.fingerprint = fingerprint;
  h.hello = null;
  h.helloBytes = null;
  return S.WAIT_CH;
}

/** Holds a second ClientHello to the first (§4.2.2); one with a cookie may be the first of its connection. */
export function resumeRetry(h: H, hello: ClientHello, bytes: Uint8Array): void {
  if (h.shareCount !== 1 || h.shareIndex < 0)
    throw new TLSAlert(illegal_parameter, "ClientHello: the second one must have the one share that was asked for");
  if (h.retried && h.cookieLength === 0 && h.cookie !== null)
    throw new TLSAlert(illegal_parameter, "ClientHello: the second one lacks the cookie");
  if (h.cookieLength > 0) takeCookie(h, bytes);
  const asked = h.group;
  const share = h.config.provider.groups[h.shareIndex];
  if (share !== asked) throw new TLSAlert(illegal_parameter, `ClientHello: a share of ${share.name}, ${asked.name} was asked for`);
  const suite = h.negotiated.suite as CipherSuite;
  if (!hello.offersSuite(bytes, suite.id))
    throw new TLSAlert(illegal_parameter, `ClientHello: the second one does not offer ${suite.name} any more`);
  if (!equalBytes(fingerprintOf(h, hello, bytes), 0, h.fingerprint as Uint8Array, 0, 32))
    throw new TLSAlert(illegal_parameter, "ClientHello: the second one differs from the first in more than it may");
}

/** A cookie tells all about the first ClientHello, whether this connection saw it or another server did. */
function takeCookie(h: H, bytes: Uint8Array): void {
  const { cookies, clock, provider } = h.config;
  if (cookies === undefined) throw new TLSAlert(illegal_parameter, "ClientHello: a cookie, though this server gives none");
  const copy = bytes.slice(h.cookieOffset, h.cookieOffset + h.cookieLength);
  const told = new RetryCookie(cookies, provider.sha256, h.address, clock.seconds(), copy);
  const suite = findSuite(provider.suites, told.suite);
  const group = findGroup(provider.groups, told.group);
  if (suite === null || group === null || suite.hash.outputLength !== told.helloHash.length)
    throw new TLSAlert(illegal_parameter, "ClientHello: the cookie names a suite or a group that this server does not have");
  if (h.retried && h.cookie !== null && !equalCookies(h.cookie, copy))
    throw new TLSAlert(illegal_parameter, "ClientHello: the cookie is not the one of this connection's HelloRetryRequest");
  h.negotiated.suite = suite;
  h.group = group;
  h.fingerprint = told.fingerprint;
  h.cookie = copy;
  if (h.retried) return;
  h.startTranscript((h.negotiated.suite as CipherSuite).hash);
  const transcript = h.transcript as Transcript;
  transcript.restartFrom(told.helloHash);
  const retry = new Uint8Array(retryLength(h));
  transcript.update(retry, 0, writeRetry(h, retry, 0, retry.length));
  h.retried = true;
}

function findGroup(groups: readonly NamedGroup[], id: number): NamedGroup | null {
  for (let i = 0; i < groups.length; i++) if (groups[i].id === id) return groups[i];
  return null;
}

function equalCookies(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalBytes(a, 0, b, 0, a.length);
}

function retryLength(h: H): number {
  return LEAST_RETRY + (h.sessionId as Uint8Array).length + (h.cookie === null ? 0 : COOKIE_HEADER + h.cookie.length);
}

/** Writes the HelloRetryRequest; the same inputs give the same bytes, so that a cookie's server can make it again. */
function writeRetry(h: H, bytes: Uint8Array, start: number, end: number): number {
  const sessionId = h.sessionId as Uint8Array;
  const w = new Writer(bytes);
  w.over(bytes, start, end);
  w.u8(server_hello);
  const message = w.open24();
  writeServerHelloFields(w, null, sessionId, 0, sessionId.length, (h.negotiated.suite as CipherSuite).id);
  sendServerExtensions(SERVER_EXTENSIONS, h, w, IN_HELLO_RETRY_REQUEST);
  w.close24(message);
  return w.offset - start;
}

/** SHA-256 over all of a ClientHello that may not change in the second one (§4.2.2). */
function fingerprintOf(h: H, hello: ClientHello, bytes: Uint8Array): Uint8Array {
  const hash = h.config.provider.sha256.create();
  const out = new Uint8Array(32);
  hash.reset();
  // From the random on, lengths included: no field can lend bytes to the next.
  const fields = hello.compressionOffset + hello.compressionLength;
  hash.update(bytes, hello.randomOffset, fields - hello.randomOffset);
  let o = fields + 2;
  while (o < hello.extensionsEnd) {
    const type = (bytes[o] << 8) | bytes[o + 1];
    const length = 4 + ((bytes[o + 2] << 8) | bytes[o + 3]);
    if (!mayChange(type)) hash.update(bytes, o, length);
    o += length;
  }
  hash.digest(out, 0);
  return out;
}

function mayChange(type: number): boolean {
  return type === key_share || type === cookie || type === early_data || type === pre_shared_key || type === padding;
}
