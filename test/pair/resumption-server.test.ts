// Which sessions a server takes, and what it keeps of clients that showed a certificate (RFC 9846 §4.7.1).
import { expect } from "chai";
import type { ServerSession } from "../../src/config-psk.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionCache } from "../../src/session/session-cache.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { type TicketBox, Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { SeededRandom } from "../peer/random.js";
import { BothBench } from "./both.js";
import { clientAnchor, clientIdentity } from "./client-fixture.js";
import { AFTER_LEAF, NOW, otherAnchor, SERVER_NAME } from "./fixture.js";
import { expectResumed, second } from "./resumed.js";
import { SessionPair } from "./sessions.js";
import { identityOf } from "./signer.js";

const DAY = 86_400;

describe("sessions on the server", function () {
  this.timeout(240000);
  const bench = new BothBench();

  describe("a server", () => {
    it("does not know the key of the ticket: a full handshake, and a new ticket", () => {
      const pair = new SessionPair(bench);
      const other = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      expectResumed(second(bench, {}, { tickets: other }, pair), false);
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
      const old = pair.store.get(SERVER_NAME)!.slice();
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
      expectResumed(second(bench, {}, { tickets: again }, pair), true);
    });

    it("keeps sessions in memory instead: each ticket is good once", () => {
      const tickets = new Tickets(new SessionCache(4));
      const pair = new SessionPair(bench);
      pair.connect({}, { tickets });
      const session = pair.store.get(SERVER_NAME)!.slice();
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
        second(bench, { provider: { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] } }, { provider }, pair, {
          client: { provider: { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] } },
        }),
        false,
      );
    });

    it("resumes a session of another suite with the same hash", () => {
      const [one, two] = bench.provider.suites;
      const pair = new SessionPair(bench);
      const both = second(bench, {}, { provider: { ...bench.provider, suites: [two!, one!] } }, pair);
      expectResumed(both, true);
      expect(both.client.suite).to.equal(two);
    });
  });

  it("wipes what it took out of a ticket, whether it goes on with it or not", () => {
    for (const policy of ["", "another"]) {
      const cache = new SessionCache(4);
      const opened: Uint8Array[] = [];
      const box: TicketBox = {
        seal: (session, random) => cache.seal(session, random),
        open(bytes, offset, length) {
          const session = cache.open(bytes, offset, length);
          if (session !== null) opened.push(session);
          return session;
        },
      };
      const pair = new SessionPair(bench);
      pair.connect({}, { tickets: new Tickets(box) });
      class Watched extends Tickets {
        override open(...call: Parameters<Tickets["open"]>): ReturnType<Tickets["open"]> {
          const session = super.open(...call);
          if (session !== null) opened.push((session as ServerSession).key);
          return session;
        }
      }
      const both = pair.connect({}, { tickets: new Watched(box, { policy }) });
      expect(both.server.resumed).to.equal(policy === "");
      both.server.close();
      expect(opened.length).to.equal(policy === "" ? 2 : 1);
      for (const bytes of opened) expect(bytes.every((byte) => byte === 0)).to.equal(true);
    }
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
      const session = pair.store.get(SERVER_NAME)!.slice();
      expect(new DataView(session.buffer).getUint32(5), "ticket_lifetime").to.equal(9);
      pair.now = AFTER_LEAF - 1;
      expectResumed(pair.connect(client, host(true)), true);
    });
  });
});
