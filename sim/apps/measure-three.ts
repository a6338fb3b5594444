// Three connections of a client at once: their handshakes go forward together, a record each in turn.
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { records, replayConfig } from "./replay-config.js";

measure.reset();
measure.mark("start");
const connections = [new ClientConnection(replayConfig), new ClientConnection(replayConfig), new ClientConnection(replayConfig)];
for (let n = 0; n < 3; n++) connections[n].sent(connections[n].txPending());
for (let i = 0; i < records.length; i++)
  for (let n = 0; n < 3; n++) {
    const connection = connections[n];
    connection.io.set(records[i], connection.rxOffset);
    connection.received(records[i].length);
    connection.sent(connection.txPending());
  }
measure.mark("handshakes");
measure.mark("idle");
for (let n = 0; n < 3; n++) if (connections[n].state !== OPEN) throw new Error(`connection ${n}: ${connections[n].failure?.message}`);
