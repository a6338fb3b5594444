import { illegal_parameter, TLSAlert, unexpected_message } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { handshake, server_hello, TLS_1_3 } from "../constants.js";
import { type CipherSuite, DONE, type KeyExchange } from "../crypto/provider.js";
import { IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO, receiveExtensions } from "../extensions/extension.js";
import { CLIENT_RANDOM_AT, RANDOM_LENGTH, SESSION_ID_AT, writeClientHello } from "../messages/client-hello.js";
import { requireTLS13, ServerHello } from "../messages/server-hello.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ClientHandshake13, ClientOffer } from "./client-13.js";
import { checkSelected, dropOtherHashes, writeBinders } from "./client-13-psk.js";
import { findSuite, protectHandshake, sendCompatibilityChangeCipherSpec } from "./common-13.js";
import { clientVersion12 } from "./hello.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ClientHandshake13;

export function sendClientHello(h: H, budget: number): number {
  const offer = h.offer as ClientOffer;
  const { records } = h;
  const { io } = records;
  // The first ClientHello may still stand there: the host has sent its bytes, but not said so.
  if (h.retried && records.pending > 0) {
    h.blocked = true;
    return S.GENERATE_SHARE;
  }
  if (offer.keyExchange !== null && offer.keyExchange.step(budget) !== DONE) return S.GENERATE_SHARE;
  if (h.retried) sendCompatibilityChangeCipherSpec(h.records);
  const start = records.beginRecord(0);
  const w = new Writer(io);
  w.over(io, start, start + records.room);
  const tls12 = clientVersion12(h.config);
  offer.sent = writeClientHello(w, h.config.random, offer.firstHello, h.config.provider.suites, h.extensions, offer, tls12?.suites);
  offer.helloStart = start;
  offer.helloLength = w.offset - start;
  if (offer.psks !== null) writeBinders(h, offer.psks, io, start, offer.helloLength);
  else if (h.transcript !== null) h.transcript.update(io, start, offer.helloLength);
  records.endRecord(handshake, offer.helloLength);
  if (!h.retried) records.setFirstVersion(start);
  return S.WAIT_SH;
}

export function onServerHello(h: H, bytes: Uint8Array, start: number, end: number): number {
  const offer = h.offer as ClientOffer;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ServerHello");
  const hello = new ServerHello();
  hello.read(r);
  const tls12 = clientVersion12(h.config);
  if (tls12 !== null && hello.selectedVersion === 0 && !hello.isRetryRequest && !h.retried) {
    const { config, name, session, negotiated } = h;
    h.offer = null;
    h.session = null;
    tls12.takeOver(config, name, offer, session, negotiated, bytes, start, end);
    return h.state;
  }
  requireTLS13(hello);
  h.mustEndRecord(server_hello, h.records);
  // §4.2.3: the session id and the suite are held to what was sent.
  if (!echoesSessionId(h.records.io, offer, bytes, hello))
    throw new TLSAlert(illegal_parameter, "ServerHello: legacy_session_id_echo is not what was sent");
  const suite = findSuite(h.config.provider.suites, hello.suite);
  if (suite === null) throw new TLSAlert(illegal_parameter, `ServerHello: cipher suite 0x${hello.suite.toString(16)} was not offered`);
  if (h.retried) {
    if (hello.isRetryRequest) throw new TLSAlert(unexpected_message, "HelloRetryRequest: a second one");
    if (suite !== h.negotiated.suite)
      throw new TLSAlert(illegal_parameter, `ServerHello: suite ${suite.name}, the HelloRetryRequest said ${h.negotiated.suite?.name}`);
  }
  h.negotiated.version = TLS_1_3;
  h.negotiated.suite = suite;
  const where = hello.isRetryRequest ? IN_HELLO_RETRY_REQUEST : IN_SERVER_HELLO;
  receiveExtensions(h.extensions, offer.sent, offer, r, where, hello.isRetryRequest ? "HelloRetryRequest" : "ServerHello");
  r.finish();
  const transcript = startTranscript(h, offer, suite);
  if (hello.isRetryRequest) return retry(h, offer, suite, transcript, bytes, start, end);
  checkSelected(h, offer, suite);
  transcript.update(bytes, start, end - start);
  if (offer.keyExchange === null) return S.DERIVE;
  h.negotiated.group = offer.group;
  (offer.keyExchange as KeyExchange).beginAgree(bytes, offer.shareOffset, offer.shareLength);
  return S.AGREE;
}

