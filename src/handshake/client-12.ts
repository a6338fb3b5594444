import { decode_error, TLSAlert, unexpected_message } from "../alert.js";
import { type ClientConfig, type Exporter, type KeyLog, MAX_MESSAGE, type Version12 } from "../config.js";
import type { ClientSession } from "../config-psk.js";
import {
  certificate,
  certificate_request,
  certificate_status,
  finished,
  hello_request,
  new_session_ticket,
  server_hello,
  server_hello_done,
  server_key_exchange,
} from "../constants.js";
import type { SignatureAlgorithm } from "../crypto/provider.js";
import { CLIENT_EXTENSIONS_12, CLIENT_EXTENSIONS_BOTH } from "../extensions/client-12.js";
import type { ClientExtension } from "../extensions/extension.js";
import type { CertificateRequestReader12 } from "../messages/certificate-request-12.js";
import { BY_PSK, type CipherSuite12, KX_ECDHE, KX_ECDHE_PSK, type MacFirst } from "../record/cipher-suite-12.js";
import { MAX_PLAINTEXT } from "../record/protection.js";
import type { FollowingStatus } from "../x509/following-status.js";
import type { ServerName } from "../x509/name.js";
import { onCertificate, onCertificateRequest, onServerHelloDone, readCertificate, readCertificateRequest } from "./client-12-auth.js";
import { checkServerKeyExchange, onServerHello, onServerKeyExchange, sendClientHello12 } from "./client-12-hello.js";
import {
  deriveAsClient,
  exchangeAsClient,
  finishClient,
  onFinished,
  protectAsClient,
  sendChangeCipherSpec,
  sendClientCertificate,
  sendClientKeyExchange,
  sendClientVerify,
  signAsClient,
} from "./client-12-keys.js";
import { checkStatus, onStatus, readStatus } from "./client-12-status.js";
import { ClientOffer } from "./client-13.js";
import { ecdheClient12 } from "./ecdhe-client-12.js";
import { type ClientExchange12, type ClientKind12, findExchange } from "./exchange-12.js";
import type { Flow, PostFlow } from "./flow.js";
import type { StreamReader, Table } from "./handshake.js";
import { Handshake12 } from "./handshake-12.js";
import type { Negotiated } from "./handshake-13.js";
import type { ClientVersion12 } from "./hello.js";
import { checkCertificate } from "./peer-auth-12.js";
import { CLIENT_12, PostHandshake12 } from "./post-handshake-12.js";
import type { ClientResuming12, ClientResumption12 } from "./resumption-12.js";
import * as S from "./states-12.js";

const MAX_HELLO_REQUESTS = 32;

/** TLS 1.2 for a client: the suites that it offers, in order of preference, and their key exchanges. */
export class Client12 implements Version12, ClientVersion12 {
  readonly role: "client";
  readonly extensions: readonly ClientExtension[];
  readonly suites: readonly CipherSuite12[];
  readonly exchanges: readonly ClientKind12[];
  readonly overhead: number;
  readonly macFirst: MacFirst | null;
  readonly byKeyAlone: boolean;
  readonly usesGroups: boolean;
  readonly marks: Uint8Array;
  readonly resumption: ClientResumption12 | null;
  /** What a ClientHello for TLS 1.2 alone is made of. */
  readonly extensions12: readonly ClientExtension[];

  /**
   * insecureMacFirst: insecureMacThenEncrypt, for CBC suites with servers that have no encrypt-then-MAC. resumption: resumeClient12, for sessions of the
   * config's `resumption`. Throws a RangeError where a suite has no key exchange.
   */
  constructor(
    suites: readonly CipherSuite12[],
    exchanges: readonly ClientKind12[] = [ecdheClient12],
    insecureMacFirst: MacFirst | null = null,
    resumption: ClientResumption12 | null = null,
  ) {
    let overhead = 0;
    let byKeyAlone = true;
    let usesGroups = false;
    for (let i = 0; i < suites.length; i++) {
      overhead = Math.max(overhead, suites[i].cipher.overhead);
      if (suites[i].by !== BY_PSK) byKeyAlone = false;
      if (suites[i].kx === KX_ECDHE || suites[i].kx === KX_ECDHE_PSK) usesGroups = true;
      if (findExchange(exchanges, suites[i].kx) === null) throw new RangeError(`tls12: the key exchange of ${suites[i].name} is not given`);
    }
    this.role = "client";
    this.extensions = withTickets(CLIENT_EXTENSIONS_BOTH, CLIENT_EXTENSIONS_BOTH.length - 1, resumption);
    this.extensions12 = withTickets(CLIENT_EXTENSIONS_12, CLIENT_EXTENSIONS_12.length, resumption);
    this.suites = suites;
    this.exchanges = exchanges;
    this.overhead = overhead;
    this.macFirst = insecureMacFirst;
    this.byKeyAlone = byKeyAlone;
    this.usesGroups = usesGroups;
    this.marks = marksOf(exchanges);
    this.resumption = resumption;
  }

