// Sessions between our client and our server: when they are resumed, and when they are not (RFC 9846 §2.2, §4.3.11, §4.7.1).
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionCache } from "../../src/session/session-cache.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { PinnedTrust } from "../../src/x509/pins.js";
import { ascii, text } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { type Both, BothBench, cutOnce, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { clientAnchor, clientIdentity } from "./client-fixture.js";
import { sampled } from "./effort.js";
import { AFTER_LEAF, NOW, otherAnchor, rootAnchor, SERVER_NAME } from "./fixture.js";
import type { ServerParts } from "./server-pair.js";
import { SessionPair } from "./sessions.js";
import { identityOf } from "./signer.js";

const DAY = 86_400;

/** nameConstraints that permit names below "test". */
const TEST_ONLY = new Uint8Array([0xa0, 8, 0x30, 6, 0x82, 4, 0x74, 0x65, 0x73, 0x74]);

describe("sessions", function () {
  this.timeout(240000);
  const bench = new BothBench();

  function expectResumed(both: Both, resumed: boolean, why = ""): void {
    expect(both.client.resumed, `client ${why}`).to.equal(resumed);
    expect(both.server.resumed, `server ${why}`).to.equal(resumed);
    expect(both.client.peerAuthenticated).to.equal(true);
  }

  /** One connection, so that there is a session; then one with changes. */
  function second(
    client: Partial<ClientConfig> = {},
    server: ServerParts = {},
    pair = new SessionPair(bench),
    first: { client?: Partial<ClientConfig>; server?: ServerParts } = {},
  ): Both {
    expectResumed(pair.connect(first.client, first.server), false, "at first");
    return pair.connect(client, server);
  }

  it("a full handshake, then resumed ones, each with the ticket of the one before", () => {
    const pair = new SessionPair(bench);
    expectResumed(pair.connect(), false);
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      seen.add(`${pair.store.get(SERVER_NAME)}`);
      const both = pair.connect();
      expectResumed(both, true);
      expect(both.client.group!.name).to.equal("x25519");
      expect(both.server.peerAuthenticated).to.equal(false);
      both.write(both.client, ascii("hello"));
      both.write(both.server, ascii("hallo"));
      expect(text(both.serverReceived)).to.equal("hello");
      expect(text(both.clientReceived)).to.equal("hallo");
    }
    expect(seen.size).to.equal(3);
  });

  it("the session is handed out when the ticket is there as a whole, not before", () => {
    const pair = new SessionPair(bench);
    const both = bench.join(pair.parts({}, {}, { toClient: pieces(1) }));
    let opened = false;
    for (let i = 0; i < 100000 && !opened; i++) {
      for (const one of [both.client, both.server]) if ((one.wants & 4) !== 0) one.resume();
      both.toServer.take(both.client);
      both.toClient.take(both.server);
      both.toServer.give(both.server);
      both.toClient.give(both.client);
      opened = both.client.state === 1;
    }
    expect(opened).to.equal(true);
    expect(pair.store.get(SERVER_NAME)).to.equal(null);
    both.run();
    expect(pair.store.get(SERVER_NAME)).to.not.equal(null);
  });

  it("psk_ke: without key exchange, where both say so", () => {
    const pair = new SessionPair(bench, { modes: PSK_KE }, { modes: PSK_KE | PSK_DHE_KE });
    const both = second({}, {}, pair);
    expectResumed(both, true);
    expect(both.client.group).to.equal(null);
  });

  it("psk_ke is off by default: a client that has nothing else is given no ticket", () => {
    const pair = new SessionPair(bench, { modes: PSK_KE });
    expectResumed(second({}, {}, pair), false);
    expect(pair.store.get(SERVER_NAME)).to.equal(null);
  });

  it("a session whose modes the server allows no more: a full handshake", () => {
    const pair = new SessionPair(bench, { modes: PSK_KE }, { modes: PSK_KE });
    expectResumed(second({}, { tickets: new Tickets(pair.keys) }, pair), false);
  });

  it("after a HelloRetryRequest, with and without server memory", () => {
    const retry = p256Retry(bench).server!;
    for (const cookies of [undefined, { key: new Uint8Array(32).fill(7), lifetime: 30 }]) {
      const both = second({ sendBuffer: 700 }, { ...retry, ...(cookies === undefined ? {} : { cookies }) });
      expectResumed(both, true);
      expect(both.client.group!.name).to.equal("secp256r1");
    }
  });

  it("every cut of both streams of a resumed handshake", () => {
    const pair = new SessionPair(bench);
    pair.connect();
    const plain = pair.connect();
    for (const [way, length] of [
      ["toServer", plain.toServer.log.length],
      ["toClient", plain.toClient.log.length],
    ] as const)
      for (const point of sampled(1, length - 1, 4)) expectResumed(pair.connect({}, {}, { [way]: cutOnce(point) }), true);
    const slow = { toServer: pieces(1), toClient: pieces(1) };
    expectResumed(pair.connect({ sliceSteps: 1 }, { sliceSteps: 1 }, slow), true);
  });

  it("small send buffers: tickets go out piece by piece; a session that does not fit into the ClientHello is not offered", () => {
    const pair = new SessionPair(bench);
    expectResumed(second({}, { sendBuffer: 256 }, pair), true);
    expectResumed(pair.connect({ sendBuffer: 300 }), false);
    expectResumed(pair.connect({ sendBuffer: 512 }), true);
  });

  describe("a client resumes only under the config that opened the session", () => {
    const anchors = () => new AnchorList([rootAnchor()]);
    const identity = () => identityOf(bench.crypto, clientIdentity());
    const changes: readonly (readonly [string, Partial<ClientConfig>])[] = [
      ["another anchor beside", { trust: new AnchorList([rootAnchor(), otherAnchor()]) }],
      ["a constraint on the anchor", { trust: new AnchorList([{ ...rootAnchor(), nameConstraints: TEST_ONLY }]) }],
      ["pins beside the anchors", { trust: new PinnedTrust([new Uint8Array(32)], [], anchors()) }],
      ["ALPN rules", { alpn: ["mqtt"] }],
      ["an identity of its own", { identities: [identity()] }],
      ["bounds", { checks: { maxCertificates: 9 } }],
      ["a time policy", { checks: { timePolicy: { floor: () => 0, verified() {} } } }],
      [
        "signature algorithms",
        { provider: { ...bench.provider, signatures: [...bench.provider.signatures, ...bench.provider.signatures] } },
      ],
      ["an external key", { psk: new ExternalPsk(ascii("x"), new Uint8Array(32)) }],
    ];
    for (const [name, change] of changes)
      it(name, () => {
        const pair = new SessionPair(bench);
        expectResumed(second(change, {}, pair), false, name);
        expectResumed(pair.connect(change), true, `${name}, again`);
        expectResumed(pair.connect(), false, `${name}, and back`);
      });

    it("the server's name", () => {
      const pair = new SessionPair(bench);
      const store = { get: () => pair.store.get(SERVER_NAME), put() {}, remove() {} };
      expectResumed(second({ serverName: "a.wild.test", resumption: new Resumption(store) }, {}, pair), false);
    });

    it("what verify() refuses, told by `policy`", () => {
      const checks = { verify: () => "" };
      const pair = new SessionPair(bench, { policy: "one" });
      expectResumed(second({ checks }, {}, pair, { client: { checks } }), true);
      expectResumed(pair.connect({ checks, resumption: new Resumption(pair.store, { policy: "two" }) }), false);
      expect(() => pair.connect({ checks, resumption: new Resumption(pair.store) })).to.throw(RangeError, /policy/);
    });

    it("a trust store without a fingerprint is refused with the config", () => {
      const trust = { find: () => null };
      expect(() => bench.join({ client: { trust, resumption: new Resumption(new MemorySessionStore()) } })).to.throw(
        RangeError,
        /fingerprint/,
      );
    });
  });

  describe("a session's time", () => {
    it("the ticket's lifetime", () => {
      const pair = new SessionPair(bench, {}, { lifetime: 100 });
      pair.connect();
      pair.now = NOW + 100;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 201;
      expectResumed(pair.connect(), false);
    });

    it("7 days, whatever the config of either side says", () => {
      expect(() => new Tickets(new SessionCache(1), { lifetime: 604_801 })).to.throw(RangeError, /604800/);
      const pair = new SessionPair(bench, { totalAge: 1e9 }, { lifetime: 604_800, totalAge: 1e9 });
      pair.connect();
      pair.now = NOW + 604_801;
      expectResumed(pair.connect(), false);
    });

    it("total age across renewals, as the client has it", () => {
      const pair = new SessionPair(bench, { totalAge: 2 * DAY }, { totalAge: 1e9 });
      pair.connect();
      for (const [after, resumed] of [
        [DAY, true],
        [2 * DAY, true],
        [2 * DAY + 1, false],
        [2 * DAY + 2, true],
      ] as const) {
        pair.now = NOW + after;
        expectResumed(pair.connect(), resumed, `after ${after}`);
      }
    });

    it("total age across renewals, as the server has it: no ticket outlives it", () => {
      const pair = new SessionPair(bench, { totalAge: 1e9 }, { totalAge: 2 * DAY });
      pair.connect();
      pair.now = NOW + DAY;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 2 * DAY;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 2 * DAY + 1;
      expectResumed(pair.connect(), false);
    });

    it("the end of a certificate in the server's path", () => {
      const pair = new SessionPair(bench);
      pair.now = AFTER_LEAF - 10;
      pair.connect();
      pair.now = AFTER_LEAF - 1;
      expectResumed(pair.connect(), true);
      pair.now = AFTER_LEAF;
      const both = bench.joined(pair.parts());
      both.expectAlert(both.client, "certificate_expired");
    });

    it("a clock that went back", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      pair.now = NOW - 1;
      expectResumed(pair.connect(), false);
    });

    it("an unset clock after sleep: only by the host's word, and not past the floor", () => {
      const unset = { clock: { seconds: () => -1 } };
      let floor = NOW - 5;
      const checks = { timePolicy: { floor: () => floor, verified() {} } };
      const pair = new SessionPair(bench);
      expectResumed(second({ ...unset, checks }, {}, pair, { client: { checks } }), false);
      const trusting = new Resumption(pair.store, { allowSessionsOfUnknownAge: true });
      pair.connect({ checks });
      expectResumed(pair.connect({ ...unset, checks, resumption: trusting }), true);
      // The session that came with the clock unset stays one of unknown age.
      expectResumed(pair.connect({ checks }), false);
      pair.connect({ checks });
      floor = AFTER_LEAF + 10;
      const both = bench.joined(pair.parts({ ...unset, checks, resumption: trusting }));
      both.expectAlert(both.client, "certificate_expired");
    });

    it("a server whose clock is not set gives tickets only by its host's word", () => {
      const unset = { clock: { seconds: () => -1 } };
      const pair = new SessionPair(bench);
      expectResumed(second({}, unset, pair, { server: unset }), false);
      const trusting = new Tickets(pair.keys, { allowSessionsOfUnknownAge: true });
      expectResumed(second({}, { ...unset, tickets: trusting }, new SessionPair(bench), { server: { ...unset, tickets: trusting } }), true);
    });
  });

  describe("a session's bytes", () => {
    it("exported, and resumed from a copy in another store", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      const copy = pair.store.get(SERVER_NAME)!.slice();
      const store = { get: () => copy, put() {}, remove() {} };
      expectResumed(pair.connect({ resumption: new Resumption(store) }), true);
    });

    it("damaged anywhere, cut, longer, of another version: a full handshake", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      const good = pair.store.get(SERVER_NAME)!;
      const tried = (session: Uint8Array): void => {
        let removed = 0;
        const store = { get: () => session, put() {}, remove: () => void removed++ };
        const both = bench.join(pair.parts({ resumption: new Resumption(store) }));
        expect(both.client.txPending()).to.be.lessThan(260);
        expect(removed).to.equal(1);
      };
      for (const bit of sampled(0, good.length * 8 - 1, 40)) {
        const bad = good.slice();
        bad[bit >> 3]! ^= 1 << (bit & 7);
        tried(bad);
      }
      for (const length of sampled(0, good.length - 1, 12)) tried(good.slice(0, length));
      tried(new Uint8Array([...good, 0]));
      tried(new Uint8Array(good.length));
      tried(new Uint8Array(good.length).fill(255));
    });

    it("used once when asked", () => {
      const pair = new SessionPair(bench, { singleUse: true });
      pair.connect();
      const session = pair.store.get(SERVER_NAME)!;
      const both = bench.join(pair.parts());
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
      both.run();
      expectResumed(both, true);
      expect(pair.store.get(SERVER_NAME)).to.not.deep.equal(session);
    });

    it("with a store for several: each used once, the newest first", () => {
      const store = new MemorySessionStore(1, 2);
      const resumption = new Resumption(store, { singleUse: true });
      const pair = new SessionPair(bench, {}, { count: 2 });
      pair.connect({ resumption });
      const parts = [0, 1, 2].map(() => bench.join(pair.parts({ resumption })));
      for (const both of parts) both.run();
      expect(parts.map((both) => both.client.resumed)).to.deep.equal([true, true, false]);
    });

    it("a ticket longer than may be kept is passed over", () => {
      const pair = new SessionPair(bench, { maxTicket: 20 });
      expectResumed(second({}, {}, pair), false);
    });
  });

  describe("a handshake with a session that fails", () => {
    /** Changes the key that the client has, so that its binder is wrong. */
    function withWrongKey(pair: SessionPair): Uint8Array {
      const bad = pair.store.get(SERVER_NAME)!.slice();
      bad[60]! ^= 1;
      return resum(bad);
    }

    it("a wrong binder is decrypt_error; the session is forgotten, the next handshake is a full one", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      const bad = withWrongKey(pair);
      pair.store.put(SERVER_NAME, bad);
      const both = bench.joined(pair.parts());
      both.expectAlert(both.server, "decrypt_error", /binder/);
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
      expectResumed(pair.connect(), false);
    });

    it("a connection that is merely lost says nothing of the session", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      const session = pair.store.get(SERVER_NAME);
      const both = bench.join(pair.parts());
      both.client.receivedEnd();
      expect(both.client.state).to.equal(3);
      expect(pair.store.get(SERVER_NAME)).to.equal(session);
    });
  });

  describe("a server", () => {
    it("does not know the key of the ticket: a full handshake, and a new ticket", () => {
      const pair = new SessionPair(bench);
      const other = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      expectResumed(second({}, { tickets: other }, pair), false);
      expectResumed(pair.connect({}, { tickets: other }), true);
    });

    it("gives no tickets, and takes none", () => {
      const pair = new SessionPair(bench);
      expectResumed(pair.connect({}, { tickets: undefined as never }), false);
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
      pair.connect();
      expectResumed(pair.connect({}, { tickets: undefined as never }), false);
    });

    it("changes its key: the old one opens tickets for one lifetime more", () => {
      const pair = new SessionPair(bench, {}, { lifetime: 2 * DAY }, { rotateAfter: DAY });
      pair.connect();
      const old = pair.store.get(SERVER_NAME)!;
      pair.now = NOW + DAY;
      expectResumed(pair.connect(), true);
      expect(pair.keys.export().length).to.equal(96);
      pair.store.put(SERVER_NAME, old);
      pair.now = NOW + 2 * DAY;
      expectResumed(pair.connect(), false);
    });

    it("started again with its exported key goes on; without it does not", () => {
      const pair = new SessionPair(bench);
      const again = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("x"), { keys: pair.keys.export() }));
      expectResumed(second({}, { tickets: again }, pair), true);
    });

    it("keeps sessions in memory instead: each ticket is good once", () => {
      const tickets = new Tickets(new SessionCache(4));
      const pair = new SessionPair(bench);
      pair.connect({}, { tickets });
      const session = pair.store.get(SERVER_NAME)!;
      expectResumed(pair.connect({}, { tickets }), true);
      pair.store.put(SERVER_NAME, session);
      expectResumed(pair.connect({}, { tickets }), false);
    });

    it("binds a session to the name that was asked for, and to the protocol", () => {
      const hosts = new VirtualHosts([["other.test", bench.host()]], bench.host({ alpn: ["a", "b"] }));
      const pair = new SessionPair(bench);
      // What the client shows stays the same: the fingerprint is not what is tested.
      const any = {
        get: () => pair.store.get(SERVER_NAME),
        put: (_: string, s: Uint8Array) => pair.store.put(SERVER_NAME, s),
        remove() {},
      };
      pair.connect({ alpn: ["a", "b"] }, { hosts });
      expectResumed(pair.connect({ alpn: ["a", "b"] }, { hosts }), true);
      const changed = new VirtualHosts([], bench.host({ alpn: ["b"] }));
      expectResumed(pair.connect({ alpn: ["a", "b"], resumption: new Resumption(any) }, { hosts: changed }), false);
    });

    it("does not resume under another hash", () => {
      const provider = { ...bench.provider, suites: [tlsAes256GcmSha384, ...bench.provider.suites] };
      const pair = new SessionPair(bench);
      expectResumed(
        second({ provider: { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] } }, { provider }, pair, {
          client: { provider: { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] } },
        }),
        false,
      );
    });

    it("resumes a session of another suite with the same hash", () => {
      const [one, two] = bench.provider.suites;
      const pair = new SessionPair(bench);
      const both = second({}, { provider: { ...bench.provider, suites: [two!, one!] } }, pair);
      expectResumed(both, true);
      expect(both.client.suite).to.equal(two);
    });
  });

  describe("clients with certificates", () => {
    const trust = new AnchorList([clientAnchor()]);
    const client = { identities: [identityOf(bench.crypto, clientIdentity())] };
    const host = (required: boolean, store = trust) => ({ host: { clientAuthentication: { trust: store, required } } });

    it("the identity that was verified is kept; no certificate is asked for again", () => {
      const pair = new SessionPair(bench);
      expect(pair.connect(client, host(true)).server.peerAuthenticated).to.equal(true);
      const seen: number[] = [];
      const both = bench.join(pair.parts(client, host(true)));
      both.server.certificateTap = { begin() {}, bytes() {}, identified: (by) => seen.push(by.length) };
      both.run();
      both.expectOpen();
      expectResumed(both, true);
      expect(both.server.peerAuthenticated).to.equal(true);
      expect(seen).to.deep.equal([32]);
      // And so it goes on over renewals.
      expect(pair.connect(client, host(true)).server.peerAuthenticated).to.equal(true);
    });

    it("a session without a certificate is not enough where one is required", () => {
      const pair = new SessionPair(bench);
      pair.connect({}, host(false));
      expectResumed(pair.connect({}, host(false)), true);
      const both = bench.joined(pair.parts({}, host(true)));
      both.expectAlert(both.server, "certificate_required");
    });

    it("another trust store: the certificate is asked for again", () => {
      const pair = new SessionPair(bench);
      pair.connect(client, host(true));
      expectResumed(pair.connect(client, host(true, new AnchorList([clientAnchor(), otherAnchor()]))), false);
    });

    it("a trust store without a fingerprint: no tickets", () => {
      const pair = new SessionPair(bench);
      const bare = { find: (hash: Uint8Array, o: number, n: number) => trust.find(hash, o, n) };
      pair.connect(client, host(true, bare as never));
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
    });

    it("what verify() refuses, told by `policy`: without it no tickets, with another none is taken", () => {
      const verify = () => "";
      const strict = { host: { clientAuthentication: { trust, required: true, checks: { verify } } } };
      const pair = new SessionPair(bench);
      pair.connect(client, strict);
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
      const one = new Tickets(pair.keys, { policy: "one" });
      pair.connect(client, { ...strict, tickets: one });
      expectResumed(pair.connect(client, { ...strict, tickets: one }), true);
      expectResumed(pair.connect(client, { ...strict, tickets: new Tickets(pair.keys, { policy: "two" }) }), false);
    });

    it("the session ends with the client's certificate", () => {
      const pair = new SessionPair(bench, { totalAge: 1e9 }, { totalAge: 1e9 });
      pair.now = AFTER_LEAF - 10;
      pair.connect(client, host(true));
      const session = pair.store.get(SERVER_NAME)!;
      expect(new DataView(session.buffer).getUint32(5), "ticket_lifetime").to.equal(9);
      pair.now = AFTER_LEAF - 1;
      expectResumed(pair.connect(client, host(true)), true);
    });
  });

  describe("with external keys", () => {
    const key = new Uint8Array(32).fill(0x42);
    const psk = new ExternalPsk(ascii("sensor 7"), key);
    const keys = new PskList([{ identity: ascii("sensor 7"), key }]);
    const nothing = { psk, trust: undefined, serverName: undefined } as never as Partial<ClientConfig>;

    it("the session of a key is resumed", () => {
      const pair = new SessionPair(bench);
      const server = { psk: keys, host: { identities: [] } };
      const both = second(nothing, server, pair, { client: nothing, server });
      expectResumed(both, true);
      expect(both.server.peerAuthenticated).to.equal(true);
    });

    it("where the session is unknown, the key stands behind it in the same ClientHello", () => {
      const pair = new SessionPair(bench);
      const server = { psk: keys, host: { identities: [] } };
      const tickets = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      const both = second(nothing, { ...server, tickets }, pair, { client: nothing, server });
      expectResumed(both, false);
    });

    it("modes must be the same for both", () => {
      const resumption = new Resumption(new MemorySessionStore(), { modes: PSK_KE });
      expect(() => bench.join({ client: { psk, resumption } })).to.throw(RangeError, /modes/);
    });
  });

  it("slices: every step of both sides on its own", () => {
    const pair = new SessionPair(bench);
    pair.connect();
    expectResumed(pair.connect({ sliceSteps: 1 }, { sliceSteps: 1 }), true);
  });

  it("nothing of the session's secrets stays when a connection ends", () => {
    const pair = new SessionPair(bench);
    pair.connect();
    const both = pair.connect();
    const { session } = (both.client as unknown as { flow: { session: { secret: Uint8Array } } }).flow;
    const { secret } = session;
    expect(secret.some((byte) => byte !== 0)).to.equal(true);
    both.client.close();
    expect(secret.every((byte) => byte === 0)).to.equal(true);
  });
});

/** Sets the checksum right. */
function resum(session: Uint8Array): Uint8Array {
  let a = 1;
  let b = 0;
  const end = session.length - 4;
  for (let i = 0; i + 1 < end; i += 2) {
    a = (a + session[i]! * 256 + session[i + 1]!) % 65521;
    b = (b + a) % 65521;
  }
  if (end % 2 === 1) {
    a = (a + session[end - 1]!) % 65521;
    b = (b + a) % 65521;
  }
  const view = new DataView(session.buffer, session.byteOffset);
  view.setUint16(end, b);
  view.setUint16(end + 2, a);
  return session;
}
