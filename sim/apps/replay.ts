// Whole replayed connections without marks, for apps that measure what comes after the handshake, or many of them.
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { records } from "./replay-config.js";

/** Gives the connection record `index` of the flight; `flip`: with its last byte changed. */
export function feed(connection: ClientConnection, index: number, flip: boolean): void {
  const record = records[index] as Uint8Array;
  const { io, rxOffset } = connection;
  io.set(record, rxOffset);
  if (flip) {
    const last = rxOffset + record.length - 1;
    io[last] = (io[last] as number) ^ 1;
  }
  connection.received(record.length);
  connection.sent(connection.txPending());
}

/** A connection after the first `count` records. */
export function replay(config: ClientConfig, count: number): ClientConnection {
  const connection = new ClientConnection(config);
  connection.sent(connection.txPending());
  for (let i = 0; i < count; i++) feed(connection, i, false);
  return connection;
}
