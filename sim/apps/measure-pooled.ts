// So many connections of a client as the first argument says, on one pool: a handshake at a time, then parked.
import host from "sim:host";
import measure from "sim:measure";
import { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { ConnectionPool, type Waiter } from "../../src/connection-pool.js";
import { records, replayConfig } from "./replay-config.js";

const count = Number(host.argument(0));

/** A connection that waits for its turn. */
class Pooled implements Waiter {
  readonly connection: { value: ClientConnection | null };

  constructor() {
    this.connection = { value: null };
  }

  turn(): void {}

  /** A whole handshake, up to the server's tickets. */
  shake(pool: ConnectionPool): void {
    const connection = new ClientConnection(replayConfig, pool.take());
    connection.sent(connection.txPending());
    for (let i = 0; i < records.length; i++) {
      connection.io.set(records[i], connection.rxOffset);
      connection.received(records[i].length);
      connection.sent(connection.txPending());
    }
    if (connection.state !== OPEN) throw new Error(connection.failure?.message ?? "it is not complete");
    pool.give(connection.park());
    pool.leave(this);
    this.connection.value = connection;
  }
}

const pool = new ConnectionPool({ receiveBuffer: 2048, sendBuffer: 512 });
const all: Pooled[] = [];
for (let i = 0; i < count; i++) all.push(new Pooled());
measure.reset();
measure.mark("start");
for (let i = 0; i < count; i++) pool.enter(all[i]);
for (let i = 0; i < count; i++) if (pool.enter(all[i])) all[i].shake(pool);
measure.mark("handshakes");
measure.mark("idle");
for (let i = 0; i < count; i++) if (all[i].connection.value?.parked !== true) throw new Error(`connection ${i} is not parked`);
