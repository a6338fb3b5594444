import {
  handshake_failure,
  illegal_parameter,
  missing_extension,
  no_application_protocol,
  protocol_version,
  TLSAlert,
  unrecognized_name,
} from "../alert.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import type { VirtualHost } from "../config.js";
import { handshake, server_hello, signsHandshake13, TLS_1_3 } from "../constants.js";
import { type CipherSuite, DONE, type KeyExchange, OUTSIDE } from "../crypto/provider.js";
import { chooseProtocol } from "../extensions/alpn.js";
import type { OfferedIdentities } from "../extensions/pre-shared-key.js";
import { SERVER_EXTENSIONS } from "../extensions/server-13.js";
import { IN_SERVER_HELLO, receiveClientExtensions, sendServerExtensions } from "../extensions/server-extension.js";
import { type Identity, responseOf } from "../identity.js";
import type { CertificateWriter } from "../messages/certificate.js";
import { ClientHello } from "../messages/client-hello.js";
import { writeServerHelloFields } from "../messages/server-hello.js";
import { StapledCertificateWriter } from "../messages/stapled-certificate.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { protectHandshake, sendCompatibilityChangeCipherSpec } from "./common-13.js";
import { serverVersion12 } from "./hello.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import { Proof13 } from "./proof-13.js";
import type { ServerHandshake13 } from "./server-13.js";
import { checkKeysOffered, looksAtKeys } from "./server-13-keys.js";
import { needsRetry, resumeRetry } from "./server-13-retry.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ServerHandshake13;

export function onClientHello(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ClientHello");
  const hello = new ClientHello();
  hello.read(r);
  h.forgetOffers();
  if (hello.hasExtensions) receiveClientExtensions(SERVER_EXTENSIONS, h, r);
  r.finish();
  const tls12 = serverVersion12(h.config);
  if (!h.offersTLS13 && tls12 !== null && !h.retried) {
    tls12.takeOver(h.config, h.negotiated, bytes, start, end);
    return h.state;
  }
  if (!h.offersTLS13)
    throw new TLSAlert(protocol_version, "ClientHello: the client does not offer TLS 1.3, this server speaks no other version");
  hello.check13(bytes);
  // §4.3.10: what was sent early is passed over; none is sent behind a HelloRetryRequest.
  if (h.offersEarlyData && h.retried) throw new TLSAlert(illegal_parameter, "ClientHello: early_data after a HelloRetryRequest");
  h.records.skipEarlyData(h.offersEarlyData);
  checkOffers(h);
  h.hello = hello;
  h.helloBytes = bytes;
  h.sessionId = bytes.slice(hello.sessionIdOffset, hello.sessionIdOffset + hello.sessionIdLength);
  h.rememberRandom(bytes, hello.randomOffset);
  if (h.retried || h.cookieLength > 0) resumeRetry(h, hello, bytes);
  else chooseSuite(h, hello, bytes);
  if (h.transcript === null) h.startTranscript((h.negotiated.suite as CipherSuite).hash);
  const transcript = h.transcript as unknown as Transcript;
  let o = start;
  if (looksAtKeys(h)) {
    const { secrets, digest } = h.schedule as KeySchedule13;
    o = (h.identities as OfferedIdentities).binders;
    transcript.update(bytes, start, o - start);
    transcript.digest(secrets, digest);
  }
  transcript.update(bytes, o, end - o);
  if (needsRetry(h)) return S.SEND_RETRY;
  h.negotiated.version = TLS_1_3;
  if (h.shareIndex >= 0) {
    h.group = h.config.provider.groups[h.shareIndex];
    h.peerShare = bytes.slice(h.shareOffset, h.shareOffset + h.shareLength);
  }
  return S.FIND_HOST;
}

