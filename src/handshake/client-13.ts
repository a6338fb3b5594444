import type { ClientConfig } from "../config.js";
import { certificate, certificate_request, certificate_verify, encrypted_extensions, finished, server_hello } from "../constants.js";
import { type CipherSuite, DONE, type KeyExchange, type NamedGroup, type Verifier } from "../crypto/provider.js";
import type { ClientHelloContext } from "../extensions/extension.js";
import { CLIENT_RANDOM_AT, RANDOM_LENGTH } from "../messages/client-hello.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ChainVerifier } from "../x509/chain.js";
import type { ServerName } from "../x509/name.js";
import {
  checkCertificate,
  checkCertificateVerify,
  onCertificate,
  onCertificateRequest,
  onCertificateVerify,
  onEncryptedExtensions,
  onFinished,
  readCertificate,
  readCertificateRequest,
} from "./client-13-auth.js";
import { agree, onServerHello, sendClientHello } from "./client-13-hello.js";
import type { PostFlow } from "./flow.js";
import { Handshake, putHeader, type Row, type Wait } from "./handshake.js";
import type { ConnectionKeys } from "./keys.js";
import { PostHandshake13 } from "./post-handshake-13.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

/** What of the handshake outlives it. */
export interface Negotiated {
  version: number;
  suite: CipherSuite | null;
  group: NamedGroup | null;
  alpnIndex: number;
}

/** The client's side of a TLS 1.3 handshake (RFC 9846 §2, Appendix A.1). Dropped, and its secrets zeroed, once connected. */
export class ClientHandshake13 extends Handshake<ClientHandshake13> implements ClientHelloContext {
  readonly config: ClientConfig;
  group: NamedGroup;
  readonly name: ServerName;
  readonly sni: string;
  keyExchange: KeyExchange;
  selectedVersion: number;
  shareOffset: number;
  shareLength: number;
  retryGroup: number;
  cookie: Uint8Array | null;
  alpnIndex: number;
  readonly records: RecordLayer;
  readonly keys: ConnectionKeys;
  readonly negotiated: Negotiated;
  /** The ClientHello, which stays in the send region until the ServerHello tells the hash. */
  helloStart: number;
  helloLength: number;
  /** After a HelloRetryRequest: ClientHello.random and legacy_session_id, which stay the same (RFC 9846 §4.2.2). */
  firstHello: Uint8Array | null;
  offered: number;
  schedule: KeySchedule13 | null;
  transcript: Transcript | null;
  chain: ChainVerifier | null;
  verifier: Verifier | null;
  certificateRequested: boolean;
  private clientRandom: Uint8Array | null;

  constructor(config: ClientConfig, name: ServerName, records: RecordLayer, keys: ConnectionKeys, negotiated: Negotiated) {
    super(S.GENERATE_SHARE, ROWS, WAITS);
    const group = config.provider.groups[0];
    this.config = config;
    this.group = group;
    this.name = name;
    this.sni = name.address === null ? name.text : ""; // RFC 6066 §3: an address is never sent
    this.keyExchange = group.create();
    this.selectedVersion = 0;
    this.shareOffset = 0;
    this.shareLength = 0;
    this.retryGroup = 0;
    this.cookie = null;
    this.alpnIndex = -1;
    this.records = records;
    this.keys = keys;
    this.negotiated = negotiated;
    this.helloStart = 0;
    this.helloLength = 0;
    this.firstHello = null;
    this.offered = 0;
    this.schedule = null;
    this.transcript = null;
    this.chain = null;
    this.verifier = null;
    this.certificateRequested = false;
    this.clientRandom = null;
    this.keyExchange.beginGenerate(config.random);
  }

  get stateName(): string {
    return S.stateName13(this.state);
  }

  protected begun(header: number): void {
    const { secrets, temp } = this.schedule as KeySchedule13;
    putHeader(secrets, temp, header);
    this.passed(secrets, temp, 4);
  }

  protected passed(bytes: Uint8Array, offset: number, length: number): void {
    (this.transcript as Transcript).update(bytes, offset, length);
  }

  protected waitForReader(): void {
    this.state = S.CHECK_CERT;
  }

  stepReader(budget: number): boolean {
    return (this.reader as { step(budget: number): number }).step(budget) === DONE;
  }

  logSecret(label: string, bytes: Uint8Array, offset: number, length: number): void {
    const { keyLog } = this.config;
    if (keyLog === undefined) return;
    if (this.clientRandom === null) {
      const at = this.helloStart + CLIENT_RANDOM_AT;
      this.clientRandom = this.records.io.slice(at, at + RANDOM_LENGTH);
    }
    keyLog(label, this.clientRandom, bytes.slice(offset, offset + length));
  }

  get next(): PostFlow | null {
    if (this.state !== S.CONNECTED) return null;
    return new PostHandshake13(this.records, this.keys, this.negotiated.suite as CipherSuite);
  }

  wipe(): void {
    this.keyExchange.wipe();
    this.schedule?.wipe();
    this.transcript?.wipe();
  }
}

type H = ClientHandshake13;

const ROWS: readonly Row<H>[] = [
  { state: S.WAIT_SH, type: server_hello, stream: null, endsRecord: true, handle: onServerHello },
  { state: S.WAIT_EE, type: encrypted_extensions, stream: null, endsRecord: false, handle: onEncryptedExtensions },
  { state: S.WAIT_CERT_CR, type: certificate_request, stream: readCertificateRequest, endsRecord: false, handle: onCertificateRequest },
  { state: S.WAIT_CERT_CR, type: certificate, stream: readCertificate, endsRecord: false, handle: onCertificate },
  { state: S.WAIT_CERT, type: certificate, stream: readCertificate, endsRecord: false, handle: onCertificate },
  { state: S.WAIT_CV, type: certificate_verify, stream: null, endsRecord: false, handle: onCertificateVerify },
  { state: S.WAIT_FINISHED, type: finished, stream: null, endsRecord: true, handle: onFinished },
];

const WAITS: readonly Wait<H>[] = [
  { state: S.GENERATE_SHARE, step: sendClientHello },
  { state: S.AGREE, step: agree },
  { state: S.CHECK_CERT, step: checkCertificate },
  { state: S.CHECK_CV, step: checkCertificateVerify },
];