  start(config: ClientConfig, name: ServerName | null, negotiated: Negotiated): Flow {
    negotiated.sni = name !== null && name.address === null ? name.text : "";
    // No session is begun where none could be resumed.
    const { resumption } = config;
    const session = resumption === undefined || this.resumption === null ? null : resumption.begin(config, name === null ? "" : name.text);
    const limit = Math.min(MAX_PLAINTEXT, negotiated.records.receiveLimit([], this.overhead)); // RFC 8449 §4
    const offer = new ClientOffer(config, negotiated.sni, limit, session);
    return new ClientHandshake12(this, config, name, offer, false, session, negotiated);
  }

  takeOver(
    config: ClientConfig,
    name: ServerName | null,
    offer: ClientOffer,
    session: ClientSession | null,
    negotiated: Negotiated,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const flow = new ClientHandshake12(this, config, name, offer, true, session, negotiated);
    negotiated.goOnWith(flow);
    flow.state = onServerHello(flow, bytes, start, end);
  }
}

/** SessionTicket stands at its place, if it does. */
function withTickets(table: readonly ClientExtension[], index: number, resumption: ClientResumption12 | null): readonly ClientExtension[] {
  // allow: spread — when the config is made
  return resumption === null ? table : [...table.slice(0, index), resumption.extension, ...table.slice(index)];
}

/** Key exchanges, and the identities that they show: a session is not resumed under others. */
function marksOf(exchanges: readonly ClientKind12[]): Uint8Array {
  let length = 0;
  for (let i = 0; i < exchanges.length; i++) length += 3 + (exchanges[i].identity?.length ?? 0);
  const marks = new Uint8Array(length);
  for (let i = 0, o = 0; i < exchanges.length; i++) {
    const { kx, identity = NO_IDENTITY } = exchanges[i];
    marks[o] = kx;
    marks[o + 1] = identity.length >> 8;
    marks[o + 2] = identity.length;
    marks.set(identity, o + 3);
    o += 3 + identity.length;
  }
  return marks;
}

const NO_IDENTITY = new Uint8Array(0);

/** The client's side of a TLS 1.2 handshake (RFC 5246 §7.3). */
export class ClientHandshake12 extends Handshake12<ClientHandshake12> {
  readonly version: Client12;
  readonly config: ClientConfig;
  readonly name: ServerName | null;
  /** Until ServerHello. */
  offer: ClientOffer | null;
  /** TLS 1.3 was offered too. */
  readonly both: boolean;
  /** What is done about its session; null where none are resumed. */
  readonly resuming: ClientResuming12 | null;
  kind: ClientKind12 | null;
  exchange: ClientExchange12 | null;
  /** A CertificateRequest that is being read. */
  request: CertificateRequestReader12 | null;
  helloRequests: number;
  /** The server has said that a CertificateStatus may come behind its Certificate (RFC 6066 §8), and none has come yet. */
  status: FollowingStatus | null;

  constructor(
    version: Client12,
    config: ClientConfig,
    name: ServerName | null,
    offer: ClientOffer,
    both: boolean,
    session: ClientSession | null,
    negotiated: Negotiated,
  ) {
    super(both ? S.WAIT_SH : S.SEND_CH, TABLE, MAX_MESSAGE, negotiated);
    this.version = version;
    this.config = config;
    this.name = name;
    this.offer = offer;
    this.both = both;
    if (version.resumption === null) session?.wipe();
    this.resuming = session === null || version.resumption === null ? null : version.resumption.begin(session);
    this.kind = null;
    this.exchange = null;
    this.request = null;
    this.helloRequests = 0;
    this.status = null;
  }

