import type { Exporter, KeyLog } from "../config.js";
import type { Hash, HashAlgorithm, SignatureAlgorithm, SignedContent, Verifier } from "../crypto/provider.js";
import type { CipherSuite12, MacFirst, Protection12 } from "../record/cipher-suite-12.js";
import type { RecordLayer } from "../record/record-layer.js";
import { KeyingMaterial12 } from "../schedule/exporter-12.js";
import { MASTER_SECRET_LENGTH, Prf12 } from "../schedule/prf-12.js";
import type { ChainVerifier } from "../x509/chain.js";
import { waitForRoom } from "./common-13.js";
import { Handshake, putHeader, type Table } from "./handshake.js";
import type { Negotiated } from "./handshake-13.js";
import { MASTER_SECRET } from "./keys.js";
import type { Proof12 } from "./proof-12.js";
import * as S from "./states-12.js";
import { Transcript } from "./transcript.js";

export const NO_SINKS: readonly SignedContent[] = [];

/** What both sides of a TLS 1.2 handshake (RFC 5246 §7.3) have in common. Dropped, and its secrets zeroed, once connected. */
export abstract class Handshake12<F> extends Handshake<F> {
  protected readonly maxMessage: number;
  readonly records: RecordLayer;
  readonly keys: Uint8Array;
  readonly negotiated: Negotiated;
  prf: Prf12 | null;
  transcript: Transcript | null;
  /** Further hashes of all messages: one of them may be what a client signs (RFC 5246 §7.4.8). */
  sinks: readonly SignedContent[];
  /** RFC 7627: the master secret is bound to the whole handshake. */
  extended: boolean;
  /** A CBC suite without encrypt-then-MAC (RFC 7366): how its records are made then; else null. */
  macFirst: MacFirst | null;
  /** The peer's certificates while they are read; then its key alone: all else about them is let go. */
  chain: ChainVerifier | null;
  peerKeyType: number;
  peerKey: Uint8Array | null;
  /** The check of a signature of the peer. */
  verifier: Verifier | null;
  /** Our own certificate and signature, where one is sent; any other message that goes out piece by piece. */
  proof: Proof12 | null;
  /** Both directions, until their change_cipher_spec. */
  read: Protection12 | null;
  write: Protection12 | null;
  /** The step under way can't go on before bytes were sent or an outside operation is ready. */
  blocked: boolean;

  constructor(state: number, table: Table<F>, maxMessage: number, negotiated: Negotiated) {
    super(state, table);
    this.maxMessage = maxMessage;
    this.records = negotiated.records;
    this.keys = negotiated.keys;
    this.negotiated = negotiated;
    this.prf = null;
    this.transcript = null;
    this.sinks = NO_SINKS;
    this.extended = false;
    this.macFirst = null;
    this.chain = null;
    this.peerKeyType = 0;
    this.peerKey = null;
    this.verifier = null;
    this.proof = null;
    this.read = null;
    this.write = null;
    this.blocked = false;
  }

  abstract readonly signatures: readonly SignatureAlgorithm[];
  protected abstract readonly keyLog: KeyLog | undefined;
  protected abstract readonly exporter: Exporter | undefined;

  get stateName(): string {
    return S.stateName12(this.state);
  }

  get suite(): CipherSuite12 {
    return this.negotiated.suite as CipherSuite12;
  }

  /** RFC 5246 §7.1: at exactly one place. */
  get takesChangeCipherSpec(): boolean {
    return this.state === S.WAIT_CCS;
  }

  get ignoresWarnings(): boolean {
    return true;
  }

  get halfSent(): boolean {
    const { proof } = this;
    return proof === null ? false : proof.halfSent;
  }

  /** What the peer sends from here on is protected. */
  changeCipherSpec(): void {
    this.records.readProtection = this.read;
    this.read = null;
    this.state = S.WAIT_FINISHED;
  }

  /** True where `length` bytes of content fit into a record now; else the step waits until what stands before them was sent. */
  hasRoom(length: number): boolean {
    return waitForRoom(this, length);
  }

  /** Once the suite tells the hash: PRF and transcript. */
  startTranscript(hash: HashAlgorithm): void {
    const prf = new Prf12(hash);
    this.prf = prf;
    this.transcript = new Transcript(hash, prf.hash);
  }

  /** The hash inside the PRF is free while certificates are read: lent to their reader, where it is SHA-256. */
  get workHash(): Hash | null {
    const { prf } = this;
    return prf !== null && prf.length === 32 ? prf.hash : null;
  }

  /** A handshake message, or a piece of one, came or goes. */
  passed(bytes: Uint8Array, offset: number, length: number): void {
    const { sinks } = this;
    (this.transcript as Transcript).update(bytes, offset, length);
    for (let i = 0; i < sinks.length; i++) sinks[i].update(bytes, offset, length);
  }

  /** The master secret, which stands in `keys`, for a key log. */
  logMasterSecret(): void {
    if (this.keyLog === undefined) return;
    const { secrets } = this.prf as Prf12;
    this.keyLog("CLIENT_RANDOM", secrets.slice(0, 32), this.keys.slice(MASTER_SECRET, MASTER_SECRET + MASTER_SECRET_LENGTH));
  }

  /** Connected: what keying material is exported from, where the config asks for it. */
  keepExported(): void {
    const { secrets } = this.prf as Prf12;
    if (this.exporter !== undefined && this.extended)
      this.negotiated.exported = new KeyingMaterial12(this.suite.hash, this.keys, MASTER_SECRET, secrets);
  }

  wipe(): void {
    this.keys.fill(0, MASTER_SECRET, MASTER_SECRET + MASTER_SECRET_LENGTH);
    this.prf?.wipe();
    this.transcript?.wipe();
    this.proof?.signer?.wipe?.();
    this.read?.wipe();
    this.write?.wipe();
  }

  protected begun(header: number): void {
    const { secrets, a } = this.prf as Prf12;
    putHeader(secrets, a, header);
    this.passed(secrets, a, 4);
  }

  protected waitForReader(): void {
    this.state = S.CHECK_CERT;
  }
}
