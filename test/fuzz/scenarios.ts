import { ClientConnection } from "../../src/client.js";
import type { ClientConfig } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import type { Connection } from "../../src/connection.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { BothBench, COOKIES } from "../pair/both.js";
import { clientAuthority, clientIdentity } from "../pair/client-fixture.js";
import { rootAnchor, SERVER_NAME, trustOf } from "../pair/fixture.js";
import { allAtOnce } from "../pair/joined.js";
import { ClientPair12, ONLY_12, ONLY_12_SERVER, RESUMING_12, RESUMING_12_SERVER, ServerPair12 } from "../pair/pair-12.js";
import type { ServerParts } from "../pair/server-pair.js";
import { identityOf } from "../pair/signer.js";
import { concat, vector8, vector16 } from "../peer/bytes.js";
import type { ScriptedClientOptions } from "../peer/client-options.js";
import { extension } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { type ClientOptions12, ScriptedClient12 } from "../peer/scripted-client-12.js";
import { ScriptedServer12, type ServerOptions12 } from "../peer/scripted-server-12.js";
import type { ScriptedServerOptions } from "../peer/server-options.js";
import * as ocsp from "../support/ocsp.js";
import * as pki from "../support/pki.js";

export type Role = "client" | "server";

/** A connection with a fixed config, and what its scripted peer does: the same bytes come in every run. */
export interface Scenario {
  readonly name: string;
  readonly role: Role;
  connect(): Connection;
  /** For the client's peer. */
  readonly server?: ScriptedServerOptions;
  /** For the server's peer. */
  readonly client?: ScriptedClientOptions;
  /** The same for peers of TLS 1.2. */
  readonly server12?: ServerOptions12;
  readonly client12?: ClientOptions12;
}

const stapled = pki.makeChain();
const STAPLE = extension(5, ocsp.certificateStatus(ocsp.response()));

const IDENTITY = new Uint8Array([0x6b, 0x65, 0x79]);
const KEY = new Uint8Array(32).fill(0x42);
const NO_SESSION = { get: () => null, put() {}, remove() {} };

/** pre_shared_key with an identity that nobody knows. */
function unknownKey(): Uint8Array {
  return concat(vector16(concat(vector16(new Uint8Array(8).fill(0x61)), new Uint8Array(4))), vector16(vector8(new Uint8Array(32))));
}

/** Sessions of TLS 1.2, always the same: what a client and a server have to resume them, and what their peers know. */
function begun12(bench: BothBench) {
  const tickets = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("fuzz 1.2")));
  const store = new MemorySessionStore();
  const client = { ...RESUMING_12, resumption: new Resumption(store), trust: new AnchorList([rootAnchor()]) };
  const ticket = new Uint8Array(80).fill(4);
  const { crypto, identity } = bench;
  const one = new ClientPair12(
    new ClientConnection(bench.clientConfig(client)),
    new ScriptedServer12({ identity, crypto, ticket }),
    allAtOnce,
  );
  const server = { ...RESUMING_12_SERVER, tickets };
  const other = new ServerPair12(bench.server(server), new ScriptedClient12({ crypto, ticket: new Uint8Array(0) }), allAtOnce);
  one.run();
  other.run();
  const session = store.get(SERVER_NAME) as Uint8Array;
  return {
    client: { ...client, resumption: new Resumption({ get: () => session, put() {}, remove() {} }) },
    resume: { master: one.peer.master },
    server,
    offer: { ticket: other.peer.newTicket as Uint8Array, sessionId: new Uint8Array(32).fill(8), master: other.peer.master },
    byId: { ...RESUMING_12_SERVER, sessionIds: new SessionIds(4) },
  };
}

