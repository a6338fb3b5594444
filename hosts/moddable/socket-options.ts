import type { TLSAlert } from "../../src/alert.js";
import type { Connection } from "../../src/connection.js";
import type { SecureSocket } from "./secure-socket.js";
import type { TCPConstructor, TCPSocket } from "./tcp.js";

/** The parts of the SDK's Timer that are used. */
export interface Timers {
  set(callback: () => void, milliseconds: number): unknown;
  repeat(callback: () => void, milliseconds: number): unknown;
  clear(timer: never): void;
}

/** What this class asks of a connection. */
export type SocketConnection = Pick<Connection, keyof Connection>;

export type Bytes = ArrayBuffer | ArrayBufferView;

export interface WriteOptions {
  /** More comes at once: the bytes go out with the next write, in one record. */
  more?: boolean;
  /** Bytes that are to come in all, where it is known. */
  byteLength?: number;
}

/** What is common to all ways to make a socket. */
export interface SocketOptions {
  /** "buffer" (the default): read() gives ArrayBuffers. "number": read() gives one byte. */
  format?: "buffer" | "number";
  target?: unknown;
  /** `count` bytes can be read. Called again after a read that left some; after one that took none, only when read() has been called. */
  onReadable?: (this: SecureSocket, count: number) => void;
  /** `count` bytes can be written at once. The first call tells that the peer is authenticated. */
  onWritable?: (this: SecureSocket, count: number) => void;
  /** The end, called once: `error.alert` is close_notify where the peer closed in order; else what failed and, in `error.reason`, why. */
  onError?: (this: SecureSocket, error: TLSAlert) => void;
}

/** The options of an ECMA-419 socket, as the SDK's clients give them. */
export interface ConnectOptions extends SocketOptions {
  address: string;
  port: number;
  nodelay?: boolean;
  /** The class of the TCP socket below. */
  TCP: { io: TCPConstructor };
  from?: undefined;
}

/** On a TCP socket that a listener accepted. */
export interface AcceptedOptions extends SocketOptions {
  from: TCPSocket;
}

/** In place of another socket, as the SDK's HTTPServer does with what its listener gives: with callbacks of its own. */
export interface TakeOverOptions extends SocketOptions {
  from: SecureSocket;
}

export type SecureSocketOptions = ConnectOptions | AcceptedOptions | TakeOverOptions;
