// Opens and closes TLS sockets, or lets their handshakes fail, again and again on one device: it must live on, and lose no memory.
import { Timer } from "../../hosts/moddable/timer.js";
import TLSSocket, { type SecureOptions } from "../../hosts/moddable/tls-socket.js";
import { ReplayTCP } from "./replay-tcp.js";

/** A damaged record makes the handshake fail up to this one: behind the server's Finished come its tickets. */
const HANDSHAKE_RECORDS = 6;

export class LeakLoop {
  private readonly secure: SecureOptions;
  private readonly failing: boolean;
  private readonly done: (loop: LeakLoop) => void;
  private left: number;
  private socket: TLSSocket | null;
  private readonly next: () => void;

  constructor(secure: SecureOptions, failing: boolean, done: (loop: LeakLoop) => void) {
    this.secure = secure;
    this.failing = failing;
    this.done = done;
    this.left = 0;
    this.socket = null;
    this.next = () => this.run();
  }

  /** Begins so many connections, one after the other; then `done` is called. */
  repeat(count: number): void {
    this.left = count;
    Timer.set(this.next, 0);
  }

  private run(): void {
    if (this.left === 0) {
      this.done(this);
      return;
    }
    this.left--;
    this.socket = new TLSSocket({
      address: "127.0.0.1",
      port: this.failing ? 1 + (this.left % HANDSHAKE_RECORDS) : 0,
      TCP: { io: ReplayTCP as never },
      secure: this.secure,
      onWritable: () => this.opened(),
      onError: (error) => this.failed(error.message),
    });
  }

  private opened(): void {
    if (this.failing) throw new Error("a handshake with a damaged record did not fail");
    this.socket?.close();
    this.again();
  }

  private failed(why: string): void {
    if (!this.failing) throw new Error(`a connection failed: ${why}`);
    this.again();
  }

  private again(): void {
    this.socket = null;
    Timer.set(this.next, 0);
  }
}
