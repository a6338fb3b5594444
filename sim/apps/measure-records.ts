// Sends and receives so many records as the first argument says, on a replayed connection.
import host from "sim:host";
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { config, RecordLoop } from "./record-loop.js";

const count = Number(host.argument(0));
/** Room for the longest hash. */
const secret = new Uint8Array(48);
const loop = new RecordLoop(
  new ClientConnection({
    ...config,
    keyLog(label, _random, bytes) {
      if (label === "SERVER_TRAFFIC_SECRET_0") secret.set(bytes);
    },
  }),
  secret,
);
loop.send(2);
loop.receive(2);
if (count === 0) loop.countOne();
else {
  measure.reset();
  measure.mark("start");
  loop.send(count);
  measure.mark("sent");
  loop.receive(count);
  measure.mark("received");
}
