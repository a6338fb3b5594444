import type { Exporter, KeyLog, ServerConfig, VirtualHost } from "../config.js";
import type { ServerSession } from "../config-psk.js";
import { certificate, certificate_verify, client_hello, finished } from "../constants.js";
import type { CipherSuite, KeyExchange, NamedGroup, SignatureAlgorithm } from "../crypto/provider.js";
import type { OfferedIdentities } from "../extensions/pre-shared-key.js";
import type { ServerHelloContext } from "../extensions/server-extension.js";
import { CLIENT_CONTEXT, SERVER_CONTEXT } from "../messages/certificate-verify.js";
import type { ClientHello } from "../messages/client-hello.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { PostFlow } from "./flow.js";
import type { Table } from "./handshake.js";
import { Handshake13, type Negotiated } from "./handshake-13.js";
import { serverVersion12 } from "./hello.js";
import type { LeafDigest } from "./leaf-digest.js";
import { checkCertificate, checkCertificateVerify, onCertificateVerify } from "./peer-auth-13.js";
import { PostHandshake13, SERVER } from "./post-handshake-13.js";
import { sendCertificate, sendCertificateVerify } from "./proof-13.js";
import {
  finishServer,
  onClientCertificate,
  onClientFinished,
  readClientCertificate,
  sendCertificateRequest,
  sendEncryptedExtensions,
  signAsServer,
  useClientSecret,
  useServerSecret,
} from "./server-13-auth.js";
import {
  agreeAsServer,
  deriveAsServer,
  findHost,
  generateShare,
  onClientHello,
  protectAsServer,
  sendServerHello,
} from "./server-13-hello.js";
import { findKey } from "./server-13-psk.js";
import { sendRetry } from "./server-13-retry.js";
import { sendTicket } from "./server-13-ticket.js";
import * as S from "./states-13.js";

/** The server's side of a TLS 1.3 handshake (RFC 9846 §2, Appendix A.2). */
export class ServerHandshake13 extends Handshake13<ServerHandshake13> implements ServerHelloContext {
  readonly config: ServerConfig;
  /** What a cookie is bound to: the client's address, in whatever form the host gives it. */
  readonly address: Uint8Array;
  offersTLS13: boolean;
  groups: number;
  sentGroups: boolean;
  shares: number;
  sentShares: boolean;
  shareCount: number;
  shareIndex: number;
  shareOffset: number;
  shareLength: number;
  schemesOffset: number;
  schemesLength: number;
  sni: string;
  alpnOffset: number;
  alpnLength: number;
  cookieOffset: number;
  cookieLength: number;
  sizeLimit: number;
  fragmentCode: number;
  wantsStatus: boolean;
  sentPskModes: boolean;
  pskModes: number;
  offersEarlyData: boolean;
  identities: OfferedIdentities | null;
  /** The pre-shared key that was taken, -1: none; what is known of it, and what a ticket will tell. */
  pskIndex: number;
  session: ServerSession | null;
  /** For the session of a client that proves itself with a certificate: its hash, and when the first of its path ends. */
  leaf: LeafDigest | null;
  until: number;
  ticketsSent: number;
  readonly receiveLimit: number;
  group: NamedGroup;
  keyExchange: KeyExchange | null;
  host: VirtualHost | null;
  cookie: Uint8Array | null;
  /** The ClientHello, which stays where it was received until the virtual server is found. */
  hello: ClientHello | null;
  helloBytes: Uint8Array | null;
  peerShare: Uint8Array | null;
  sessionId: Uint8Array | null;
  /** A HelloRetryRequest was sent; the fingerprint of what may not change after it, where this server remembers it. */
  retried: boolean;
  fingerprint: Uint8Array | null;

  constructor(config: ServerConfig, address: Uint8Array, maxHello: number, negotiated: Negotiated) {
    super(S.WAIT_CH, TABLE, maxHello, negotiated);
    this.config = config;
    this.address = address;
    this.offersTLS13 = false;
    this.groups = 0;
    this.sentGroups = false;
    this.shares = 0;
    this.sentShares = false;
    this.shareCount = 0;
    this.shareIndex = -1;
    this.shareOffset = 0;
    this.shareLength = 0;
    this.schemesOffset = 0;
    this.schemesLength = 0;
    this.sni = "";
    this.alpnOffset = 0;
    this.alpnLength = 0;
    this.cookieOffset = 0;
    this.cookieLength = 0;
    this.sizeLimit = 0;
    this.fragmentCode = 0;
    this.wantsStatus = false;
    this.sentPskModes = false;
    this.pskModes = 0;
    this.offersEarlyData = false;
    this.identities = null;
    this.pskIndex = -1;
    this.session = null;
    this.leaf = null;
    this.until = 0xffffffff;
    this.ticketsSent = 0;
    this.receiveLimit = this.records.receiveLimit(config.provider.suites, serverVersion12(config)?.overhead);
    this.group = config.provider.groups[0];
    this.keyExchange = null;
    this.host = null;
    this.cookie = null;
    this.hello = null;
    this.helloBytes = null;
    this.peerShare = null;
    this.sessionId = null;
    this.retried = false;
    this.fingerprint = null;
    this.records.expectsHello = true;
  }