/** All scenarios, on a bench of their own: its kept results of public-key work grow, so a long run makes a new one now and then. */
export function makeScenarios(bench = new BothBench()): Scenario[] {
  const { crypto } = bench;
  const identity = clientIdentity();
  const client = (name: string, config: Partial<ClientConfig>, server: Partial<ScriptedServerOptions>): Scenario => ({
    name,
    role: "client",
    connect: () => new ClientConnection(bench.clientConfig(config)),
    server: { crypto, identity: bench.identity, tickets: 1, echo: true, ...server },
  });
  const server = (name: string, parts: ServerParts, options: ScriptedClientOptions): Scenario => ({
    name,
    role: "server",
    connect: () => bench.server(parts),
    client: { crypto, echo: true, ...options },
  });
  const client12 = (name: string, config: Partial<ClientConfig>, options: Partial<ServerOptions12>): Scenario => ({
    name,
    role: "client",
    connect: () => new ClientConnection(bench.clientConfig({ ...ONLY_12, ...config })),
    server12: { crypto, identity: bench.identity, echo: true, ...options },
  });
  const server12 = (name: string, parts: ServerParts, options: ClientOptions12): Scenario => ({
    name,
    role: "server",
    connect: () => bench.server({ ...ONLY_12_SERVER, ...parts }),
    client12: { crypto, echo: true, ...options },
  });
  const both = { tls13: undefined as never };
  const identities = [identityOf(crypto, identity)];
  const asks: Partial<ClientConfig> = {
    trust: trustOf(stapled.anchor),
    serverName: stapled.host,
    clock: { seconds: () => pki.NOW },
    checks: { status: ocspStapling({ required: true }) },
  };
  const staples = { identity: { chain: stapled.chain, privateKey: stapled.leafKey.secretKey }, certificateExtensions: [[STAPLE]] };
  const stapling = { ...identityOf(crypto, staples.identity), ocspResponse: ocsp.response() };
  const resuming = begun12(bench);
  const retry = { provider: { ...bench.provider, groups: [...bench.provider.groups].reverse() } };
  const all = { identity, grease: true, serverName: "server.test", alpn: ["x", "http/1.1"] };
  return [
    client("client plain", {}, {}),
    client("client ALPN, AES", { alpn: ["h2", "http/1.1"] }, { alpn: ["http/1.1"], suite: 0x1301 }),
    client("client asked for a certificate", { identities }, { certificateRequest: { extensions: [extension(13, [0, 2, 4, 3])] } }),
    client("client without a certificate", { sliceSteps: 5 }, { certificateRequest: {}, fragment: 100 }),
    client("client retried with a cookie", retry, { helloRetry: { group: 0x1d, cookie: new Uint8Array(40).fill(9) } }),
    client("client of small buffers", { receiveBuffer: 700, sendBuffer: 300 }, { fragment: 200, padding: 3 }),
    client("client asks for a status", asks, staples),
    client(
      "client with a key",
      { psk: new ExternalPsk(IDENTITY, KEY), resumption: new Resumption(NO_SESSION), trust: new AnchorList([rootAnchor()]) },
      { psk: { key: KEY } },
    ),
    client(
      "client with a key alone, retried",
      { psk: new ExternalPsk(IDENTITY, KEY, "SHA-256", PSK_KE | PSK_DHE_KE), trust: undefined as never },
      { psk: { key: KEY, withoutExchange: true }, helloRetry: { cookie: new Uint8Array(40).fill(9) } },
    ),
    server("server plain", {}, {}),
    server(
      "server with keys and tickets",
      {
        psk: new PskList([{ identity: IDENTITY, key: KEY }]),
        tickets: new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("fuzz"))),
      },
      { lastExtensions: [extension(45, [1, 1]), extension(41, unknownKey())] },
    ),
    server("server staples", { host: { identities: [stapling] } }, { extensions: [extension(5, [1, 0, 0, 0, 0])] }),
    server("server asks for a certificate", { host: { ...bench.asked(), alpn: ["http/1.1"] } }, all),
    server("server requires a certificate", { host: bench.asked(true, { authorities: [clientAuthority()] }), sliceSteps: 7 }, { identity }),
    server("server retries", {}, { shares: [], fragment: 150 }),
    server("server retries with a cookie", { cookies: COOKIES, host: bench.asked() }, { shares: [], grease: true, identity }),
    client12("client of TLS 1.2", {}, {}),
    client12("client of both, asked for a certificate", { identities, ...both }, { request: {}, suite: 0xc02b, fragment: 200 }),
    client12("client of TLS 1.2 that asks for a status", asks, { identity: staples.identity, status: ocsp.response(), fragment: 300 }),
    server12("server of TLS 1.2", {}, {}),
    server12(
      "server of TLS 1.2 that staples",
      { host: { identities: [stapling] } },
      { extensions: (usual) => [...usual, extension(5, [1, 0, 0, 0, 0])] },
    ),
    server12("server of both, asks for a certificate", { host: bench.asked(), sliceSteps: 5, ...both }, { identity }),
    client12("client of TLS 1.2 that resumes", resuming.client, { resume: resuming.resume, ticket: new Uint8Array(70).fill(5) }),
    client12("client of both that resumes", { ...resuming.client, ...both, sliceSteps: 5 }, { resume: resuming.resume, fragment: 40 }),
    server12("server of TLS 1.2 that resumes", resuming.server, resuming.offer),
    server12("server of both that gives a session ID", { ...resuming.byId, ...both }, { sessionId: new Uint8Array(32).fill(8) }),
    server("server of small buffers", { receiveBuffer: 600, sendBuffer: 320 }, { fragment: 200, padding: 3, identity }),
  ];
}
