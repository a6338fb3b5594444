import { type ClientConfig, type Exporter, type KeyLog, MAX_MESSAGE } from "../config.js";
import { type ClientSession, type OfferedKey, type OfferedSession12, PSK_KE } from "../config-psk.js";
import { encrypted_extensions, finished, server_hello } from "../constants.js";
import type { KeyExchange, NamedGroup, SignatureAlgorithm } from "../crypto/provider.js";
import { CLIENT_EXTENSIONS } from "../extensions/client-13.js";
import type { ClientExtension, ClientHelloContext } from "../extensions/extension.js";
import type { CertificateRequestReader } from "../messages/certificate-request.js";
import { CLIENT_CONTEXT, SERVER_CONTEXT } from "../messages/certificate-verify.js";
import type { ServerName } from "../x509/name.js";
import { finishClient, onEncryptedExtensions, onFinished, useClientSecret, useServerSecret } from "./client-13-finish.js";
import { agree, deriveAsClient, onServerHello, protectAsClient, sendClientHello } from "./client-13-hello.js";
import { keysToOffer } from "./client-13-psk.js";
import { sendCompatibilityChangeCipherSpec } from "./common-13.js";
import type { PostFlow } from "./flow.js";
import type { Table } from "./handshake.js";
import { Handshake13, type Negotiated, PROVED_PSK } from "./handshake-13.js";
import { clientVersion12 } from "./hello.js";
import { CLIENT, PostHandshake13, Resumable13 } from "./post-handshake-13.js";
import * as S from "./states-13.js";

/** What the client keeps until EncryptedExtensions: its offer, and the server's answers to it. */
export class ClientOffer implements ClientHelloContext {
  readonly config: ClientConfig;
  readonly sni: string;
  group: NamedGroup;
  keyExchange: KeyExchange | null;
  selectedVersion: number;
  shareOffset: number;
  shareLength: number;
  retryGroup: number;
  cookie: Uint8Array | null;
  alpnIndex: number;
  readonly receiveLimit: number;
  sizeLimit: number;
  fragmentLength: number;
  psks: readonly OfferedKey[] | null;
  readonly pskModes: number;
  session12: OfferedSession12 | null;
  pskIndex: number;
  /** The extensions that were sent, as bits. */
  sent: number;
  /** The ClientHello, which stays in the send region until the ServerHello tells the hash. */
  helloStart: number;
  helloLength: number;
  /** After a HelloRetryRequest: ClientHello.random and legacy_session_id, which stay the same (RFC 9846 §4.2.2). */
  firstHello: Uint8Array | null;

  constructor(config: ClientConfig, sni: string, receiveLimit: number, session: ClientSession | null) {
    const { psk, resumption, tls12 } = config;
    const group = config.provider.groups[0];
    this.config = config;
    this.sni = sni;
    this.group = group;
    this.pskModes = psk?.modes ?? resumption?.modes ?? 0;
    // Nothing but a key without key exchange is acceptable: then there is none.
    const isNone = config.trust === undefined && this.pskModes === PSK_KE && tls12?.usesGroups !== true;
    this.keyExchange = isNone ? null : group.create();
    this.selectedVersion = 0;
    this.shareOffset = 0;
    this.shareLength = 0;
    this.retryGroup = 0;
    this.cookie = null;
    this.alpnIndex = -1;
    this.receiveLimit = receiveLimit;
    this.sizeLimit = 0;
    this.fragmentLength = 0;
    this.psks = keysToOffer(psk, session === null ? null : session.offer);
    this.session12 = session === null ? null : session.offer12;
    this.pskIndex = -1;
    this.sent = 0;
    this.helloStart = 0;
    this.helloLength = 0;
    this.firstHello = null;
    this.keyExchange?.beginGenerate(config.random);
  }
}

/** The client's side of a TLS 1.3 handshake (RFC 9846 §2, Appendix A.1). */
export class ClientHandshake13 extends Handshake13<ClientHandshake13> {
  readonly config: ClientConfig;
  /** null where a pre-shared key is all that proves a server. */
  readonly name: ServerName | null;
  /** What is resumed, and kept to be resumed; null where the config says nothing of it. */
  session: ClientSession | null;
  offer: ClientOffer | null;
  /** A HelloRetryRequest came, and with it our change_cipher_spec went out. */
  retried: boolean;
  /** A CertificateRequest that is being read. */
  request: CertificateRequestReader | null;

