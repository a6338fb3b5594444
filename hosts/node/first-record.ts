import type { Socket } from "node:net";
import { handshake } from "../../src/constants.js";

const HEADER = 5;
/** 2^14 bytes of content (RFC 9846 §5.1): a longer record is refused by the connection, which need not wait for it. */
const LONGEST = 16_384;

/**
 * Waits until a client's first record, its ClientHello, has come as a whole. Until then it stays in the socket's own buffer, so that a client that
 * says nothing, or one byte a minute, costs no memory of TLS.
 */
export class FirstRecord {
  private readonly socket: Socket;
  private readonly ready: (head: Buffer) => void;
  private readonly gone: (error: Error | null, received: number) => void;
  private header: Buffer | null = null;

  /** ready: gets all that was read. gone: the client ended or lost its connection before that. Neither comes after cancel(). */
  constructor(socket: Socket, ready: (head: Buffer) => void, gone: (error: Error | null, received: number) => void) {
    this.socket = socket;
    this.ready = ready;
    this.gone = gone;
    socket.on("readable", this.onReadable);
    socket.on("end", this.onEnd);
    socket.on("error", this.onError);
    socket.on("close", this.onEnd);
  }

  /** Bytes that have come so far. */
  get received(): number {
    return (this.header?.length ?? 0) + this.socket.readableLength;
  }

  cancel(): void {
    this.socket.off("readable", this.onReadable);
    this.socket.off("end", this.onEnd);
    this.socket.off("error", this.onError);
    this.socket.off("close", this.onEnd);
  }

  private readonly onReadable = () => {
    const { socket } = this;
    if (this.header === null) {
      const header = socket.read(HEADER) as Buffer | null;
      if (header === null) return;
      this.header = header;
      if (header[0] !== handshake) return this.done(null);
    }
    const length = this.header.length < HEADER ? 0 : this.header.readUInt16BE(3);
    if (length === 0 || length > LONGEST) return this.done(null);
    const body = socket.read(length) as Buffer | null;
    if (body !== null) this.done(body);
  };

  private done(body: Buffer | null): void {
    this.cancel();
    const rest = this.socket.read() as Buffer | null;
    const parts = [this.header, body, rest];
    this.ready(Buffer.concat(parts.filter((part) => part !== null)));
  }

  private readonly onEnd = () => this.lost(null);

  private readonly onError = (error: Error) => this.lost(error);

  private lost(error: Error | null): void {
    this.cancel();
    this.gone(error, this.received);
  }
}
