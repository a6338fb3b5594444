import { handshake_failure, illegal_parameter, protocol_version, TLSAlert, unexpected_message } from "../alert.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { handshake, TLS_1_2 } from "../constants.js";
import { KEY_ED25519, type SignatureAlgorithm } from "../crypto/provider.js";
import { ENCRYPT_THEN_MAC_BIT, EXTENDED_MASTER_SECRET_BIT } from "../extensions/client-12.js";
import { IN_SERVER_HELLO_12, receiveExtensions } from "../extensions/extension.js";
import { statusRequest } from "../extensions/status-request.js";
import { CLIENT_RANDOM_AT, writeClientHello } from "../messages/client-hello.js";
import { SERVER_RANDOM_AT, ServerHello } from "../messages/server-hello.js";
import { BY_PSK, type CipherSuite12 } from "../record/cipher-suite-12.js";
import type { Prf12 } from "../schedule/prf-12.js";
import { FollowingStatus } from "../x509/following-status.js";
import type { StatusCheck } from "../x509/status.js";
import type { ClientHandshake12 } from "./client-12.js";
import { endStatus } from "./client-12-auth.js";
import type { ClientOffer } from "./client-13.js";
import { echoesSessionId } from "./client-13-hello.js";
import { chooseOrder, findSuite12, limitRecords12 } from "./common-12.js";
import { type ClientExchange12, type ClientKind12, findExchange, NEVER } from "./exchange-12.js";
import { refuseDowngrade } from "./hello.js";
import { readAlgorithm, verifyOn } from "./peer-auth-12.js";
import type { ClientResumption12 } from "./resumption-12.js";
import { clientSinks } from "./sinks-12.js";
import * as S from "./states-12.js";

type H = ClientHandshake12;

/** TLS 1.2 alone. A ClientHello for both versions is TLS 1.3's. */
export function sendClientHello12(h: H): number {
  const offer = h.offer as ClientOffer;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(0);
  const w = new Writer(io);
  w.over(io, start, start + records.sendCapacity);
  offer.sent = writeClientHello(w, h.config.random, null, [], h.extensions, offer, h.version.suites);
  offer.helloStart = start;
  offer.helloLength = w.offset - start;
  records.endRecord(handshake, offer.helloLength);
  records.setFirstVersion(start);
  return S.WAIT_SH;
}

export function onServerHello(h: H, bytes: Uint8Array, start: number, end: number): number {
  const offer = h.offer as ClientOffer;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ServerHello");
  const hello = new ServerHello();
  hello.read(r);
  if (hello.legacyVersion !== TLS_1_2 || hello.selectedVersion !== 0)
    throw new TLSAlert(
      protocol_version,
      `the server wants version 0x${hello.legacyVersion.toString(16)}; no version below TLS 1.2 is spoken`,
    );
  if (h.both) refuseDowngrade(hello);
  const suite = findSuite12(h.version.suites, hello.suite);
  if (suite === null)
    throw new TLSAlert(illegal_parameter, `ServerHello: cipher suite 0x${hello.suite.toString(16)} was not offered for TLS 1.2`);
  if (suite.by !== BY_PSK && h.config.trust === undefined)
    throw new TLSAlert(handshake_failure, "ServerHello: a server of TLS 1.2 with a certificate, and this config trusts none");
  let seen = 0;
  if (r.left > 0) seen = receiveExtensions(h.extensions, offer.sent, offer, r, IN_SERVER_HELLO_12, "ServerHello");
  else h.extensions[1].whenMissing(offer, IN_SERVER_HELLO_12);
  r.finish();
  const { io } = h.records;
  const { resuming } = h;
  const { sessionIdOffset, sessionIdLength } = hello;
  const echoed = sessionIdLength > 0 && echoesSessionId(io, offer, bytes, hello);
  // Where no session was offered; the id that TLS 1.3's compatibility mode makes up is none (RFC 9846 §4.2.3).
  if (echoed && offer.session12 === null)
    throw new TLSAlert(illegal_parameter, "ServerHello: the server resumes a session that there never was");
  takeAnswers(h, offer, suite, seen, echoed);
  const prf = h.prf as unknown as Prf12;
  prf.setClientRandom(io, offer.helloStart + CLIENT_RANDOM_AT);
  prf.setServerRandom(bytes, start + SERVER_RANDOM_AT);
  h.passed(io, offer.helloStart, offer.helloLength);
  h.passed(bytes, start, end - start);
  if (resuming !== null) {
    const promised = (seen & (1 << h.extensions.indexOf((h.version.resumption as ClientResumption12).extension))) !== 0;
    resuming.onServerHello(h, offer.session12, echoed, promised, bytes, sessionIdOffset, sessionIdLength);
    if (echoed) {
      offer.keyExchange?.wipe();
      h.offer = null;
      h.logMasterSecret();
      return S.PROTECT;
    }
  }
  const kind = findExchange(h.version.exchanges, suite.kx) as ClientKind12;
  h.kind = kind;
  h.exchange = kind.create(h);
  offer.keyExchange?.wipe();
  h.offer = null;
  return suite.by === BY_PSK ? S.WAIT_SKE : S.WAIT_CERT;
}

