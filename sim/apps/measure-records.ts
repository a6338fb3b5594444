// Sends and receives so many records as the first argument says, on a replayed connection.
import { ClientConnection } from "../../src/client.js";
import type { CipherSuite } from "../../src/crypto/provider.js";
import { useTrafficSecret } from "../../src/handshake/common-13.js";
import { KEYS_LENGTH, WRITE_SECRET } from "../../src/handshake/keys.js";
import { Protection13 } from "../../src/record/protection-13.js";
import { KeySchedule13 } from "../../src/schedule/key-schedule-13.js";
import { RecordLoop, replay } from "./record-loop.js";
import { replayConfig } from "./replay-config.js";

/** Room for the longest hash. */
const secret = new Uint8Array(48);
const connection = new ClientConnection({
  ...replayConfig,
  sendBuffer: 2048,
  keyLog(label, _random, bytes) {
    if (label === "SERVER_TRAFFIC_SECRET_0") secret.set(bytes);
  },
});
// The server's tickets had the first sequence numbers.
const tickets = replay(connection);
const suite = connection.suite as CipherSuite;
const keys = new Uint8Array(KEYS_LENGTH);
keys.set(secret.subarray(0, suite.hash.outputLength), WRITE_SECRET);
const server = new Protection13(suite, keys);
useTrafficSecret(new KeySchedule13(suite.hash), server, suite.aead.keyLength, keys, false);
new RecordLoop(connection, server, 1 + suite.aead.tagLength, tickets).run();
