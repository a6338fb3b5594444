import { internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { FAILED, type Negotiation, READY } from "../../src/starttls/negotiation.js";
import type { Timers } from "./socket-options.js";
import type { TCPCallbacks, TCPConstructor, TCPOptions, TCPSocket } from "./tcp.js";
import { thrown } from "./thrown.js";

export interface StartTlsOptions {
  address: string;
  port: number;
  /** The class of the TCP socket. */
  TCP: { io: TCPConstructor };
  /** What is said before TLS, as `new SmtpStartTls()`. */
  negotiation: Negotiation;
  /** Milliseconds from the constructor to onReady. Default 30,000; 0: no limit. */
  timeout?: number;
  /** TLS may begin: give the TCP socket as `from` to a TLSSocket, at once. */
  onReady: (tcp: TCPSocket) => void;
  /** The end: the server does not want TLS, said anything else, or is gone. */
  onError?: (error: TLSAlert) => void;
}

export const DEFAULT_STARTTLS_TIMEOUT = 30_000;

/** Bytes that are read at a time. */
const PIECE = 64;

function tcpReadable(this: { target: StartTlsStage }, count: number): void {
  this.target.tcpReadable(count);
}
function tcpWritable(this: { target: StartTlsStage }, count: number): void {
  this.target.tcpWritable(count);
}
function tcpError(this: { target: StartTlsStage }): void {
  this.target.tcpGone();
}

/** Connects an ECMA-419 TCP socket and goes through a negotiation on it. Nothing is thrown out of a callback. */
export class StartTlsStage {
  private readonly negotiation: Negotiation;
  private readonly ready: (tcp: TCPSocket) => void;
  private readonly error: ((error: TLSAlert) => void) | undefined;
  private readonly timers: Timers;
  private timer: unknown;
  private tcp: TCPSocket | null;
  private room: number;
  /** What is being sent, and how far. */
  private out: Uint8Array | null;
  private sent: number;

  /** Throws what the TCP class throws. */
  constructor(options: StartTlsOptions, timers: Timers) {
    const { address, port, TCP, timeout = DEFAULT_STARTTLS_TIMEOUT } = options;
    this.negotiation = options.negotiation;
    this.ready = options.onReady;
    this.error = options.onError;
    this.timers = timers;
    this.timer = null;
    this.room = 0;
    this.out = null;
    this.sent = 0;
    const callbacks: TCPCallbacks<StartTlsStage> = {
      target: this,
      format: "buffer",
      nodelay: true,
      onReadable: tcpReadable,
      onWritable: tcpWritable,
      onError: tcpError,
    };
    this.tcp = new TCP.io({ address, port, ...callbacks } as TCPOptions<never>);
    if (timeout > 0) this.timer = timers.set(() => this.expired(timeout), timeout);
  }

  /** Gives up, without a callback. */
  close(): void {
    this.stop();
    closeQuietly(this.tcp);
    this.tcp = null;
  }

  /** TCP's callbacks; not for the app. */
  tcpReadable(count: number): void {
    const { tcp, negotiation } = this;
    if (tcp === null) return;
    // All that is there is read, so that what stands behind the go-ahead is found.
    for (let left = count; left > 0; ) {
      const piece = new Uint8Array(Math.min(left, PIECE));
      tcp.read(piece);
      negotiation.received(piece, 0, piece.length);
      this.flush();
      left -= piece.length;
    }
    this.settle();
  }

  tcpWritable(count: number): void {
    this.room = count;
    this.flush();
    this.settle();
  }

  tcpGone(): void {
    this.negotiation.receivedEnd();
    this.settle();
  }

  private flush(): void {
    const { tcp } = this;
    for (;;) {
      if (this.out === null) {
        this.out = this.negotiation.take();
        this.sent = 0;
      }
      const { out, sent } = this;
      if (out === null || this.room === 0 || tcp === null) return;
      const count = Math.min(this.room, out.length - sent);
      this.room -= count;
      this.sent = sent + count;
      tcp.write(out.subarray(sent, sent + count));
      if (this.sent === out.length) this.out = null;
    }
  }

  private settle(): void {
    const { negotiation, tcp } = this;
    if (tcp === null) return;
    if (negotiation.state === FAILED) {
      this.end(negotiation.failure as TLSAlert);
      return;
    }
    if (negotiation.state !== READY || this.out !== null) return;
    this.stop();
    this.tcp = null;
    try {
      this.ready(tcp);
    } catch (error) {
      closeQuietly(tcp);
      this.tell(new TLSAlert(internal_error, `the app threw ${thrown(error)}`, "internal"));
    }
  }

  private expired(after: number): void {
    this.timer = null;
    this.negotiation.fail(new TLSAlert(timed_out, `${this.negotiation.protocol}: the peer did not go ahead within ${after} ms`));
    this.settle();
  }

  private end(failure: TLSAlert): void {
    this.close();
    this.tell(failure);
  }

  private tell(failure: TLSAlert): void {
    if (this.error === undefined) return;
    try {
      this.error(failure);
    } catch {
      // The app's own mistake, after the end: there is nobody left to tell.
    }
  }

  private stop(): void {
    if (this.timer !== null) this.timers.clear(this.timer as never);
    this.timer = null;
  }
}

function closeQuietly(tcp: TCPSocket | null): void {
  try {
    tcp?.close();
  } catch {
    // It was closed already.
  }
}
