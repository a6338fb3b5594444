// One whole replayed handshake in slices of one step: each slice of work and each record is counted alone.
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { type Connection, OPEN, WANT_RESUME } from "../../src/connection.js";
import { AGREE, CHECK_CERT, CHECK_CV, GENERATE_SHARE } from "../../src/handshake/states-13.js";
import { records, replayConfig } from "./replay-config.js";

const PUBLIC_KEY = "publicKey";
const KEY_SCHEDULE = "keySchedule";
const RECORD = "record";

/** What the next slice is. */
function next(connection: Connection): string {
  const { flow } = connection as unknown as { readonly flow: { readonly working: boolean; readonly state: number } };
  if (!flow.working) return RECORD;
  switch (flow.state) {
    case GENERATE_SHARE:
    case AGREE:
    case CHECK_CERT:
    case CHECK_CV:
      return PUBLIC_KEY;
    default:
      return KEY_SCHEDULE;
  }
}

function resume(connection: Connection): void {
  while ((connection.wants & WANT_RESUME) !== 0) {
    const name = next(connection);
    measure.begin(name);
    connection.resume();
    measure.end(name);
  }
}

measure.begin(PUBLIC_KEY);
const connection = new ClientConnection({ ...replayConfig, sliceSteps: 1 });
measure.end(PUBLIC_KEY);
resume(connection);
connection.sent(connection.txPending());
for (const record of records) {
  connection.io.set(record, connection.rxOffset);
  measure.begin(RECORD);
  connection.received(record.length);
  measure.end(RECORD);
  resume(connection);
  connection.sent(connection.txPending());
}
if (connection.state !== OPEN) throw new Error(connection.failure?.message ?? "the handshake is not complete");
