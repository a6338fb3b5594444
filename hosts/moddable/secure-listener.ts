import { TLSAlert, timed_out } from "../../src/alert.js";
import type { ConnectionPool, Waiter } from "../../src/connection-pool.js";
import { SecureSocket } from "./secure-socket.js";
import type { SliceTime } from "./slices.js";
import type { SocketConnection, Timers } from "./socket-options.js";
import type { TCPConstructor, TCPListenerConstructor, TCPListenerSocket, TCPSocket } from "./tcp.js";

export interface SecureListenerOptions {
  /** Default 0: a free one. */
  port?: number;
  address?: string;
  target?: unknown;
  /** So many sockets whose handshakes are done can be read. */
  onReadable?: (this: SecureListener, count: number) => void;
  /** A client's handshake failed, or it was lost before it was read. */
  onClientError?: (this: SecureListener, error: TLSAlert) => void;
}

/** How many clients may be served at once before they are the app's, and for how long. Milliseconds; 0: no limit. */
export interface ListenerLimits {
  /** Handshakes under way and sockets that wait to be read; clients above it are refused without allocating for them. */
  readonly maxHandshakes: number;
  /** Clients that have sent nothing yet, for which no connection is made; above it the one that waited longest goes. */
  readonly maxSilent: number;
  readonly handshakeTimeout: number;
  readonly idleTimeout: number;
  readonly sliceTime?: SliceTime | null;
}

/** Parts of the time-out after which the watch looks at silent clients. */
const WATCHES = 4;

/** A client that has sent nothing yet, or waits for its turn in the pool: all there is of it is its TCP socket. */
class Silent implements Waiter {
  readonly tcp: TCPSocket;
  ticks: number;
  speaks: boolean;
  private readonly listener: SecureListener;

  constructor(tcp: TCPSocket, listener: SecureListener) {
    this.tcp = tcp;
    this.ticks = 0;
    this.speaks = false;
    this.listener = listener;
  }

  turn(): void {
    this.listener.clientTurn(this.tcp);
  }
}

function listenerReadable(this: { target: SecureListener }, count: number): void {
  this.target.clientsWait(count);
}
function silentReadable(this: { target: SecureListener }): void {
  this.target.clientSpeaks(this as unknown as TCPSocket);
}
function silentError(this: { target: SecureListener }): void {
  this.target.clientLeft(this as unknown as TCPSocket);
}
function ignore(): void {}

/**
 * A listener in the shape of ECMA-419's whose read() gives sockets with TLS, once their handshakes are done. Nothing is thrown out of a callback, none
 * runs before the constructor has returned, and a client that fails or says nothing is never seen by the app.
 */
export class SecureListener {
  target: unknown;
  /** Clients that were refused because the listener was full, so far. */
  refused: number;
  private readonly connection: (client: TCPSocket) => SocketConnection;
  private readonly timers: Timers;
  private readonly limits: ListenerLimits;
  private readonly pool: ConnectionPool | undefined;
  private readonly readable: ((this: SecureListener, count: number) => void) | undefined;
  private readonly clientError: ((this: SecureListener, error: TLSAlert) => void) | undefined;
  private tcp: TCPListenerSocket | null;
  private readonly silent: Silent[];
  private readonly handshaking: SecureSocket[];
  private readonly ready: SecureSocket[];
  private tellTimer: unknown;
  private watchTimer: unknown;
  private readonly tell: () => void;
  private readonly watch: () => void;

