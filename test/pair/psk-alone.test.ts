// A client that has a pre-shared key and nothing else: no certificate is read, and nothing that reads them is linked.
import { expect } from "chai";
import { PskClientConnection } from "../../src/client-psk.js";
import type { ClientConfig } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import type { Connection } from "../../src/connection.js";
import { iotServer } from "../../src/profiles/iot-server.js";
import { pskClient } from "../../src/profiles/psk-client.js";
import { ServerConnection } from "../../src/server.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ascii, text } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { NOW, rootAnchor } from "./fixture.js";
import { FAILED, OPEN } from "./joined.js";

const IDENTITY = ascii("sensor 7");
const KEY = new Uint8Array(32).fill(0x42);
const clock = { seconds: () => NOW };

function config(more: Partial<ClientConfig> = {}): ClientConfig {
  return { provider: pskClient, random: new SeededRandom("client"), clock, psk: new ExternalPsk(IDENTITY, KEY), ...more } as ClientConfig;
}

function serverOf(key: Uint8Array, modes = PSK_DHE_KE): ServerConnection {
  const psk = new PskList([{ identity: IDENTITY, key }], "SHA-256", modes);
  const hosts = { find: () => ({ identities: [] }) };
  return new ServerConnection({ provider: iotServer, random: new SeededRandom("server"), clock, hosts, psk });
}

function move(from: Connection, to: Connection): boolean {
  const length = Math.min(from.txPending(), to.rxSpace());
  if (length === 0) return false;
  to.io.set(from.io.subarray(from.txOffset, from.txOffset + length), to.rxOffset);
  from.sent(length);
  to.received(length);
  return true;
}

function join(client: Connection, server: Connection): void {
  while (move(client, server) || move(server, client));
}

function sent(from: Connection, to: Connection, words: string): string {
  const bytes = ascii(words);
  from.write(bytes, 0, bytes.length);
  join(from, to);
  const got = text(to.io.slice(to.appOffset, to.appOffset + to.appData()));
  to.consumed(to.appData());
  return got;
}

describe("a client with a pre-shared key alone", () => {
  for (const [name, modes, group] of [
    ["psk_dhe_ke", PSK_DHE_KE, "x25519"],
    ["psk_ke", PSK_KE, undefined],
  ] as const) {
    it(`talks: ${name}`, () => {
      const client = new PskClientConnection(config({ psk: new ExternalPsk(IDENTITY, KEY, "SHA-256", modes) }) as never);
      const server = serverOf(KEY, modes);
      join(client, server);
      expect([client.state, server.state, client.failure]).to.deep.equal([OPEN, OPEN, null]);
      expect(client.peerAuthenticated).to.equal(true);
      expect(client.group?.name).to.equal(group);
      expect(sent(client, server, "21.5")).to.equal("21.5");
      expect(sent(server, client, "thanks")).to.equal("thanks");
      client.close();
      join(client, server);
      expect(server.failure).to.equal(null);
    });
  }

  it("fails with a server that has another key", () => {
    const client = new PskClientConnection(config() as never);
    join(client, serverOf(KEY.map((byte) => byte ^ 1)));
    expect(client.state).to.equal(FAILED);
    expect(String(client.failure)).to.match(/decrypt_error/);
  });

  it("fails with a server that does not know the key: nothing else may prove it", () => {
    const client = new PskClientConnection(config() as never);
    const hosts = { find: () => ({ identities: [] }) };
    join(client, new ServerConnection({ provider: iotServer, random: new SeededRandom("server"), clock, hosts }));
    expect(client.state).to.equal(FAILED);
  });

  it("says what a config may not have, and what it must", () => {
    const made = (more: Partial<ClientConfig>) => () => new PskClientConnection(config(more) as never);
    expect(made({ trust: new AnchorList([rootAnchor()]) })).to.throw(RangeError, /^trust is given: /);
    expect(made({ serverName: "a.example" })).to.throw(RangeError, /^serverName is given: /);
    expect(made({ checks: {} })).to.throw(RangeError, /^checks is given: /);
    expect(made({ psk: undefined as never })).to.throw(RangeError, "psk is missing");
    expect(made({ psk: new ExternalPsk(IDENTITY, KEY, "SHA-384") })).to.throw(RangeError, /^psk: provider has no suite/);
    expect(made({ provider: { ...pskClient, groups: [] } })).to.throw(RangeError, /^provider: /);
  });
});
