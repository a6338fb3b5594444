/** The parts of an ECMA-419 TCP socket (ECMA-419 §12.2, as the Moddable SDK's lwIP sockets behave) that TLS stands on. */
export interface TCPSocket {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** Fills the view, which must not be longer than what can be read. */
  read(buffer: Uint8Array): number | undefined | ArrayBuffer;
  /** Takes the whole view, which must not be longer than what can be written. Some return how much can be written then. */
  write(buffer: Uint8Array): number | undefined;
  close(): void;
}

/** Where it goes to, or the socket that it takes over, as a listener gave it. */
export type TCPOptions<Target> = ({ address: string; port: number; from?: undefined } | { from: TCPSocket }) & TCPCallbacks<Target>;

export interface TCPCallbacks<Target> {
  /** Comes back as `this.target` in the callbacks, so that they need no closures. */
  target: Target;
  format: "buffer";
  nodelay?: boolean;
  onReadable(this: { target: Target }, count: number): void;
  onWritable(this: { target: Target }, count: number): void;
  onError(this: { target: Target }): void;
}

export type TCPConstructor = new (options: TCPOptions<never>) => TCPSocket;

/** An ECMA-419 TCP listener. */
export interface TCPListenerSocket {
  readonly port?: number;
  /** The next connection that waits, or undefined. */
  read(): TCPSocket | undefined;
  close(): void;
}

export interface TCPListenerOptions<Target> {
  port?: number;
  address?: string;
  target: Target;
  onReadable(this: { target: Target }, count: number): void;
}

export type TCPListenerConstructor = new (options: TCPListenerOptions<never>) => TCPListenerSocket;
