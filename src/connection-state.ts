import type { TLSAlert } from "./alert.js";
import type { KeyingMaterial } from "./config.js";
import type { NamedGroup, Suite } from "./crypto/provider.js";
import type { Flow, PostFlow } from "./handshake/flow.js";
import { type Negotiated, RESUMED } from "./handshake/handshake-13.js";
import { KEYS_LENGTH } from "./handshake/keys.js";
import type { CertificateTap } from "./messages/certificate.js";
import type { RecordLayer } from "./record/record-layer.js";

/** Values of `state`. */
export const HANDSHAKING = 0;
export const OPEN = 1;
export const CLOSED = 2;
export const FAILED = 3;

/** Bits of `ends`: close_notify came, ours went out, the transport brings no more; with slices, what came was not looked at to its end. */
export const PEER_CLOSED = 1;
export const WRITE_CLOSED = 2;
export const INPUT_ENDED = 4;
export const INPUT_LEFT = 8;

const NOTHING = new Uint8Array(0);

/**
 * What a connection holds: what was agreed on with the peer, keys, and memory that may be parked while there is nothing to do, or be another's for a record
 * that is larger than its own.
 */
export abstract class ConnectionState implements Negotiated {
  state: number;
  failure: TLSAlert | null;
  abstract goOnWith(flow: Flow): void;
  abstract count(what: string): void;

  /** `ends`, `proved` and `version`: one number, as each is RAM at rest. */
  private bits: number;
  /** As negotiated so far; final once `state` is OPEN. So is the version. */
  suite: Suite | null;
  group: NamedGroup | null;
  private agreedAlpn: string | null;
  /** The DNS name that was asked for by SNI, "" for none. */
  sni: string;
  /** Set before the first bytes come, it sees the peer's certificates as they stream; they are kept nowhere else. Not to be trusted before OPEN. */
  certificateTap: CertificateTap | null;
  /** Not for the app: exportKeyingMaterial() is. */
  exported: KeyingMaterial | null;
  /** Not for the app, nor are the keys. */
  readonly records: RecordLayer;
  readonly keys: Uint8Array;
  protected flow: Flow | null;

  constructor(records: RecordLayer) {
    this.state = HANDSHAKING;
    this.failure = null;
    this.bits = 0;
    this.suite = null;
    this.group = null;
    this.agreedAlpn = null;
    this.sni = "";
    this.certificateTap = null;
    this.exported = null;
    this.records = records;
    this.keys = new Uint8Array(KEYS_LENGTH);
    this.flow = null;
  }

  get version(): number {
    const minor = this.bits >> 8;
    return minor === 0 ? 0 : 0x0300 | minor;
  }

  set version(version: number) {
    this.bits = (this.bits & 0xff) | ((version & 0xff) << 8);
  }

  /** How the peer proved itself, and whether the session was resumed: bits of handshake-13.ts. */
  get proved(): number {
    return (this.bits >> 4) & 15;
  }

  set proved(proved: number) {
    this.bits = (this.bits & ~0xf0) | (proved << 4);
  }

  /** How far both directions have come to their end, as bits. */
  protected get ends(): number {
    return this.bits & 15;
  }

  protected set ends(ends: number) {
    this.bits = (this.bits & ~15) | ends;
  }

  /** close_notify came: no more application data will follow. */
  get peerClosed(): boolean {
    return (this.ends & PEER_CLOSED) !== 0;
  }

  protected get writeClosed(): boolean {
    return (this.ends & WRITE_CLOSED) !== 0;
  }

  protected get inputEnded(): boolean {
    return (this.ends & INPUT_ENDED) !== 0;
  }

  /** The flow, while the connection is open. */
  protected get post(): PostFlow | null {
    return this.state === OPEN ? (this.flow as PostFlow) : null;
  }

  /** The memory of the connection: another one while memory is lent, empty while it is parked. */
  get io(): Uint8Array {
    return this.records.io;
  }

  /** The ALPN protocol, or null where none was agreed, or what agreed on it is not known to be authentic yet. */
  get alpn(): string | null {
    return this.records.provisional ? null : this.agreedAlpn;
  }

  set alpn(name: string | null) {
    this.agreedAlpn = name;
  }

  get parked(): boolean {
    return this.io.length === 0;
  }

  /** Whether park() may be called: the connection is open, and nothing is half read or unsent. */
  get parkable(): boolean {
    const { flow, post } = this;
    const { records } = this;
    const read = this.peerClosed || (records.empty && !flow?.midMessage);
    return this.state === OPEN && !this.parked && read && records.pending === 0 && !post?.keyUpdateDue && !post?.answering;
  }

  /**
   * Gives the connection's memory, zeroed, until bytes come or are to be sent: then unpark() first. What is kept are keys and counters. While parked,
   * receivedEnd(), and fail() without an alert, end the connection as ever; whatever would need the memory throws.
   */
  park(): Uint8Array {
    if (!this.parkable) throw new Error(`park(): ${this.parkObstacle()}`);
    const { io } = this;
    this.records.use(NOTHING);
    return io;
  }

  /** Takes memory of the size that park() gave. */
  unpark(io: Uint8Array): void {
    if (!this.parked) throw new Error("unpark(): the connection is not parked");
    const { size } = this.records;
    if (io.length !== size) throw new RangeError(`unpark(): io has ${io.length} bytes; ${size} are needed`);
    this.records.use(io);
  }

  private parkObstacle(): string {
    if (this.state !== OPEN) return "the connection is not open";
    if (this.parked) return "the connection is parked already";
    return this.records.pending > 0 ? "bytes wait to be sent" : "received bytes are not consumed, or a message is half read";
  }

  protected needMemory(call: string): void {
    if (this.parked) throw new Error(`${call} on a parked connection: unpark() it first`);
  }

  /** The peer proved itself, by a certificate that was verified or by a pre-shared key: always so for an open client. */
  get peerAuthenticated(): boolean {
    return (this.proved & ~RESUMED) !== 0;
  }

  /** The session of an earlier connection was resumed. */
  get resumed(): boolean {
    return (this.proved & RESUMED) !== 0;
  }

  /**
   * `length` secret bytes for a use of the app's, the same on both sides (RFC 9846 §7.5, RFC 5705). label: "EXPORTER-…" or "EXPERIMENTAL…" in ASCII;
   * context: bytes that both sides know, null for none. Only while the connection is open, and where the config has an `exporter`.
   */
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    if (this.state !== OPEN)
      throw new Error(
        `exportKeyingMaterial() ${this.state === HANDSHAKING ? "before the handshake is complete" : "on a connection that has ended"}`,
      );
    if (this.exported === null)
      throw new Error("exportKeyingMaterial(): the config has no `exporter`, or a peer of TLS 1.2 no extended master secret");
    return this.exported.export(label, context, length);
  }

  /**
   * A protected record that the receive region does not hold. Of a handshake it is opened as it streams; application data never is, so that once open
   * the lender is asked first. A tap sees what passes before the tag is known: with one, nothing is streamed.
   */
  protected takeTooLong(): void {
    const { records } = this;
    const open = this.state === OPEN;
    if (records.limited) throw records.tooLong(records.recordLength);
    if (open && records.borrow()) return;
    if (this.certificateTap === null && records.stream(open)) return;
    if (!open && records.borrow()) return;
    throw records.tooLong(records.recordLength);
  }
}
