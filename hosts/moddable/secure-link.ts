import { close_notify, connection_lost, internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { FAILED, OPEN, WANT_RESUME } from "../../src/connection.js";
import type { ConnectionPool, Waiter } from "../../src/connection-pool.js";
import { resumeFor, type SliceTime } from "./slices.js";
import type { AcceptedOptions, ConnectOptions, SocketConnection, Timers } from "./socket-options.js";
import { thrown } from "./thrown.js";
import { Transport, type TransportOwner } from "./transport.js";

/** Parts of the idle time after which the watch looks: an idle connection ends after 1 to 1.25 times its time-out. */
const WATCHES = 4;
/** Milliseconds that the last bytes may wait for room in the TCP socket. */
const LINGER = 1000;

/** Begins the connection of a link. */
type Beginning = (link: SecureLink) => void;

/**
 * What drives a connection over a TCP socket: bytes both ways, slices of work, time-outs, the pool, and the end. What the app sees of it is SecureSocket.
 * Received bytes go from TCP straight into the connection's own memory. Work on public keys that is cut in slices goes on by a timer of zero, so that
 * the event loop lives in between.
 */
export abstract class SecureLink implements TransportOwner, Waiter {
  protected transport: Transport | null;
  protected connection: SocketConnection | null;
  private readonly timers: Timers;
  /** Where the connection's memory comes from; null: it has its own. */
  protected readonly pool: ConnectionPool | null;
  /** What is begun once it is our turn in the pool. */
  private start: Beginning | null;
  private readonly idleTimeout: number;
  private readonly sliceTime: SliceTime | null;
  private readonly go: () => void;
  protected opened: boolean;
  /** close() was called or the end was told: no more callbacks. */
  protected ended: boolean;
  private pumping: boolean;
  private quiet: number;
  /** An operation elsewhere is done. */
  private answered: boolean;
  private goTimer: unknown;
  private watchTimer: unknown;

  /** former: the link whose connection this one takes over, with all that the others are. */
  constructor(
    former: SecureLink | null,
    timers: Timers | undefined,
    idleTimeout: number,
    sliceTime: SliceTime | null,
    pool: ConnectionPool | undefined,
  ) {
    this.transport = former === null ? new Transport(this) : null;
    this.connection = null;
    this.timers = former === null ? (timers as Timers) : former.timers;
    this.pool = former === null ? (pool ?? null) : former.pool;
    this.start = null;
    this.idleTimeout = former === null ? idleTimeout : former.idleTimeout;
    this.sliceTime = former === null ? sliceTime : former.sliceTime;
    this.go = () => {
      this.goTimer = null;
      this.run();
    };
    this.opened = false;
    this.ended = false;
    this.pumping = true; // until the constructor returns
    this.quiet = 0;
    this.answered = false;
    this.goTimer = null;
    this.watchTimer = null;
  }

  /** What the constructor of a class below ends with: takes `former` over, or begins at once or when our turn in the pool has come. */
  protected constructed(former: SecureLink | null, start: Beginning, handshakeTimeout: number, heir: Waiter | undefined): void {
    const { pool, timers } = this;
    if (former !== null) this.takeOver(former);
    else {
      if (heir !== undefined) pool?.pass(heir, this);
      if (pool === null || pool.enter(this)) start(this);
      else this.start = start;
      // The transport's owner: another link may have taken over until then.
      const transport = this.transport as Transport;
      if (handshakeTimeout > 0) this.watchTimer = timers.set(() => transport.owner.handshakeExpired(handshakeTimeout), handshakeTimeout);
    }
    this.pumping = false;
    this.startIfReady();
  }

  /** The app's callbacks; true where one was called. */
  protected abstract tell(connection: SocketConnection): boolean;
  /** The end, which is told once. */
  protected abstract tellEnd(failure: TLSAlert): void;

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
    else this.flushed();
  }

  /** Makes the connection and its TCP socket. Throws what their classes throw. */
  begin(options: ConnectOptions | AcceptedOptions, connection: SocketConnection | (() => SocketConnection)): void {
    const transport = this.transport as Transport;
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
  }

  /** Our turn has come: what the constructor would have thrown is told now. */
  private beginLate(start: Beginning): void {
    this.start = null;
    try {
      start(this);
    } catch (error) {
      this.end(new TLSAlert(connection_lost, `no TCP connection could be made: ${thrown(error)}`));
    }
  }

  private takeOver(former: SecureLink): void {
    const transport = former.transport as Transport;
    transport.owner = this;
    this.transport = transport;
    this.connection = former.connection;
    this.start = former.start;
    this.answered = former.answered;
    former.ended = true;
    former.connection = null;
    former.transport = null;
    former.start = null;
    if (!former.opened) {
      this.pool?.pass(former, this);
      this.watchTimer = former.watchTimer;
      former.watchTimer = null;
    }
    former.stopTimers();
    if (former.opened) this.open();
  }

  private startIfReady(): void {
    const { transport, connection } = this;
    // Its turn may have come to the former socket, which had not begun yet.
    if (this.start !== null && this.pool?.enter(this)) this.wake();
    if (transport === null || connection === null) return;
    const { canReceive, canSend, ended } = transport;
    if (this.opened || this.answered || canReceive > 0 || canSend > 0 || ended || (connection.wants & WANT_RESUME) !== 0) this.wake();
  }

  /** Runs now what cannot run inside the app's call: by a timer of zero, unless the loop is running anyway. */
  protected wake(): void {
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
      this.threw(error);
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

  /** A function of its own, so that run(), which lies below all work, has the smaller frame. */
  private threw(error: unknown): void {
    this.awake()?.fail(internal_error, `the socket or its app threw ${thrown(error)}`);
  }

  /** Gives the connection's memory to the pool while it is at rest. */
  private park(): void {
    const { pool, connection } = this;
    if (pool === null || connection === null || !connection.parkable) return;
    pool.give(connection.park());
    this.transport?.letGo();
  }

  /** The connection, with memory. */
  protected awake(): SocketConnection | null {
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

  /** The timer's; not for the app. */
  handshakeExpired(after: number): void {
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
    this.tellEnd(failure);
  }

  /** After the end: sends what waits, for a moment, then lets everything go. */
  protected release(): void {
    if (this.flushed()) return;
    this.stopTimers();
    this.watchTimer = this.timers.set(() => {
      this.watchTimer = null;
      this.drop();
    }, LINGER);
  }

  /** After the end: sends what TCP has room for; true where there is nothing to wait for any more, and all is let go. */
  private flushed(): boolean {
    const { connection, transport } = this;
    if (connection !== null && transport !== null) {
      try {
        while (transport.send(connection));
      } catch {
        transport.ended = true;
      }
      if (connection.txPending() > 0 && !transport.ended && transport.connected) return false;
    }
    this.drop();
    return true;
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
