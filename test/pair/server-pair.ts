import type { ClientAuthentication, HostLookup, ServerConfig, VirtualHost } from "../../src/config.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";
import { ServerConnection } from "../../src/server.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { PeerCrypto } from "../peer/peer-crypto.js";
import { SeededRandom } from "../peer/random.js";
import { ScriptedClient, type ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientAnchor } from "./client-fixture.js";
import { fixtureIdentity, NOW, trustOf } from "./fixture.js";
import { allAtOnce, type Delivery, Joined } from "./joined.js";
import { Memo, memoProvider } from "./memo-provider.js";
import { testProvider } from "./provider.js";
import { identityOf } from "./signer.js";

export { allAtOnce, byteByByte, CLOSED, cutAt, type Delivery, FAILED, HANDSHAKING, inPieces, OPEN, recordByRecord } from "./joined.js";

/** What a server's config may be told here: the config itself, or the one virtual host that is there. */
export interface ServerParts extends Partial<ServerConfig> {
  readonly host?: Partial<VirtualHost>;
  readonly address?: Uint8Array;
}

export const COOKIE_KEY = new Uint8Array(32).fill(0x5c);
export const COOKIES = { key: COOKIE_KEY, lifetime: 30 };

/** What the runs of one suite share. */
export class ServerBench {
  readonly crypto = new PeerCrypto();
  readonly identity = fixtureIdentity();
  readonly memo = new Memo();
  readonly provider = memoProvider(testProvider([x25519, secp256r1]), this.memo);

  host(more: Partial<VirtualHost> = {}): VirtualHost {
    return { identities: [identityOf(this.crypto, this.identity)], ...more };
  }

  /** Clients are asked for a certificate of the clients' root. */
  asked(required = false, more: Partial<ClientAuthentication> = {}): Partial<VirtualHost> {
    return { clientAuthentication: { trust: trustOf(clientAnchor()), required, ...more } };
  }

  config(parts: ServerParts = {}): ServerConfig {
    const { host, address, ...more } = parts;
    const hosts: HostLookup = new VirtualHosts([], this.host(host));
    return { provider: this.provider, random: new SeededRandom("server"), clock: { seconds: () => NOW }, hosts, ...more };
  }

  server(parts: ServerParts = {}): ServerConnection {
    return new ServerConnection(this.config(parts), undefined, parts.address ?? new Uint8Array([192, 0, 2, 7]));
  }

  pair(client: ScriptedClientOptions = {}, server: ServerParts = {}, delivery: Delivery = allAtOnce): ServerPair {
    return new ServerPair(this.server(server), new ScriptedClient({ crypto: this.crypto, ...client }), delivery);
  }

  /** A pair that has run until nothing moves. */
  run(client: ScriptedClientOptions = {}, server: ServerParts = {}, delivery: Delivery = allAtOnce): ServerPair {
    const pair = this.pair(client, server, delivery);
    pair.run();
    return pair;
  }

  /** The same, and the handshake must have succeeded. */
  open(client: ScriptedClientOptions = {}, server: ServerParts = {}, delivery: Delivery = allAtOnce): ServerPair {
    const pair = this.run(client, server, delivery);
    pair.expectOpen();
    return pair;
  }
}

/** The server and a scripted client, joined by memory. */
export class ServerPair extends Joined<ServerConnection, ScriptedClient> {
  get server(): ServerConnection {
    return this.tested;
  }

  get client(): ScriptedClient {
    return this.peer;
  }
}