  /** connection: makes the server's end for a client that has begun to speak, with memory of the pool where there is one. Throws what the TCP listener throws. */
  constructor(
    options: SecureListenerOptions,
    TCPListener: TCPListenerConstructor,
    connection: (client: TCPSocket) => SocketConnection,
    timers: Timers,
    limits: ListenerLimits,
    pool?: ConnectionPool,
  ) {
    this.target = options.target;
    this.refused = 0;
    this.connection = connection;
    this.timers = timers;
    this.limits = limits;
    this.pool = pool;
    this.readable = options.onReadable;
    this.clientError = options.onClientError;
    this.silent = [];
    this.handshaking = [];
    this.ready = [];
    this.tellTimer = null;
    this.watchTimer = null;
    this.tell = () => {
      this.tellTimer = null;
      this.tellReady();
    };
    this.watch = () => this.watchSilent();
    const tcpOptions: { port?: number; address?: string; target: SecureListener; onReadable: typeof listenerReadable } = {
      target: this,
      onReadable: listenerReadable,
    };
    if (options.port !== undefined) tcpOptions.port = options.port;
    if (options.address !== undefined) tcpOptions.address = options.address;
    this.tcp = new TCPListener(tcpOptions as never);
  }

  /** The port that it listens on. */
  get port(): number | undefined {
    return this.tcp?.port;
  }

  /** What read() gives: sockets, here with TLS. */
  get format(): "socket/tcp" {
    return "socket/tcp";
  }

  set format(value: "socket/tcp") {
    if (value !== "socket/tcp") throw new RangeError('format must be "socket/tcp"');
  }

  /** Sockets of clients that are in their handshakes, or wait to be read. */
  get pending(): number {
    return this.handshaking.length + this.ready.length;
  }

  /** The next socket whose handshake is done; give it as `from` to a socket with your callbacks. undefined: there is none. */
  read(): SecureSocket | undefined {
    return this.ready.shift();
  }

  /** Tells all handshakes under way that an operation elsewhere is done: of a secure element, or a look-up that answered OUTSIDE. */
  operationDone(): void {
    const { handshaking } = this;
    for (let i = 0; i < handshaking.length; i++) (handshaking[i] as SecureSocket).operationDone();
  }

  /** Takes no new clients and ends those that are not the app's yet. */
  close(): void {
    const { tcp, timers } = this;
    if (tcp === null) return;
    this.tcp = null;
    tcp.close();
    if (this.tellTimer !== null) timers.clear(this.tellTimer as never);
    this.tellTimer = null;
    while (this.silent.length > 0) this.forget(0);
    while (this.handshaking.length > 0) (this.handshaking.pop() as SecureSocket).close();
    while (this.ready.length > 0) (this.ready.pop() as SecureSocket).close();
  }

  /** TCP's callbacks; not for the app. */
  clientsWait(count: number): void {
    for (let i = 0; i < count; i++) {
      const client = this.tcp?.read();
      if (client === undefined) return;
      this.attend(client);
    }
  }

  clientSpeaks(tcp: TCPSocket): void {
    const index = this.indexOf(tcp);
    if (index < 0) return;
    const client = this.silent[index] as Silent;
    const full = this.pending >= this.limits.maxHandshakes;
    if (!full && this.pool !== undefined && !this.pool.enter(client)) {
      client.speaks = true;
      return;
    }
    this.silent.splice(index, 1);
    this.stopWatch();
    if (full) {
      this.pool?.leave(client);
      this.refuse(tcp);
    } else this.begin(tcp, client);
  }

  /** The pool's: a client that has spoken need not wait any more. It goes on from the event loop. */
  clientTurn(tcp: TCPSocket): void {
    this.timers.set(() => this.clientSpeaks(tcp), 0);
  }

  clientLeft(tcp: TCPSocket): void {
    const index = this.indexOf(tcp);
    if (index >= 0) this.forget(index);
  }

  /** Waits for a client's first bytes. */
  private attend(client: TCPSocket): void {
    const { silent, limits } = this;
    if (silent.length >= limits.maxSilent) {
      this.refused++;
      this.forget(this.longestSilent());
    }
    try {
      const TCP = client.constructor as TCPConstructor;
      const tcp = new TCP({
        from: client,
        target: this,
        format: "buffer",
        onReadable: silentReadable,
        onWritable: ignore,
        onError: silentError,
      } as never);
      silent.push(new Silent(tcp, this));
    } catch {
      closeQuietly(client);
      return;
    }
    if (this.watchTimer === null && limits.handshakeTimeout > 0)
      this.watchTimer = this.timers.repeat(this.watch, limits.handshakeTimeout / WATCHES);
  }

