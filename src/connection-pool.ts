import { DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "./config.js";

/** Whose turn it will be, once another's handshake is done. */
export interface Waiter {
  /** It is your turn now. Called from inside leave(): take it up later, from the event loop. */
  turn(): void;
}

export interface PoolOptions {
  /** As in the config of the connections that share the pool; with the same defaults. */
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
  /** Buffers that are kept for the next connection that needs one; others are let go. Default 0: memory at rest is what parked connections keep. */
  readonly keep?: number;
}

/**
 * What the connections of a device share: buffers, and the turn to do a handshake. A connection that is open and at rest is parked and has no buffer; one
 * handshake runs at a time, so all that it needs in passing is there once: N connections cost N times what a parked one keeps, and one handshake's
 * peak. Hosts ask it by themselves; nothing here waits or keeps time.
 */
export class ConnectionPool {
  /** Bytes of a buffer. */
  readonly size: number;
  private readonly keep: number;
  private readonly buffers: Uint8Array[];
  private owner: Waiter | null;
  private readonly queue: Waiter[];

  constructor(options: PoolOptions = {}) {
    const { receiveBuffer = DEFAULT_RECEIVE_BUFFER, sendBuffer = DEFAULT_SEND_BUFFER, keep = 0 } = options;
    if (!(keep >= 0)) throw new RangeError(`keep is ${keep}; it must be at least 0`);
    this.size = receiveBuffer + sendBuffer;
    this.keep = keep;
    this.buffers = [];
    this.owner = null;
    this.queue = [];
  }

  /** Lends a buffer, zeroed. */
  take(): Uint8Array {
    return this.buffers.pop() ?? new Uint8Array(this.size);
  }

  /** Takes one back. */
  give(buffer: Uint8Array): void {
    if (buffer.length !== this.size) throw new RangeError(`give(): a buffer of ${buffer.length} bytes; this pool's have ${this.size}`);
    if (this.buffers.length >= this.keep) return;
    buffer.fill(0);
    this.buffers.push(buffer);
  }

  /** True: nobody else does a handshake, it is your turn until you leave(). False: you wait, and turn() will be called. */
  enter(waiter: Waiter): boolean {
    if (this.owner === null) this.owner = waiter;
    else if (this.owner !== waiter && this.queue.indexOf(waiter) < 0) this.queue.push(waiter);
    return this.owner === waiter;
  }

  /** Your handshake is done, or you do not wait any more. */
  leave(waiter: Waiter): void {
    if (this.owner === waiter) {
      this.owner = this.queue.shift() ?? null;
      this.owner?.turn();
      return;
    }
    const index = this.queue.indexOf(waiter);
    if (index >= 0) this.queue.splice(index, 1);
  }

  /** Passes your turn, or your place among those who wait, on to whoever does the handshake for you. */
  pass(from: Waiter, to: Waiter): void {
    if (this.owner === from) this.owner = to;
    const index = this.queue.indexOf(from);
    if (index >= 0) this.queue[index] = to;
  }
}
