// ECMA-419 TCP listener over the wire.
import { ACCEPTED, addSocket, newId, removeSocket, type WireSocket } from "./sockets.js";
import TCP from "./tcp.js";

const { net } = simNative;

interface Options {
  readonly port?: number;
  readonly target?: unknown;
  readonly onReadable?: (this: Listener, count: number) => void;
}

export default class Listener implements WireSocket {
  readonly id: number;
  next: WireSocket | null;
  readonly target: unknown;
  private readonly options: Options;
  private readonly waiting: number[];

  constructor(options: Options) {
    this.next = null;
    this.options = options;
    this.target = options.target;
    this.waiting = [];
    this.id = newId();
    net.listen(this.id, `${options.port ?? 0}`);
    addSocket(this);
  }

  /** count: the connection's number. */
  event(kind: number, count: number): void {
    if (kind !== ACCEPTED) return;
    this.waiting.push(count);
    this.options.onReadable?.call(this, this.waiting.length);
  }

  read(): TCP | undefined {
    const id = this.waiting.shift();
    return id === undefined ? undefined : new TCP({ from: id });
  }

  close(): void {
    removeSocket(this);
    net.close(this.id);
  }
}