/** The session id is the one of the ClientHello. */
export function echoesSessionId(io: Uint8Array, offer: ClientOffer, bytes: Uint8Array, hello: ServerHello): boolean {
  const at = offer.helloStart + SESSION_ID_AT;
  const { sessionIdLength, sessionIdOffset } = hello;
  return io[at - 1] === sessionIdLength && equalBytes(bytes, sessionIdOffset, io, at, sessionIdLength);
}

/**
 * The transcript begins when the suite tells its hash: the ClientHello still stands in the send region. Where a key for another hash was offered it
 * begins again.
 */
function startTranscript(h: H, offer: ClientOffer, suite: CipherSuite): Transcript {
  const { io } = h.records;
  if (!h.retried) h.rememberRandom(io, offer.helloStart + CLIENT_RANDOM_AT);
  if (h.transcript !== null && h.transcript.length === suite.hash.outputLength) return h.transcript;
  h.startTranscript(suite.hash);
  const transcript = h.transcript as unknown as Transcript;
  transcript.update(io, offer.helloStart, offer.helloLength);
  return transcript;
}

/** §4.2.4: a second ClientHello with the cookie and with a share of the group that the server wants. */
function retry(
  h: H,
  offer: ClientOffer,
  suite: CipherSuite,
  transcript: Transcript,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const { groups } = h.config.provider;
  if (offer.retryGroup === 0 && offer.cookie === null)
    throw new TLSAlert(illegal_parameter, "HelloRetryRequest: it changes nothing in the ClientHello");
  const schedule = h.schedule as KeySchedule13;
  transcript.restart(schedule.secrets, schedule.temp);
  transcript.update(bytes, start, end - start);
  const at = offer.helloStart + CLIENT_RANDOM_AT;
  offer.firstHello = h.records.io.slice(at, at + RANDOM_LENGTH + 1 + h.records.io[at + RANDOM_LENGTH]);
  h.retried = true;
  dropOtherHashes(offer, suite);
  if (offer.retryGroup === 0) return S.GENERATE_SHARE; // the same share again: its key is there, and no secret was made with it yet
  let i = 0;
  while (i < groups.length && groups[i].id !== offer.retryGroup) i++;
  // §4.3.8: a group that was offered, and not the one whose share was sent.
  if (i === groups.length || groups[i] === offer.group)
    throw new TLSAlert(
      illegal_parameter,
      `HelloRetryRequest: it asks for group 0x${offer.retryGroup.toString(16)}, ${i < groups.length ? "whose share was sent" : "which was not offered"}`,
    );
  offer.keyExchange?.wipe();
  offer.group = groups[i];
  const keyExchange = groups[i].create();
  keyExchange.beginGenerate(h.config.random);
  offer.keyExchange = keyExchange;
  return S.GENERATE_SHARE;
}

export function agree(h: H, budget: number): number {
  const offer = h.offer as ClientOffer;
  const keyExchange = offer.keyExchange as KeyExchange;
  if (keyExchange.step(budget) !== DONE) return S.AGREE;
  const { secrets, temp } = h.schedule as KeySchedule13;
  if (!keyExchange.writeSecret(secrets, temp))
    throw new TLSAlert(illegal_parameter, `ServerHello: the server's ${offer.group.name} share is not a valid public key`);
  keyExchange.wipe();
  offer.keyExchange = null;
  return S.DERIVE;
}

/** A step of its own, so that the key exchange is gone before the protection's memory is made. */
export function deriveAsClient(h: H): number {
  const schedule = h.schedule as KeySchedule13;
  const { secrets, temp, digest, length } = schedule;
  const { group, pskIndex } = h.offer as ClientOffer;
  // §7.1: where there is no shared secret, zeros stand for it.
  const secretLength = h.negotiated.group === null ? length : group.secretLength;
  if (h.negotiated.group === null) secrets.fill(0, temp, temp + length);
  schedule.setHandshakeSecret(secrets, temp, secretLength, pskIndex >= 0);
  secrets.fill(0, temp, temp + secretLength);
  (h.transcript as Transcript).digest(secrets, digest);
  schedule.deriveHandshakeSecrets(secrets, digest, h.keys, WRITE_SECRET, READ_SECRET);
  h.logSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", h.keys, WRITE_SECRET, length);
  h.logSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", h.keys, READ_SECRET, length);
  return S.PROTECT;
}

export function protectAsClient(h: H): number {
  protectHandshake(h);
  return S.WAIT_EE;
}
