import { close_notify, connection_lost, internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { FAILED, OPEN, WANT_RESUME } from "../../src/connection.js";
import type { Bytes, SecureSocketOptions, SocketConnection, Timers } from "./socket-options.js";
import type { TCPOptions, TCPSocket } from "./tcp.js";

/** Parts of the idle time after which the watch looks: an idle connection ends after 1 to 1.25 times its time-out. */
const WATCHES = 4;
/** Milliseconds that the last bytes may wait for room in the TCP socket. */
const LINGER = 1000;

function tcpReadable(this: { target: SecureSocket }, count: number): void {
  this.target.transportReadable(count);
}
function tcpWritable(this: { target: SecureSocket }, count: number): void {
  this.target.transportWritable(count);
}
function tcpError(this: { target: SecureSocket }): void {
  this.target.transportError();
}

/**
 * A connection over an ECMA-419 TCP socket, itself in the shape of one. Received bytes go from TCP straight into the connection's own memory.
 * The app's callbacks run one at a time, never before the constructor has returned, and nothing is thrown out of a callback: on a device that
 * would be a restart. Work on public keys that is cut in slices goes on by a timer of zero, so that the event loop lives in between.
 */
export class SecureSocket {
  target: unknown;
  private format_: "buffer" | "number";
  private tcp: TCPSocket | null;
  private connection: SocketConnection | null;
  private readonly timers: Timers;
  private readonly readable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly writable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly error: ((this: SecureSocket, error: TLSAlert) => void) | undefined;
  private readonly idleTimeout: number;
  private readonly go: () => void;
  /** Bytes that TCP has for us, and room that it has. */
  private canReceive: number;
  private canSend: number;
  private connected: boolean;
  private transportEnded: boolean;
  private opened: boolean;
  /** close() was called or the end was told: no more callbacks. */
  private ended: boolean;
  private pumping: boolean;
  /** The app left data unread: onReadable waits for its next read(). */
  private unread: boolean;
  /** What the app believes it can write. */
  private told: number;
  private quiet: number;
  private goTimer: unknown;
  private watchTimer: unknown;
  /** The last views on io: records of equal size find them again. */
  private rx: Uint8Array | null;
  private rxAt: number;
  private tx: Uint8Array | null;
  private txAt: number;

  /**
   * handshakeTimeout: milliseconds from here to the first onWritable; idleTimeout: milliseconds without a byte in either direction. 0: no limit.
   */
  constructor(options: SecureSocketOptions, connection: SocketConnection, timers: Timers, handshakeTimeout: number, idleTimeout: number) {
    this.target = options.target;
    this.format_ = "buffer";
    this.tcp = null;
    this.connection = connection;
    this.timers = timers;
    this.readable = options.onReadable;
    this.writable = options.onWritable;
    this.error = options.onError;
    this.idleTimeout = idleTimeout;
    this.go = () => {
      this.goTimer = null;
      this.run();
    };
    this.canReceive = 0;
    this.canSend = 0;
    this.connected = false;
    this.transportEnded = false;
    this.opened = false;
    this.ended = false;
    this.pumping = true; // until the constructor returns
    this.unread = false;
    this.told = 0;
    this.quiet = 0;
    this.goTimer = null;
    this.watchTimer = null;
    this.rx = null;
    this.rxAt = 0;
    this.tx = null;
    this.txAt = 0;
    if (options.format !== undefined) this.format = options.format;

    const tcpOptions: TCPOptions<SecureSocket> = {
      address: options.address,
      port: options.port,
      target: this,
      format: "buffer",
      onReadable: tcpReadable,
      onWritable: tcpWritable,
      onError: tcpError,
    };
    if (options.nodelay !== undefined) tcpOptions.nodelay = options.nodelay;
    try {
      this.tcp = new options.TCP.io(tcpOptions as TCPOptions<never>);
    } catch (error) {
      connection.close();
      throw error;
    }
    if (handshakeTimeout > 0) this.watchTimer = timers.set(() => this.handshakeExpired(handshakeTimeout), handshakeTimeout);
    this.pumping = false;
    if (this.canSend > 0 || this.transportEnded || (connection.wants & WANT_RESUME) !== 0) this.wake();
  }

  get format(): "buffer" | "number" {
    return this.format_;
  }

  set format(value: "buffer" | "number") {
    if (value !== "buffer" && value !== "number") throw new RangeError('format must be "buffer" or "number"');
    this.format_ = value;
  }

  /** The ALPN protocol that was agreed on, or null. */
  get alpn(): string | null {
    return this.connection === null ? null : this.connection.alpn;
  }

  /**
   * Format "number": one byte. Format "buffer": read() gives all that is there, read(n) up to n bytes as an ArrayBuffer, read(buffer) fills the
   * buffer as far as there is data and gives the number of bytes. undefined: nothing is there.
   */
  read(into?: number | Bytes): number | ArrayBuffer | undefined {
    const { connection } = this;
    if (connection === null || this.ended) return undefined;
    const available = connection.appData();
    if (available === 0 || into === 0) return undefined;
    const { io, appOffset } = connection;
    let count = available;
    let result: number | ArrayBuffer;
    if (this.format_ === "number") {
      result = io[appOffset];
      count = 1;
    } else if (into === undefined || typeof into === "number") {
      if (into !== undefined) {
        if (!(into > 0)) throw new RangeError(`read(${into})`);
        if (into < count) count = into;
      }
      const from = io.byteOffset + appOffset;
      result = io.buffer.slice(from, from + count) as ArrayBuffer;
    } else {
      const bytes = bytesOf(into);
      if (bytes.length < count) count = bytes.length;
      if (count === 0) return undefined;
      bytes.set(io.subarray(appOffset, appOffset + count));
      result = count;
    }
    this.unread = false;
    connection.consumed(count);
    if (connection.appData() > 0 || this.canReceive > 0 || this.transportEnded || connection.state !== OPEN || connection.peerClosed)
      this.wake();
    return result;
  }

  /** Sends all of `data` (format "number": one byte), which must fit into what onWritable told. Returns how much can be written now. */
  write(data: number | Bytes): number {
    const { connection } = this;
    if (connection === null || this.ended) throw new Error("write() on a closed socket");
    if (!this.opened) throw new Error("write() before the first onWritable");
    const bytes = typeof data === "number" ? Uint8Array.of(data) : bytesOf(data);
    const { length } = bytes;
    if (length > connection.writeSpace() || (length > 0 && connection.write(bytes, 0, length) !== length)) throw new Error("would block");
    try {
      this.send();
    } catch {
      this.transportEnded = true;
      this.wake();
    }
    this.told = 0; // onWritable tells again when there is room for more
    return connection.writeSpace();
  }

  /** Ends the connection in order. No callback comes after it. Safe at any moment, also inside a callback and a second time. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.connection?.close();
    this.release();
  }

  /** TCP's callbacks; not for the app. */
  transportReadable(count: number): void {
    this.canReceive = count;
    this.run();
  }

  transportWritable(count: number): void {
    this.canSend = count;
    this.connected = true;
    if (this.ended) this.release();
    else this.run();
  }

  transportError(): void {
    this.transportEnded = true;
    if (!this.connected) this.connection?.fail(connection_lost, "no TCP connection could be made");
    if (this.ended) this.drop();
    else this.run();
  }

  /** Runs now what cannot run inside the app's call: by a timer of zero, unless the loop is running anyway. */
  private wake(): void {
    if (this.pumping || this.ended || this.goTimer !== null) return;
    this.goTimer = this.timers.set(this.go, 0);
  }

  /** Moves bytes and tells the app, until nothing moves. */
  private run(): void {
    if (this.pumping || this.ended) return;
    this.pumping = true;
    try {
      this.pump();
    } catch (error) {
      this.connection?.fail(internal_error, `the socket or its app threw ${String(error)}`);
    }
    this.pumping = false;
    const { connection } = this;
    if (connection === null || this.ended) return;
    if (connection.state === FAILED) this.end(connection.failure as TLSAlert);
    else if (connection.peerClosed && connection.appData() === 0)
      this.end(new TLSAlert(close_notify, "the peer closed the connection", "peer"));
    else if ((connection.wants & WANT_RESUME) !== 0) this.wake();
  }

  private pump(): void {
    const connection = this.connection as SocketConnection;
    if ((connection.wants & WANT_RESUME) !== 0) connection.resume();
    for (let moved = true; moved; ) {
      moved = this.receive(connection);
      if (this.send()) moved = true;
      if (moved) this.quiet = 0;
      if (connection.state === OPEN && !this.opened) this.open();
      if (connection.state !== FAILED && this.tell(connection)) moved = true;
      if (this.ended || connection.state === FAILED) return;
    }
  }

  /** From TCP into the connection's own memory. */
  private receive(connection: SocketConnection): boolean {
    if ((connection.wants & WANT_RESUME) !== 0) return false;
    const space = connection.rxSpace();
    if (space === 0) return false;
    const { canReceive } = this;
    if (canReceive === 0) {
      if (this.transportEnded && connection.appData() === 0) connection.receivedEnd();
      return false;
    }
    const count = Math.min(space, canReceive);
    const at = connection.rxOffset;
    let view = this.rx;
    if (view === null || this.rxAt !== at || view.length !== count) {
      view = connection.io.subarray(at, at + count);
      this.rx = view;
      this.rxAt = at;
    }
    this.canReceive = canReceive - count;
    (this.tcp as TCPSocket).read(view);
    connection.received(count);
    return true;
  }

  /** What is sealed goes to TCP, as far as it has room. */
  private send(): boolean {
    const connection = this.connection as SocketConnection;
    const pending = connection.txPending();
    const { canSend } = this;
    if (pending === 0 || canSend === 0 || this.transportEnded) return false;
    const count = Math.min(pending, canSend);
    const at = connection.txOffset;
    let view = this.tx;
    if (view === null || this.txAt !== at || view.length !== count) {
      view = connection.io.subarray(at, at + count);
      this.tx = view;
      this.txAt = at;
    }
    this.canSend = canSend - count;
    const left = (this.tcp as TCPSocket).write(view);
    if (typeof left === "number") this.canSend = left;
    connection.sent(count);
    return true;
  }

  private open(): void {
    this.opened = true;
    if (this.watchTimer !== null) this.timers.clear(this.watchTimer as never);
    this.watchTimer = null;
    if (this.idleTimeout > 0) this.watchTimer = this.timers.repeat(() => this.watch(), this.idleTimeout / WATCHES);
  }

  /** The app's callbacks; true where one was called. */
  private tell(connection: SocketConnection): boolean {
    if (!this.opened) return false;
    let called = false;
    const space = connection.writeSpace();
    if (space > this.told) {
      this.told = space;
      if (this.writable !== undefined) {
        this.writable(space);
        called = true;
        if (this.ended) return false;
      }
    }
    const count = connection.appData();
    if (count > 0 && !this.unread && this.readable !== undefined) {
      this.unread = true; // read() says otherwise
      this.readable(count);
      called = true;
    }
    return called;
  }

  private handshakeExpired(after: number): void {
    this.watchTimer = null;
    this.connection?.fail(timed_out, `the handshake was not finished within ${after} ms`);
    this.run();
  }

  private watch(): void {
    const { connection } = this;
    if (connection === null || ++this.quiet <= WATCHES) return;
    connection.closeWrite();
    connection.fail(timed_out, `nothing was sent or received for ${this.idleTimeout} ms`);
    this.run();
  }

  private end(failure: TLSAlert): void {
    if (this.ended) return;
    this.ended = true;
    this.connection?.close();
    this.release();
    if (this.error === undefined) return;
    try {
      this.error(failure);
    } catch {
      // The app's own mistake, after the end: there is nobody left to tell.
    }
  }

  /** After the end: sends what waits, for a moment, then lets everything go. */
  private release(): void {
    const { connection, timers } = this;
    if (connection === null) return;
    try {
      while (this.send());
    } catch {
      this.transportEnded = true;
    }
    if (this.goTimer !== null) timers.clear(this.goTimer as never);
    this.goTimer = null;
    if (connection.txPending() === 0 || this.transportEnded || !this.connected) {
      this.drop();
      return;
    }
    if (this.watchTimer !== null) timers.clear(this.watchTimer as never);
    this.watchTimer = timers.set(() => {
      this.watchTimer = null;
      this.drop();
    }, LINGER);
  }

  private drop(): void {
    const { tcp } = this;
    if (this.watchTimer !== null) this.timers.clear(this.watchTimer as never);
    this.watchTimer = null;
    this.connection = null;
    this.tcp = null;
    this.rx = null;
    this.tx = null;
    try {
      tcp?.close();
    } catch {
      // It was closed already.
    }
  }
}

function bytesOf(data: Bytes): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
