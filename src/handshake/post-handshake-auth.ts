import { close_notify, illegal_parameter, TLSAlert, unexpected_message } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import type { ClientConfig, PostHandshakeAuth } from "../config.js";
import type { ClientSession } from "../config-psk.js";
import { alert, certificate_request } from "../constants.js";
import type { CipherSuite, Hash } from "../crypto/provider.js";
import { CertificateWriter } from "../messages/certificate.js";
import { CertificateRequestReader } from "../messages/certificate-request.js";
import { CLIENT_CONTEXT } from "../messages/certificate-verify.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ClientHandshake13 } from "./client-13.js";
import { waitForRoom } from "./common-13.js";
import { sendFinished } from "./finished-13.js";
import { putHeader, type Row, type Table } from "./handshake.js";
import { CLIENT, PostHandshake13, RESUMABLE } from "./post-handshake-13.js";
import { Proof13, type Proving, sendCertificate, sendCertificateVerify, sign } from "./proof-13.js";
import * as S from "./states-13.js";
import { Transcript } from "./transcript.js";

const NO_IDENTITIES = [] as const;
const NO_CONTEXT = new Uint8Array(0);

/**
 * A connected client that answers CertificateRequests (RFC 9846 §4.7.2). It keeps the hash of the handshake, ClientHello to client Finished, from which each
 * answer's transcript goes on. Reading goes on while an answer waits to be sent; writing waits, as the messages of an answer must follow each
 * other. One request is answered at a time.
 */
class PostHandshakeAuth13 extends PostHandshake13 implements Proving {
  /** What is kept to be resumed, where the config says so. */
  readonly session: ClientSession | null;
  readonly config: ClientConfig;
  /** Of the messages of the handshake. */
  readonly base: Hash;
  /** The request that is being read; then the answer: S.SEND_CERT … S.SEND_FINISHED, or 0. */
  request: CertificateRequestReader | null;
  phase: number;
  schedule: KeySchedule13 | null;
  transcript: Transcript | null;
  proof: Proof13 | null;
  /** certificate_request_context of the last request. */
  lastContext: Uint8Array;
  /** Our close_notify has gone out, or goes out behind the answer. */
  closed: boolean;
  private waits13: boolean;

  constructor(h: ClientHandshake13) {
    const suite = h.negotiated.suite as CipherSuite;
    super((h.session === null ? TABLE : RESUMING) as unknown as Table<PostHandshake13>, h.negotiated);
    this.session = h.session;
    this.config = h.config;
    this.base = suite.hash.create();
    (h.transcript as Transcript).copyTo(this.base);
    this.request = null;
    this.phase = 0;
    this.schedule = null;
    this.transcript = null;
    this.proof = null;
    this.lastContext = NO_CONTEXT;
    this.closed = false;
    this.waits13 = false;
  }

  get ownContext(): Uint8Array {
    return CLIENT_CONTEXT;
  }

  override get working(): boolean {
    return this.phase !== 0;
  }

  override get atOnce(): boolean {
    return false;
  }

  override get blocked(): boolean {
    return this.waits13;
  }

  override set blocked(value: boolean) {
    this.waits13 = value;
  }

  override get answering(): boolean {
    return this.phase !== 0;
  }

  override get halfSent(): boolean {
    return this.phase > S.SEND_CERT || (this.proof as Proof13 | null)?.halfSent === true;
  }

  override deferClose(): boolean {
    this.closed = true;
    return this.phase !== 0;
  }

  override sendKeyUpdate(): void {
    if (this.phase === 0) super.sendKeyUpdate();
  }

  hasRoom(length: number): boolean {
    return waitForRoom(this, length);
  }

  override work(budget: number): boolean {
    this.blocked = false;
    switch (this.phase) {
      case S.SEND_CERT:
        this.phase = sendCertificate(this);
        break;
      case S.SIGN:
        this.phase = sign(this, budget, this.config.random);
        break;
      case S.SEND_CV:
        this.phase = sendCertificateVerify(this);
        break;
      default:
        if (sendFinished(this, true)) this.endAnswer();
    }
    return false;
  }

  protected override begun(header: number): void {
    if (this.request === null) return;
    const { secrets, temp } = this.schedule as KeySchedule13;
    putHeader(secrets, temp, header);
    this.passed(secrets, temp, 4);
  }

  protected override passed(bytes: Uint8Array, offset: number, length: number): void {
    if (this.request !== null) (this.transcript as Transcript).update(bytes, offset, length);
  }

  beginRequest(): CertificateRequestReader {
    if (this.phase !== 0)
      throw new TLSAlert(unexpected_message, "CertificateRequest: another one before the first was answered; one is answered at a time");
    const { suite, config, base } = this;
    const schedule = new KeySchedule13(suite.hash);
    this.schedule = schedule;
    this.transcript = new Transcript(suite.hash, schedule.hash);
    this.transcript.copyFrom(base);
    const request = new CertificateRequestReader(config.identities ?? NO_IDENTITIES, config.provider.sha256, true);
    this.request = request;
    return request;
  }

  /** §4.4.2: the context is unique on a connection; held to the one before, as not all are kept. */
  beginAnswer(): void {
    const { identity, scheme, context } = this.request as CertificateRequestReader;
    this.request = null;
    const { lastContext } = this;
    if (context.length === lastContext.length && equalBytes(context, 0, lastContext, 0, context.length))
      throw new TLSAlert(illegal_parameter, "CertificateRequest: the certificate_request_context of the request before");
    this.lastContext = context;
    this.proof = new Proof13(identity, scheme, new CertificateWriter(identity === null ? [] : identity.certificates, context));
    // §6.1: nothing follows our close_notify.
    if (this.closed) this.dropAnswer();
    else this.phase = S.SEND_CERT;
  }

  override wipe(): void {
    this.session?.wipe();
    this.base.wipe();
    this.dropAnswer();
  }

  private endAnswer(): void {
    this.dropAnswer();
    if (this.closed) this.records.putRecord(alert, 2, 1, close_notify);
  }

  private dropAnswer(): void {
    this.proof?.signer?.wipe?.();
    this.schedule?.wipe();
    this.transcript?.wipe();
    this.proof = null;
    this.schedule = null;
    this.transcript = null;
    this.phase = 0;
  }
}

type P = PostHandshakeAuth13;

function onRequest(p: P): number {
  p.negotiated.count("CertificateRequest");
  p.beginAnswer();
  return S.CONNECTED;
}

const REQUEST: Row<P> = {
  state: S.CONNECTED,
  type: certificate_request,
  stream: (p) => p.beginRequest(),
  endsRecord: false,
  handle: onRequest,
};

const TABLE: Table<P> = { rows: [...(CLIENT.rows as unknown as readonly Row<P>[]), REQUEST], waits: [] };
const RESUMING: Table<P> = { rows: [...(RESUMABLE.rows as unknown as readonly Row<P>[]), REQUEST], waits: [] };

/** The `postHandshakeAuth` of a client's config. */
export const postHandshakeAuth: PostHandshakeAuth = {
  connected: (handshake) => new PostHandshakeAuth13(handshake as ClientHandshake13),
};
