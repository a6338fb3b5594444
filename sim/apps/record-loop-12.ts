// Records of application data through an open connection of TLS 1.2, both ways. The server's end is a second record protection with the server's keys.
import measure from "sim:measure";
import type { ClientConnection } from "../../src/client.js";
import { application_data } from "../../src/constants.js";
import { SERVER_RANDOM_AT } from "../../src/messages/server-hello.js";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import type { CipherSuite12, Protection12 } from "../../src/record/cipher-suite-12.js";
import { Prf12 } from "../../src/schedule/prf-12.js";
import { insecureFixedRandom } from "./fixed-random.js";
import { records, replayConfig } from "./replay-config.js";

const SIZE = 1024;
/** Header and payload in the server's buffer: the payload at a multiple of 4. */
const AT = 3;
const HEADER = 5;

export class RecordLoop12 {
  private readonly connection: ClientConnection;
  private readonly server: Protection12;
  private readonly buffer: Uint8Array;
  private readonly record: Uint8Array;
  private readonly payload: Uint8Array;
  /** Bytes of a whole record. */
  private readonly sealed: number;

  /** `connection` is new; secrets gets ClientHello.random and, behind it, the master secret by its key log. */
  constructor(connection: ClientConnection, secrets: Uint8Array) {
    this.connection = connection;
    connection.sent(connection.txPending());
    for (let i = 0; i < records.length; i++) {
      connection.io.set(records[i] as Uint8Array, connection.rxOffset);
      connection.received((records[i] as Uint8Array).length);
      connection.sent(connection.txPending());
    }
    const suite = connection.suite as CipherSuite12;
    const { keyLength, ivLength, overhead } = suite.cipher;
    const prf = new Prf12(suite.hash);
    const block = new Uint8Array(2 * (keyLength + ivLength));
    prf.setClientRandom(secrets, 0);
    prf.setServerRandom(records[0] as Uint8Array, HEADER + SERVER_RANDOM_AT);
    prf.keyBlock(secrets, 32, block);
    // [ iv 12 | nonce 12 | additional data 13 ]
    this.server = suite.cipher.create(false, null, { keys: new Uint8Array(37), iv: 0, nonce: 12, random: insecureFixedRandom }, null);
    this.server.setKeys(block, 0, keyLength, 2 * keyLength + ivLength);
    this.sealed = HEADER + SIZE + overhead;
    this.buffer = new Uint8Array(AT + this.sealed);
    this.record = this.buffer.subarray(AT, AT + this.sealed);
    this.payload = new Uint8Array(SIZE);
    this.seal(); // Finished had the first sequence number
  }

  private seal(): void {
    this.server.seal(this.buffer, AT, SIZE, application_data);
  }

  send(count: number): void {
    const { connection, payload } = this;
    for (let i = 0; i < count; i++) {
      if (connection.write(payload, 0, SIZE) !== SIZE) throw new Error("a record was not taken whole");
      connection.sent(connection.txPending());
    }
  }

  receive(count: number): void {
    const { connection, record, sealed } = this;
    for (let i = 0; i < count; i++) {
      this.seal();
      connection.io.set(record, connection.rxOffset);
      connection.received(sealed);
      if (connection.appData() !== SIZE) throw new Error(`record ${i} was not received: ${connection.failure?.message ?? "no data"}`);
      connection.consumed(SIZE);
    }
  }

  /** Instructions of one record each. */
  countOne(): void {
    measure.begin("send");
    this.send(1);
    measure.end("send");
    this.seal();
    const { connection } = this;
    connection.io.set(this.record, connection.rxOffset);
    measure.begin("receive");
    connection.received(this.sealed);
    connection.consumed(SIZE);
    measure.end("receive");
  }
}

export const config = { ...replayConfig, sendBuffer: 2048, tls12: iotClient12, tls13: false } as const;
