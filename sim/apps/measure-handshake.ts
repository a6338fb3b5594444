// Replays a recorded flight: one whole handshake of the client, marked message by message.
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { markHello, putRecord } from "./handshake-steps.js";
import { records, replayConfig } from "./replay-config.js";

measure.reset();
measure.mark("start");
measure.begin("handshake");
const connection = new ClientConnection(replayConfig);
markHello(connection);
connection.sent(connection.txPending());
for (let i = 0; i < records.length; i++) {
  putRecord(connection, records[i] as Uint8Array);
  connection.sent(connection.txPending());
}
measure.end("handshake");
measure.mark("idle");
if (connection.state !== OPEN)
  throw new Error(
    `the flight cannot be replayed; record it anew (node dist/sim/flights/record.js): ${connection.failure?.message ?? "it is not complete"}`,
  );
