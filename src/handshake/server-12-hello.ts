import {
  handshake_failure,
  illegal_parameter,
  inappropriate_fallback,
  no_application_protocol,
  protocol_version,
  TLSAlert,
  unrecognized_name,
} from "../alert.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import type { VirtualHost } from "../config.js";
import {
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  handshake,
  secp256r1,
  secp384r1,
  server_hello,
  signsWithRsa,
  TLS_1_2,
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV,
  TLS_FALLBACK_SCSV,
} from "../constants.js";
import { type NamedGroup, OUTSIDE, type SignedContent } from "../crypto/provider.js";
import { chooseProtocol } from "../extensions/alpn.js";
import { IN_SERVER_HELLO_12 } from "../extensions/extension.js";
import { fragmentLengthOf } from "../extensions/max-fragment-length.js";
import { receiveClientExtensions, sendServerExtensions } from "../extensions/server-extension.js";
import { type Identity, responseOf } from "../identity.js";
import { CertificateStatusWriter } from "../messages/certificate-status.js";
import { ClientHello } from "../messages/client-hello.js";
import { markDowngrade, SERVER_RANDOM_AT, writeServerHelloFields } from "../messages/server-hello.js";
import { BY_PSK, BY_RSA, type CipherSuite12, KX_ECDHE, KX_ECDHE_PSK } from "../record/cipher-suite-12.js";
import type { Prf12 } from "../schedule/prf-12.js";
import { chooseOrder, limitRecords12 } from "./common-12.js";
import { findExchange, type ServerKind12 } from "./exchange-12.js";
import { NO_SINKS } from "./handshake-12.js";
import { Proof12, sendCertificate } from "./proof-12.js";
import type { ServerResuming12 } from "./resumption-12.js";
import type { ServerHandshake12 } from "./server-12.js";
import { serverSinks } from "./sinks-12.js";
import * as S from "./states-12.js";

type H = ServerHandshake12;

export function onClientHello(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ClientHello");
  const hello = new ClientHello();
  hello.read(r);
  if (hello.hasExtensions) receiveClientExtensions(h.version.extensions, h, r);
  r.finish();
  checkVersion(h, hello, bytes);
  if (!hello.offersNoCompression(bytes)) throw new TLSAlert(illegal_parameter, "ClientHello: compression_methods without null");
  if (hello.offersSuite(bytes, TLS_EMPTY_RENEGOTIATION_INFO_SCSV)) h.secureRenegotiation = true;
  h.hello = hello;
  h.clientVersion = hello.legacyVersion;
  h.helloBytes = bytes;
  h.helloStart = start;
  h.helloEnd = end;
  return S.FIND_HOST;
}

/** RFC 7507 §3: a client that fell back to a version below ours; then what is below TLS 1.2. */
function checkVersion(h: H, hello: ClientHello, bytes: Uint8Array): void {
  const version = h.refusesTLS12 ? 0 : hello.legacyVersion;
  if ((h.both || version < TLS_1_2) && hello.offersSuite(bytes, TLS_FALLBACK_SCSV))
    throw new TLSAlert(inappropriate_fallback, "ClientHello: the client fell back from a version that this server speaks");
  if (version < TLS_1_2)
    throw new TLSAlert(protocol_version, `ClientHello: version 0x${hello.legacyVersion.toString(16)}; no version below TLS 1.2 is spoken`);
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
  const { negotiated } = h;
  h.host = host;
  negotiated.sni = h.sni;
  negotiated.version = TLS_1_2;
  if (host.alpn !== undefined && host.alpn.length > 0 && h.alpnLength > 0) {
    negotiated.alpn = chooseProtocol(host.alpn, bytes, h.alpnOffset, h.alpnLength);
    if (negotiated.alpn === null) throw new TLSAlert(no_application_protocol, `ALPN: the client offers none of ${host.alpn.join(", ")}`);
  }
  return h.resuming === null ? fullHandshake(h) : S.FIND_SESSION;
}

/** RFC 5246 §7.4.1.2: the session that the client offers, where it may be resumed; else a full handshake. */
export function findSession(h: H): number {
  const found = (h.resuming as ServerResuming12).find(h);
  if (found === false) return fullHandshake(h);
  if (found === true) return begin(h, NO_SINKS);
  h.blocked = true;
  return S.FIND_SESSION;
}

function fullHandshake(h: H): number {
  const host = h.host as VirtualHost;
  chooseSuite(h, host);
  const { suite } = h;
  const response = h.wantsStatus && h.proof !== null ? responseOf(h.proof.identity as Identity) : null;
  if (response !== null) h.status = new CertificateStatusWriter(response);
  const asks = host.clientAuthentication !== undefined && suite.by !== BY_PSK;
  return begin(h, asks ? serverSinks(h.signatures, suite.hash.outputLength) : NO_SINKS);
}

/** The suite is chosen: the ClientHello, of which nothing else is needed, goes into the transcript. */
function begin(h: H, sinks: readonly SignedContent[]): number {
  const { suite } = h;
  const bytes = h.helloBytes as Uint8Array;
  const cbc = suite.cipher.takesEncryptThenMac;
  if (!cbc) h.encryptThenMac = false;
  h.macFirst = chooseOrder(suite, h.encryptThenMac, h.version.macFirst);
  h.startTranscript(suite.hash);
  h.sinks = sinks;
  (h.prf as unknown as Prf12).setClientRandom(bytes, (h.hello as ClientHello).randomOffset);
  h.passed(bytes, h.helloStart, h.helloEnd - h.helloStart);
  h.extended = h.extendedMasterSecret;
  h.resuming?.beforeServerHello(h);
  h.hello = null;
  h.helloBytes = null;
  return S.SEND_SH;
}

