import { connection_lost, TLSAlert, unexpected_message } from "../../../src/alert.js";
import { CLOSED, type Connection, FAILED, HANDSHAKING, OPEN, WANT_RECEIVE, WANT_RESUME, WANT_SEND } from "../../../src/connection.js";

/** Records of the toy protocol: type, length, body. */
export const TOY_HELLO = 1;
export const TOY_DATA = 2;
export const TOY_CLOSE = 3;
export const TOY_ALERT = 4;

export function toyRecord(type: number, body: ArrayLike<number> = []): Uint8Array {
  const record = new Uint8Array(2 + body.length);
  record[0] = type;
  record[1] = body.length;
  record.set(body, 2);
  return record;
}

/**
 * Drives like a Connection, without cryptography: both sides send HELLO, then DATA, then CLOSE. It lets the hosts' tests look at flow,
 * back pressure, ends and failures alone.
 */
export class ToyConnection implements Pick<Connection, keyof Connection> {
  io: Uint8Array;
  readonly records = undefined as never;
  readonly keys = new Uint8Array(0);
  parkings = 0;
  wants = WANT_SEND | WANT_RECEIVE;
  state: number = HANDSHAKING;
  failure: TLSAlert | null = null;
  peerClosed = false;
  alpn: string | null = null;
  sni = "";
  proved = 1;
  peerAuthenticated = true;
  resumed = false;
  certificateTap = null;
  exported = null;
  suite = null;
  group = null;
  version = 0x0304;
  appOffset = 0;
  /** Slices of work between the peer's HELLO and OPEN. */
  slices: number;
  resumes = 0;
  private readonly rx: number;
  private rxLength = 0;
  private txStart: number;
  private txEnd: number;
  private app = 0;
  private wrote = false;

  constructor(receiveBuffer = 64, sendBuffer = 32, slices = 0, io?: Uint8Array) {
    this.rx = receiveBuffer;
    this.io = io ?? new Uint8Array(receiveBuffer + sendBuffer);
    this.txStart = receiveBuffer;
    this.txEnd = receiveBuffer;
    this.slices = slices;
    this.queue(TOY_HELLO);
  }

  goOnWith(): void {}
  count(): void {}

  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    return new Uint8Array(length).fill(label.length + (context?.length ?? 0));
  }

  get rxOffset(): number {
    return this.rxLength;
  }

  get parked(): boolean {
    return this.io.length === 0;
  }

  get parkable(): boolean {
    return !this.parked && this.state === OPEN && this.rxLength === 0 && this.app === 0 && this.txPending() === 0;
  }

  park(): Uint8Array {
    if (!this.parkable) throw new Error("park()");
    const { io } = this;
    this.io = new Uint8Array(0);
    this.parkings++;
    return io;
  }

  unpark(io: Uint8Array): void {
    if (!this.parked) throw new Error("unpark()");
    this.io = io;
  }

  get txOffset(): number {
    return this.txStart;
  }

  rxSpace(): number {
    return this.state === CLOSED || this.state === FAILED || this.parked ? 0 : this.rx - this.rxLength;
  }

  received(n: number): void {
    if (n <= 0 || n > this.rxSpace()) throw new RangeError(`received(${n}) with space for ${this.rxSpace()}`);
    this.rxLength += n;
    this.parse();
  }

  receivedEnd(): void {
    if (this.state !== CLOSED && !this.peerClosed) this.failed(new TLSAlert(connection_lost, "truncated"));
  }

  txPending(): number {
    return this.txEnd - this.txStart;
  }

  sent(n: number): void {
    if (n <= 0 || n > this.txPending()) throw new RangeError(`sent(${n}) of ${this.txPending()}`);
    this.txStart += n;
    if (this.txStart !== this.txEnd) return;
    this.txStart = this.rx;
    this.txEnd = this.rx;
    this.wants &= ~WANT_SEND;
  }

  appData(): number {
    return this.app;
  }

  consumed(n: number): void {
    if (n <= 0 || n > this.app) throw new RangeError(`consumed(${n}) of ${this.app}`);
    this.app -= n;
    this.appOffset += n;
    if (this.app === 0) this.drop(this.appOffset);
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.state !== OPEN || this.wrote) return 0;
    const taken = Math.min(length, this.io.length - this.txEnd - 2);
    if (taken <= 0) return 0;
    this.queue(TOY_DATA, bytes.slice(offset, offset + taken));
    return taken;
  }

  writeSpace(): number {
    return this.state === OPEN ? Math.max(0, this.io.length - this.txEnd - 2) : 0;
  }

  updateKeys(): void {}

  closeWrite(): void {
    if (this.wrote || this.state === CLOSED || this.state === FAILED) return;
    this.wrote = true;
    this.queue(TOY_CLOSE);
    if (this.peerClosed) this.state = CLOSED;
  }

  close(): void {
    this.closeWrite();
    if (this.state !== FAILED) this.state = CLOSED;
  }

  resume(): void {
    this.resumes++;
    if (this.slices > 0 && --this.slices === 0) {
      this.wants &= ~WANT_RESUME;
      this.state = OPEN;
      this.parse();
    }
  }

  fail(description: number, reason: string): void {
    this.failed(new TLSAlert(description, reason));
  }

  private failed(failure: TLSAlert, alert = true): void {
    if (this.state === FAILED) return;
    this.state = FAILED;
    this.failure = failure;
    this.wants &= ~WANT_RESUME;
    if (alert && failure.description >= 0) this.queue(TOY_ALERT, [failure.description]);
  }

  private queue(type: number, body: ArrayLike<number> = []): void {
    const record = toyRecord(type, body);
    if (this.parked) throw new Error("a parked connection has no memory");
    if (record.length > this.io.length - this.txEnd) return;
    this.io.set(record, this.txEnd);
    this.txEnd += record.length;
    this.wants |= WANT_SEND;
  }

  private drop(n: number): void {
    this.io.copyWithin(0, n, this.rxLength);
    this.rxLength -= n;
    this.appOffset = 0;
    this.parse();
  }

  private parse(): void {
    if (this.app > 0 || this.rxLength < 2 || this.peerClosed || this.state === FAILED || this.wants & WANT_RESUME) return;
    const type = this.io[0] ?? 0;
    const length = this.io[1] ?? 0;
    if (type === TOY_ALERT && this.rxLength >= 3) {
      this.failed(new TLSAlert(this.io[2] ?? 0, "the peer sent it", "peer"), false);
    } else if (type === TOY_HELLO && this.state === HANDSHAKING) {
      if (this.slices > 0) this.wants |= WANT_RESUME;
      else this.state = OPEN;
      this.drop(2);
    } else if (type === TOY_CLOSE && this.state === OPEN) {
      this.peerClosed = true;
      if (this.wrote) this.state = CLOSED;
    } else if (type !== TOY_DATA || this.state !== OPEN || 2 + length > this.rx) {
      this.failed(new TLSAlert(unexpected_message, `record type ${type}`));
    } else if (this.rxLength >= 2 + length) {
      this.app = length;
      this.appOffset = 2;
      if (length === 0) this.drop(2);
    }
  }
}
