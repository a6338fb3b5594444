import { close_notify, connection_lost, internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { FAILED, OPEN, WANT_RESUME } from "../../src/connection.js";
import type { ConnectionPool, Waiter } from "../../src/connection-pool.js";
import { resumeFor, type SliceTime } from "./slices.js";
import type { AcceptedOptions, Bytes, ConnectOptions, SecureSocketOptions, SocketConnection, Timers } from "./socket-options.js";
import { Transport, type TransportOwner } from "./transport.js";

/** Parts of the idle time after which the watch looks: an idle connection ends after 1 to 1.25 times its time-out. */
const WATCHES = 4;
/** Milliseconds that the last bytes may wait for room in the TCP socket. */
const LINGER = 1000;

/**
 * A connection over an ECMA-419 TCP socket, itself in the shape of one. Received bytes go from TCP straight into the connection's own memory.
 * The app's callbacks run one at a time, never before the constructor has returned, and nothing is thrown out of a callback: on a device that
 * would be a restart. Work on public keys that is cut in slices goes on by a timer of zero, so that the event loop lives in between.
 */
export class SecureSocket implements TransportOwner, Waiter {
  target: unknown;
  private format_: "buffer" | "number";
  private transport: Transport | null;
  private connection: SocketConnection | null;
  private readonly timers: Timers;
  /** Where the connection's memory comes from; null: it has its own. */
  private readonly pool: ConnectionPool | null;
  /** Begins, once it is our turn in the pool. */
  private start: (() => void) | null;
  private readonly readable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly writable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly error: ((this: SecureSocket, error: TLSAlert) => void) | undefined;
  private readonly idleTimeout: number;
  private readonly sliceTime: SliceTime | null;
  private readonly go: () => void;
  private opened: boolean;
  /** close() was called or the end was told: no more callbacks. */
  private ended: boolean;
  private pumping: boolean;
  /** The app left data unread: onReadable waits for its next read(). */
  private unread: boolean;
  /** What the app believes it can write. */
  private told: number;
  private quiet: number;
  /** An operation elsewhere is done. */
  private answered: boolean;
  private goTimer: unknown;
  private watchTimer: unknown;

  /**
   * To an address, on a TCP socket that a listener accepted, or (`from` alone) in place of another SecureSocket, which is left without its connection.
   * handshakeTimeout: milliseconds from here to the first onWritable; idleTimeout: milliseconds without a byte in either direction. 0: no limit.
   * sliceTime: how long slices of work may hold the event loop at once; null: one slice.
   * pool: what `connection` takes its memory from. The socket then begins when its turn comes, at once where no other handshake is under way; `heir`:
   * whose turn it takes over.
   */
  constructor(options: SecureSocketOptions);
  constructor(
    options: ConnectOptions | AcceptedOptions,
    connection: SocketConnection | (() => SocketConnection),
    timers: Timers,
    handshakeTimeout: number,
    idleTimeout: number,
    sliceTime?: SliceTime | null,
    pool?: ConnectionPool,
    heir?: Waiter,
  );
  constructor(
    options: SecureSocketOptions,
    connection?: SocketConnection | (() => SocketConnection),
    timers?: Timers,
    handshakeTimeout = 0,
    idleTimeout = 0,
    sliceTime: SliceTime | null = null,
    pool?: ConnectionPool,
    heir?: Waiter,
  ) {
    const { from } = options;
    const former = from instanceof SecureSocket ? from : null;
    if (former !== null && (former.ended || !former.opened)) throw new Error("from is no open socket");
    this.target = options.target;
    this.format_ = "buffer";
    this.transport = null;
    this.connection = former === null ? null : former.connection;
    this.timers = former === null ? (timers as Timers) : former.timers;
    this.pool = former === null ? (pool ?? null) : former.pool;
    this.start = null;
    this.readable = options.onReadable;
    this.writable = options.onWritable;
    this.error = options.onError;
    this.idleTimeout = former === null ? idleTimeout : former.idleTimeout;
    this.sliceTime = former === null ? sliceTime : former.sliceTime;
    this.go = () => {
      this.goTimer = null;
      this.run();
    };
    this.opened = false;
    this.ended = false;
    this.pumping = true; // until the constructor returns
    this.unread = false;
    this.told = 0;
    this.quiet = 0;
    this.answered = false;
    this.goTimer = null;
    this.watchTimer = null;
    if (options.format !== undefined) this.format = options.format;
    if (former !== null) this.takeOver(former);
    else {
      const start = () => this.begin(options as ConnectOptions | AcceptedOptions, connection as SocketConnection);
      if (heir !== undefined) pool?.pass(heir, this);
      if (pool === undefined || pool.enter(this)) start();
      else this.start = start;
      if (handshakeTimeout > 0) this.watchTimer = timers?.set(() => this.handshakeExpired(handshakeTimeout), handshakeTimeout);
    }
    this.pumping = false;
    this.startIfReady();
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

  /** The session of an earlier connection was resumed. */
  get resumed(): boolean {
    return this.connection?.resumed ?? false;
  }

  /** The name that a client asked its server for (SNI), "" for none. */
  get serverName(): string {
    return this.connection === null ? "" : this.connection.sni;
  }

  /** Bytes that read() would give now. */
  get available(): number {
    return this.connection === null ? 0 : this.connection.appData();
  }

  /** Secret bytes that are the same on both sides (RFC 9846 §7.5): as Connection's. */
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    if (this.connection === null) throw new Error("exportKeyingMaterial() on a closed socket");
    return this.connection.exportKeyingMaterial(label, context, length);
  }

  get remoteAddress(): string | undefined {
    return this.transport?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.transport?.remotePort;
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
    const { canReceive, ended } = this.transport as Transport;
    if (connection.appData() > 0 || canReceive > 0 || ended || connection.state !== OPEN || connection.peerClosed || this.pool !== null)
      this.wake();
    return result;
  }

  /** Sends all of `data` (format "number": one byte), which must fit into what onWritable told. Returns how much can be written now. */
  write(data: number | Bytes): number {
    if (this.ended) throw new Error("write() on a closed socket");
    if (!this.opened) throw new Error("write() before the first onWritable");
    const connection = this.awake() as SocketConnection;
    const bytes = typeof data === "number" ? Uint8Array.of(data) : bytesOf(data);
    const { length } = bytes;
    if (length > connection.writeSpace() || (length > 0 && connection.write(bytes, 0, length) !== length)) throw new Error("would block");
    const transport = this.transport as Transport;
    try {
      transport.send(connection);
    } catch {
      transport.ended = true;
      this.wake();
    }
    this.told = 0; // onWritable tells again when there is room for more
    if (this.pool !== null && connection.parkable) this.wake();
    return connection.writeSpace();
  }

  /** Ends the connection in order. No callback comes after it. Safe at any moment, also inside a callback and a second time. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.awake()?.close();
    this.release();
  }

  /** The pool's: our turn has come. */
  turn(): void {
    this.wake();
  }

  /** Call it when an operation elsewhere, of a secure element or a look-up that answered OUTSIDE, has its result: the handshake goes on soon. */
  operationDone(): void {
    if (this.ended || this.start !== null) return;
    this.answered = true;
    if (this.goTimer === null) this.goTimer = this.timers.set(this.go, 0);
  }

  /** The transport's; not for the app. */
  transportMoved(): void {
    const { transport } = this;
    if (transport === null) return;
    if (transport.ended && !transport.connected) this.connection?.fail(connection_lost, "no TCP connection could be made");
    if (!this.ended) this.run();
    else if (transport.ended) this.drop();
    else this.release();
  }

  private begin(options: ConnectOptions | AcceptedOptions, connection: SocketConnection | (() => SocketConnection)): void {
    const transport = new Transport(this);
    try {
      this.connection = typeof connection === "function" ? connection() : connection;
      if ("from" in options && options.from !== undefined) transport.accept(options.from);
      else {
        const { TCP, address, port, nodelay } = options as ConnectOptions;
        transport.connect(TCP.io, address, port, nodelay);
      }
    } catch (error) {
      this.connection?.close();
      this.drop();
      throw error;
    }
    this.transport = transport;
  }

  /** Our turn has come: what the constructor would have thrown is told now. */
  private beginLate(start: () => void): void {
    this.start = null;
    try {
      start();
    } catch (error) {
      this.end(new TLSAlert(connection_lost, `no TCP connection could be made: ${String(error)}`));
    }
  }

  private takeOver(former: SecureSocket): void {
    const transport = former.transport as Transport;
    this.transport = transport;
    transport.owner = this;
    former.ended = true;
    former.connection = null;
    former.transport = null;
    former.stopTimers();
    this.open();
  }

  private startIfReady(): void {
    if (this.transport === null) return;
    const { canReceive, canSend, ended } = this.transport;
    if (this.opened || canReceive > 0 || canSend > 0 || ended || ((this.connection as SocketConnection).wants & WANT_RESUME) !== 0)
      this.wake();
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
    if (this.start !== null) this.beginLate(this.start);
    try {
      if (this.connection !== null) this.pump();
    } catch (error) {
      this.awake()?.fail(internal_error, `the socket or its app threw ${String(error)}`);
    }
    this.pumping = false;
    const { connection } = this;
    if (connection === null || this.ended) return;
    if (connection.state === FAILED) this.end(connection.failure as TLSAlert);
    else if (connection.peerClosed && connection.appData() === 0)
      this.end(new TLSAlert(close_notify, "the peer closed the connection", "peer"));
    else if ((connection.wants & WANT_RESUME) !== 0) this.wake();
    else this.park();
  }

  /** Gives the connection's memory to the pool while it is at rest. */
  private park(): void {
    const { pool, connection } = this;
    if (pool === null || connection === null || !connection.parkable) return;
    pool.give(connection.park());
    this.transport?.letGo();
  }

  /** The connection, with memory. */
  private awake(): SocketConnection | null {
    const { connection } = this;
    if (connection?.parked && connection.state === OPEN) connection.unpark((this.pool as ConnectionPool).take());
    return connection;
  }

  private pump(): void {
    const connection = this.connection as SocketConnection;
    const transport = this.transport as Transport;
    if (transport.canReceive > 0 || transport.ended) this.awake();
    if (this.answered || (connection.wants & WANT_RESUME) !== 0) {
      this.answered = false;
      if (this.sliceTime === null) connection.resume();
      else resumeFor(connection, this.sliceTime);
    }
    for (let moved = true; moved; ) {
      moved = (connection.wants & WANT_RESUME) === 0 && transport.receive(connection);
      if (transport.send(connection)) moved = true;
      if (moved) this.quiet = 0;
      if (connection.state === OPEN && !this.opened) this.open();
      if (connection.state !== FAILED && this.tell(connection)) moved = true;
      if (this.ended || connection.state === FAILED) return;
    }
  }

  private open(): void {
    this.opened = true;
    this.pool?.leave(this);
    this.stopWatch();
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
    const reason = `the handshake was not finished within ${after} ms`;
    if (this.start !== null) this.end(new TLSAlert(timed_out, `${reason}: others were under way`));
    this.connection?.fail(timed_out, reason);
    this.run();
  }

  private watch(): void {
    if (++this.quiet <= WATCHES) return;
    const connection = this.awake();
    if (connection === null) return;
    connection.closeWrite();
    connection.fail(timed_out, `nothing was sent or received for ${this.idleTimeout} ms`);
    this.run();
  }

  private end(failure: TLSAlert): void {
    if (this.ended) return;
    this.ended = true;
    this.awake()?.close();
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
    const { connection, transport } = this;
    if (connection === null || transport === null) {
      this.drop();
      return;
    }
    try {
      while (transport.send(connection));
    } catch {
      transport.ended = true;
    }
    this.stopTimers();
    if (connection.txPending() === 0 || transport.ended || !transport.connected) {
      this.drop();
      return;
    }
    this.watchTimer = this.timers.set(() => {
      this.watchTimer = null;
      this.drop();
    }, LINGER);
  }

  private stopTimers(): void {
    const { timers } = this;
    if (this.goTimer !== null) timers.clear(this.goTimer as never);
    this.goTimer = null;
    this.stopWatch();
  }

  private stopWatch(): void {
    if (this.watchTimer !== null) this.timers.clear(this.watchTimer as never);
    this.watchTimer = null;
  }

  private drop(): void {
    const { transport, connection, pool } = this;
    this.stopTimers();
    this.start = null;
    if (pool !== null) {
      if (connection !== null && !connection.parked) pool.give(connection.io);
      pool.leave(this);
    }
    this.connection = null;
    this.transport = null;
    transport?.close();
  }
}

function bytesOf(data: Bytes): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
