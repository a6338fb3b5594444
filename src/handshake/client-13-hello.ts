import { illegal_parameter, TLSAlert, unexpected_message } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { handshake, TLS_1_3 } from "../constants.js";
import { type CipherSuite, DONE } from "../crypto/provider.js";
import { CLIENT_EXTENSIONS } from "../extensions/client-13.js";
import { IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO, receiveExtensions } from "../extensions/extension.js";
import { CLIENT_RANDOM_AT, RANDOM_LENGTH, SESSION_ID_AT, SESSION_ID_LENGTH, writeClientHello } from "../messages/client-hello.js";
import { requireTLS13, ServerHello } from "../messages/server-hello.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ClientHandshake13 } from "./client-13.js";
import { findSuite, protectHandshake, sendCompatibilityChangeCipherSpec } from "./common-13.js";
import * as S from "./states-13.js";
import { Transcript } from "./transcript.js";

type H = ClientHandshake13;

export function sendClientHello(h: H, budget: number): number {
  if (h.keyExchange.step(budget) !== DONE) return S.GENERATE_SHARE;
  const { writer, io } = h.records;
  if (h.firstHello === null)
    writer.legacyVersion = 1; // §5.1: 0x0301 in the first ClientHello's record
  else sendCompatibilityChangeCipherSpec(h.records);
  const start = writer.begin(0);
  const w = new Writer(io);
  w.over(io, start, start + writer.capacity);
  h.offered = writeClientHello(w, h.config.random, h.firstHello, h.config.provider.suites, CLIENT_EXTENSIONS, h);
  h.helloStart = start;
  h.helloLength = w.offset - start;
  if (h.transcript !== null) h.transcript.update(io, start, h.helloLength);
  writer.end(handshake, h.helloLength);
  writer.legacyVersion = 3;
  return S.WAIT_SH;
}

export function onServerHello(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ServerHello");
  const hello = new ServerHello();
  hello.read(r);
  requireTLS13(hello);
  // §4.2.3: the session id and the suite are held to what was sent.
  if (
    hello.sessionIdLength !== SESSION_ID_LENGTH ||
    !equalBytes(bytes, hello.sessionIdOffset, h.records.io, h.helloStart + SESSION_ID_AT, SESSION_ID_LENGTH)
  )
    throw new TLSAlert(illegal_parameter, "ServerHello: legacy_session_id_echo is not what was sent");
  const suite = findSuite(h.config.provider.suites, hello.suite);
  if (suite === null) throw new TLSAlert(illegal_parameter, `ServerHello: cipher suite 0x${hello.suite.toString(16)} was not offered`);
  if (h.firstHello !== null) {
    if (hello.isRetryRequest) throw new TLSAlert(unexpected_message, "HelloRetryRequest: a second one");
    if (suite !== h.negotiated.suite)
      throw new TLSAlert(illegal_parameter, `ServerHello: suite ${suite.name}, the HelloRetryRequest said ${h.negotiated.suite?.name}`);
  }
  h.negotiated.version = TLS_1_3;
  h.negotiated.suite = suite;
  const where = hello.isRetryRequest ? IN_HELLO_RETRY_REQUEST : IN_SERVER_HELLO;
  receiveExtensions(CLIENT_EXTENSIONS, h.offered, h, r, where, hello.isRetryRequest ? "HelloRetryRequest" : "ServerHello");
  r.finish();
  const transcript = startTranscript(h, suite);
  if (hello.isRetryRequest) return retry(h, transcript, bytes, start, end);
  transcript.update(bytes, start, end - start);
  h.negotiated.group = h.group;
  h.keyExchange.beginAgree(bytes, h.shareOffset, h.shareLength);
  return S.AGREE;
}

/** The transcript begins when the suite tells its hash: the ClientHello still stands in the send region. */
function startTranscript(h: H, suite: CipherSuite): Transcript {
  if (h.transcript !== null) return h.transcript;
  const schedule = new KeySchedule13(suite.hash);
  const transcript = new Transcript(suite.hash, schedule.hash);
  transcript.update(h.records.io, h.helloStart, h.helloLength);
  h.schedule = schedule;
  h.transcript = transcript;
  return transcript;
}

/** §4.2.4: a second ClientHello with the cookie and with a share of the group that the server wants. */
function retry(h: H, transcript: Transcript, bytes: Uint8Array, start: number, end: number): number {
  const { groups } = h.config.provider;
  if (h.retryGroup === 0 && h.cookie === null)
    throw new TLSAlert(illegal_parameter, "HelloRetryRequest: it changes nothing in the ClientHello");
  const schedule = h.schedule as KeySchedule13;
  transcript.restart(schedule.secrets, schedule.temp);
  transcript.update(bytes, start, end - start);
  const at = h.helloStart + CLIENT_RANDOM_AT;
  h.firstHello = h.records.io.slice(at, at + RANDOM_LENGTH + 1 + SESSION_ID_LENGTH);
  if (h.retryGroup === 0) return S.GENERATE_SHARE; // the same share again: its key is there, and no secret was made with it yet
  let i = 0;
  while (i < groups.length && groups[i].id !== h.retryGroup) i++;
  // §4.3.8: a group that was offered, and not the one whose share was sent.
  if (i === groups.length || groups[i] === h.group)
    throw new TLSAlert(
      illegal_parameter,
      `HelloRetryRequest: it asks for group 0x${h.retryGroup.toString(16)}, ${i < groups.length ? "whose share was sent" : "which was not offered"}`,
    );
  h.keyExchange.wipe();
  h.group = groups[i];
  h.keyExchange = h.group.create();
  h.keyExchange.beginGenerate(h.config.random);
  return S.GENERATE_SHARE;
}

export function agree(h: H, budget: number): number {
  if (h.keyExchange.step(budget) !== DONE) return S.AGREE;
  const { group, keys } = h;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, temp, length } = schedule;
  if (!h.keyExchange.writeSecret(secrets, temp))
    throw new TLSAlert(illegal_parameter, `ServerHello: the server's ${group.name} share is not a valid public key`);
  h.keyExchange.wipe();
  schedule.setHandshakeSecret(secrets, temp, group.secretLength);
  secrets.fill(0, temp, temp + group.secretLength);
  (h.transcript as Transcript).digest(secrets, schedule.digest);
  schedule.deriveHandshakeSecrets(secrets, schedule.digest, keys.bytes, keys.writeSecret, keys.readSecret);
  h.rememberRandom(h.records.io, h.helloStart + CLIENT_RANDOM_AT);
  h.logSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", keys.bytes, keys.writeSecret, length);
  h.logSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", keys.bytes, keys.readSecret, length);
  protectHandshake(h, schedule);
  return S.WAIT_EE;
}