  /** What the ClientHello was made of. */
  get extensions(): readonly ClientExtension[] {
    return this.both ? this.version.extensions : this.version.extensions12;
  }

  get signatures(): readonly SignatureAlgorithm[] {
    return this.config.provider.signatures;
  }

  protected get keyLog(): KeyLog | undefined {
    return this.config.keyLog;
  }

  protected get exporter(): Exporter | undefined {
    return this.config.exporter;
  }

  get next(): PostFlow | null {
    if (this.state !== S.CONNECTED) return null;
    return this.resuming === null ? new PostHandshake12(CLIENT_12, this.negotiated) : this.resuming.next(this);
  }

  override wipe(): void {
    super.wipe();
    this.exchange?.wipe();
    this.offer?.keyExchange?.wipe();
    if (this.state !== S.CONNECTED) this.resuming?.wipe(this);
  }
}

type H = ClientHandshake12;

const TABLE: Table<H> = {
  rows: [
    { state: S.WAIT_SH, type: server_hello, stream: null, endsRecord: false, handle: onServerHello },
    { state: S.WAIT_CERT, type: certificate, stream: readCertificate, endsRecord: false, handle: onCertificate },
    { state: S.WAIT_SKE, type: server_key_exchange, stream: null, endsRecord: false, handle: onServerKeyExchange },
    // Plain PSK has no ServerKeyExchange where there is no hint.
    { state: S.WAIT_SKE, type: server_hello_done, stream: null, endsRecord: false, handle: onServerHelloDone },
    { state: S.WAIT_SKE, type: certificate_status, stream: readStatus, endsRecord: false, handle: onStatus },
    { state: S.WAIT_CR, type: certificate_status, stream: readStatus, endsRecord: false, handle: onStatus },
    { state: S.WAIT_CR, type: certificate_request, stream: readCertificateRequest, endsRecord: false, handle: onCertificateRequest },
    { state: S.WAIT_CR, type: server_hello_done, stream: null, endsRecord: false, handle: onServerHelloDone },
    { state: S.WAIT_SHD, type: server_hello_done, stream: null, endsRecord: false, handle: onServerHelloDone },
    { state: S.WAIT_TICKET, type: new_session_ticket, stream: readTicket, endsRecord: false, handle: onTicket },
    { state: S.WAIT_FINISHED, type: finished, stream: null, endsRecord: false, handle: onFinished },
    // RFC 5246 §7.4.1.1: ignored in a handshake, and no part of it.
    { state: S.WAIT_SH, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
    { state: S.WAIT_CERT, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
    { state: S.WAIT_SKE, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
    { state: S.WAIT_CR, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
    { state: S.WAIT_SHD, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
  ],
  waits: [
    { state: S.SEND_CH, step: sendClientHello12 },
    { state: S.CHECK_CERT, step: checkCertificate },
    { state: S.CHECK_STATUS, step: checkStatus },
    { state: S.CHECK_SKE, step: checkServerKeyExchange },
    { state: S.SEND_CERT, step: sendClientCertificate },
    { state: S.EXCHANGE, step: exchangeAsClient },
    { state: S.SEND_CKE, step: sendClientKeyExchange },
    { state: S.DERIVE, step: deriveAsClient },
    { state: S.SIGN, step: signAsClient },
    { state: S.SEND_CV, step: sendClientVerify },
    { state: S.PROTECT, step: protectAsClient },
    { state: S.SEND_CCS, step: sendChangeCipherSpec },
    { state: S.SEND_FINISHED, step: finishClient },
  ],
};

function readTicket(h: H): StreamReader {
  return (h.resuming as ClientResuming12).createReader();
}

function onTicket(): number {
  return S.WAIT_CCS;
}

function onHelloRequest(h: H, _bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4) throw new TLSAlert(decode_error, `HelloRequest: ${end - start - 4} bytes, it has none`);
  if (++h.helloRequests > MAX_HELLO_REQUESTS)
    throw new TLSAlert(unexpected_message, `HelloRequest: ${h.helloRequests} of them in one handshake are a flood`);
  return h.state;
}
