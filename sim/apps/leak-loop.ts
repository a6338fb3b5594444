// Opens and closes connections, or lets handshakes fail, again and again on one device.

import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { FAILED, OPEN } from "../../src/connection.js";
import { feed, replay } from "./replay.js";
import { records } from "./replay-config.js";

/** Records up to the server's Finished: behind them only tickets follow. */
function handshakeRecords(config: ClientConfig): number {
  const connection = new ClientConnection(config);
  connection.sent(connection.txPending());
  let count = 0;
  while (connection.state !== OPEN) feed(connection, count++, false);
  return count;
}

export class LeakLoop {
  private readonly config: ClientConfig;
  private readonly handshake: number;

  constructor(config: ClientConfig) {
    this.config = config;
    this.handshake = handshakeRecords(config);
  }

  connect(count: number): void {
    for (let i = 0; i < count; i++) {
      const connection = replay(this.config, records.length);
      if (connection.state !== OPEN) throw new Error(`connection ${i} was not opened`);
      connection.close();
      connection.sent(connection.txPending());
    }
  }

  /** One damaged record each, in turn: the first, the second, … up to the server's Finished. */
  fail(count: number): void {
    for (let i = 0; i < count; i++) {
      const damaged = i % this.handshake;
      const connection = replay(this.config, damaged);
      feed(connection, damaged, true);
      for (let next = damaged + 1; next < this.handshake && connection.state !== FAILED; next++) feed(connection, next, false);
      if (connection.state !== FAILED) throw new Error(`a damaged record ${damaged} did not make the handshake fail`);
    }
  }
}