/** The first suite of ours that the client offers and for which all is there: a group, and a certificate whose signatures the client takes. */
function chooseSuite(h: H, host: VirtualHost): void {
  const { suites } = h.version;
  const group = chooseGroup(h);
  for (let i = 0; i < suites.length; i++) {
    const suite = suites[i];
    if (!(h.hello as ClientHello).offersSuite(h.helloBytes as Uint8Array, suite.id)) continue;
    const ecdhe = suite.kx === KX_ECDHE || suite.kx === KX_ECDHE_PSK;
    if (ecdhe && group === null) continue;
    if (!takesOrder(h, suite)) continue;
    const kind = findExchange(h.version.exchanges, suite.kx) as ServerKind12;
    if (kind.fits === undefined ? !choosesIdentity(h, host, suite) : !kind.fits(h)) continue;
    h.negotiated.suite = suite;
    h.negotiated.group = ecdhe ? group : null;
    return;
  }
  throw new TLSAlert(
    handshake_failure,
    "ClientHello: no cipher suite of TLS 1.2 is offered for which this server has a group, and a certificate that the client can verify",
  );
}

/** CBC needs encrypt-then-MAC, unless the config allows the other order. */
export function takesOrder(h: H, { cipher }: CipherSuite12): boolean {
  return !cipher.takesEncryptThenMac || h.encryptThenMac || h.version.macFirst !== null;
}

/** The first of ours that the client supports. One that names none has P-256, as all had then (RFC 8422 §4). */
function chooseGroup(h: H): NamedGroup | null {
  const { groups } = h.config.provider;
  for (let i = 0; i < groups.length; i++) if (h.sentGroups ? (h.groups & (1 << i)) !== 0 : groups[i].id === secp256r1) return groups[i];
  return null;
}

/** The first identity with a key of the suite's type and a scheme that the client can verify. */
function choosesIdentity(h: H, { identities }: VirtualHost, { by }: CipherSuite12): boolean {
  for (let i = 0; i < identities.length; i++) {
    const { schemes } = identities[i].key;
    for (let j = 0; j < schemes.length; j++)
      if (signsWithRsa(schemes[j]) === (by === BY_RSA) && offersScheme(h, schemes[j]) && takesCurve(h, schemes[j])) {
        h.proof = new Proof12(identities[i], schemes[j], null);
        return true;
      }
  }
  return false;
}

/** RFC 8422 §5.3: the curve of an ECDSA key must be among the client's groups. A curve in which no key is exchanged here is not known of. */
function takesCurve(h: H, scheme: number): boolean {
  const curve = scheme === ecdsa_secp256r1_sha256 ? secp256r1 : scheme === ecdsa_secp384r1_sha384 ? secp384r1 : 0;
  const { groups } = h.config.provider;
  for (let i = 0; i < groups.length; i++) if (groups[i].id === curve) return !h.sentGroups || (h.groups & (1 << i)) !== 0;
  return true;
}

function offersScheme(h: H, scheme: number): boolean {
  const bytes = h.helloBytes as Uint8Array;
  const end = h.schemesOffset + h.schemesLength;
  for (let o = h.schemesOffset; o < end; o += 2) if (((bytes[o] << 8) | bytes[o + 1]) === scheme) return true;
  return false;
}

const NO_ID = new Uint8Array(0);

export function sendServerHello(h: H): number {
  const { suite } = h;
  const sessionId = h.resuming === null ? NO_ID : h.resuming.sessionId;
  // Fixed fields and the session id; the answers of five extensions, server_name, session_ticket, ALPN, a size, and one that is tried and not sent.
  const first = 4 + 38 + sessionId.length + (sessionId.length === 0 && h.resuming === null ? 0 : 4);
  if (!h.hasRoom(first + 2 + 4 + 4 + 5 + 6 + 4 + 4 + (h.alpn === null ? 0 : 7 + h.alpn.length) + 6 + 4)) return S.SEND_SH;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(0);
  const w = new Writer(io);
  w.over(io, start, start + records.sendCapacity);
  w.u8(server_hello);
  const message = w.open24();
  writeServerHelloFields(w, h.config.random, sessionId, 0, sessionId.length, suite.id);
  if (h.both) markDowngrade(io, start + SERVER_RANDOM_AT);
  sendServerExtensions(h.version.extensions, h, w, IN_SERVER_HELLO_12);
  w.close24(message);
  (h.prf as Prf12).setServerRandom(io, start + SERVER_RANDOM_AT);
  h.passed(io, start, w.offset - start);
  records.endRecord(handshake, w.offset - start);
  limitRecords12(h.records, h.sizeLimit, h.fragmentCode === 0 ? 0 : fragmentLengthOf(h.fragmentCode));
  if (h.resuming?.resumed) return S.PROTECT;
  h.exchange = (findExchange(h.version.exchanges, suite.kx) as ServerKind12).create(h);
  return suite.by === BY_PSK ? S.PREPARE : S.SEND_CERT;
}

export function sendServerCertificate(h: H): number {
  if (!sendCertificate(h)) return S.SEND_CERT;
  if (h.status === null) return S.PREPARE;
  // RFC 6066 §8: immediately behind it, before any other message.
  (h.proof as Proof12).certificates = h.status;
  h.status = null;
  return S.SEND_CERT;
}
