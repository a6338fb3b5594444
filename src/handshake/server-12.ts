import type { Exporter, KeyLog, ServerConfig, Version12, VirtualHost } from "../config.js";
import { certificate, certificate_verify, client_hello, client_key_exchange, finished } from "../constants.js";
import type { SignatureAlgorithm } from "../crypto/provider.js";
import { type HelloContext12, SERVER_EXTENSIONS_12 } from "../extensions/server-12.js";
import type { ServerExtension } from "../extensions/server-extension.js";
import type { MessageWriter } from "../messages/certificate.js";
import type { ClientHello } from "../messages/client-hello.js";
import type { CipherSuite12, MacFirst } from "../record/cipher-suite-12.js";
import { MAX_PLAINTEXT } from "../record/protection.js";
import { ecdheServer12 } from "./ecdhe-server-12.js";
import { findExchange, type ServerExchange12, type ServerKind12 } from "./exchange-12.js";
import type { Flow, PostFlow } from "./flow.js";
import type { Table } from "./handshake.js";
import { Handshake12 } from "./handshake-12.js";
import type { Negotiated } from "./handshake-13.js";
import type { ServerVersion12 } from "./hello.js";
import { checkCertificate } from "./peer-auth-12.js";
import { PostHandshake12, SERVER_12 } from "./post-handshake-12.js";
import type { ServerResuming12, ServerResumption12 } from "./resumption-12.js";
import {
  checkClientVerify,
  onCertificateVerify,
  onClientCertificate,
  readClientCertificate,
  sendCertificateRequest,
  sendServerHelloDone,
} from "./server-12-auth.js";
import { findHost, findSession, onClientHello, sendServerCertificate, sendServerHello } from "./server-12-hello.js";
import {
  deriveAsServer,
  exchangeAsServer,
  finishServer,
  onClientFinished,
  onClientKeyExchange,
  prepareExchange,
  protectAsServer,
  sendChangeCipherSpec,
  sendServerKeyExchange,
  sendTicket,
  signAsServer,
} from "./server-12-keys.js";
import * as S from "./states-12.js";

/** TLS 1.2 for a server: its suites, in order of preference, and their key exchanges. */
export class Server12 implements Version12, ServerVersion12 {
  readonly role: "server";
  readonly suites: readonly CipherSuite12[];
  readonly exchanges: readonly ServerKind12[];
  readonly overhead: number;
  readonly macFirst: MacFirst | null;
  readonly resumption: ServerResumption12 | null;
  readonly extensions: readonly ServerExtension<HelloContext12>[];

  /**
   * insecureMacFirst: insecureMacThenEncrypt, for CBC suites with clients that have no encrypt-then-MAC. resumption: resumeServer12, for sessions by the
   * config's `tickets` and `sessionIds`. Throws a RangeError where a suite has no key exchange.
   */
  constructor(
    suites: readonly CipherSuite12[],
    exchanges: readonly ServerKind12[] = [ecdheServer12],
    insecureMacFirst: MacFirst | null = null,
    resumption: ServerResumption12 | null = null,
  ) {
    let overhead = 0;
    for (let i = 0; i < suites.length; i++) {
      overhead = Math.max(overhead, suites[i].cipher.overhead);
      if (findExchange(exchanges, suites[i].kx) === null) throw new RangeError(`tls12: the key exchange of ${suites[i].name} is not given`);
    }
    this.role = "server";
    this.suites = suites;
    this.exchanges = exchanges;
    this.overhead = overhead;
    this.macFirst = insecureMacFirst;
    this.resumption = resumption;
    this.extensions = resumption === null ? SERVER_EXTENSIONS_12 : resumption.extensions;
  }

  start(config: ServerConfig, maxHello: number, negotiated: Negotiated): Flow {
    return new ServerHandshake12(this, config, false, maxHello, negotiated);
  }

  takeOver(config: ServerConfig, negotiated: Negotiated, bytes: Uint8Array, start: number, end: number): void {
    const flow = new ServerHandshake12(this, config, true, end - start, negotiated);
    negotiated.goOnWith(flow);
    flow.state = onClientHello(flow, bytes, start, end);
  }
}

