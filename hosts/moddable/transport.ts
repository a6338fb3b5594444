import type { SocketConnection } from "./socket-options.js";
import type { TCPCallbacks, TCPConstructor, TCPOptions, TCPSocket } from "./tcp.js";

/** Who is told that something moved. */
export interface TransportOwner {
  transportMoved(): void;
  /** The handshake was not finished within so many milliseconds. */
  handshakeExpired(after: number): void;
}

function tcpReadable(this: { target: Transport }, count: number): void {
  this.target.readable(count);
}
function tcpWritable(this: { target: Transport }, count: number): void {
  this.target.writable(count);
}
function tcpError(this: { target: Transport }): void {
  this.target.gone();
}

/** The TCP socket below a connection: bytes go from it straight into the connection's own memory, and from there to it. */
export class Transport {
  /** May change: another object takes the connection over. */
  owner: TransportOwner;
  connected: boolean;
  ended: boolean;
  /** Bytes that TCP has for us, and room that it has. */
  canReceive: number;
  canSend: number;
  private tcp: TCPSocket | null;
  /** The last views on io: records of equal size find them again. */
  private rx: Uint8Array | null;
  private tx: Uint8Array | null;

  constructor(owner: TransportOwner) {
    this.owner = owner;
    this.connected = false;
    this.ended = false;
    this.canReceive = 0;
    this.canSend = 0;
    this.tcp = null;
    this.rx = null;
    this.tx = null;
  }

  /** Begins a connection. Throws what the TCP class throws. */
  connect(TCP: TCPConstructor, address: string, port: number, nodelay: boolean | undefined): void {
    const callbacks = this.callbacks();
    if (nodelay !== undefined) callbacks.nodelay = nodelay;
    this.tcp = new TCP({ address, port, ...callbacks } as TCPOptions<never>);
  }

  /** Takes over what a listener accepted. */
  accept(from: TCPSocket): void {
    this.tcp = new (from.constructor as TCPConstructor)({ from, nodelay: true, ...this.callbacks() } as TCPOptions<never>);
    this.connected = true;
  }

  get remoteAddress(): string | undefined {
    return this.tcp?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.tcp?.remotePort;
  }

  readable(count: number): void {
    this.canReceive = count;
    this.owner.transportMoved();
  }

  writable(count: number): void {
    this.canSend = count;
    this.connected = true;
    this.owner.transportMoved();
  }

  gone(): void {
    this.ended = true;
    this.owner.transportMoved();
  }

  /** From TCP into the connection; true where something moved. */
  receive(connection: SocketConnection): boolean {
    const space = connection.rxSpace();
    if (space === 0) return false;
    const { canReceive } = this;
    if (canReceive === 0) {
      if (this.ended && connection.appData() === 0) connection.receivedEnd();
      return false;
    }
    const count = Math.min(space, canReceive);
    const at = connection.rxOffset;
    let view = this.rx;
    if (!isViewOf(view, connection.io, at, count)) {
      view = connection.io.subarray(at, at + count);
      this.rx = view;
    }
    this.canReceive = canReceive - count;
    (this.tcp as TCPSocket).read(view);
    connection.received(count);
    return true;
  }

  /** What is sealed goes to TCP, as far as it has room. */
  send(connection: SocketConnection): boolean {
    const pending = connection.txPending();
    const { canSend } = this;
    if (pending === 0 || canSend === 0 || this.ended) return false;
    const count = Math.min(pending, canSend);
    const at = connection.txOffset;
    let view = this.tx;
    if (!isViewOf(view, connection.io, at, count)) {
      view = connection.io.subarray(at, at + count);
      this.tx = view;
    }
    this.canSend = canSend - count;
    const left = (this.tcp as TCPSocket).write(view);
    if (typeof left === "number") this.canSend = left;
    connection.sent(count);
    return true;
  }

  /** Keeps no view of the connection's memory. */
  letGo(): void {
    this.rx = null;
    this.tx = null;
  }

  close(): void {
    const { tcp } = this;
    this.tcp = null;
    this.letGo();
    try {
      tcp?.close();
    } catch {
      // It was closed already.
    }
  }

  private callbacks(): TCPCallbacks<Transport> {
    return { target: this, format: "buffer", onReadable: tcpReadable, onWritable: tcpWritable, onError: tcpError };
  }
}

function isViewOf(view: Uint8Array | null, io: Uint8Array, at: number, length: number): view is Uint8Array {
  return view !== null && view.length === length && view.byteOffset === io.byteOffset + at && view.buffer === io.buffer;
}
