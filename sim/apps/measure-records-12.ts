// The same on a connection of TLS 1.2.
import { ClientConnection } from "../../src/client.js";
import { KEYS_LENGTH } from "../../src/handshake/keys.js";
import { SERVER_RANDOM_AT } from "../../src/messages/server-hello.js";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import type { CipherSuite12 } from "../../src/record/cipher-suite-12.js";
import { Prf12 } from "../../src/schedule/prf-12.js";
import { insecureFixedRandom } from "./fixed-random.js";
import { RecordLoop, replay } from "./record-loop.js";
import { records, replayConfig } from "./replay-config.js";

const RECORD_HEADER = 5;

/** ClientHello.random, and the master secret. */
const secrets = new Uint8Array(32 + 48);
const connection = new ClientConnection({
  ...replayConfig,
  ...{ sendBuffer: 2048, tls12: iotClient12, tls13: false },
  keyLog(_label, random, bytes) {
    secrets.set(random);
    secrets.set(bytes, 32);
  },
});
replay(connection);
const { hash, cipher } = connection.suite as CipherSuite12;
const { keyLength, ivLength, overhead } = cipher;
const prf = new Prf12(hash);
const block = new Uint8Array(2 * (keyLength + ivLength));
prf.setClientRandom(secrets, 0);
prf.setServerRandom(records[0] as Uint8Array, RECORD_HEADER + SERVER_RANDOM_AT);
prf.keyBlock(secrets, 32, block);
const server = cipher.create(false, null, { keys: new Uint8Array(KEYS_LENGTH), random: insecureFixedRandom }, null);
server.setKeys(false, block, 0, keyLength, 2 * keyLength + ivLength);
// Finished had the first sequence number.
new RecordLoop(connection, server, overhead, 1).run();
