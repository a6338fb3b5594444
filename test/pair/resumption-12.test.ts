// Sessions of TLS 1.2 between our client and our server: when they are resumed, and when they are not (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import { PSK_KE } from "../../src/config-psk.js";
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
import { BY_ECDSA, KX_ECDHE_PSK, KX_PSK } from "../../src/record/cipher-suite-12.js";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { exporter } from "../../src/schedule/exporter.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ascii, equal, hex } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { cutOnce, pattern, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { clientAnchor } from "./client-fixture.js";
import { sampled } from "./effort.js";
import { NOW, SERVER_NAME } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { Bench12 } from "./pair-12.js";
import { expectResumed } from "./resumed.js";
import { BOTH_CLIENT, BOTH_SERVER, KINDS, Pair12 } from "./resumed-12.js";

describe("sessions of TLS 1.2", function () {
  this.timeout(240000);
  const bench = new Bench12();
  const all = memoProvider(full, bench.memo);

  for (const kind of KINDS)
    describe(`by ${kind}`, () => {
      it("a full handshake, then resumed ones", () => {
        const pair = new Pair12(bench, kind);
        expectResumed(pair.connect(), false);
        for (let i = 0; i < 3; i++) {
          const both = expectResumed(pair.connect(), true);
          expect(both.client.group).to.equal(null);
          expect(both.server.peerAuthenticated).to.equal(false);
          both.use(600);
        }
      });

      for (const suite of suites12)
        if (suite.by === BY_ECDSA)
          it(suite.name, () => {
            const pair = new Pair12(bench, kind);
            const client = { provider: all, tls12: new Client12([suite], [ecdheClient12], null, resumeClient12) };
            const server = { provider: all, tls12: new Server12([suite], [ecdheServer12], null, resumeServer12) };
            pair.connect(client, server);
            const both = expectResumed(pair.connect(client, server, { toServer: pieces(50), toClient: pieces(70) }), true);
            expect(both.client.suite).to.equal(suite);
            both.use(600);
          });

      it("every cut of both streams", () => {
        const pair = new Pair12(bench, kind);
        pair.connect();
        const plain = pair.connect();
        for (const [way, length] of [
          ["toServer", plain.toServer.log.length],
          ["toClient", plain.toClient.log.length],
        ] as const)
          for (const point of sampled(1, length - 1, 6)) expectResumed(pair.connect({}, {}, { [way]: cutOnce(point) }), true);
        const slow = { toServer: pieces(1), toClient: pieces(1) };
        expectResumed(pair.connect({ sliceSteps: 1 }, { sliceSteps: 1 }, slow), true).use(600);
      });

      it("small buffers", () => {
        const pair = new Pair12(bench, kind);
        pair.connect();
        const small = { sendBuffer: 512, receiveBuffer: 620 };
        expectResumed(pair.connect(small, { ...small, sendBuffer: 320 }), true).use(600);
        expectResumed(pair.connect(small, { ...small, sendBuffer: 256 }), true).use(600);
      });

      it("offered beside TLS 1.3, to a server of TLS 1.2", () => {
        const pair = new Pair12(bench, kind);
        expectResumed(pair.connect(BOTH_CLIENT), false);
        expectResumed(pair.connect(BOTH_CLIENT), true);
        expectResumed(pair.connect(), true, "and alone");
        expectResumed(pair.connect(BOTH_CLIENT), true, "and beside it again");
      });

      it("a server of both that a client of TLS 1.2 comes back to", () => {
        const pair = new Pair12(bench, kind);
        expectResumed(pair.connect({}, BOTH_SERVER), false);
        expectResumed(pair.connect({}, BOTH_SERVER), true);
      });

      it("a session of TLS 1.2 is nothing to TLS 1.3", () => {
        const pair = new Pair12(bench, kind);
        pair.connect();
        const both = bench.opened(pair.parts(BOTH_CLIENT, BOTH_SERVER));
        expectResumed(both, false);
        both.use(600);
      });

      it("offered beside TLS 1.3 to a server of TLS 1.3 that sends a HelloRetryRequest", () => {
        const pair = new Pair12(bench, kind);
        pair.connect({ sendBuffer: 700 });
        const { server } = p256Retry(bench);
        const both = bench.opened(pair.parts({ ...BOTH_CLIENT, sendBuffer: 700 }, { ...BOTH_SERVER, ...server }));
        expectResumed(both, false);
        expect(both.client.group!.name).to.equal("secp256r1");
      });

      it("extensions are agreed on anew", () => {
        const pair = new Pair12(bench, kind);
        const client = { alpn: ["a", "b"], receiveBuffer: 2048 };
        const hosts = new VirtualHosts([], bench.host({ alpn: ["a"] }));
        expect(pair.connect(client, { hosts }).client.alpn).to.equal("a");
        const both = expectResumed(pair.connect({ ...client, receiveBuffer: 600 }, { hosts }), true);
        expect(both.server.alpn).to.equal("a");
        both.write(both.server, pattern(3000));
        expect(equal(both.clientReceived, pattern(3000))).to.equal(true);
      });

      it("keying material is another for each connection", () => {
        const pair = new Pair12(bench, kind);
        const seen = new Set<string>();
        for (let i = 0; i < 2; i++) {
          const both = expectResumed(pair.connect({ exporter }, { exporter }), i === 1);
          const ours = hex(both.client.exportKeyingMaterial("EXPORTER-a", null, 32));
          expect(hex(both.server.exportKeyingMaterial("EXPORTER-a", null, 32))).to.equal(ours);
          seen.add(ours);
        }
        expect(seen.size).to.equal(2);
      });

      it("the key log has both randoms and one master secret", () => {
        const pair = new Pair12(bench, kind);
        const lines: string[] = [];
        const keyLog = (label: string, random: Uint8Array, secret: Uint8Array) => lines.push(`${label} ${hex(random)} ${hex(secret)}`);
        pair.connect({ keyLog }, { keyLog });
        pair.connect({ keyLog }, { keyLog });
        expect(lines).to.have.length(4);
        expect([lines[0], lines[2]]).to.deep.equal([lines[1], lines[3]]);
        expect(lines[0]!.slice(13, 77)).to.not.equal(lines[2]!.slice(13, 77));
        expect(lines[0]!.slice(78)).to.equal(lines[2]!.slice(78));
      });

      it("a fatal alert on the open connection: the session is forgotten (RFC 5246 §7.2.2)", () => {
        const pair = new Pair12(bench, kind);
        for (const at of [0, 1]) {
          const both = pair.connect();
          expect(both.client.resumed).to.equal(at === 1);
          if (at === 0) continue;
          both.client.fail(80, "a fault of the app's");
          both.run();
          expect(both.server.failure!.alert).to.equal("internal_error");
        }
        expect(pair.session).to.equal(null);
        expect(pair.kept).to.equal(0);
        expectResumed(pair.connect(), false);
      });

      it("a connection that is merely lost, or closed, says nothing of its session", () => {
        const pair = new Pair12(bench, kind);
        const one = pair.connect();
        one.client.receivedEnd();
        one.server.receivedEnd();
        expect([one.client.failure!.alert, one.server.failure!.alert]).to.deep.equal(["connection_lost", "connection_lost"]);
        const two = expectResumed(pair.connect(), true);
        two.client.close();
        two.run();
        expectResumed(pair.connect(), true);
      });

      it("nothing is left of the secrets", () => {
        const pair = new Pair12(bench, kind);
        for (let i = 0; i < 2; i++) {
          const both = expectResumed(pair.connect(), i === 1);
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
            const pair = new Pair12(bench, kind);
            const client = { ...nothing, provider: all, tls12: clientOf(psk, suites) };
            pair.connect(client, server);
            const both = expectResumed(pair.connect(client, server), true);
            expect(both.server.peerAuthenticated).to.equal(true);
          }
        });

        it("ECDHE_PSK needs its group, whatever the modes of keys in TLS 1.3", () => {
          const suites = pskSuites12.filter(({ kx }) => kx === KX_ECDHE_PSK);
          const external = new ExternalPsk(psk.identity, psk.key, "SHA-256", PSK_KE);
          const tls12 = clientOf(psk, suites);
          for (const more of [
            { resumption: new Resumption(new MemorySessionStore(), { modes: PSK_KE }) },
            { ...BOTH_CLIENT, psk: external },
          ]) {
            const pair = new Pair12(bench, kind);
            const client = { ...nothing, provider: all, resumption: undefined as never, ...more, tls12 };
            expect(pair.connect(client, server).client.group).to.not.equal(null);
          }
        });

        it("another identity: a session of the one before is not offered", () => {
          const pair = new Pair12(bench, kind);
          const client = { ...nothing, provider: all };
          pair.connect({ ...client, tls12: clientOf() }, server);
          const other = { identity: ascii("sensor 8"), key: psk.key };
          const more = new PskList([psk, other]);
          const both = [new PskServer12(more), new EcdhePskServer12(more)];
          const tls12 = new Server12(pskSuites12, both, null, resumeServer12);
          expectResumed(pair.connect({ ...client, tls12: clientOf(other) }, { ...server, tls12 }), false);
        });

        it("a session of a key is enough where a certificate is required, as the key was", () => {
          const pair = new Pair12(bench, kind);
          const trust = new AnchorList([clientAnchor()]);
          const asked = { ...server, host: { clientAuthentication: { trust, required: true } } };
          const client = { ...nothing, provider: all, tls12: clientOf() };
          pair.connect(client, asked);
          expectResumed(pair.connect(client, asked), true);
        });

        it("CBC: encrypt-then-MAC is agreed on anew; without it only where the config allows", () => {
          const suites = cbcSuites12.filter(({ by }) => by === BY_ECDSA);
          const make = (macFirst: typeof insecureMacThenEncrypt | null) => ({
            client: new Client12(suites, [ecdheClient12], macFirst, resumeClient12),
            server: new Server12(suites, [ecdheServer12], macFirst, resumeServer12),
          });
          const strict = make(null);
          const loose = make(insecureMacThenEncrypt);
          const pair = new Pair12(bench, kind);
          const { suite } = pair.connect({ provider: all, tls12: strict.client }, { provider: all, tls12: strict.server }).client;
          const session = pair.session!.slice();
          expectResumed(pair.connect({ provider: all, tls12: strict.client }, { provider: all, tls12: loose.server }), true).use(600);
          // Somebody who knows the session, and does not offer encrypt-then-MAC.
          const identity = session.slice(104, -4);
          const offer = {
            ...(kind === "ticket" ? { ticket: identity } : { ticket: new Uint8Array(0), sessionId: identity }),
            ...{ serverName: SERVER_NAME, suites: [suite!.id] },
          };
          const shown = (tls12: Server12) => bench.server12(offer, { ...pair.parts({}, { provider: all, tls12 }).server }).tested;
          expect(shown(loose.server).resumed).to.equal(true);
          const refused = shown(strict.server);
          expect([refused.resumed, refused.failure!.alert]).to.deep.equal([false, "handshake_failure"]);
        });
      });
    });

  describe("tickets", () => {
    it("used once when asked, and renewed by each resumption", () => {
      const pair = new Pair12(bench, "ticket", { singleUse: true });
      pair.connect();
      const seen = new Set<string>();
      for (let i = 0; i < 3; i++) {
        seen.add(hex(pair.session!));
        const both = bench.join(pair.parts());
        expect(pair.session).to.equal(null);
        both.run();
        expectResumed(both, true);
      }
      expect(seen.size).to.equal(3);
    });

    it("of another server with the same keys, and of one with others", () => {
      const pair = new Pair12(bench, "ticket");
      pair.connect();
      const again = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("x"), { keys: pair.keys.export() }));
      expectResumed(pair.connect({}, { tickets: again }), true);
      const other = new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("another")));
      expectResumed(pair.connect({}, { tickets: other }), false);
      expectResumed(pair.connect({}, { tickets: other }), true);
    });

    it("longer than may be kept: passed over", () => {
      const pair = new Pair12(bench, "ticket", { maxTicket: 20 });
      pair.connect();
      expect(pair.session).to.equal(null);
    });

    it("one that does not fit into the ClientHello is not offered", () => {
      const pair = new Pair12(bench, "ticket");
      pair.connect();
      expectResumed(pair.connect({ sendBuffer: 300 }), false);
      expectResumed(pair.connect({ sendBuffer: 512 }), true);
    });

    it("a server with tickets and session IDs: tickets for those that know them, and IDs need no memory for them", () => {
      const pair = new Pair12(bench, "ticket");
      const both = pair.connect({}, { sessionIds: pair.ids });
      expectResumed(both, false);
      expect(pair.kept).to.equal(0);
      expect(pair.session![12]! & 1, "by ticket").to.equal(1);
    });
  });

  describe("session IDs", () => {
    it("no more than may be kept: the oldest go first", () => {
      const pair = new Pair12(bench, "session ID");
      pair.connect();
      const oldest = pair.session!.slice();
      for (let i = 0; i < 4; i++) {
        pair.store.remove(SERVER_NAME, pair.session!);
        expectResumed(pair.connect(), false, `${i}`);
      }
      expect(pair.kept).to.equal(4);
      expectResumed(pair.connect(), true);
      pair.store.put(SERVER_NAME, oldest);
      expectResumed(pair.connect(), false);
    });

    it("one whose lifetime is over goes when the next is kept, its bytes zeroed; the others stay", () => {
      const pair = new Pair12(bench, "session ID");
      const sessionIds = new SessionIds(4, { lifetime: 100 });
      const { sessions } = sessionIds as unknown as { sessions: Map<string, Uint8Array> };
      const connect = (seconds: number) => {
        pair.now = NOW + seconds;
        if (pair.session !== null) pair.store.remove(SERVER_NAME, pair.session);
        expectResumed(pair.connect({}, { sessionIds }), false);
        return [...sessions.values()].at(-1)!;
      };
      const [first, second] = [connect(0), connect(50)];
      connect(100);
      expect(sessions.size, "all are good still").to.equal(3);
      connect(101);
      expect(sessions.size).to.equal(3);
      expect([...sessions.values()].includes(second!)).to.equal(true);
      expect(first!.every((byte) => byte === 0)).to.equal(true);
    });

    it("sizes that may not be", () => {
      expect(() => new SessionIds(0)).to.throw(RangeError);
      expect(() => new SessionIds(1, { lifetime: 0 })).to.throw(RangeError);
    });
  });

  it("what an open connection of TLS 1.2 says is not changed by the resumption before it", () => {
    const pair = new Pair12(bench, "ticket");
    pair.connect();
    const both = expectResumed(pair.connect(), true);
    both.client.updateKeys(true);
    both.use();
  });
});
