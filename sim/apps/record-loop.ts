// Records of application data through an open connection, both ways. The server's end is a second record protection with the server's keys.
import measure from "sim:measure";
import type { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { application_data } from "../../src/constants.js";
import type { CipherSuite } from "../../src/crypto/provider.js";
import { useTrafficSecret } from "../../src/handshake/common-13.js";
import { Protection13 } from "../../src/record/protection-13.js";
import { KeySchedule13 } from "../../src/schedule/key-schedule-13.js";
import { records, replayConfig } from "./replay-config.js";

const SIZE = 1024;
/** Header and payload in the server's buffer: the payload at a multiple of 4. */
const AT = 3;
const HEADER = 5;

export class RecordLoop {
  private readonly connection: ClientConnection;
  private readonly server: Protection13;
  private readonly buffer: Uint8Array;
  private readonly record: Uint8Array;
  private readonly payload: Uint8Array;
  /** Bytes of a whole record. */
  private readonly sealed: number;

  /** `connection` is new; serverSecret gets SERVER_TRAFFIC_SECRET_0 by its key log. */
  constructor(connection: ClientConnection, serverSecret: Uint8Array) {
    this.connection = connection;
    connection.sent(connection.txPending());
    let protectedRecords = 0;
    for (let i = 0; i < records.length; i++) {
      if (connection.state === OPEN) protectedRecords++;
      connection.io.set(records[i] as Uint8Array, connection.rxOffset);
      connection.received((records[i] as Uint8Array).length);
      connection.sent(connection.txPending());
    }
    const suite = connection.suite as CipherSuite;
    // [ iv 12 | nonce 12 | traffic secret ]
    const keys = new Uint8Array(24 + suite.hash.outputLength);
    keys.set(serverSecret.subarray(0, suite.hash.outputLength), 24);
    this.server = new Protection13(suite, null, keys, 0, 12);
    useTrafficSecret(new KeySchedule13(suite.hash), this.server, suite.aead.keyLength, keys, 24, 0);
    this.sealed = HEADER + SIZE + 1 + suite.aead.tagLength;
    this.buffer = new Uint8Array(AT + this.sealed);
    this.record = this.buffer.subarray(AT, AT + this.sealed);
    this.payload = new Uint8Array(SIZE);
    // The server's tickets had the first sequence numbers.
    for (let i = 0; i < protectedRecords; i++) this.seal();
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

export const config = { ...replayConfig, sendBuffer: 2048 };
