// Sessions of TLS 1.2 between our client and our server: when they are resumed, and when they are not (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { EcdhePskClient12 } from "../../src/handshake/ecdhe-psk-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { PskClient12 } from "../../src/handshake/psk-client-12.js";
import { EcdhePskServer12, PskServer12 } from "../../src/handshake/psk-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { full } from "../../src/profiles/full.js";
import { suites12 } from "../../src/profiles/suites-12.js";
import { cbcSuites12 } from "../../src/profiles/suites-12-legacy.js";
import { pskSuites12 } from "../../src/profiles/suites-12-psk.js";
import { BY_ECDSA, KX_PSK } from "../../src/record/cipher-suite-12.js";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { exporter } from "../../src/schedule/exporter.js";
import { PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ascii, equal, hex, text } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { type Both, type BothParts, cutOnce, pattern, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { clientAnchor, clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { AFTER_LEAF, NOW, otherAnchor, rootAnchor, SERVER_NAME } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { Bench12, ONLY_12, ONLY_12_SERVER, RESUMING_12, RESUMING_12_SERVER } from "./pair-12.js";
import type { ServerParts } from "./server-pair.js";
import { SessionPair } from "./sessions.js";
import { identityOf } from "./signer.js";

const DAY = 86_400;
const BOTH_CLIENT = { tls12: RESUMING_12.tls12, tls13: undefined as never };
const BOTH_SERVER = { tls12: RESUMING_12_SERVER.tls12, tls13: undefined as never };

type Kind = "ticket" | "session ID";
const KINDS: readonly Kind[] = ["ticket", "session ID"];

describe("sessions of TLS 1.2", function () {
  this.timeout(240000);
  const bench = new Bench12();
  const all = memoProvider(full, bench.memo);

  /** Client and server, connection after connection, with one kind of session. */
  class Pair12 extends SessionPair {
    readonly ids = new SessionIds(4);
    readonly kind: Kind;
    private draws = 0;

    constructor(kind: Kind, ...parts: ConstructorParameters<typeof SessionPair> extends [unknown, ...infer P] ? P : never) {
      super(bench, ...parts);
      this.kind = kind;
    }

    parts12(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}): BothParts {
      const kept = this.kind === "ticket" ? {} : { tickets: undefined as never, sessionIds: this.ids };
      // An ID that is drawn twice would pass for a session that is resumed.
      const random = new SeededRandom(`server 12 ${this.draws++}`);
      return this.parts({ ...RESUMING_12, ...client }, { ...RESUMING_12_SERVER, ...kept, random, ...server }, more);
    }

    connect12(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}): Both {
      return bench.opened(this.parts12(client, server, more), 0x0303);
    }

    get session(): Uint8Array | null {
      return this.store.get(SERVER_NAME);
    }
  }

  function expectResumed(both: Both, resumed: boolean, why = ""): Both {
    expect(both.client.resumed, `client ${why}`).to.equal(resumed);
    expect(both.server.resumed, `server ${why}`).to.equal(resumed);
    expect(both.client.peerAuthenticated).to.equal(true);
    return both;
  }

  function second(kind: Kind, client: Partial<ClientConfig> = {}, server: ServerParts = {}, pair = new Pair12(kind)): Both {
    expectResumed(pair.connect12(), false, "at first");
    return pair.connect12(client, server);
  }

  function use(both: Both): void {
    both.write(both.client, pattern(600));
    both.write(both.server, pattern(601));
    expect(equal(both.serverReceived, pattern(600))).to.equal(true);
    expect(equal(both.clientReceived, pattern(601))).to.equal(true);
  }

  for (const kind of KINDS)
    describe(`by ${kind}`, () => {
      it("a full handshake, then resumed ones", () => {
        const pair = new Pair12(kind);
        expectResumed(pair.connect12(), false);
        for (let i = 0; i < 3; i++) {
          const both = expectResumed(pair.connect12(), true);
          expect(both.client.group).to.equal(null);
          expect(both.server.peerAuthenticated).to.equal(false);
          use(both);
        }
      });

      for (const suite of suites12)
        if (suite.by === BY_ECDSA)
          it(suite.name, () => {
            const pair = new Pair12(kind);
            const client = { provider: all, tls12: new Client12([suite], [ecdheClient12], null, resumeClient12) };
            const server = { provider: all, tls12: new Server12([suite], [ecdheServer12], null, resumeServer12) };
            pair.connect12(client, server);
            const both = expectResumed(pair.connect12(client, server, { toServer: pieces(50), toClient: pieces(70) }), true);
            expect(both.client.suite).to.equal(suite);
            use(both);
          });

      it("every cut of both streams", () => {
        const pair = new Pair12(kind);
        pair.connect12();
        const plain = pair.connect12();
        for (const [way, length] of [
          ["toServer", plain.toServer.log.length],
          ["toClient", plain.toClient.log.length],
        ] as const)
          for (const point of sampled(1, length - 1, 6)) expectResumed(pair.connect12({}, {}, { [way]: cutOnce(point) }), true);
        const slow = { toServer: pieces(1), toClient: pieces(1) };
        use(expectResumed(pair.connect12({ sliceSteps: 1 }, { sliceSteps: 1 }, slow), true));
      });

      it("small buffers", () => {
        const pair = new Pair12(kind);
        pair.connect12();
        const small = { sendBuffer: 512, receiveBuffer: 620 };
        use(expectResumed(pair.connect12(small, { ...small, sendBuffer: 320 }), true));
        use(expectResumed(pair.connect12(small, { ...small, sendBuffer: 256 }), true));
      });

      it("offered beside TLS 1.3, to a server of TLS 1.2", () => {
        const pair = new Pair12(kind);
        expectResumed(pair.connect12(BOTH_CLIENT), false);
        expectResumed(pair.connect12(BOTH_CLIENT), true);
        expectResumed(pair.connect12(), true, "and alone");
        expectResumed(pair.connect12(BOTH_CLIENT), true, "and beside it again");
      });

      it("a server of both that a client of TLS 1.2 comes back to", () => {
        const pair = new Pair12(kind);
        expectResumed(pair.connect12({}, BOTH_SERVER), false);
        expectResumed(pair.connect12({}, BOTH_SERVER), true);
      });

      it("a session of TLS 1.2 is nothing to TLS 1.3", () => {
        const pair = new Pair12(kind);
        pair.connect12();
        const both = bench.opened(pair.parts12(BOTH_CLIENT, BOTH_SERVER));
        expectResumed(both, false);
        use(both);
      });

      it("offered beside TLS 1.3 to a server of TLS 1.3 that sends a HelloRetryRequest", () => {
        const pair = new Pair12(kind);
        pair.connect12({ sendBuffer: 700 });
        const { server } = p256Retry(bench);
        const both = bench.opened(pair.parts12({ ...BOTH_CLIENT, sendBuffer: 700 }, { ...BOTH_SERVER, ...server }));
        expectResumed(both, false);
        expect(both.client.group!.name).to.equal("secp256r1");
      });

      it("extensions are agreed on anew", () => {
        const pair = new Pair12(kind);
        const client = { alpn: ["a", "b"], receiveBuffer: 2048 };
        const hosts = new VirtualHosts([], bench.host({ alpn: ["a"] }));
        expect(pair.connect12(client, { hosts }).client.alpn).to.equal("a");
        const both = expectResumed(pair.connect12({ ...client, receiveBuffer: 600 }, { hosts }), true);
        expect(both.server.alpn).to.equal("a");
        both.write(both.server, pattern(3000));
        expect(equal(both.clientReceived, pattern(3000))).to.equal(true);
      });

      it("keying material is another for each connection", () => {
        const pair = new Pair12(kind);
        const seen = new Set<string>();
        for (let i = 0; i < 2; i++) {
          const both = pair.connect12({ exporter }, { exporter });
          const ours = hex(both.client.exportKeyingMaterial("EXPORTER-a", null, 32));
          expect(hex(both.server.exportKeyingMaterial("EXPORTER-a", null, 32))).to.equal(ours);
          seen.add(ours);
        }
        expect(seen.size).to.equal(2);
      });

      it("the key log has both randoms and one master secret", () => {
        const pair = new Pair12(kind);
        const lines: string[] = [];
        const keyLog = (label: string, random: Uint8Array, secret: Uint8Array) => lines.push(`${label} ${hex(random)} ${hex(secret)}`);
        pair.connect12({ keyLog }, { keyLog });
        pair.connect12({ keyLog }, { keyLog });
        expect(lines).to.have.length(4);
        expect([lines[0], lines[2]]).to.deep.equal([lines[1], lines[3]]);
        expect(lines[0]!.slice(13, 77)).to.not.equal(lines[2]!.slice(13, 77));
        expect(lines[0]!.slice(78)).to.equal(lines[2]!.slice(78));
      });

      it("a fatal alert on the open connection: the session is forgotten (RFC 5246 §7.2.2)", () => {
        const pair = new Pair12(kind);
        const ids = (pair.ids as unknown as { sessions: Map<string, Uint8Array> }).sessions;
        for (const at of [0, 1]) {
          const both = pair.connect12();
          expect(both.client.resumed).to.equal(at === 1);
          if (at === 0) continue;
          both.client.fail(80, "a fault of the app's");
          both.run();
          expect(both.server.failure!.alert).to.equal("internal_error");
        }
        expect(pair.session).to.equal(null);
        expect(ids.size).to.equal(0);
        expectResumed(pair.connect12(), false);
      });

      it("a connection that is merely lost, or closed, says nothing of its session", () => {
        const pair = new Pair12(kind);
        const one = pair.connect12();
        one.client.receivedEnd();
        one.server.receivedEnd();
        expect([one.client.failure!.alert, one.server.failure!.alert]).to.deep.equal(["connection_lost", "connection_lost"]);
        const two = expectResumed(pair.connect12(), true);
        two.client.close();
        two.run();
        expectResumed(pair.connect12(), true);
      });

      it("nothing is left of the secrets", () => {
        const pair = new Pair12(kind);
        for (let i = 0; i < 2; i++) {
          const both = pair.connect12();
          for (const one of [both.client, both.server]) {
            const { keys } = one as unknown as { keys: Uint8Array };
            expect(keys.slice(84, 132).some((byte) => byte !== 0)).to.equal(false);
          }
        }
        expect(
          (pair.session as Uint8Array).slice(54, 102).some((byte) => byte !== 0),
          "the store's copy is its own",
        ).to.equal(true);
      });

      describe("time", () => {
        it("no session lives longer than a day, renewed ones included (RFC 5246 §F.1.4)", () => {
          const options = { lifetime: 604_800, totalAge: 1e9 };
          const pair = new Pair12(kind, { totalAge: 1e9 }, options);
          pair.connect12();
          pair.now = NOW + DAY / 2;
          expectResumed(pair.connect12(), true);
          pair.now = NOW + DAY;
          expectResumed(pair.connect12(), true);
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect12(), false);
        });

        it("a server that is offered an older one does a full handshake", () => {
          const pair = new Pair12(kind, {}, { lifetime: 604_800, totalAge: 1e9 });
          pair.connect12();
          pair.now = NOW + DAY / 2;
          expectResumed(pair.connect12(), true, "renewed");
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect12({ clock: { seconds: () => NOW + DAY / 2 } }), false);
        });

        it("a client does not offer an older one, whatever the server would take", () => {
          const pair = new Pair12(kind, { totalAge: 1e9 }, { lifetime: 604_800, totalAge: 1e9 });
          pair.connect12();
          const still = { clock: { seconds: () => NOW } };
          pair.now = NOW + DAY;
          expectResumed(pair.connect12({}, still), true);
          pair.now = NOW + DAY + 1;
          expectResumed(pair.connect12({}, still), false);
        });

        it("lifetimes of the config", () => {
          const pair = new Pair12(kind, {}, { lifetime: 100 });
          const sessionIds = new SessionIds(4, { lifetime: 100 });
          const server = kind === "ticket" ? {} : { sessionIds };
          pair.connect12({}, server);
          pair.now = NOW + 100;
          expectResumed(pair.connect12({}, server), true);
          pair.now = NOW + 201;
          expectResumed(pair.connect12({}, server), false);
        });

        it("the end of the server's certificate", () => {
          const pair = new Pair12(kind);
          pair.now = AFTER_LEAF - 10;
          pair.connect12();
          pair.now = AFTER_LEAF - 1;
          expectResumed(pair.connect12(), true);
          pair.now = AFTER_LEAF;
          const both = bench.joined(pair.parts12());
          both.expectAlert(both.client, "certificate_expired");
        });

        it("a clock that went back, or is not set", () => {
          const pair = new Pair12(kind);
          pair.connect12();
          pair.now = NOW - 1;
          expectResumed(pair.connect12({}, { clock: { seconds: () => NOW } }), false);
          pair.connect12();
          const unset = { clock: { seconds: () => -1 } };
          expectResumed(pair.connect12({}, unset), false, "the server's");
        });
      });

      describe("never across", () => {
        it("another suite of the client: its session's is not offered", () => {
          const [, two] = RESUMING_12.tls12.suites;
          const pair = new Pair12(kind);
          pair.connect12();
          const other = new Client12([two!], [ecdheClient12], null, resumeClient12);
          expectResumed(pair.connect12({ tls12: other }), false);
          expect(expectResumed(pair.connect12(), true).client.suite, "which is that of the session then").to.equal(two);
        });

        it("a suite that the server has no more", () => {
          const [, two] = RESUMING_12.tls12.suites;
          const other = new Server12([two!], [ecdheServer12], null, resumeServer12);
          const both = expectResumed(second(kind, {}, { tls12: other }), false);
          expect(both.client.suite).to.equal(two);
        });

        it("the order of preference does not change a session's suite", () => {
          const [one, two] = RESUMING_12.tls12.suites;
          const other = new Server12([two!, one!], [ecdheServer12], null, resumeServer12);
          expect(expectResumed(second(kind, {}, { tls12: other }), true).client.suite).to.equal(one);
        });

        it("the server's name, on the client", () => {
          const pair = new Pair12(kind);
          const store = { get: () => pair.session, put() {}, remove() {} };
          pair.connect12();
          expectResumed(pair.connect12({ serverName: "a.wild.test", resumption: new Resumption(store) }), false);
        });

        it("the server's name, and its protocol, on the server", () => {
          const hosts = new VirtualHosts([["a.wild.test", bench.host()]], bench.host({ alpn: ["a", "b"] }));
          const pair = new Pair12(kind);
          pair.connect12({ alpn: ["a", "b"] }, { hosts });
          expectResumed(pair.connect12({ alpn: ["a", "b"] }, { hosts }), true);
          const other = new VirtualHosts([], bench.host({ alpn: ["b"] }));
          expectResumed(pair.connect12({ alpn: ["a", "b"] }, { hosts: other }), false);
        });

        it("trust, identities, ALPN and policy of the client", () => {
          for (const change of [
            { trust: new AnchorList([rootAnchor(), otherAnchor()]) },
            { identities: [identityOf(bench.crypto, clientIdentity())] },
            { alpn: ["mqtt"] },
            { checks: { maxCertificates: 9 } },
          ])
            expectResumed(second(kind, change), false, Object.keys(change)[0]);
        });

        it("sides that do not resume: no extension, no session", () => {
          const pair = new Pair12(kind);
          expectResumed(pair.connect12(ONLY_12), false);
          expect(pair.session).to.equal(null);
          expectResumed(pair.connect12({}, ONLY_12_SERVER), false);
          expect(pair.session).to.equal(null);
          pair.connect12();
          expectResumed(pair.connect12({}, ONLY_12_SERVER), false);
          expectResumed(pair.connect12(ONLY_12), false);
        });
      });

      describe("clients with certificates", () => {
        const trust = new AnchorList([clientAnchor()]);
        const client = { identities: [identityOf(bench.crypto, clientIdentity())] };
        const host = (required: boolean, store = trust) => ({ host: { clientAuthentication: { trust: store, required } } });

        it("the identity that was verified is kept; no certificate is asked for again", () => {
          const pair = new Pair12(kind);
          expect(pair.connect12(client, host(true)).server.peerAuthenticated).to.equal(true);
          const seen: number[] = [];
          const both = bench.join(pair.parts12(client, host(true)));
          both.server.certificateTap = { begin() {}, bytes() {}, identified: (by) => seen.push(by.length) };
          both.run();
          both.expectOpen(0x0303);
          expectResumed(both, true);
          expect(both.server.peerAuthenticated).to.equal(true);
          expect(seen).to.deep.equal([32]);
          expect(pair.connect12(client, host(true)).server.peerAuthenticated).to.equal(true);
        });

        it("a session without a certificate is not enough where one is required", () => {
          const pair = new Pair12(kind);
          pair.connect12({}, host(false));
          expectResumed(pair.connect12({}, host(false)), true);
          const both = bench.joined(pair.parts12({}, host(true)));
          both.expectAlert(both.server, "handshake_failure", /requires/);
        });

        it("another trust store: the certificate is asked for again", () => {
          const pair = new Pair12(kind);
          pair.connect12(client, host(true));
          const both = pair.connect12(client, host(true, new AnchorList([clientAnchor(), otherAnchor()])));
          expectResumed(both, false);
          expect(both.server.peerAuthenticated).to.equal(true);
        });

        it("a trust store without a fingerprint: no session", () => {
          const pair = new Pair12(kind);
          const bare = { find: (hash: Uint8Array, o: number, n: number) => trust.find(hash, o, n) };
          pair.connect12(client, host(true, bare as never));
          expect(pair.session).to.equal(null);
        });

        it("the session ends with the client's certificate", () => {
          const pair = new Pair12(kind);
          pair.now = AFTER_LEAF - 10;
          pair.connect12(client, host(true));
          pair.now = AFTER_LEAF - 1;
          expectResumed(pair.connect12(client, host(true)), true);
          pair.now = AFTER_LEAF + 1;
          const parts = pair.parts12({ ...client, clock: { seconds: () => AFTER_LEAF - 1 } }, host(true));
          const both = bench.joined(parts);
          expect(both.server.resumed).to.equal(false);
        });
      });

      describe("other key exchanges", () => {
        const psk = { identity: ascii("sensor 7"), key: new Uint8Array(32).fill(7) };
        const clientOf = (one = psk, suites = pskSuites12) =>
          new Client12(suites, [new PskClient12(one), new EcdhePskClient12(one)], null, resumeClient12);
        const keys = new PskList([psk]);
        const kinds = [new PskServer12(keys), new EcdhePskServer12(keys), ecdheServer12];
        const nothing = { trust: undefined, serverName: undefined } as never as Partial<ClientConfig>;
        const server = { provider: all, tls12: new Server12([...pskSuites12, ...suites12], kinds, null, resumeServer12) };

        it("PSK and ECDHE_PSK: the session of a key is resumed, and proves its client", () => {
          for (const suites of [pskSuites12, pskSuites12.filter(({ kx }) => kx === KX_PSK)]) {
            const pair = new Pair12(kind);
            const client = { ...nothing, provider: all, tls12: clientOf(psk, suites) };
            pair.connect12(client, server);
            const both = expectResumed(pair.connect12(client, server), true);
            expect(both.server.peerAuthenticated).to.equal(true);
          }
        });

        it("another identity: a session of the one before is not offered", () => {
          const pair = new Pair12(kind);
          const client = { ...nothing, provider: all };
          pair.connect12({ ...client, tls12: clientOf() }, server);
          const other = { identity: ascii("sensor 8"), key: psk.key };
          const more = new PskList([psk, other]);
          const both = [new PskServer12(more), new EcdhePskServer12(more)];
          const tls12 = new Server12(pskSuites12, both, null, resumeServer12);
          expectResumed(pair.connect12({ ...client, tls12: clientOf(other) }, { ...server, tls12 }), false);
        });

        it("a session of a key is enough where a certificate is required, as the key was", () => {
          const pair = new Pair12(kind);
          const trust = new AnchorList([clientAnchor()]);
          const asked = { ...server, host: { clientAuthentication: { trust, required: true } } };
          const client = { ...nothing, provider: all, tls12: clientOf() };
          pair.connect12(client, asked);
          expectResumed(pair.connect12(client, asked), true);
        });

        it("CBC: encrypt-then-MAC is agreed on anew; without it only where the config allows", () => {
          const suites = cbcSuites12.filter(({ by }) => by === BY_ECDSA);
          const make = (macFirst: typeof insecureMacThenEncrypt | null) => ({
            client: new Client12(suites, [ecdheClient12], macFirst, resumeClient12),
            server: new Server12(suites, [ecdheServer12], macFirst, resumeServer12),
          });
          const strict = make(null);
          const loose = make(insecureMacThenEncrypt);
          const pair = new Pair12(kind);
          pair.connect12({ provider: all, tls12: strict.client }, { provider: all, tls12: strict.server });
          use(expectResumed(pair.connect12({ provider: all, tls12: strict.client }, { provider: all, tls12: loose.server }), true));
        });
      });
    });

  describe("a session's bytes", () => {
    it("exported, and resumed from a copy in another store", () => {
      for (const kind of KINDS) {
        const pair = new Pair12(kind);
        pair.connect12();
        const copy = pair.session!.slice();
        const store = { get: () => copy, put() {}, remove() {} };
        expectResumed(pair.connect12({ resumption: new Resumption(store) }), true);
      }
    });

    it("damaged anywhere, cut, longer: a full handshake, and the session is gone", () => {
      const pair = new Pair12("ticket");
      pair.connect12();
      const good = pair.session!;
      const tried = (session: Uint8Array): void => {
        let removed = 0;
        const store = { get: () => session, put() {}, remove: () => void removed++ };
        expect(bench.join(pair.parts12({ resumption: new Resumption(store) })).client.txPending()).to.be.lessThan(180);
        expect(removed).to.equal(1);
      };
      for (const bit of sampled(0, good.length * 8 - 1, 40)) {
        const bad = good.slice();
        bad[bit >> 3]! ^= 1 << (bit & 7);
        tried(bad);
      }
      for (const length of sampled(0, good.length - 1, 12)) tried(good.slice(0, length));
      tried(new Uint8Array([...good, 0]));
    });

    it("of TLS 1.3 and of TLS 1.2 are never taken for one another", () => {
      const pair = new Pair12("ticket");
      pair.connect(BOTH_CLIENT, BOTH_SERVER);
      const of13 = pair.session!.slice();
      expect(of13[0]).to.equal(1);
      expectResumed(pair.connect12(), false);
      expect(pair.session![0]).to.equal(2);
      expectResumed(pair.connect12(BOTH_CLIENT), true);
      pair.store.put(SERVER_NAME, of13.slice());
      expectResumed(bench.opened(pair.parts12(BOTH_CLIENT, BOTH_SERVER)), true, "TLS 1.3");
      pair.store.put(SERVER_NAME, of13.slice());
      expectResumed(pair.connect12(), false, "1.3 in 1.2");
    });

    it("a ticket of TLS 1.3 that a client of TLS 1.2 shows, and the other way round", () => {
      const { keys } = new Pair12("ticket");
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
      const pair = new Pair12(kind);
      pair.connect12();
      const given = pair.session!.slice();
      const store = { get: () => given, put() {}, remove() {} };
      const both = bench.join(pair.parts12({ resumption: new Resumption(store) }));
      given.fill(0);
      both.run();
      both.expectOpen(0x0303);
      expectResumed(both, true);
    }
  });

  describe("tickets", () => {
    it("used once when asked, and renewed by each resumption", () => {
      const pair = new Pair12("ticket", { singleUse: true });
      pair.connect12();
      const seen = new Set<string>();
      for (let i = 0; i < 3; i++) {
        seen.add(hex(pair.session!));
        const both = bench.join(pair.parts12());
        expect(pair.session).to.equal(null);
        both.run();
        expectResumed(both, true);
      }
      expect(seen.size).to.equal(3);
    });

    it("of another server with the same keys, and of one with others", () => {
      const pair = new Pair12("ticket");
      pair.connect12();
      const again = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("x"), { keys: pair.keys.export() }));
      expectResumed(pair.connect12({}, { tickets: again }), true);
      const other = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      expectResumed(pair.connect12({}, { tickets: other }), false);
      expectResumed(pair.connect12({}, { tickets: other }), true);
    });

    it("longer than may be kept: passed over", () => {
      const pair = new Pair12("ticket", { maxTicket: 20 });
      pair.connect12();
      expect(pair.session).to.equal(null);
    });

    it("one that does not fit into the ClientHello is not offered", () => {
      const pair = new Pair12("ticket");
      pair.connect12();
      expectResumed(pair.connect12({ sendBuffer: 300 }), false);
      expectResumed(pair.connect12({ sendBuffer: 512 }), true);
    });

    it("a server with tickets and session IDs: tickets for those that know them, and IDs need no memory for them", () => {
      const pair = new Pair12("ticket");
      const both = pair.connect12({}, { sessionIds: pair.ids });
      expectResumed(both, false);
      expect((pair.ids as unknown as { sessions: Map<string, Uint8Array> }).sessions.size).to.equal(0);
      expect(pair.session![12]! & 1, "by ticket").to.equal(1);
    });
  });

  describe("session IDs", () => {
    it("no more than may be kept: the oldest go first", () => {
      const pair = new Pair12("session ID");
      pair.connect12();
      const oldest = pair.session!.slice();
      for (let i = 0; i < 4; i++) {
        pair.store.remove(SERVER_NAME, pair.session!);
        expectResumed(pair.connect12(), false, `${i}`);
      }
      expect((pair.ids as unknown as { sessions: Map<string, Uint8Array> }).sessions.size).to.equal(4);
      expectResumed(pair.connect12(), true);
      pair.store.put(SERVER_NAME, oldest);
      expectResumed(pair.connect12(), false);
    });

    it("sizes that may not be", () => {
      expect(() => new SessionIds(0)).to.throw(RangeError);
      expect(() => new SessionIds(1, { lifetime: 0 })).to.throw(RangeError);
    });
  });

  it("what an open connection of TLS 1.2 says is not changed by the resumption before it", () => {
    const pair = new Pair12("ticket");
    pair.connect12();
    const both = pair.connect12();
    both.write(both.client, ascii("x"));
    expect(text(both.serverReceived)).to.equal("x");
    if (!ON_XS) both.client.updateKeys(true);
    both.client.close();
    both.run();
    expect([both.client.failure, both.server.failure]).to.deep.equal([null, null]);
  });
});
