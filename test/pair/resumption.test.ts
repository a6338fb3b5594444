// Sessions between our client and our server: when they are resumed, and when they are not (RFC 9846 §2.2, §4.3.11, §4.7.1).
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { PinnedTrust } from "../../src/x509/pins.js";
import { ascii, text } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { BothBench, cutOnce, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { clientIdentity } from "./client-fixture.js";
import { sampled } from "./effort.js";
import { otherAnchor, rootAnchor, SERVER_NAME } from "./fixture.js";
import { expectResumed, resum, second } from "./resumed.js";
import { SessionPair } from "./sessions.js";
import { identityOf } from "./signer.js";

/** nameConstraints that permit names below "test". */
const TEST_ONLY = new Uint8Array([0xa0, 8, 0x30, 6, 0x82, 4, 0x74, 0x65, 0x73, 0x74]);

describe("sessions", function () {
  this.timeout(240000);
  const bench = new BothBench();

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
    const both = second(bench, {}, {}, pair);
    expectResumed(both, true);
    expect(both.client.group).to.equal(null);
  });

  it("psk_ke is off by default: a client that has nothing else is given no ticket", () => {
    const pair = new SessionPair(bench, { modes: PSK_KE });
    expectResumed(second(bench, {}, {}, pair), false);
    expect(pair.store.get(SERVER_NAME)).to.equal(null);
  });

  it("a session whose modes the server allows no more: a full handshake", () => {
    const pair = new SessionPair(bench, { modes: PSK_KE }, { modes: PSK_KE });
    expectResumed(second(bench, {}, { tickets: new Tickets(pair.keys) }, pair), false);
  });

  it("after a HelloRetryRequest, with and without server memory", () => {
    const retry = p256Retry(bench).server!;
    for (const cookies of [undefined, { key: new Uint8Array(32).fill(7), lifetime: 30 }]) {
      const both = second(bench, { sendBuffer: 700 }, { ...retry, ...(cookies === undefined ? {} : { cookies }) });
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
    expectResumed(second(bench, {}, { sendBuffer: 256 }, pair), true);
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
        expectResumed(second(bench, change, {}, pair), false, name);
        expectResumed(pair.connect(change), true, `${name}, again`);
        expectResumed(pair.connect(), false, `${name}, and back`);
      });

    it("what verify() refuses, told by `policy`", () => {
      const checks = { verify: () => "" };
      const pair = new SessionPair(bench, { policy: "one" });
      expectResumed(second(bench, { checks }, {}, pair, { client: { checks } }), true);
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

  describe("with external keys", () => {
    const key = new Uint8Array(32).fill(0x42);
    const psk = new ExternalPsk(ascii("sensor 7"), key);
    const keys = new PskList([{ identity: ascii("sensor 7"), key }]);
    const nothing = { psk, trust: undefined, serverName: undefined } as never as Partial<ClientConfig>;

    it("the session of a key is resumed", () => {
      const pair = new SessionPair(bench);
      const server = { psk: keys, host: { identities: [] } };
      const both = second(bench, nothing, server, pair, { client: nothing, server });
      expectResumed(both, true);
      expect(both.server.peerAuthenticated).to.equal(true);
    });

    it("where the session is unknown, the key stands behind it in the same ClientHello", () => {
      const pair = new SessionPair(bench);
      const server = { psk: keys, host: { identities: [] } };
      const tickets = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      const both = second(bench, nothing, { ...server, tickets }, pair, { client: nothing, server });
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
