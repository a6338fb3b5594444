/** The parts of an ECMA-419 TCP socket (ECMA-419 §12.2, as the Moddable SDK's lwIP sockets behave) that TLS stands on. */
export interface TCPSocket {
  /** Fills the view, which must not be longer than what can be read. */
  read(buffer: Uint8Array): number | undefined | ArrayBuffer;
  /** Takes the whole view, which must not be longer than what can be written. Some return how much can be written then. */
  write(buffer: Uint8Array): number | undefined;
  close(): void;
}

export interface TCPOptions<Target> {
  address: string;
  port: number;
  /** Comes back as `this.target` in the callbacks, so that they need no closures. */
  target: Target;
  format: "buffer";
  nodelay?: boolean;
  onReadable(this: { target: Target }, count: number): void;
  onWritable(this: { target: Target }, count: number): void;
  onError(this: { target: Target }): void;
}

export type TCPConstructor = new (options: TCPOptions<never>) => TCPSocket;
