import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { PeerCrypto } from "../peer/peer-crypto.js";
import { SeededRandom } from "../peer/random.js";
import { ScriptedServer, type ScriptedServerOptions } from "../peer/scripted-server.js";
import { fixtureIdentity, NOW, rootAnchor, SERVER_NAME, trustOf } from "./fixture.js";
import { allAtOnce, type Delivery, Joined } from "./joined.js";
import { Memo, memoProvider } from "./memo-provider.js";
import { testProvider } from "./provider.js";

export { allAtOnce, byteByByte, CLOSED, cutAt, type Delivery, FAILED, HANDSHAKING, inPieces, OPEN, recordByRecord } from "./joined.js";

/** What the runs of one suite share. */
export class Bench {
  readonly crypto = new PeerCrypto();
  readonly identity = fixtureIdentity();
  private readonly memo = new Memo();
  private readonly provider = memoProvider(testProvider(), this.memo);

  config(more: Partial<ClientConfig> = {}): ClientConfig {
    return {
      provider: this.provider,
      random: new SeededRandom("client"),
      clock: { seconds: () => NOW },
      trust: trustOf(rootAnchor()),
      serverName: SERVER_NAME,
      ...more,
    };
  }

  pair(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    return new Pair(
      new ClientConnection(this.config(client)),
      new ScriptedServer({ identity: this.identity, crypto: this.crypto, ...server }),
      delivery,
    );
  }

  /** A pair that has run until nothing moves. */
  run(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    const pair = this.pair(server, client, delivery);
    pair.run();
    return pair;
  }

  /** The same, and the handshake must have succeeded. */
  open(server: Partial<ScriptedServerOptions> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): Pair {
    const pair = this.run(server, client, delivery);
    pair.expectOpen();
    return pair;
  }

  /** The whole stream of the server in a plain run, from which split points are taken. */
  streamLength(server: Partial<ScriptedServerOptions> = {}): number {
    const pair = this.open(server);
    return pair.delivered;
  }
}

/** A client and the scripted server, joined by memory. */
export class Pair extends Joined<ClientConnection, ScriptedServer> {
  get client(): ClientConnection {
    return this.tested;
  }

  get server(): ScriptedServer {
    return this.peer;
  }

  flushServer(): void {
    this.flushPeer();
  }
}
