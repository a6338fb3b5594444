// Pairs of TLS 1.2: our client or server with the scripted peer.
import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import type { ServerConnection } from "../../src/server.js";
import { tlsEcdheEcdsaWithAes128GcmSha256 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-128-gcm-sha256.js";
import { tlsEcdheEcdsaWithChacha20Poly1305Sha256 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256.js";
import { type ClientName12, type ClientOptions12, ScriptedClient12 } from "../peer/scripted-client-12.js";
import { ScriptedServer12, type ServerName12, type ServerOptions12 } from "../peer/scripted-server-12.js";
import { BothBench } from "./both.js";
import { allAtOnce, type Delivery, Joined } from "./joined.js";
import type { ServerParts } from "./server-pair.js";

const SUITES = [tlsEcdheEcdsaWithChacha20Poly1305Sha256, tlsEcdheEcdsaWithAes128GcmSha256];
export const client12 = new Client12(SUITES);
export const server12 = new Server12(SUITES);
export const ONLY_12 = { tls12: client12, tls13: false } as const;
export const ONLY_12_SERVER = { tls12: server12, tls13: false } as const;

/** With sessions. */
export const RESUMING_12 = { tls12: new Client12(SUITES, [ecdheClient12], null, resumeClient12), tls13: false } as const;
export const RESUMING_12_SERVER = { tls12: new Server12(SUITES, [ecdheServer12], null, resumeServer12), tls13: false } as const;

/** For `mutate`: one message is changed, or several stand in its place, or none. */
export const only =
  (name: ClientName12 | ServerName12, change: (bytes: Uint8Array) => Uint8Array | readonly Uint8Array[] | null) =>
  (which: ClientName12 | ServerName12, bytes: Uint8Array): Uint8Array | readonly Uint8Array[] | null =>
    which === name ? change(bytes) : bytes;

export class ClientPair12 extends Joined<ClientConnection, ScriptedServer12> {}
export class ServerPair12 extends Joined<ServerConnection, ScriptedClient12> {}

export class Bench12 extends BothBench {
  client12(server: Partial<ServerOptions12> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): ClientPair12 {
    const pair = new ClientPair12(
      new ClientConnection(this.clientConfig({ ...ONLY_12, ...client })),
      new ScriptedServer12({ identity: this.identity, crypto: this.crypto, ...server }),
      delivery,
    );
    pair.run();
    return pair;
  }

  openClient12(server: Partial<ServerOptions12> = {}, client: Partial<ClientConfig> = {}, delivery: Delivery = allAtOnce): ClientPair12 {
    const pair = this.client12(server, client, delivery);
    pair.expectOpen();
    return pair;
  }

  server12(client: ClientOptions12 = {}, server: ServerParts = {}, delivery: Delivery = allAtOnce): ServerPair12 {
    const pair = new ServerPair12(
      this.server({ ...ONLY_12_SERVER, ...server }),
      new ScriptedClient12({ crypto: this.crypto, ...client }),
      delivery,
    );
    pair.run();
    return pair;
  }

  openServer12(client: ClientOptions12 = {}, server: ServerParts = {}, delivery: Delivery = allAtOnce): ServerPair12 {
    const pair = this.server12(client, server, delivery);
    pair.expectOpen();
    return pair;
  }
}
