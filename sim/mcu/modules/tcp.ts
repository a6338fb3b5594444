// ECMA-419 TCP client socket over the wire: format "buffer" only.
import { addSocket, ENDED, newId, OPEN, READABLE, removeSocket, type WireSocket, WRITABLE } from "./sockets.js";

const { net } = simNative;

/** As lwIP's on an ESP32. */
const SEND_ROOM = 5744;

interface Options {
  readonly address?: string;
  readonly host?: string;
  readonly port?: number;
  readonly target?: unknown;
  /** What a listener read, or a number of the wire that it was told. */
  readonly from?: TCP | number;
  readonly onReadable?: (this: TCP, count: number) => void;
  readonly onWritable?: (this: TCP, count: number) => void;
  readonly onError?: (this: TCP, error?: unknown) => void;
}

export default class TCP implements WireSocket {
  readonly id: number;
  next: WireSocket | null;
  readonly target: unknown;
  private readonly options: Options;
  private available: number;
  private open: boolean;

  constructor(options: Options) {
    this.next = null;
    this.options = options;
    this.target = options.target;
    this.available = 0;
    this.open = true;
    const { from } = options;
    if (typeof from === "number") {
      this.id = from; // it waits to be taken over: nothing is told of it yet
      return;
    }
    this.id = from === undefined ? newId() : from.id;
    // An empty address: the connection is there, tell of it from now on.
    net.connect(this.id, from === undefined ? `${options.address ?? options.host}:${options.port}` : "");
    addSocket(this);
  }

  event(kind: number, count: number): void {
    const { options } = this;
    if (kind === READABLE) {
      this.available = count;
      options.onReadable?.call(this, count);
    } else if (kind === OPEN || kind === WRITABLE) options.onWritable?.call(this, SEND_ROOM);
    else if (kind === ENDED) {
      this.drop();
      options.onError?.call(this);
    }
  }

  read(what?: number | Uint8Array): ArrayBuffer | number | undefined {
    if (typeof what === "object") {
      const length = Math.min(what.length, this.available);
      this.take(what.length === length ? what : what.subarray(0, length));
      return length;
    }
    if (this.available === 0) return undefined;
    const bytes = new Uint8Array(Math.min(what ?? this.available, this.available));
    this.take(bytes);
    return bytes.buffer;
  }

  private take(bytes: Uint8Array): void {
    if (bytes.length > 0) net.read(this.id, bytes);
    this.available -= bytes.length;
  }

  write(bytes: Uint8Array | ArrayBuffer): number {
    if (!this.open) throw new Error("the socket is closed");
    net.write(this.id, bytes as Uint8Array);
    return SEND_ROOM;
  }

  close(): void {
    if (!this.open) return;
    this.drop();
    net.close(this.id);
  }

  get format(): string {
    return "buffer";
  }

  set format(value: string) {
    if (value !== "buffer") throw new RangeError(`format ${value}: the wire brings buffers`);
  }

  private drop(): void {
    this.open = false;
    removeSocket(this);
  }
}