/** §9.2 and §4.3.8: which extensions must come together. Without certificates no signature_algorithms is needed, with psk_ke no share. */
function checkOffers(h: H): void {
  checkKeysOffered(h);
  if (h.identities === null) requireSchemes(h);
  if (h.identities === null || h.sentGroups || h.sentShares) requireShares(h);
  if ((h.shares & ~h.groups) !== 0)
    throw new TLSAlert(illegal_parameter, "ClientHello: key_share has a group that supported_groups does not have");
}

function requireSchemes(h: H): void {
  if (h.schemesLength === 0) throw new TLSAlert(missing_extension, "ClientHello: no signature_algorithms extension");
}

function requireShares(h: H): void {
  if (!h.sentGroups) throw new TLSAlert(missing_extension, "ClientHello: no supported_groups extension");
  if (!h.sentShares) throw new TLSAlert(missing_extension, "ClientHello: no key_share extension");
}

/** The first suite of ours that the client offers; where it offers pre-shared keys rather one with the hash that ours are for. */
function chooseSuite(h: H, hello: ClientHello, bytes: Uint8Array): void {
  const { psk, provider } = h.config;
  const { suites } = provider;
  let i = 0;
  if (psk !== undefined && h.identities !== null)
    while (i < suites.length && !(suites[i].hash.outputLength === psk.hashLength && hello.offersSuite(bytes, suites[i].id))) i++;
  if (i === suites.length) i = 0;
  while (i < suites.length && !hello.offersSuite(bytes, suites[i].id)) i++;
  if (i === suites.length) throw new TLSAlert(handshake_failure, "ClientHello: none of this server's cipher suites is offered");
  h.negotiated.suite = suites[i];
}

export function findHost(h: H): number {
  const host = h.config.hosts.find(h.sni);
  if (host === OUTSIDE) {
    h.blocked = true;
    return S.FIND_HOST;
  }
  if (host === null)
    throw new TLSAlert(
      unrecognized_name,
      h.sni === "" ? "ClientHello: no server_name, and there is no default server" : `ClientHello: no server is called "${h.sni}"`,
    );
  const bytes = h.helloBytes as Uint8Array;
  h.host = host;
  h.negotiated.sni = h.sni;
  if (host.alpn !== undefined && host.alpn.length > 0 && h.alpnLength > 0) {
    h.negotiated.alpn = chooseProtocol(host.alpn, bytes, h.alpnOffset, h.alpnLength);
    if (h.negotiated.alpn === null) throw new TLSAlert(no_application_protocol, `ALPN: the client offers none of ${host.alpn.join(", ")}`);
  }
  return looksAtKeys(h) ? S.FIND_KEY : fullHandshake(h);
}

/** A certificate proves this server. */
export function fullHandshake(h: H): number {
  const host = h.host as VirtualHost;
  if (host.identities.length === 0)
    throw new TLSAlert(handshake_failure, "ClientHello: it offers no pre-shared key, and this server has no certificate");
  requireSchemes(h);
  requireShares(h);
  h.proof = chooseIdentity(h, host, h.helloBytes as Uint8Array);
  return beginExchange(h);
}

export function beginExchange(h: H): number {
  h.negotiated.group = h.group;
  h.hello = null;
  h.helloBytes = null;
  h.keyExchange = h.group.create();
  h.keyExchange.beginGenerate(h.config.random);
  return S.GENERATE_SHARE;
}

/** psk_ke: the pre-shared key alone is the secret. */
export function skipExchange(h: H): number {
  h.hello = null;
  h.helloBytes = null;
  h.peerShare = null;
  return S.SEND_SH;
}

/** The first identity with a scheme that the client can verify (§4.5.1.2). */
function chooseIdentity(h: H, host: VirtualHost, bytes: Uint8Array): Proof13 {
  const { identities } = host;
  for (let i = 0; i < identities.length; i++) {
    const { schemes } = identities[i].key;
    for (let j = 0; j < schemes.length; j++)
      if (signsHandshake13(schemes[j]) && offersScheme(h, bytes, schemes[j]))
        return new Proof13(identities[i], schemes[j], h.wantsStatus ? stapled(identities[i]) : null);
  }
  throw new TLSAlert(handshake_failure, "ClientHello: signature_algorithms has none that a certificate of this server can be used with");
}

