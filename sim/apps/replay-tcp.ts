// An ECMA-419 TCP socket whose other end is a recorded flight: with it, whole TLS sockets are measured exactly, without a network.
import { Timer } from "../../hosts/moddable/timer.js";
import { records } from "./replay-config.js";

/** As lwIP's on an ESP32. */
const SEND_ROOM = 5744;

interface Options {
  /** The record, from 1, whose last byte arrives changed; 0: none. */
  readonly port: number;
  readonly target?: unknown;
  readonly onReadable?: (this: ReplayTCP, count: number) => void;
  readonly onWritable?: (this: ReplayTCP, count: number) => void;
}

export class ReplayTCP {
  readonly target: unknown;
  private readonly options: Options;
  private readonly go: () => void;
  private timer: unknown;
  private opened: boolean;
  private record: number;
  private at: number;

  constructor(options: Options) {
    this.target = options.target;
    this.options = options;
    this.go = () => this.run();
    this.timer = null;
    this.opened = false;
    this.record = 0;
    this.at = 0;
    this.wake();
  }

  private wake(): void {
    if (this.timer === null) this.timer = Timer.set(this.go, 0);
  }

  /** First onWritable, then, once something was written, one record of the server's at a time. */
  private run(): void {
    this.timer = null;
    const { options } = this;
    if (!this.opened) {
      this.opened = true;
      options.onWritable?.call(this, SEND_ROOM);
    } else if (this.record < records.length) options.onReadable?.call(this, this.left);
  }

  private get left(): number {
    return (records[this.record] as Uint8Array).length - this.at;
  }

  read(into: Uint8Array): number {
    const record = records[this.record] as Uint8Array;
    const { length } = into;
    if (length > this.left) throw new RangeError(`read ${length} bytes: ${this.left} are there`);
    for (let i = 0; i < length; i++) into[i] = record[this.at + i] as number;
    this.at += length;
    if (this.at === record.length) {
      this.record++;
      this.at = 0;
      if (this.record === this.options.port) into[length - 1] = (into[length - 1] as number) ^ 1;
      this.wake();
    }
    return length;
  }

  write(_bytes: Uint8Array): number {
    this.wake();
    return SEND_ROOM;
  }

  close(): void {
    if (this.timer !== null) Timer.clear(this.timer as never);
    this.timer = null;
  }
}
