import type { TLSAlert } from "../../src/alert.js";
import { OPEN } from "../../src/connection.js";
import type { ConnectionPool, Waiter } from "../../src/connection-pool.js";
import { bytesOf } from "./bytes-of.js";
import { Gathered } from "./gathered.js";
import { SecureLink } from "./secure-link.js";
import type { SliceTime } from "./slices.js";
import type {
  AcceptedOptions,
  Bytes,
  ConnectOptions,
  SecureSocketOptions,
  SocketConnection,
  TakeOverOptions,
  Timers,
  WriteOptions,
} from "./socket-options.js";
import type { Transport } from "./transport.js";

const NOTHING = new Uint8Array(0);

/**
 * A connection over an ECMA-419 TCP socket, itself in the shape of one. The app's callbacks run one at a time, never before the constructor has
 * returned, and nothing is thrown out of a callback: on a device that would be a restart.
 */
export class SecureSocket extends SecureLink {
  target: unknown;
  private format_: "buffer" | "number";
  private readonly readable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly writable: ((this: SecureSocket, count: number) => void) | undefined;
  private readonly error: ((this: SecureSocket, error: TLSAlert) => void) | undefined;
  /** The app left data unread: onReadable waits for its next read(). */
  private unread: boolean;
  /** What the app believes it can write. */
  private told: number;
  /** Written with `more`: it goes out with the next write. */
  private gathered: Gathered | null;

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
    if (former?.ended) throw new Error("from is no open socket");
    super(former, timers, idleTimeout, sliceTime, pool);
    this.target = options.target;
    this.format_ = "buffer";
    this.readable = options.onReadable;
    this.writable = options.onWritable;
    this.error = options.onError;
    this.unread = false;
    this.told = 0;
    this.gathered = former === null ? null : former.gathered;
    if (options.format !== undefined) this.format = options.format;
    const start = (link: SecureLink) => link.begin(options as ConnectOptions | AcceptedOptions, connection as SocketConnection);
    this.constructed(former, start, handshakeTimeout, heir);
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
        if (!(into > 0) || into !== Math.floor(into)) throw new RangeError(`read(${into}): a whole number is wanted`);
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

  /**
   * Sends all of `data` (format "number": one byte), which must fit into what onWritable told. Returns how much can be written now. With `more` it waits
   * for the next write, so that both go out in one record.
   */
  write(data: number | Bytes, options?: WriteOptions): number {
    if (this.ended) throw new Error("write() on a closed socket");
    if (!this.opened) throw new Error("write() before the first onWritable");
    const connection = this.awake() as SocketConnection;
    const bytes = typeof data === "number" ? Uint8Array.of(data) : bytesOf(data);
    const { length } = bytes;
    const room = connection.writeSpace() - this.waiting;
    if (length > room) throw new Error("would block");
    if (options?.more) {
      this.gathered ??= new Gathered(Math.min(room, Math.max(length, options.byteLength ?? room)));
      this.gathered.add(bytes);
      return room - length;
    }
    if (!this.seal(connection, bytes)) throw new Error("would block");
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

  /**
   * Ends the connection in order, after what was written. No callback comes after it. Safe at any moment, also inside a callback and a second time.
   */
  close(): void {
    if (this.ended) return;
    const connection = this.awake();
    if (connection !== null && this.waiting > 0 && connection.state === OPEN) this.seal(connection, NOTHING);
    this.gathered = null;
    this.ended = true;
    connection?.close();
    this.release();
  }

  /** Leaves the connection to a new socket of the same class, which has no callbacks yet: give it as `from` to who goes on with it. */
  detach(): SecureSocket {
    return new (this.constructor as new (options: TakeOverOptions) => SecureSocket)({ from: this });
  }

  /** Bytes that wait for the next write. */
  private get waiting(): number {
    return this.gathered === null ? 0 : this.gathered.length;
  }

  /** One record of what waits and of `bytes`; false: it can't be sent now, and what waits stays. */
  private seal(connection: SocketConnection, bytes: Uint8Array): boolean {
    const { gathered } = this;
    if (gathered === null) return bytes.length === 0 || connection.write(bytes, 0, bytes.length) === bytes.length;
    gathered.add(bytes);
    const all = gathered.all();
    if (connection.write(all, 0, all.length) !== all.length) {
      gathered.drop(bytes.length);
      return false;
    }
    gathered.wipe();
    this.gathered = null;
    return true;
  }

  protected override tell(connection: SocketConnection): boolean {
    if (!this.opened) return false;
    let called = false;
    const space = connection.writeSpace() - this.waiting;
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

  protected override tellEnd(failure: TLSAlert): void {
    if (this.error === undefined) return;
    try {
      this.error(failure);
    } catch {
      // The app's own mistake, after the end: there is nobody left to tell.
    }
  }
}
