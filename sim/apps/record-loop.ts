// Records of application data through an open connection, both ways. The server's end is a second record protection with the server's keys.
import host from "sim:host";
import measure from "sim:measure";
import type { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { application_data } from "../../src/constants.js";
import { records } from "./replay-config.js";

const SIZE = 1024;
/** Header and payload in the server's buffer: the payload at a multiple of 4. */
const AT = 3;
const HEADER = 5;

/** Gives a new connection the recorded flight; returns how many of its records came behind the handshake. */
export function replay(connection: ClientConnection): number {
  let behind = 0;
  connection.sent(connection.txPending());
  for (let i = 0; i < records.length; i++) {
    if (connection.state === OPEN) behind++;
    connection.io.set(records[i] as Uint8Array, connection.rxOffset);
    connection.received((records[i] as Uint8Array).length);
    connection.sent(connection.txPending());
  }
  return behind;
}

export class RecordLoop {
  private readonly connection: ClientConnection;
  private readonly server: { seal(bytes: Uint8Array, header: number, length: number, type: number): number };
  private readonly buffer: Uint8Array;
  private readonly record: Uint8Array;
  private readonly payload: Uint8Array;
  /** Bytes of a whole record. */
  private readonly sealed: number;

  /** `server` adds `overhead` bytes to each record; as many records as `used` had its first sequence numbers. */
  constructor(connection: ClientConnection, server: RecordLoop["server"], overhead: number, used: number) {
    this.connection = connection;
    this.server = server;
    this.sealed = HEADER + SIZE + overhead;
    this.buffer = new Uint8Array(AT + this.sealed);
    this.record = this.buffer.subarray(AT, AT + this.sealed);
    this.payload = new Uint8Array(SIZE);
    for (let i = 0; i < used; i++) this.seal();
  }

  private seal(): void {
    this.server.seal(this.buffer, AT, SIZE, application_data);
  }

  private send(count: number): void {
    const { connection, payload } = this;
    for (let i = 0; i < count; i++) {
      if (connection.write(payload, 0, SIZE) !== SIZE) throw new Error("a record was not taken whole");
      connection.sent(connection.txPending());
    }
  }

  private receive(count: number): void {
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
  private countOne(): void {
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

  /** As many records each way as the app's first argument says; 0: one each, of which the instructions are counted. */
  run(): void {
    const count = Number(host.argument(0));
    this.send(2);
    this.receive(2);
    if (count === 0) this.countOne();
    else {
      measure.reset();
      measure.mark("start");
      this.send(count);
      measure.mark("sent");
      this.receive(count);
      measure.mark("received");
    }
  }
}
