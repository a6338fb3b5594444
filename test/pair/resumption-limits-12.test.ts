// Sessions of TLS 1.2 between our client and our server: when they are resumed, and when they are not (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
import { expect } from "chai";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { full } from "../../src/profiles/full.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { SeededRandom } from "../peer/random.js";
import { clientAnchor, clientIdentity } from "./client-fixture.js";
import { AFTER_LEAF, NOW, otherAnchor, rootAnchor, SERVER_NAME } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { Bench12, ONLY_12, ONLY_12_SERVER, RESUMING_12 } from "./pair-12.js";
import { expectResumed, second } from "./resumed.js";
import { BOTH_CLIENT, BOTH_SERVER, KINDS, Pair12 } from "./resumed-12.js";
import { limitsOfSessions } from "./session-limits.js";
import { identityOf } from "./signer.js";

const DAY = 86_400;

describe("sessions of TLS 1.2: limits", function () {
  this.timeout(240000);
  const bench = new Bench12();
  const all = memoProvider(full, bench.memo);

  for (const kind of KINDS)
    describe(`by ${kind}`, () => {
      describe("time", () => {
        it("no session lives longer than a day, renewed ones included (RFC 5246 §F.1.4)", () => {
          const options = { lifetime: 604_800, totalAge: 1e9 };
          const pair = new Pair12(bench, kind, { totalAge: 1e9 }, options);
          pair.connect();
          pair.now = NOW + DAY / 2;
          expectResumed(pair.connect(), true);
          pair.now = NOW + DAY;
          expectResumed(pair.connect(), true);
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect(), false);
        });

        it("a server that is offered an older one does a full handshake", () => {
          const pair = new Pair12(bench, kind, {}, { lifetime: 604_800, totalAge: 1e9 });
          pair.connect();
          pair.now = NOW + DAY / 2;
          expectResumed(pair.connect(), true, "renewed");
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect({ clock: { seconds: () => NOW + DAY / 2 } }), false);
        });

        it("a client does not offer an older one, whatever the server would take", () => {
          const pair = new Pair12(bench, kind, { totalAge: 1e9 }, { lifetime: 604_800, totalAge: 1e9 });
          pair.connect();
          const still = { clock: { seconds: () => NOW } };
          pair.now = NOW + DAY;
          expectResumed(pair.connect({}, still), true);
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect({}, still), false);
        });

        it("lifetimes of the config: a ticket is renewed by each connection, an ID is not", () => {
          const pair = new Pair12(bench, kind, {}, { lifetime: 100 });
          const sessionIds = new SessionIds(4, { lifetime: 100 });
          const server = kind === "ticket" ? {} : { sessionIds };
          pair.connect({}, server);
          pair.now = NOW + 100;
          expectResumed(pair.connect({}, server), true);
          pair.now = NOW + 101;
          expectResumed(pair.connect({}, server), kind === "ticket");
          pair.now = NOW + 202;
          expectResumed(pair.connect({}, server), false);
        });

        it("a clock that went back, or is not set", () => {
          const pair = new Pair12(bench, kind);
          const at = (seconds: number) => ({ clock: { seconds: () => seconds } });
          pair.connect();
          pair.now = NOW + 100;
          expectResumed(pair.connect(), true);
          // An ID is not renewed: the session is the one of the first connection.
          expectResumed(pair.connect(at(NOW + 50)), kind === "session ID", "the client's, behind its last connection");
          for (const [seconds, resumed] of [
            [NOW - 60, true],
            [NOW - 61, false],
            [-1, false],
          ] as const) {
            const other = new Pair12(bench, kind);
            other.connect();
            expectResumed(other.connect({}, at(seconds)), resumed, `the server's: ${seconds}`);
          }
          const checks = { timePolicy: { floor: () => NOW, verified() {} } };
          pair.connect({ checks });
          expectResumed(pair.connect({ checks }), true);
          expectResumed(pair.connect({ checks, ...at(-1) }), false, "the client's, not set");
        });
      });

      limitsOfSessions(bench, () => new Pair12(bench, kind));

      describe("never across", () => {
        it("another suite of the client: its session's is not offered", () => {
          const [, two] = RESUMING_12.tls12.suites;
          const pair = new Pair12(bench, kind);
          pair.connect();
          const other = new Client12([two!], [ecdheClient12], null, resumeClient12);
          expectResumed(pair.connect({ tls12: other }), false);
          expect(expectResumed(pair.connect(), true).client.suite, "which is that of the session then").to.equal(two);
        });

        it("a suite that the server has no more", () => {
          const [, two] = RESUMING_12.tls12.suites;
          const other = new Server12([two!], [ecdheServer12], null, resumeServer12);
          const both = expectResumed(second(bench, {}, { tls12: other }, new Pair12(bench, kind)), false);
          expect(both.client.suite).to.equal(two);
        });

        it("the order of preference does not change a session's suite", () => {
          const [one, two] = RESUMING_12.tls12.suites;
          const other = new Server12([two!, one!], [ecdheServer12], null, resumeServer12);
          expect(expectResumed(second(bench, {}, { tls12: other }, new Pair12(bench, kind)), true).client.suite).to.equal(one);
        });

        it("the server's name, and its protocol, on the server", () => {
          const hosts = new VirtualHosts([["a.wild.test", bench.host()]], bench.host({ alpn: ["a", "b"] }));
          const pair = new Pair12(bench, kind);
          pair.connect({ alpn: ["a", "b"] }, { hosts });
          expectResumed(pair.connect({ alpn: ["a", "b"] }, { hosts }), true);
          const other = new VirtualHosts([], bench.host({ alpn: ["b"] }));
          expectResumed(pair.connect({ alpn: ["a", "b"] }, { hosts: other }), false);
        });

        it("trust, identities, ALPN and policy of the client", () => {
          for (const change of [
            { trust: new AnchorList([rootAnchor(), otherAnchor()]) },
            { identities: [identityOf(bench.crypto, clientIdentity())] },
            { alpn: ["mqtt"] },
            { checks: { maxCertificates: 9 } },
          ])
            expectResumed(second(bench, change, {}, new Pair12(bench, kind)), false, Object.keys(change)[0]);
        });

        it("sides that do not resume: no extension, no session", () => {
          const pair = new Pair12(bench, kind);
          expectResumed(pair.connect(ONLY_12), false);
          expect(pair.session).to.equal(null);
          expectResumed(pair.connect({}, ONLY_12_SERVER), false);
          expect(pair.session).to.equal(null);
          pair.connect();
          expectResumed(pair.connect({}, ONLY_12_SERVER), false);
          expectResumed(pair.connect(ONLY_12), false);
        });

        it("sides that could, whose configs keep no sessions: no extension, and a session that is offered is passed over", () => {
          const pair = new Pair12(bench, kind);
          const none = { resumption: undefined as never };
          for (const more of [{}, BOTH_CLIENT]) expectResumed(pair.connect({ ...more, ...none }), false);
          expect([pair.session, pair.kept]).to.deep.equal([null, kind === "ticket" ? 0 : 2]);
          pair.connect();
          expectResumed(pair.connect({}, { tickets: undefined as never, sessionIds: undefined as never }), false);
        });
      });

      describe("clients with certificates", () => {
        const trust = new AnchorList([clientAnchor()]);
        const client = { identities: [identityOf(bench.crypto, clientIdentity())] };
        const host = (required: boolean, store = trust) => ({ host: { clientAuthentication: { trust: store, required } } });

        it("the identity that was verified is kept; no certificate is asked for again", () => {
          const pair = new Pair12(bench, kind);
          expect(pair.connect(client, host(true)).server.peerAuthenticated).to.equal(true);
          const seen: number[] = [];
          const both = bench.join(pair.parts(client, host(true)));
          both.server.certificateTap = { begin() {}, bytes() {}, identified: (by) => seen.push(by.length) };
          both.run();
          both.expectOpen(0x0303);
          expectResumed(both, true);
          expect(both.server.peerAuthenticated).to.equal(true);
          expect(seen).to.deep.equal([32]);
          expect(pair.connect(client, host(true)).server.peerAuthenticated).to.equal(true);
        });

        it("a session without a certificate is not enough where one is required", () => {
          const pair = new Pair12(bench, kind);
          pair.connect({}, host(false));
          expectResumed(pair.connect({}, host(false)), true);
          const both = bench.joined(pair.parts({}, host(true)));
          both.expectAlert(both.server, "handshake_failure", /requires/);
        });

        it("another trust store: the certificate is asked for again", () => {
          const pair = new Pair12(bench, kind);
          pair.connect(client, host(true));
          const both = pair.connect(client, host(true, new AnchorList([clientAnchor(), otherAnchor()])));
          expectResumed(both, false);
          expect(both.server.peerAuthenticated).to.equal(true);
        });

        it("a trust store without a fingerprint: no session", () => {
          const pair = new Pair12(bench, kind);
          const bare = { find: (hash: Uint8Array, o: number, n: number) => trust.find(hash, o, n) };
          pair.connect(client, host(true, bare as never));
          expect(pair.session).to.equal(null);
        });

        it("a session of unknown age ends with the client's certificate as soon as the clock is set", () => {
          const options = { allowSessionsOfUnknownAge: true };
          const server = (now: number) => {
            const clock = { seconds: () => now };
            return { ...host(true), ...(kind === "ticket" ? {} : { sessionIds }), clock };
          };
          const sessionIds = new SessionIds(4, options);
          const pair = new Pair12(bench, kind, {}, options);
          pair.now = AFTER_LEAF - 10;
          const asked = { ...client, clock: { seconds: () => AFTER_LEAF - 10 } };
          const checks = { timePolicy: { floor: () => AFTER_LEAF - 10, verified() {} } };
          const unset = { ...server(-1), host: { clientAuthentication: { trust, required: true, checks } } };
          pair.connect(asked, unset);
          expectResumed(pair.connect(asked, unset), true, "not set");
          expectResumed(pair.connect(asked, server(AFTER_LEAF - 1)), true, "before its end");
          expect(bench.joined(pair.parts(asked, server(AFTER_LEAF + 1))).server.resumed, "behind it").to.equal(false);
        });

        it("the session ends with the client's certificate", () => {
          const pair = new Pair12(bench, kind);
          pair.now = AFTER_LEAF - 10;
          pair.connect(client, host(true));
          pair.now = AFTER_LEAF - 1;
          expectResumed(pair.connect(client, host(true)), true);
          pair.now = AFTER_LEAF + 1;
          const parts = pair.parts({ ...client, clock: { seconds: () => AFTER_LEAF - 1 } }, host(true));
          const both = bench.joined(parts);
          expect(both.server.resumed).to.equal(false);
        });
      });
    });

  describe("a session's bytes", () => {
    it("of TLS 1.3 and of TLS 1.2 are never taken for one another", () => {
      const pair = new Pair12(bench, "ticket");
      pair.connect(BOTH_CLIENT, BOTH_SERVER, {}, 0x0304);
      const of13 = pair.session!.slice();
      expect(of13[0]).to.equal(1);
      expectResumed(pair.connect(), false);
      expect(pair.session![0]).to.equal(2);
      expectResumed(pair.connect(BOTH_CLIENT), true);
      pair.store.put(SERVER_NAME, of13.slice());
      expectResumed(bench.opened(pair.parts(BOTH_CLIENT, BOTH_SERVER)), true, "TLS 1.3");
      pair.store.put(SERVER_NAME, of13.slice());
      expectResumed(pair.connect(), false, "1.3 in 1.2");
    });

    it("a ticket of TLS 1.3 that a client of TLS 1.2 shows, and the other way round", () => {
      const { keys } = new Pair12(bench, "ticket");
      const tickets = new Tickets(keys);
      const state = (isTLS12: boolean) => ({
        config: { provider: all, clock: { seconds: () => NOW }, random: new SeededRandom("x") },
        suite: all.suites[0]!,
        isTLS12,
        sni: "",
        alpn: null,
        host: {},
      });
      const session = { client: null, first: NOW, until: 0xffffffff, external: false };
      const of13 = tickets.seal(state(false), { ...session, key: new Uint8Array(32).fill(1) }, 100);
      const of12 = tickets.seal(state(true), { ...session, key: new Uint8Array(48).fill(1), suite12: 0xcca9 }, 100);
      const opened = (isTLS12: boolean, ticket: Uint8Array) => tickets.open(state(isTLS12), ticket, 0, ticket.length) !== null;
      expect([opened(false, of13), opened(true, of12), opened(true, of13), opened(false, of12)]).to.deep.equal([true, true, false, false]);
      const sha384 = { ...state(false), suite: { ...all.suites[0]!, hash: { ...all.suites[0]!.hash, outputLength: 48 } } };
      expect(tickets.open(sha384, of12, 0, of12.length)).to.equal(null);
    });
  });

  it("a store that zeroes what it has let go, in the middle of a handshake", () => {
    for (const kind of KINDS) {
      const pair = new Pair12(bench, kind);
      pair.connect();
      const given = pair.session!.slice();
      const store = { get: () => given, put() {}, remove() {} };
      const both = bench.join(pair.parts({ resumption: new Resumption(store) }));
      given.fill(0);
      both.run();
      both.expectOpen(0x0303);
      expectResumed(both, true);
    }
  });
});