/** The server's side of a TLS 1.2 handshake (RFC 5246 §7.3). */
export class ServerHandshake12 extends Handshake12<ServerHandshake12> implements HelloContext12 {
  readonly version: Server12;
  readonly config: ServerConfig;
  /** This server speaks TLS 1.3 too. */
  readonly both: boolean;
  refusesTLS12: boolean;
  extendedMasterSecret: boolean;
  encryptThenMac: boolean;
  secureRenegotiation: boolean;
  sentPointFormats: boolean;
  groups: number;
  sentGroups: boolean;
  schemesOffset: number;
  schemesLength: number;
  sni: string;
  alpnOffset: number;
  alpnLength: number;
  sizeLimit: number;
  fragmentCode: number;
  wantsStatus: boolean;
  readonly receiveLimit: number;
  host: VirtualHost | null;
  /** The ClientHello, which stays where it was received until the virtual server is found. */
  hello: ClientHello | null;
  helloBytes: Uint8Array | null;
  helloStart: number;
  helloEnd: number;
  /** ClientHello.legacy_version, which a pre-master secret that is encrypted begins with. */
  clientVersion: number;
  exchange: ServerExchange12 | null;
  /** Until it is under way. */
  status: MessageWriter | null;
  /** What is done about its session; null where none are resumed. */
  readonly resuming: ServerResuming12 | null;

  constructor(version: Server12, config: ServerConfig, both: boolean, maxHello: number, negotiated: Negotiated) {
    super(S.WAIT_CH, TABLE, Math.max(maxHello, LEAST_MAX_MESSAGE), negotiated);
    this.version = version;
    this.config = config;
    this.both = both;
    this.refusesTLS12 = false;
    this.extendedMasterSecret = false;
    this.encryptThenMac = false;
    this.secureRenegotiation = false;
    this.sentPointFormats = false;
    this.groups = 0;
    this.sentGroups = false;
    this.schemesOffset = 0;
    this.schemesLength = 0;
    this.sni = "";
    this.alpnOffset = 0;
    this.alpnLength = 0;
    this.sizeLimit = 0;
    this.fragmentCode = 0;
    this.wantsStatus = false;
    // RFC 8449 §4: content alone is counted, and no more is answered than TLS 1.2 has.
    this.receiveLimit = Math.min(MAX_PLAINTEXT, this.records.receiveLimit(both ? config.provider.suites : [], version.overhead));
    this.host = null;
    this.hello = null;
    this.helloBytes = null;
    this.helloStart = 0;
    this.helloEnd = 0;
    this.clientVersion = 0;
    this.exchange = null;
    this.status = null;
    this.resuming = version.resumption === null ? null : version.resumption.begin(config);
    this.records.expectsHello = true;
  }

  /** For the look-up of sessions. */
  get isTLS12(): boolean {
    return true;
  }

  get alpn(): string | null {
    return this.negotiated.alpn;
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
    return this.resuming === null ? new PostHandshake12(SERVER_12, this.negotiated) : this.resuming.next(this);
  }

  override wipe(): void {
    super.wipe();
    this.exchange?.wipe();
    this.resuming?.wipe(this);
  }
}

/** A client's CertificateVerify with a signature of RSA-4096, and ClientKeyExchange of RSA-4096. */
const LEAST_MAX_MESSAGE = 1024;

type H = ServerHandshake12;

const TABLE: Table<H> = {
  rows: [
    { state: S.WAIT_CH, type: client_hello, stream: null, endsRecord: false, handle: onClientHello },
    { state: S.WAIT_CERT, type: certificate, stream: readClientCertificate, endsRecord: false, handle: onClientCertificate },
    { state: S.WAIT_CKE, type: client_key_exchange, stream: null, endsRecord: false, handle: onClientKeyExchange },
    { state: S.WAIT_CV, type: certificate_verify, stream: null, endsRecord: false, handle: onCertificateVerify },
    { state: S.WAIT_FINISHED, type: finished, stream: null, endsRecord: false, handle: onClientFinished },
  ],
  waits: [
    { state: S.FIND_HOST, step: findHost },
    { state: S.FIND_SESSION, step: findSession },
    { state: S.SEND_SH, step: sendServerHello },
    { state: S.SEND_CERT, step: sendServerCertificate },
    { state: S.PREPARE, step: prepareExchange },
    { state: S.SIGN, step: signAsServer },
    { state: S.SEND_SKE, step: sendServerKeyExchange },
    { state: S.SEND_CR, step: sendCertificateRequest },
    { state: S.SEND_SHD, step: sendServerHelloDone },
    { state: S.CHECK_CERT, step: checkCertificate },
    { state: S.EXCHANGE, step: exchangeAsServer },
    { state: S.DERIVE, step: deriveAsServer },
    { state: S.PROTECT, step: protectAsServer },
    { state: S.CHECK_CV, step: checkClientVerify },
    { state: S.SEND_TICKET, step: sendTicket },
    { state: S.SEND_CCS, step: sendChangeCipherSpec },
    { state: S.SEND_FINISHED, step: finishServer },
  ],
};
