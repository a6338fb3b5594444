import type { Socket } from "node:net";
import { internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { CLOSED, FAILED, HANDSHAKING, OPEN, WANT_RESUME } from "../../src/connection.js";
import { errorFromAlert } from "./errors.js";
import { RecordTrace } from "./record-trace.js";
import { type FaceOptions, type TLSConnection, TLSSocketFace } from "./tls-socket-face.js";

export type { TLSConnection } from "./tls-socket-face.js";

export interface TLSSocketOptions extends FaceOptions {
  /** Milliseconds from the start to `secureConnect`, the TCP connection included. Default 10,000; 0 switches it off. */
  handshakeTimeout?: number;
  /** Milliseconds without a byte in either direction after which the connection is closed with an error. Default 0: off. */
  idleTimeout?: number;
  /**
   * How long the handshake's work on public keys may hold the event loop at once. Needs a connection with `sliceSteps`. Default: one slice a turn.
   */
  sliceMilliseconds?: number;
  /** Bytes of the peer that were read from the transport already. */
  head?: Buffer;
  /** Called with a line of text for each record and step. */
  trace?: (line: string) => void;
}

export const DEFAULT_HANDSHAKE_TIMEOUT = 10_000;

/** How long a closed connection waits for the peer's end, so that an alert is not overtaken by a reset. */
const LINGER = 500;

/**
 * TLS over a net.Socket as a Duplex, in the manner of node:tls. Events beside those of a Duplex: `secureConnect` when the handshake is done and
 * the peer is authenticated; at a client `session` with each session that it may resume later. Failures are `error` events with a TLSError, or the transport's own error. What can be read was authenticated.
 */
export class TLSSocket extends TLSSocketFace {
  private readonly sliceMilliseconds: number;
  private readonly trace: ((line: string) => void) | null;
  private readonly received: RecordTrace | null;
  private readonly sent: RecordTrace | null;
  private readonly onReadable = () => this.pump();
  private readonly onTransportEnd = () => this.transportEnded();
  private readonly onTransportError = (error: Error) => this.destroy(error);
  private readonly onTransportClose = () => this.transportEnded();
  private readonly onTransportTimeout = () => this.emit("timeout");

  private pumping = false;
  private again = false;
  private resuming = false;
  private ended = false;
  private blocked = false;
  private wanted = false;
  private readDone = false;
  private finished = false;
  private input: Buffer | null = null;
  private inputOffset = 0;
  private output: Uint8Array | null = null;
  private outputOffset = 0;
  private written: ((error?: Error | null) => void) | null = null;
  private final: ((error?: Error | null) => void) | null = null;
  private handshakeTimer: NodeJS.Timeout | null = null;
  private idleTimer: NodeJS.Timeout | null = null;

  constructor(transport: Socket, connection: TLSConnection, options: TLSSocketOptions = {}) {
    super(transport, connection, options);
    if (this.sessions !== null) this.sessions.onSession = (session) => setImmediate(() => this.emit("session", session));
    this.sliceMilliseconds = options.sliceMilliseconds ?? 0;
    if (options.head !== undefined && options.head.length > 0) this.input = options.head;
    this.trace = options.trace ?? null;
    this.received = this.trace === null ? null : new RecordTrace("<", this.trace);
    this.sent = this.trace === null ? null : new RecordTrace(">", this.trace);
    if (this.input !== null) this.received?.push(this.input);
    transport.on("readable", this.onReadable);
    transport.on("drain", this.onDrain);
    transport.on("end", this.onTransportEnd);
    transport.on("error", this.onTransportError);
    transport.on("close", this.onTransportClose);
    transport.on("timeout", this.onTransportTimeout);
    if (transport.connecting) transport.once("connect", this.onReadable);
    else setImmediate(this.onReadable);

    const handshakeTimeout = options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT;
    if (handshakeTimeout > 0) this.handshakeTimer = setTimeout(() => this.handshakeExpired(handshakeTimeout), handshakeTimeout);
    const idleTimeout = options.idleTimeout ?? 0;
    if (idleTimeout > 0) this.idleTimer = setTimeout(() => this.idleExpired(idleTimeout), idleTimeout);
  }

  /**
   * Goes on with a handshake that waits for an operation elsewhere: call it when the key's owner or the data base, which answered OUTSIDE, has its
   * result. The step is asked again in the next turn of the event loop.
   */
  operationDone(): void {
    setImmediate(() => {
      if (this.finished) return;
      this.connection.resume();
      this.pump();
    });
  }

  override _read(): void {
    this.wanted = true;
    this.pump();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.output = chunk;
    this.outputOffset = 0;
    this.written = callback;
    this.pump();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.final = callback;
    this.pump();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { transport, connection } = this;
    this.finished = true;
    if (this.handshakeTimer !== null) clearTimeout(this.handshakeTimer);
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    transport.off("readable", this.onReadable);
    transport.off("connect", this.onReadable);
    transport.off("drain", this.onDrain);
    transport.off("end", this.onTransportEnd);
    transport.off("error", this.onTransportError);
    transport.off("close", this.onTransportClose);
    transport.off("timeout", this.onTransportTimeout);
    transport.on("error", () => undefined);
    if (connection.state === HANDSHAKING || connection.state === OPEN) connection.close();
    if (transport.connecting || transport.destroyed || !transport.writable) {
      transport.destroy();
      callback(error);
      return;
    }
    // Closing a socket that holds unread bytes sends a reset, which can overtake the alert: read on for a moment and drop what comes.
    const linger = setTimeout(() => transport.destroy(), LINGER);
    transport.once("close", () => clearTimeout(linger));
    let called = false;
    const flushed = () => {
      if (called) return;
      called = true;
      callback(error);
    };
    transport.once("close", flushed);
    while (this.flush(true));
    transport.end(flushed);
    transport.resume();
  }

  private readonly onDrain = () => {
    this.blocked = false;
    this.pump();
  };

  /** Moves bytes both ways until nothing moves any more. Not re-entered: callbacks of the app may call write() and read(). */
  private pump(): void {
    if (this.pumping || this.finished || this.transport.connecting) {
      this.again = true;
      return;
    }
    this.pumping = true;
    try {
      do {
        this.again = false;
        while (this.turn());
      } while (this.again && !this.finished);
    } finally {
      this.pumping = false;
    }
  }

  /** One step; true where something moved. */
  private turn(): boolean {
    if (this.finished) return false;
    const { connection } = this;
    this.proceed();
    let moved = this.receive();
    this.note();
    moved = this.deliver() || moved;
    moved = this.writeOut() || moved;
    moved = this.flush() || moved;
    this.settle();
    if (moved) this.idleTimer?.refresh();
    return moved && connection.state !== FAILED;
  }

  /** Pending public-key work: one slice, or as many as fit into sliceMilliseconds, a turn of the event loop. */
  private proceed(): void {
    if (this.resuming || (this.connection.wants & WANT_RESUME) === 0) return;
    this.resuming = true;
    setImmediate(() => {
      this.resuming = false;
      if (this.finished) return;
      const end = performance.now() + this.sliceMilliseconds;
      do this.connection.resume();
      while ((this.connection.wants & WANT_RESUME) !== 0 && performance.now() < end);
      this.pump();
    });
  }

  private receive(): boolean {
    const { connection } = this;
    if (connection.state === FAILED || connection.state === CLOSED || (connection.wants & WANT_RESUME) !== 0) return false;
    const space = connection.rxSpace();
    if (space === 0) return false;
    if (this.input === null) {
      const chunk = this.transport.read() as Buffer | null;
      if (chunk === null) {
        if (this.ended && connection.appData() === 0) connection.receivedEnd();
        return false;
      }
      this.received?.push(chunk);
      this.input = chunk;
      this.inputOffset = 0;
    }
    const count = Math.min(space, this.input.length - this.inputOffset);
    connection.io.set(this.input.subarray(this.inputOffset, this.inputOffset + count), connection.rxOffset);
    this.inputOffset += count;
    if (this.inputOffset === this.input.length) this.input = null;
    connection.received(count);
    return true;
  }

  private note(): void {
    if (this.secured || this.connection.state !== OPEN) return;
    this.secured = true;
    if (this.handshakeTimer !== null) clearTimeout(this.handshakeTimer);
    this.handshakeTimer = null;
    const { suite, group } = this.connection;
    this.trace?.(`= handshake done: ${this.getProtocol()}, ${suite?.name}, ${group?.name}, alpn ${this.alpnProtocol || "none"}`);
    this.emit("secureConnect");
  }

  private deliver(): boolean {
    const { connection } = this;
    const count = connection.appData();
    if (count === 0 || !this.wanted) return false;
    const data = Buffer.from(connection.io.subarray(connection.appOffset, connection.appOffset + count));
    connection.consumed(count);
    this.wanted = this.push(data);
    return true;
  }

  private writeOut(): boolean {
    if (this.output === null || this.connection.state !== OPEN) return false;
    const taken = this.connection.write(this.output, this.outputOffset, this.output.length - this.outputOffset);
    this.outputOffset += taken;
    if (this.outputOffset < this.output.length) return taken > 0;
    const written = this.written;
    this.output = null;
    this.written = null;
    written?.();
    return true;
  }

  /** Hands what is sealed to the transport, unless that asked to wait. */
  private flush(force = false): boolean {
    const { connection, transport } = this;
    const count = connection.txPending();
    if (count === 0 || (this.blocked && !force) || !transport.writable) return false;
    const bytes = Buffer.from(connection.io.subarray(connection.txOffset, connection.txOffset + count));
    this.sent?.push(bytes);
    connection.sent(count);
    this.blocked = !transport.write(bytes);
    return true;
  }

  /** Ends of both directions, and failure. */
  private settle(): void {
    const { connection } = this;
    if (connection.state === FAILED) {
      this.destroy(errorFromAlert(connection.failure ?? new TLSAlert(internal_error, "failed", "internal")));
      return;
    }
    if (this.final !== null && this.output === null && connection.state !== HANDSHAKING) {
      const final = this.final;
      this.final = null;
      connection.closeWrite();
      while (this.flush(true));
      final();
    }
    if ((connection.peerClosed || connection.state === CLOSED) && connection.appData() === 0 && !this.readDone) {
      this.readDone = true;
      this.push(null);
    }
  }

  private transportEnded(): void {
    this.ended = true;
    this.pump();
  }

  private handshakeExpired(after: number): void {
    const what = this.transport.connecting ? "there was no TCP connection" : "the handshake was not finished";
    this.expired(`${what} within ${after / 1000} s`);
  }

  private idleExpired(after: number): void {
    this.connection.closeWrite();
    this.expired(`nothing was sent or received for ${after / 1000} s`);
  }

  private expired(reason: string): void {
    this.connection.fail(timed_out, reason);
    this.destroy(errorFromAlert(this.connection.failure ?? new TLSAlert(timed_out, reason)));
  }
}
