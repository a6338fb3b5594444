// What stands beside `secure` in the options of sockets and listeners, as ECMA-419 has it: callbacks, address and port.
import { nameOf, OptionError } from "./secure-keys.js";
import type { ConnectOptions } from "./socket-options.js";
import type { TCPSocket } from "./tcp.js";

export function checkCallbacks(options: object, names: readonly string[]): void {
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && typeof value !== "function") throw new OptionError(name, `a function is wanted, not ${nameOf(value)}`);
  }
}

export function checkPort(port: unknown): void {
  if (typeof port !== "number" || !(port >= 0 && port <= 0xffff) || port !== Math.floor(port))
    throw new RangeError(`port: a whole number from 0 to 65535 is wanted, not ${String(port)}`);
}

const CALLBACKS = ["onReadable", "onWritable", "onError"];

/** Where it goes to: on what, and to whom. */
export function checkWhere(options: ConnectOptions): void {
  checkCallbacks(options, CALLBACKS);
  const from = options.from as unknown;
  if (from !== undefined) {
    if (typeof from !== "object" || from === null || typeof (from as TCPSocket).read !== "function")
      throw new OptionError("from", "a socket is wanted");
    return;
  }
  const { address, TCP } = options;
  if (typeof address !== "string" || address === "")
    throw new OptionError("address", "an IP address is wanted, as text; a host's is resolved before");
  checkPort(options.port);
  if (typeof TCP !== "object" || TCP === null || typeof TCP.io !== "function")
    throw new OptionError("TCP", "{ io } is wanted: the class of the TCP socket below");
}
