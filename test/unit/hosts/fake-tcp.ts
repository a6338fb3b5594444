import type { Timers } from "../../../hosts/moddable/socket-options.js";
import type { TCPListenerOptions, TCPListenerSocket, TCPOptions, TCPSocket } from "../../../hosts/moddable/tcp.js";

/** An ECMA-419 TCP socket whose network is the test: strict where lwIP's is (a read or write of too much throws). */
export class FakeTCP implements TCPSocket {
  /** What was written. */
  readonly sent: number[] = [];
  readonly options: TCPOptions<unknown>;
  readonly target: unknown;
  closed = false;
  reads = 0;
  readonly remoteAddress = "10.0.0.2";
  /** The socket that took this one over: what the network does is its affair. */
  heir: FakeTCP | null = null;
  private readonly inbound: number[] = [];
  private room = 0;

  /** from: takes over what is there, and tells of it when the network moves, as lwIP's socket does. */
  constructor(options: TCPOptions<unknown>) {
    this.options = options;
    this.target = options.target;
    if (options.from === undefined) return;
    const from = options.from as FakeTCP;
    if (from.closed) throw new Error("invalid from");
    from.closed = true;
    from.heir = this;
    this.sent = from.sent;
    this.inbound = from.inbound;
    this.room = from.room;
  }

  /** Tells what is there to be told: the event loop's turn after a takeover. */
  tell(): void {
    if (this.inbound.length > 0 && !this.closed) this.options.onReadable?.call(this, this.inbound.length);
    if (this.room > 0 && !this.closed) this.options.onWritable?.call(this, this.room);
  }

  /** The last of those that took it over. */
  get last(): FakeTCP {
    return this.heir === null ? this : this.heir.last;
  }

  read(buffer: Uint8Array): number {
    if (this.closed) throw new Error("read() on a closed TCP socket");
    if (buffer.length > this.inbound.length) throw new Error(`read() of ${buffer.length} bytes where ${this.inbound.length} are`);
    for (let i = 0; i < buffer.length; i++) buffer[i] = this.inbound.shift() as number;
    this.reads++;
    return buffer.length;
  }

  write(buffer: Uint8Array): number {
    if (this.closed) throw new Error("write() on a closed TCP socket");
    if (buffer.length > this.room) throw new Error("would block");
    for (let i = 0; i < buffer.length; i++) this.sent.push(buffer[i] as number);
    this.room -= buffer.length;
    return this.room;
  }

  close(): void {
    if (this.closed) throw new Error("closed twice");
    this.closed = true;
  }

  /** Bytes that wait to be read. */
  get waiting(): number {
    return this.inbound.length;
  }

  /** The network: connected, or room again. */
  writable(room: number): void {
    if (this.closed) return;
    this.room = room;
    this.options.onWritable.call(this, room);
  }

  deliver(...parts: Uint8Array[]): void {
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p] as Uint8Array;
      for (let i = 0; i < part.length; i++) this.inbound.push(part[i] as number);
    }
    if (!this.closed) this.options.onReadable.call(this, this.inbound.length);
  }

  /** The peer is gone. */
  gone(): void {
    if (!this.closed) this.options.onError.call(this);
  }

  /** Takes what was written since the last time. */
  take(): number[] {
    return this.sent.splice(0, this.sent.length);
  }
}

/** An ECMA-419 TCP listener: the test makes clients come. */
export class FakeListener implements TCPListenerSocket {
  readonly options: TCPListenerOptions<unknown>;
  readonly target: unknown;
  readonly port = 4433;
  closed = false;
  private readonly waiting: FakeTCP[] = [];

  constructor(options: TCPListenerOptions<unknown>) {
    this.options = options;
    this.target = options.target;
  }

  read(): TCPSocket | undefined {
    return this.waiting.shift();
  }

  close(): void {
    if (this.closed) throw new Error("closed twice");
    this.closed = true;
  }

  /** A client connects; its socket has no callbacks yet. */
  come(): FakeTCP {
    const client = new FakeTCP({} as never);
    this.waiting.push(client);
    this.options.onReadable.call(this, 1);
    return client;
  }
}

/** A class to give as `TCP.io`, which remembers the sockets that were made. */
export function fakeTcp(): { io: never; sockets: FakeTCP[] } {
  const sockets: FakeTCP[] = [];
  class Remembered extends FakeTCP {
    constructor(options: TCPOptions<unknown>) {
      super(options);
      sockets.push(this);
    }
  }
  return { io: Remembered as never, sockets };
}

interface FakeTimer {
  callback: () => void;
  at: number;
  every: number;
}

/** The SDK's Timer, with a clock that the test moves. */
export class FakeTimers implements Timers {
  now = 0;
  made = 0;
  private readonly running: FakeTimer[] = [];

  set(callback: () => void, milliseconds: number): unknown {
    return this.add(callback, milliseconds, 0);
  }

  repeat(callback: () => void, milliseconds: number): unknown {
    return this.add(callback, milliseconds, milliseconds);
  }

  clear(timer: never): void {
    const index = this.running.indexOf(timer as FakeTimer);
    if (index < 0) throw new Error("clear() of a timer that does not run");
    this.running.splice(index, 1);
  }

  get count(): number {
    return this.running.length;
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      let next: FakeTimer | null = null;
      for (let i = 0; i < this.running.length; i++) {
        const timer = this.running[i] as FakeTimer;
        if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
      }
      if (next === null) break;
      this.now = Math.max(this.now, next.at);
      if (next.every > 0) next.at += next.every;
      else this.running.splice(this.running.indexOf(next), 1);
      next.callback();
    }
    this.now = end;
  }

  private add(callback: () => void, milliseconds: number, every: number): FakeTimer {
    const timer = { callback, at: this.now + milliseconds, every };
    this.made++;
    this.running.push(timer);
    return timer;
  }
}
