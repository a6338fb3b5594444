import { Server as NetServer, type Socket } from "node:net";
import { connection_lost, TLSAlert, timed_out } from "../../src/alert.js";
import type { ServerConfig } from "../../src/config.js";
import { ServerConnection } from "../../src/server.js";
import type { TicketKeys } from "../../src/session/ticket-keys.js";
import type { ServerNegotiation } from "../../src/starttls/server-negotiation.js";
import { errorFromAlert, type TLSError } from "./errors.js";
import { FirstRecord } from "./first-record.js";
import { type ConfigOptions, serverConfig, ticketKeysFor } from "./server-config.js";
import { StartTlsStage } from "./starttls.js";
import { DEFAULT_HANDSHAKE_TIMEOUT, TLSSocket, type TLSSocketOptions } from "./tls-socket.js";

export interface ServerOptions extends ConfigOptions, Pick<TLSSocketOptions, "handshakeTimeout" | "idleTimeout" | "allowHalfOpen"> {
  /** Handshakes that may be under way; clients above it are refused without allocating for them. Default 64. */
  maxHandshakes?: number;
  /** Clients that may be connected and have not sent their ClientHello yet; above it the one that waited longest goes. Default 1,024. */
  maxSilent?: number;
  /** Given, clients begin in clear and ask for TLS in the words of its protocol; a new one for each client. */
  starttls?: () => ServerNegotiation;
  /** Called with a line of text for each record and step of a client. */
  trace?: (line: string, client: string) => void;
}

export const DEFAULT_MAX_HANDSHAKES = 64;
export const DEFAULT_MAX_SILENT = 1024;

interface Waiting {
  readonly client: string;
  stage: FirstRecord | StartTlsStage;
  readonly timer: NodeJS.Timeout | null;
  readonly since: number;
}

/** What its events carry. */
export interface ServerEvents {
  /** The handshake with a client is done. */
  secureConnection: [socket: TLSSocket];
  /** A handshake failed; the connection is closed. socket: null where no ClientHello had come. client: its address and port. */
  tlsClientError: [error: Error, socket: TLSSocket | null, client: string];
  /** A client was refused because the server was full. */
  drop: [client: { remoteAddress?: string; remotePort?: number }];
}

/**
 * A net.Server whose clients speak TLS, in the manner of node:tls. Events beside net.Server's: see ServerEvents. An error after the handshake
 * belongs to the app: it is the socket's own `error` event.
 */
export class Server extends NetServer {
  readonly config: ServerConfig;
  /** Clients that were refused because the server was full, so far. */
  refused = 0;
  private readonly options: ServerOptions;
  private readonly ticketKeys: TicketKeys | null;
  private readonly maxHandshakes: number;
  private readonly maxSilent: number;
  private readonly handshakeTimeout: number;
  /** In the order in which they came. */
  private readonly waiting = new Map<Socket, Waiting>();
  private readonly shaking = new Set<TLSSocket>();

