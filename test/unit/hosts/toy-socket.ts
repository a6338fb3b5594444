// A SecureSocket on a TCP and timers that tests drive, over a toy of a connection; what it tells is logged.
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import type { SliceTime } from "../../../hosts/moddable/slices.js";
import type { SecureSocketOptions } from "../../../hosts/moddable/socket-options.js";
import type { TLSAlert } from "../../../src/alert.js";
import { type FakeTCP, FakeTimers, fakeTcp } from "./fake-tcp.js";
import { TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

type Callbacks = Pick<SecureSocketOptions, "onReadable" | "onWritable" | "onError" | "format">;

export const HELLO = toyRecord(TOY_HELLO);

export function bytes(result: number | ArrayBuffer | undefined): number[] | undefined {
  return result instanceof ArrayBuffer ? Array.from(new Uint8Array(result)) : undefined;
}

export function make(callbacks: Callbacks = {}, connection = new ToyConnection(), slices: SliceTime | null = null) {
  const timers = new FakeTimers();
  const network = fakeTcp();
  const log: string[] = [];
  const failures: TLSAlert[] = [];
  const socket = new SecureSocket(
    {
      address: "10.0.0.1",
      port: 443,
      TCP: network,
      onReadable: (count) => log.push(`readable ${count}`),
      onWritable: (count) => log.push(`writable ${count}`),
      onError(failure) {
        log.push(`error ${failure.alert}`);
        failures.push(failure);
      },
      ...callbacks,
    },
    connection,
    timers,
    1000,
    4000,
    slices,
  );
  const tcp = network.sockets[0] as FakeTCP;
  return { timers, log, failures, socket, tcp, connection };
}

/** A connection whose handshake is done; the log is empty. */
export function opened(callbacks: Callbacks = {}, connection?: ToyConnection) {
  const made = make(callbacks, connection);
  made.tcp.writable(1000);
  made.tcp.deliver(HELLO);
  made.tcp.take();
  made.log.length = 0;
  return made;
}
