// Sends and receives so many records as the first argument says, on a replayed connection of TLS 1.2.
import host from "sim:host";
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { config, RecordLoop12 } from "./record-loop-12.js";

const count = Number(host.argument(0));
/** ClientHello.random, and the master secret. */
const secrets = new Uint8Array(32 + 48);
const loop = new RecordLoop12(
  new ClientConnection({
    ...config,
    keyLog(_label, random, bytes) {
      secrets.set(random);
      secrets.set(bytes, 32);
    },
  }),
  secrets,
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