/** The Certificate message with the identity's status, or null where it has none. */
function stapled(identity: Identity): CertificateWriter | null {
  const status = responseOf(identity);
  return status === null ? null : new StapledCertificateWriter(identity.certificates, status);
}

function offersScheme(h: H, bytes: Uint8Array, scheme: number): boolean {
  const end = h.schemesOffset + h.schemesLength;
  for (let o = h.schemesOffset; o < end; o += 2) if (((bytes[o] << 8) | bytes[o + 1]) === scheme) return true;
  return false;
}

export function generateShare(h: H, budget: number): number {
  const keyExchange = h.keyExchange as KeyExchange;
  if (keyExchange.step(budget) !== DONE) return S.GENERATE_SHARE;
  const share = h.peerShare as Uint8Array;
  keyExchange.beginAgree(share, 0, share.length);
  return S.AGREE;
}

/** The shared secret is made before the ServerHello goes out: a bad share is refused while the client still reads alerts in clear. */
export function agreeAsServer(h: H, budget: number): number {
  const keyExchange = h.keyExchange as KeyExchange;
  if (keyExchange.step(budget) !== DONE) return S.AGREE;
  const { secrets, temp } = h.schedule as KeySchedule13;
  if (!keyExchange.writeSecret(secrets, temp))
    throw new TLSAlert(illegal_parameter, `ClientHello: the ${h.group.name} share is not a valid public key`);
  h.peerShare = null;
  return S.SEND_SH;
}

export function sendServerHello(h: H): number {
  const sessionId = h.sessionId as Uint8Array;
  const suite = h.negotiated.suite as CipherSuite;
  // Fixed fields, supported_versions, key_share, pre_shared_key; then a change_cipher_spec record (Appendix E.4).
  if (!h.hasRoom(4 + 38 + sessionId.length + 2 + 6 + 8 + h.group.publicLength + 6 + 6)) return S.SEND_SH;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(0);
  const w = new Writer(io);
  w.over(io, start, start + records.sendCapacity);
  w.u8(server_hello);
  const message = w.open24();
  writeServerHelloFields(w, h.config.random, sessionId, 0, sessionId.length, suite.id);
  sendServerExtensions(SERVER_EXTENSIONS, h, w, IN_SERVER_HELLO);
  w.close24(message);
  (h.transcript as Transcript).update(io, start, w.offset - start);
  records.endRecord(handshake, w.offset - start);
  if (sessionId.length > 0 && !h.retried) sendCompatibilityChangeCipherSpec(h.records);
  h.keyExchange?.wipe();
  h.keyExchange = null;
  return S.DERIVE;
}

/** A step of its own, so that the key exchange is gone before the protection's memory is made. */
export function deriveAsServer(h: H): number {
  const schedule = h.schedule as KeySchedule13;
  const { secrets, temp, digest, length } = schedule;
  const withoutExchange = h.negotiated.group === null;
  const secretLength = withoutExchange ? length : h.group.secretLength;
  if (withoutExchange) secrets.fill(0, temp, temp + length);
  schedule.setHandshakeSecret(secrets, temp, secretLength, h.pskIndex >= 0);
  secrets.fill(0, temp, temp + secretLength);
  (h.transcript as Transcript).digest(secrets, digest);
  schedule.deriveHandshakeSecrets(secrets, digest, h.keys, READ_SECRET, WRITE_SECRET);
  h.logSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", h.keys, READ_SECRET, length);
  h.logSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", h.keys, WRITE_SECRET, length);
  return S.PROTECT;
}

export function protectAsServer(h: H): number {
  protectHandshake(h);
  return S.SEND_EE;
}
