import type { TLSAlert } from "../alert.js";
import type { Exporter, KeyingMaterial, KeyLog } from "../config.js";
import type { Hash, HashAlgorithm, NamedGroup, SignatureAlgorithm, Suite, Verifier } from "../crypto/provider.js";
import type { CertificateTap } from "../messages/certificate.js";
import type { RecordLayer } from "../record/record-layer.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ChainVerifier } from "../x509/chain.js";
import { waitForRoom } from "./common-13.js";
import type { Flow } from "./flow.js";
import { Handshake, putHeader, type Table } from "./handshake.js";
import type { Proof13 } from "./proof-13.js";
import * as S from "./states-13.js";
import { Transcript } from "./transcript.js";

/** Bits of `proved`: by a certificate that was verified, in this handshake or in that of the session; by an external pre-shared key. */
export const PROVED_CERTIFICATE = 1;
export const PROVED_PSK = 2;
/** Set where the session was resumed. */
export const RESUMED = 4;

/** What of the handshake outlives it. */
export interface Negotiated {
  readonly records: RecordLayer;
  /** handshake/keys.ts says what stands where. */
  readonly keys: Uint8Array;
  version: number;
  suite: Suite | null;
  group: NamedGroup | null;
  alpn: string | null;
  /** The name that the client asked for by SNI, "" for none. */
  sni: string;
  /** How the peer proved itself, as bits: PROVED_…; 0: it did not. */
  proved: number;
  /** Sees the peer's certificates as they stream, where somebody wants to. */
  readonly certificateTap: CertificateTap | null;
  /** Why the connection failed, or null. */
  readonly failure: TLSAlert | null;
  /** What keying material is exported from, where the config asks for it. */
  exported: KeyingMaterial | null;
  /** One more message after the handshake, or empty record; too many in a row, without application data, are a flood. */
  count(what: string): void;
  /** The hello has decided for another version: its flow goes on in place of this one. */
  goOnWith(flow: Flow): void;
}

/** What both sides of a TLS 1.3 handshake have in common. Dropped, and its secrets zeroed, once connected. */
export abstract class Handshake13<F> extends Handshake<F> {
  protected readonly maxMessage: number;
  readonly records: RecordLayer;
  readonly keys: Uint8Array;
  readonly negotiated: Negotiated;
  schedule: KeySchedule13 | null;
  transcript: Transcript | null;
  /** The peer's certificates while they are read; then its key alone: all else about them is let go. */
  chain: ChainVerifier | null;
  peerKeyType: number;
  peerKey: Uint8Array | null;
  /** The check of a signature of the peer. */
  verifier: Verifier | null;
  /** Our own certificate and signature, where one is sent. */
  proof: Proof13 | null;
  /** The step under way can't go on before bytes were sent or an outside operation is ready. */
  blocked: boolean;
  private clientRandom: Uint8Array | null;

  constructor(state: number, table: Table<F>, maxMessage: number, negotiated: Negotiated) {
    super(state, table);
    this.maxMessage = maxMessage;
    this.records = negotiated.records;
    this.keys = negotiated.keys;
    this.negotiated = negotiated;
    this.schedule = null;
    this.transcript = null;
    this.chain = null;
    this.peerKeyType = 0;
    this.peerKey = null;
    this.verifier = null;
    this.proof = null;
    this.blocked = false;
    this.clientRandom = null;
  }

  /** What is signed before the transcript hash: by the peer, by us (RFC 9846 §4.5.2). */
  abstract readonly peerContext: Uint8Array;
  abstract readonly ownContext: Uint8Array;
  abstract readonly signatures: readonly SignatureAlgorithm[];
  protected abstract readonly keyLog: KeyLog | undefined;
  protected abstract readonly exporter: Exporter | undefined;

  /** Whether a change_cipher_spec record may come now, to be dropped (RFC 9846 §5). */
  get takesChangeCipherSpec(): boolean {
    return true;
  }

  get halfSent(): boolean {
    const { proof } = this;
    return proof === null ? false : proof.halfSent;
  }

  /** §6: every alert but two is an error, whatever its level. */
  get ignoresWarnings(): boolean {
    return false;
  }

  changeCipherSpec(): void {}

  get stateName(): string {
    return S.stateName13(this.state);
  }

  /** True where `length` bytes of content fit into a record now; else the step waits until what stands before them was sent. */
  hasRoom(length: number): boolean {
    return waitForRoom(this, length);
  }

  /** Once the suite tells the hash: key schedule and transcript. */
  startTranscript(hash: HashAlgorithm): void {
    const schedule = new KeySchedule13(hash);
    this.schedule = schedule;
    this.transcript = new Transcript(hash, schedule.hash);
  }

  /** The hash inside the key schedule is free while certificates are read: lent to their reader, where it is SHA-256. */
  get workHash(): Hash | null {
    const { schedule } = this;
    return schedule !== null && schedule.length === 32 ? schedule.hash : null;
  }

  /** Keeps ClientHello.random for the key log, where there is one. */
  rememberRandom(bytes: Uint8Array, offset: number): void {
    if (this.keyLog !== undefined) this.clientRandom = bytes.slice(offset, offset + 32);
  }

  logSecret(label: string, bytes: Uint8Array, offset: number, length: number): void {
    if (this.keyLog !== undefined && this.clientRandom !== null)
      this.keyLog(label, this.clientRandom, bytes.slice(offset, offset + length));
  }

  /** After the application secrets: the Main Secret is still the hmac's key, the transcript hash still stands in `digest`. */
  keepExported(): void {
    if (this.exporter === undefined) return;
    const { hmac, secrets, digest, length } = this.schedule as KeySchedule13;
    const exported = this.exporter.keep((this.negotiated.suite as Suite).hash, hmac, secrets, digest);
    this.negotiated.exported = exported;
    this.logSecret("EXPORTER_SECRET", exported.secret, 0, length);
  }

  wipe(): void {
    this.schedule?.wipe();
    this.transcript?.wipe();
    this.proof?.signer?.wipe?.();
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
}