  /** Forgets what a ClientHello offered, before the next is read. */
  forgetOffers(): void {
    this.offersTLS13 = false;
    this.groups = 0;
    this.sentGroups = false;
    this.shares = 0;
    this.sentShares = false;
    this.shareCount = 0;
    this.shareIndex = -1;
    this.schemesLength = 0;
    this.sni = "";
    this.alpnLength = 0;
    this.cookieLength = 0;
    this.sizeLimit = 0;
    this.fragmentCode = 0;
    this.wantsStatus = false;
    this.sentPskModes = false;
    this.pskModes = 0;
    this.offersEarlyData = false;
    this.identities = null;
  }

  /** Bytes of the suite's hash. */
  get hashLength(): number {
    return (this.schedule as KeySchedule13).length;
  }

  get suite(): CipherSuite {
    return this.negotiated.suite as CipherSuite;
  }

  /** A certificate of the client is asked for: never where a pre-shared key was taken (§2.2, §4.4.2). */
  get asksForCertificate(): boolean {
    return this.pskIndex < 0 && (this.host as VirtualHost).clientAuthentication !== undefined;
  }

  get alpn(): string | null {
    return this.negotiated.alpn;
  }

  get peerContext(): Uint8Array {
    return CLIENT_CONTEXT;
  }

  get ownContext(): Uint8Array {
    return SERVER_CONTEXT;
  }

  get signatures(): readonly SignatureAlgorithm[] {
    return this.config.provider.signatures;
  }

  /** RFC 9846 §5: not before the first ClientHello, unless an earlier one was answered without keeping state. */
  override get takesChangeCipherSpec(): boolean {
    return this.state !== S.WAIT_CH || this.retried || this.config.cookies !== undefined;
  }

  protected get keyLog(): KeyLog | undefined {
    return this.config.keyLog;
  }

  protected get exporter(): Exporter | undefined {
    return this.config.exporter;
  }

  get next(): PostFlow | null {
    if (this.state !== S.CONNECTED) return null;
    return new PostHandshake13(SERVER, this.negotiated);
  }

  override wipe(): void {
    super.wipe();
    this.keyExchange?.wipe();
    // An external key is not the handshake's; what stands for it lies in flash.
    if (this.session !== null && this.session.key.length > 0) this.session.key.fill(0);
  }
}

type H = ServerHandshake13;

const TABLE: Table<H> = {
  rows: [
    { state: S.WAIT_CH, type: client_hello, stream: null, endsRecord: true, handle: onClientHello },
    { state: S.WAIT_CERT, type: certificate, stream: readClientCertificate, endsRecord: false, handle: onClientCertificate },
    { state: S.WAIT_CV, type: certificate_verify, stream: null, endsRecord: false, handle: onCertificateVerify },
    { state: S.WAIT_FINISHED, type: finished, stream: null, endsRecord: true, handle: onClientFinished },
  ],
  waits: [
    { state: S.SEND_RETRY, step: sendRetry },
    { state: S.FIND_HOST, step: findHost },
    { state: S.FIND_KEY, step: findKey },
    { state: S.GENERATE_SHARE, step: generateShare },
    { state: S.AGREE, step: agreeAsServer },
    { state: S.DERIVE, step: deriveAsServer },
    { state: S.PROTECT, step: protectAsServer },
    { state: S.SEND_SH, step: sendServerHello },
    { state: S.SEND_EE, step: sendEncryptedExtensions },
    { state: S.SEND_CR, step: sendCertificateRequest },
    { state: S.SEND_CERT, step: sendCertificate },
    { state: S.SIGN, step: signAsServer },
    { state: S.SEND_CV, step: sendCertificateVerify },
    { state: S.SEND_FINISHED, step: finishServer },
    { state: S.WRITE_KEYS, step: useServerSecret, atOnce: true },
    { state: S.READ_KEYS, step: useClientSecret },
    { state: S.SEND_TICKET, step: sendTicket },
    { state: S.CHECK_CERT, step: checkCertificate },
    { state: S.CHECK_CV, step: checkCertificateVerify },
  ],
};