/** What the ServerHello says, but for the bytes of it. */
function takeAnswers(h: H, offer: ClientOffer, suite: CipherSuite12, seen: number, resumed: boolean): void {
  h.negotiated.version = TLS_1_2;
  h.negotiated.suite = suite;
  h.negotiated.alpn = offer.alpnIndex < 0 ? null : (h.config.alpn as readonly string[])[offer.alpnIndex];
  h.extended = (seen & EXTENDED_MASTER_SECRET_BIT) !== 0;
  h.macFirst = chooseOrder(suite, (seen & ENCRYPT_THEN_MAC_BIT) !== 0, h.version.macFirst);
  // Where a session or a pre-shared key proves the server there is no certificate, and no status of one.
  if ((seen & (1 << h.extensions.indexOf(statusRequest))) !== 0 && suite.by !== BY_PSK && !resumed)
    h.status = new FollowingStatus(h.config.checks?.status as StatusCheck);
  if (offer.sizeLimit > 0 && offer.fragmentLength > 0)
    throw new TLSAlert(
      illegal_parameter,
      "ServerHello: record_size_limit and max_fragment_length, only one of them may be answered (RFC 8449 §5)",
    );
  limitRecords12(h.records, offer.sizeLimit, offer.fragmentLength);
  h.startTranscript(suite.hash);
  h.sinks = clientSinks(h.config.identities);
}

/** ServerKeyExchange (RFC 8422 §5.4): parameters, signed with both randoms unless a pre-shared key vouches for them. */
export function onServerKeyExchange(h: H, bytes: Uint8Array, start: number, end: number): number {
  const exchange = h.exchange as ClientExchange12;
  if ((h.kind as ClientKind12).serverKeyExchange === NEVER)
    throw new TLSAlert(unexpected_message, `${h.stateName}: a ServerKeyExchange does not belong to ${h.suite.name}`);
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ServerKeyExchange");
  endStatus(h);
  exchange.readParams(r);
  if (h.suite.by === BY_PSK) {
    r.finish();
    h.passed(bytes, start, end - start);
    return S.WAIT_SHD;
  }
  const params = r.offset - start - 4;
  const algorithm = readAlgorithm(h, r, "ServerKeyExchange", false);
  const length = r.u16();
  const signature = r.skip(length);
  r.finish();
  beginVerify(h, algorithm, bytes, start + 4, params, signature, length);
  h.passed(bytes, start, end - start);
  return S.CHECK_SKE;
}

export function checkServerKeyExchange(h: H, budget: number): number {
  return verifyOn(h, budget, "ServerKeyExchange") ? S.WAIT_CR : S.CHECK_SKE;
}

/** RFC 8422 §5.4: signed are ClientHello.random, ServerHello.random and the parameters. Ed25519 takes them as they are, the others their hash. */
function beginVerify(
  h: H,
  algorithm: SignatureAlgorithm,
  bytes: Uint8Array,
  params: number,
  paramsLength: number,
  signature: number,
  signatureLength: number,
): void {
  const prf = h.prf as Prf12;
  const { secrets, digest } = prf;
  const key = h.peerKey as Uint8Array;
  const verifier = algorithm.createVerifier();
  h.verifier = verifier;
  h.peerKey = null;
  if (algorithm.keyType === KEY_ED25519) {
    const content = new Uint8Array(64 + paramsLength);
    for (let i = 0; i < 64; i++) content[i] = secrets[i];
    for (let i = 0; i < paramsLength; i++) content[64 + i] = bytes[params + i];
    verifier.begin(key, 0, key.length, content, 0, content.length, bytes, signature, signatureLength);
    return;
  }
  const size = algorithm.hash.outputLength;
  // The PRF's hash is free here; a scheme with another hash needs its own.
  const same = size === prf.length;
  const hash = same ? prf.hash : algorithm.hash.create();
  const out = same ? secrets : new Uint8Array(size);
  const o = same ? digest : 0;
  hash.reset();
  hash.update(secrets, 0, 64);
  hash.update(bytes, params, paramsLength);
  hash.digest(out, o);
  verifier.begin(key, 0, key.length, out, o, size, bytes, signature, signatureLength);
}