  private begin(tcp: TCPSocket, client: Silent): void {
    try {
      const { limits } = this;
      const options = { from: tcp, target: this, onWritable: handshakeDone, onError: handshakeFailed };
      const socket = new SecureSocket(
        options,
        () => this.connection(tcp),
        this.timers,
        limits.handshakeTimeout,
        limits.idleTimeout,
        limits.sliceTime,
        this.pool,
        client,
      );
      this.handshaking.push(socket);
    } catch {
      this.pool?.leave(client);
      closeQuietly(tcp); // the client was lost just now
    }
  }

  private indexOf(tcp: TCPSocket): number {
    const { silent } = this;
    for (let i = 0; i < silent.length; i++) if ((silent[i] as Silent).tcp === tcp) return i;
    return -1;
  }

  /** The one that came first of those that have said nothing; else the first of all. */
  private longestSilent(): number {
    const { silent } = this;
    for (let i = 0; i < silent.length; i++) if (!(silent[i] as Silent).speaks) return i;
    return 0;
  }

  private forget(index: number): void {
    const client = this.silent[index] as Silent;
    const { tcp } = client;
    this.silent.splice(index, 1);
    this.pool?.leave(client);
    this.stopWatch();
    closeQuietly(tcp);
  }

  private refuse(tcp: TCPSocket): void {
    this.refused++;
    closeQuietly(tcp);
  }

  private watchSilent(): void {
    const { silent } = this;
    for (let i = silent.length - 1; i >= 0; i--) {
      const one = silent[i];
      if (one === undefined) return; // the app closed us
      if (++one.ticks <= WATCHES) continue;
      this.forget(i);
      const what = one.speaks ? "others' handshakes were under way" : "the client sent nothing";
      this.tellFailure(new TLSAlert(timed_out, `${what} within ${this.limits.handshakeTimeout} ms`));
    }
  }

  private stopWatch(): void {
    if (this.silent.length > 0 || this.watchTimer === null) return;
    this.timers.clear(this.watchTimer as never);
    this.watchTimer = null;
  }

  /** The handshake is done: the app is told from the event loop, not from inside the socket. */
  socketReady(socket: SecureSocket): void {
    const index = this.handshaking.indexOf(socket);
    if (index < 0) return;
    this.handshaking.splice(index, 1);
    this.ready.push(socket);
    if (this.tellTimer === null) this.tellTimer = this.timers.set(this.tell, 0);
  }

  socketFailed(socket: SecureSocket, failure: TLSAlert): void {
    remove(this.handshaking, socket);
    remove(this.ready, socket);
    this.tellFailure(failure);
  }

  private tellFailure(failure: TLSAlert): void {
    if (this.clientError === undefined) return;
    try {
      this.clientError(failure);
    } catch {
      // The app's own mistake; there is nobody to tell.
    }
  }

  private tellReady(): void {
    const { length } = this.ready;
    if (length === 0 || this.readable === undefined) return;
    try {
      this.readable(length);
    } catch {
      // The app's own mistake: what it did not read waits for it.
    }
  }
}

function handshakeDone(this: SecureSocket): void {
  (this.target as SecureListener).socketReady(this);
}

function handshakeFailed(this: SecureSocket, failure: TLSAlert): void {
  (this.target as SecureListener).socketFailed(this, failure);
}

function remove(list: SecureSocket[], socket: SecureSocket): void {
  const index = list.indexOf(socket);
  if (index >= 0) list.splice(index, 1);
}

function closeQuietly(tcp: TCPSocket): void {
  try {
    tcp.close();
  } catch {
    // It was closed already.
  }
}
