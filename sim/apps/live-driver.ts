/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// Joins a connection to a TCP socket record by record, so that each handshake message and each record of data can be marked.
import TCP from "embedded:io/socket/tcp";
import host from "sim:host";
import measure from "sim:measure";
import config from "mc/config";
import { ClientConnection } from "../../src/client.js";
import { HANDSHAKING, OPEN } from "../../src/connection.js";
import { toBytes } from "./ascii.js";
import { BETWEEN } from "./between.js";
import { markHello, postHandshakeName, takeRecord } from "./handshake-steps.js";
import { postRequest } from "./http.js";
import { secure } from "./secure.js";

const HEADER = 5;

export class LiveDriver {
  private readonly tcp: TCP;
  private connection: ClientConnection | null;
  private readonly request: Uint8Array;
  private sent: number;
  private replies: number;
  private have: number;

  constructor() {
    this.connection = null;
    this.request = toBytes(postRequest(config.path, config.serverName, '{"sensor":"thimble","sequence":1,"celsius":20.25}', false));
    this.sent = 0;
    this.replies = 0;
    this.have = 0;
    this.tcp = new TCP({
      address: config.address,
      port: config.port,
      onReadable: (count) => this.readable(count),
      onWritable: () => this.writable(),
      onError: () => this.end("the server ended the connection"),
    });
  }

  /** The TCP connection stands: from here on TLS is measured. */
  private writable(): void {
    if (this.connection !== null) return;
    measure.reset();
    measure.mark("start");
    measure.begin("live");
    this.connection = new ClientConnection(secure);
    markHello(this.connection);
    this.flush(this.connection);
  }

  private flush(connection: ClientConnection): void {
    const pending = connection.txPending();
    if (pending === 0) return;
    this.tcp.write(connection.io.slice(connection.txOffset, connection.txOffset + pending));
    connection.sent(pending);
  }

  private readable(count: number): void {
    let left = count;
    while (left > 0 && this.connection !== null) left -= this.take(this.connection, left);
  }

  /** Reads the rest of a record's header or body, at most `left` bytes. */
  private take(connection: ClientConnection, left: number): number {
    const { io, rxOffset } = connection;
    const wanted = this.have < HEADER ? HEADER : Math.min(connection.rxSpace(), this.recordLength(io, rxOffset));
    const count = Math.min(left, wanted - this.have);
    this.tcp.read(io.subarray(rxOffset + this.have, rxOffset + this.have + count) as never);
    this.have += count;
    if (this.have < HEADER || this.have < Math.min(connection.rxSpace(), this.recordLength(io, rxOffset))) return count;
    this.have = 0;
    this.record(connection, wanted);
    return count;
  }

  private recordLength(io: Uint8Array, at: number): number {
    return HEADER + (((io[at + 3] as number) << 8) | (io[at + 4] as number));
  }

  private record(connection: ClientConnection, length: number): void {
    if (connection.state === HANDSHAKING) takeRecord(connection, connection.io[connection.rxOffset] as number, length);
    else {
      measure.mark(BETWEEN);
      connection.received(length);
      const data = connection.appData();
      if (data > 0) connection.consumed(data);
      const name = data > 0 ? "record received" : postHandshakeName(connection, length);
      measure.mark(name);
      trace("@< ", length, " ", name, "\n");
      if (data > 0) this.replies++;
    }
    this.flush(connection);
    if (connection.failure !== null) this.end(connection.failure.message);
    else if (connection.state === OPEN && this.replies === this.sent) {
      if (this.sent < config.readings) this.post(connection);
      else this.end("");
    }
  }

  private post(connection: ClientConnection): void {
    this.sent++;
    measure.mark(BETWEEN);
    connection.write(this.request, 0, this.request.length);
    measure.mark("record sent");
    trace("@> ", connection.txPending(), " record sent", "\n");
    this.flush(connection);
  }

  private end(why: string): void {
    const { connection } = this;
    if (connection !== null) {
      measure.end("live");
      measure.mark("idle");
      connection.close();
      this.flush(connection);
    }
    this.connection = null;
    if (why !== "") trace("@failed ", why, "\n");
    this.tcp.close();
    host.exit(why === "" ? 0 : 1);
  }
}
