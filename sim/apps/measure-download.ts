// A download in records of 16 KB through a receive buffer of 2 KB: for each, memory is lent for as long as it takes to hand its content on.
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { OPEN } from "../../src/connection.js";
import { records, replayConfig } from "./replay-config.js";

/** Longer ones are the download's. */
const LONGEST_OF_HANDSHAKE = 4096;
/** As network stacks hand bytes on. */
const SEGMENT = 1436;

const config: ClientConfig = {
  ...replayConfig,
  lender: {
    lend: (length) => new Uint8Array(length),
    giveBack() {},
  },
};

let received = 0;

function take(connection: ClientConnection, record: Uint8Array): void {
  for (let at = 0; at < record.length; ) {
    const count = Math.min(record.length - at, connection.rxSpace(), SEGMENT);
    if (count === 0) throw new RangeError(`no room behind ${at} of ${record.length}`);
    for (let i = 0, to = connection.rxOffset; i < count; i++) connection.io[to + i] = record[at + i] as number;
    connection.received(count);
    at += count;
  }
  connection.sent(connection.txPending());
  const there = connection.appData();
  received += there;
  if (there > 0) connection.consumed(there);
}

measure.reset();
measure.mark("start");
const connection = new ClientConnection(config);
connection.sent(connection.txPending());
let i = 0;
for (; i < records.length && (records[i] as Uint8Array).length < LONGEST_OF_HANDSHAKE; i++) take(connection, records[i] as Uint8Array);
if (connection.state !== OPEN) throw new Error(connection.failure?.message ?? "it is not complete");
measure.mark("connected");
const first = i;
for (; i < records.length; i++) take(connection, records[i] as Uint8Array);
measure.mark("idle");
if (received !== (records.length - first) * 16_384 || received === 0) throw new Error(`${received} bytes were received`);