  constructor(config: ClientConfig, name: ServerName | null, negotiated: Negotiated, table: Table<ClientHandshake13>) {
    super(S.GENERATE_SHARE, table, MAX_MESSAGE, negotiated);
    negotiated.sni = name !== null && name.address === null ? name.text : ""; // RFC 6066 §3: an address is never sent
    this.config = config;
    this.name = name;
    this.session = config.resumption === undefined ? null : config.resumption.begin(config, name === null ? "" : name.text);
    this.offer = new ClientOffer(
      config,
      negotiated.sni,
      this.records.receiveLimit(config.provider.suites, clientVersion12(config)?.overhead),
      this.session,
    );
    this.retried = false;
    this.request = null;
  }

  /** What the ClientHello is made of. */
  get extensions(): readonly ClientExtension[] {
    return clientVersion12(this.config)?.extensions ?? CLIENT_EXTENSIONS;
  }

  /** A server of TLS 1.2 may warn before its ServerHello. */
  override get ignoresWarnings(): boolean {
    return this.state === S.WAIT_SH && this.config.tls12 !== undefined;
  }

  get peerContext(): Uint8Array {
    return SERVER_CONTEXT;
  }

  get ownContext(): Uint8Array {
    return CLIENT_CONTEXT;
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

  /** RFC 9846 Appendix E.4: change_cipher_spec stands before all that is protected, and comes with Finished else. */
  override beforeAlert(): void {
    const { records } = this;
    const { state } = this;
    const owed = state <= S.WAIT_FINISHED || state === S.CHECK_CERT || state === S.CHECK_CV;
    if (owed && !this.retried && records.writeProtection !== null && records.pending === 0) sendCompatibilityChangeCipherSpec(records);
  }

  get next(): PostFlow | null {
    if (this.state !== S.CONNECTED) return null;
    const { session, negotiated } = this;
    const { proved } = negotiated;
    const { postHandshakeAuth } = this.config;
    // §4.4.2: after an external key no certificate is asked for, not later either.
    if (postHandshakeAuth !== undefined && (proved & PROVED_PSK) === 0) return postHandshakeAuth.connected(this) as PostFlow;
    if (session !== null) return new Resumable13(session, negotiated);
    return new PostHandshake13(CLIENT, negotiated);
  }

  override wipe(): void {
    super.wipe();
    const { offer, session, negotiated } = this;
    offer?.keyExchange?.wipe();
    if (session === null || this.state === S.CONNECTED) return;
    // Whatever is wrong with a session, the next handshake is a full one. A connection that was merely lost says nothing of it.
    const offered = offer !== null && ((offer.psks !== null && !offer.psks[0].external) || offer.session12 !== null);
    if (offered && negotiated.failure !== null && negotiated.failure.description > 0) session.refused();
    session.wipe();
  }
}

type H = ClientHandshake13;

/** Without certificates: a pre-shared key proves the server. CERTIFICATES_13 has what they need besides. */
export const CLIENT_13: Table<H> = {
  rows: [
    // One of TLS 1.2 need not end its record: whether it must is seen when the version is known.
    { state: S.WAIT_SH, type: server_hello, stream: null, endsRecord: false, handle: onServerHello },
    { state: S.WAIT_EE, type: encrypted_extensions, stream: null, early: true, endsRecord: false, handle: onEncryptedExtensions },
    { state: S.WAIT_FINISHED, type: finished, stream: null, endsRecord: true, handle: onFinished },
  ],
  waits: [
    { state: S.GENERATE_SHARE, step: sendClientHello },
    { state: S.AGREE, step: agree },
    { state: S.DERIVE, step: deriveAsClient },
    { state: S.PROTECT, step: protectAsClient },
    { state: S.READ_KEYS, step: useServerSecret },
    { state: S.SEND_FINISHED, step: finishClient },
    { state: S.WRITE_KEYS, step: useClientSecret, atOnce: true },
  ],
};
