// One whole replayed handshake, marked message by message; in flash as the stack itself.
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig, ServerConfig } from "../../src/config.js";
import { type Connection, OPEN } from "../../src/connection.js";
import { ServerConnection } from "../../src/server.js";
import { flush, markHello, putRecord } from "./handshake-steps.js";

/** Each ends with the mark "idle". Throws where the flight does not fit the connection any more. */
export function replayClient(config: ClientConfig, records: readonly Uint8Array[]): Connection {
  begin();
  const connection = new ClientConnection(config);
  markHello(connection);
  connection.sent(connection.txPending());
  // No call in the place of this one: what it was given stays until the end.
  replay(connection, records);
  return connection;
}

export function replayServer(config: ServerConfig, records: readonly Uint8Array[]): Connection {
  begin();
  const connection = new ServerConnection(config);
  replay(connection, records);
  return connection;
}

function begin(): void {
  measure.reset();
  measure.mark("start");
  measure.begin("handshake");
}

function replay(connection: Connection, records: readonly Uint8Array[]): void {
  for (let i = 0; i < records.length; i++) {
    putRecord(connection, records[i] as Uint8Array);
    flush(connection);
  }
  measure.end("handshake");
  measure.mark("idle");
  if (connection.state !== OPEN)
    throw new Error(
      `the flight cannot be replayed; record it anew (node dist/sim/flights/record.js NAME): ${connection.failure?.message ?? "it is not complete"}`,
    );
}