  /** Throws, before anything listens, for options that cannot work: each error names the option or the file. */
  constructor(options: ServerOptions, onSecureConnection?: (socket: TLSSocket) => void) {
    super({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    this.options = options;
    this.maxHandshakes = whole("maxHandshakes", options.maxHandshakes ?? DEFAULT_MAX_HANDSHAKES);
    this.maxSilent = whole("maxSilent", options.maxSilent ?? DEFAULT_MAX_SILENT);
    this.handshakeTimeout = milliseconds("handshakeTimeout", options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT);
    milliseconds("idleTimeout", options.idleTimeout ?? 0);
    this.ticketKeys = ticketKeysFor(options);
    this.config = serverConfig(options, this.ticketKeys);
    this.on("connection", (socket: Socket) => this.accept(socket));
    if (onSecureConnection !== undefined) this.on("secureConnection", onSecureConnection);
  }

  /** The keys of its tickets, 48 bytes each, to be given to other servers or to this one after a restart: a secret. Throws where it has no such tickets. */
  getTicketKeys(): Buffer {
    return Buffer.from(this.ownTicketKeys().export());
  }

  /** Takes other ticket keys: the first seals from now on, all open. */
  setTicketKeys(keys: Uint8Array): void {
    this.ownTicketKeys().replace(keys);
  }

  private ownTicketKeys(): TicketKeys {
    if (this.ticketKeys === null) throw new TypeError("this server has no ticket keys: `tickets` rules them out");
    return this.ticketKeys;
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.shaking.size;
  }

  /** Tells all handshakes under way that an operation elsewhere is done: a look-up of a host, a signature, that answered OUTSIDE. */
  operationDone(): void {
    for (const socket of this.shaking) socket.operationDone();
  }

  /** Clients that have not sent their ClientHello yet. */
  get silent(): number {
    return this.waiting.size;
  }

  /** Takes no new clients, and drops those that have said nothing; the others go on until they end. */
  override close(callback?: (error?: Error) => void): this {
    super.close(callback);
    for (const socket of [...this.waiting.keys()]) this.forget(socket).destroy();
    return this;
  }

  private accept(socket: Socket): void {
    if (this.waiting.size >= this.maxSilent) {
      for (const oldest of this.waiting.keys()) {
        this.refuse(this.forget(oldest));
        break;
      }
    }
    const { handshakeTimeout } = this;
    const timer = handshakeTimeout > 0 ? setTimeout(() => this.expired(socket), handshakeTimeout) : null;
    const stage = this.options.starttls === undefined ? this.hello(socket) : this.inClear(socket, this.options.starttls());
    this.waiting.set(socket, { client: clientOf(socket), stage, timer, since: performance.now() });
  }

  /** Waits for the ClientHello. */
  private hello(socket: Socket): FirstRecord {
    return new FirstRecord(
      socket,
      (head) => this.begin(socket, head),
      (error, received) => this.lost(socket, error, received),
    );
  }

  /** Waits until the client asks for TLS; then for the ClientHello, as if nothing had been said before. */
  private inClear(socket: Socket, negotiation: ServerNegotiation): StartTlsStage {
    const { trace } = this.options;
    const client = clientOf(socket);
    return new StartTlsStage(
      socket,
      negotiation,
      () => {
        (this.waiting.get(socket) as Waiting).stage = this.hello(socket);
      },
      (error) => this.lost(socket, error, 0),
      trace === undefined ? undefined : (line) => trace(line, client),
    );
  }

  /** No longer waits for a ClientHello. Errors that come later are nobody's. */
  private forget(socket: Socket): Socket {
    const waiting = this.waiting.get(socket);
    this.waiting.delete(socket);
    waiting?.stage.cancel();
    if (waiting?.timer) clearTimeout(waiting.timer);
    socket.on("error", ignore);
    return socket;
  }

  private lost(socket: Socket, error: Error | null, received: number): void {
    const { client = "" } = this.waiting.get(socket) ?? {};
    this.forget(socket).destroySoon();
    this.failed(
      client,
      error ?? failure(connection_lost, `the client ended the connection after ${received} bytes, before its ClientHello`),
    );
  }

  private expired(socket: Socket): void {
    const { client = "", stage } = this.waiting.get(socket) ?? {};
    if (stage instanceof StartTlsStage) {
      stage.expire(this.handshakeTimeout);
      return;
    }
    const received = stage?.received ?? 0;
    this.forget(socket).destroy();
    const what = received === 0 ? "the client sent nothing" : `the client sent ${received} bytes, no whole ClientHello,`;
    this.failed(client, failure(timed_out, `${what} within ${this.handshakeTimeout / 1000} s`));
  }

  private failed(client: string, error: Error): void {
    this.emit("tlsClientError", error, null, client);
  }

  private refuse(socket: Socket): void {
    this.refused++;
    const { remoteAddress, remotePort } = socket;
    socket.destroy();
    this.emit("drop", { remoteAddress, remotePort });
  }

  /** The ClientHello is there. */
  private begin(socket: Socket, head: Buffer): void {
    const waited = performance.now() - (this.waiting.get(socket)?.since ?? 0);
    this.forget(socket);
    if (this.handshakes >= this.maxHandshakes) {
      this.refuse(socket);
      return;
    }
    socket.off("error", ignore);
    const client = clientOf(socket);
    const { idleTimeout, allowHalfOpen, sliceMilliseconds, trace } = this.options;
    const connection = new ServerConnection(this.config, undefined, Buffer.from(socket.remoteAddress ?? "", "latin1"));
    const secure = new TLSSocket(socket, connection, {
      head,
      isServer: true,
      handshakeTimeout: this.handshakeTimeout > 0 ? Math.max(1, this.handshakeTimeout - waited) : 0,
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(sliceMilliseconds === undefined ? {} : { sliceMilliseconds }),
      ...(allowHalfOpen === undefined ? {} : { allowHalfOpen }),
      ...(trace === undefined ? {} : { trace: (line) => trace(line, client) }),
    });
    this.watch(secure, client);
  }

  /** Until the handshake is done, a socket is the server's affair; then it is the app's. */
  private watch(socket: TLSSocket, client: string): void {
    this.shaking.add(socket);
    let failed: Error | null = null;
    const over = () => {
      this.shaking.delete(socket);
      socket.off("error", onError);
      socket.off("close", onClose);
      socket.off("secureConnect", onSecure);
    };
    const onError = (error: Error) => {
      failed = error;
    };
    const onClose = () => {
      over();
      this.emit("tlsClientError", failed ?? failure(connection_lost, "closed before the handshake was done"), socket, client);
    };
    const onSecure = () => {
      over();
      this.emit("secureConnection", socket);
    };
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.on("secureConnect", onSecure);
  }
}

function ignore(): void {}

/** ADDRESS:PORT, an IPv6 address in brackets; an IPv4 address that came by an IPv6 socket is written as such. */
export function clientOf({
  remoteAddress = "?",
  remotePort = 0,
}: {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
}): string {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, "");
  return address.includes(":") ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
}

function failure(description: number, reason: string): TLSError {
  return errorFromAlert(new TLSAlert(description, reason, description === connection_lost ? "peer" : "self"));
}

function whole(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`createServer: \`${name}\` is ${value}; it must be a whole number from 1`);
  return value;
}

function milliseconds(name: string, value: number): number {
  if (!(value >= 0 && value <= 0x7fff_ffff))
    throw new RangeError(`createServer: \`${name}\` is ${value}; give milliseconds, 0 for no limit`);
  return value;
}

/** Makes a server; call its listen(). Throws for options that cannot work: later failures are events. */
export function createServer(options: ServerOptions, onSecureConnection?: (socket: TLSSocket) => void): Server {
  return new Server(options, onSecureConnection);
}
