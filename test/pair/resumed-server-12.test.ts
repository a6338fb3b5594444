// A TLS 1.2 server that resumes, and clients that misbehave (RFC 5246 §7.3, §7.4.1.2; RFC 5077 §3; RFC 7627 §5.3).
import { expect } from "chai";
import { decode_error, decrypt_error, handshake_failure, illegal_parameter, unexpected_message } from "../../src/alert.js";
import type { ServerSession } from "../../src/config-psk.js";
import { OUTSIDE } from "../../src/crypto/provider.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { type TicketBox, Tickets } from "../../src/session/tickets.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ascii, concat, equal, flipBit, text } from "../peer/bytes.js";
import { append, cutBody, withBody } from "../peer/edit.js";
import { extension, HANDSHAKE_TYPES as T } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { ECDSA_AES_128_GCM, ECDSA_CHACHA20 } from "../peer/schedule-12.js";
import type { ClientName12, ClientOptions12 } from "../peer/scripted-client-12.js";
import { clientAnchor, clientIdentity } from "./client-fixture.js";
import { sampled } from "./effort.js";
import { byteByByte, cutAt, type Delivery, FAILED, HANDSHAKING } from "./joined.js";
import { refusesOutOfPlace } from "./out-of-place.js";
import { Bench12, only, RESUMING_12_SERVER } from "./pair-12.js";
import type { ServerParts } from "./server-pair.js";

const OWN_ID = new Uint8Array(32).fill(0x6f);
const EMPTY = new Uint8Array(0);
const DOWNGRADE = concat(ascii("DOWNGRD"), [1]);

type Kind = "ticket" | "session ID";

describe("TLS 1.2: a server that resumes", function () {
  this.timeout(240000);
  const bench = new Bench12();

  const ticketsOf = (seed = "keys") => new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom(seed)));

  /** What a client has after a full handshake, and the server that gave it. */
  function begun(kind: Kind, options: ClientOptions12 = {}, more: ServerParts = {}) {
    const ids = new SessionIds(400);
    const kept = kind === "ticket" ? { tickets: ticketsOf() } : { sessionIds: ids };
    let run = 0;
    const server = (): ServerParts => ({ ...RESUMING_12_SERVER, ...kept, random: new SeededRandom(`server ${run++}`), ...more });
    const { peer } = bench.openServer12({ ...(kind === "ticket" ? { ticket: EMPTY } : {}), ...options }, server());
    const { master, newTicket, sessionId } = peer;
    const offer: ClientOptions12 = kind === "ticket" ? { ticket: newTicket ?? EMPTY, sessionId: OWN_ID, master } : { sessionId, master };
    return { server, offer, peer, ids: (ids as unknown as { sessions: Map<string, Uint8Array> }).sessions };
  }

  function again(from: ReturnType<typeof begun>, options: ClientOptions12 = {}, server: ServerParts = {}, delivery?: Delivery) {
    return bench.server12({ seed: "again", ...from.offer, ...options }, { ...from.server(), ...server }, delivery);
  }

  /** A full handshake. */
  function fully(from: ReturnType<typeof begun>, options: ClientOptions12 = {}, server: ServerParts = {}) {
    const pair = again(from, options, server);
    pair.expectOpen();
    expect(pair.tested.resumed).to.equal(false);
    return pair;
  }

  it("wipes what it took out of a ticket, whether it goes on with it or not", () => {
    const keys: Uint8Array[] = [];
    class Watched extends Tickets {
      override open(...call: Parameters<Tickets["open"]>): ReturnType<Tickets["open"]> {
        const session = super.open(...call);
        if (session !== null && session !== OUTSIDE) keys.push((session as ServerSession).key);
        return session;
      }
    }
    const tickets = new Watched(new TicketKeys(chacha20Poly1305, new SeededRandom("keys")));
    const from = begun("ticket", { suites: [ECDSA_CHACHA20, ECDSA_AES_128_GCM] });
    for (const options of [{}, { suites: [ECDSA_AES_128_GCM] }, { extended: false }]) again(from, options, { tickets });
    expect(keys.length).to.equal(3);
    for (const key of keys) expect(equal(key, new Uint8Array(48))).to.equal(true);
  });

  for (const kind of ["ticket", "session ID"] as const)
    describe(`by ${kind}`, () => {
      it("what it gives, and resumes", () => {
        const from = begun(kind);
        expect(from.peer.extensions.has(35)).to.equal(kind === "ticket");
        expect(from.peer.sessionId.length).to.equal(kind === "ticket" ? 0 : 32);
        const pair = again(from);
        pair.expectOpen();
        expect([pair.tested.resumed, pair.peer.resumed]).to.deep.equal([true, true]);
        expect(pair.peer.types).to.deep.equal(kind === "ticket" ? [2, 4, 20] : [2, 20]);
        pair.write(ascii("hello"));
        expect(text(pair.peer.received)).to.equal("hello");
        expect(pair.tested.peerAuthenticated).to.equal(false);
      });

      it("every cut of the client's bytes, and every size of fragment", () => {
        const from = begun(kind);
        for (const at of sampled(1, again(from).delivered, 5)) {
          const pair = again(from, {}, {}, cutAt(at));
          pair.expectOpen();
          expect(pair.tested.resumed).to.equal(true);
        }
        again(from, {}, { sliceSteps: 1 }, byteByByte).expectOpen();
        for (const fragment of sampled(1, 60, 6)) again(from, { fragment }).expectOpen();
      });

      it("without extended_master_secret: handshake_failure (RFC 7627 §5.3)", () => {
        again(begun(kind), { extended: false }).expectAlert(handshake_failure, /without it/, false);
      });

      it("a session that began without it: none is given", () => {
        const { peer } = begun(kind, { extended: false });
        expect([peer.sessionId.length, peer.newTicket, peer.extensions.has(35)]).to.deep.equal([0, null, false]);
      });

      it("its suite is not offered, or the server has it no more: a full handshake", () => {
        const from = begun(kind, { suites: [ECDSA_CHACHA20, ECDSA_AES_128_GCM] });
        for (const [client, server] of [
          [{ suites: [ECDSA_AES_128_GCM] }, {}],
          [{}, { tls12: new Server12(RESUMING_12_SERVER.tls12.suites.slice(1), [ecdheServer12], null, resumeServer12) }],
        ] as const)
          expect(fully(from, client, server).tested.suite!.id).to.equal(ECDSA_AES_128_GCM);
        expect(again(from).tested.resumed, "both have it").to.equal(true);
      });

      it("a session that is not resumed lends nothing to the full handshake: no identity, and a session of its own begins", () => {
        const from = begun(
          kind,
          { suites: [ECDSA_CHACHA20, ECDSA_AES_128_GCM], identity: clientIdentity() },
          { host: bench.asked(false, { trust: new AnchorList([clientAnchor()]) }) },
        );
        const { peer, tested } = fully(from, { suites: [ECDSA_AES_128_GCM] });
        expect(tested.peerAuthenticated).to.equal(false);
        expect(kind === "ticket" ? peer.newTicket!.length > 0 : from.ids.size === 2).to.equal(true);
        const next = again(
          from,
          kind === "ticket" ? { ticket: peer.newTicket!, master: peer.master } : { sessionId: peer.sessionId, master: peer.master },
        );
        next.expectOpen();
        expect([next.tested.resumed, next.tested.peerAuthenticated]).to.deep.equal([true, false]);
        const first = again(from);
        expect([first.tested.resumed, first.tested.peerAuthenticated], "with it").to.deep.equal([true, true]);
      });

      it("another name: a full handshake (RFC 6066 §3)", () => {
        const from = begun(kind, { serverName: "host.test" }, { host: {} });
        fully(from, { serverName: "other.test" });
        fully(from);
        const pair = again(from, { serverName: "host.test" });
        pair.expectOpen();
        expect(pair.tested.resumed).to.equal(true);
      });

      it("server_name is answered in a full handshake, and not where a session is resumed (RFC 6066 §3)", () => {
        const from = begun(kind, { serverName: "host.test" }, { host: {} });
        expect(from.peer.extensions.has(0)).to.equal(true);
        const { peer, tested } = again(from, { serverName: "host.test" });
        expect([tested.resumed, peer.extensions.has(0)]).to.deep.equal([true, false]);
        expect(fully(from, { serverName: "other.test" }).peer.extensions.has(0)).to.equal(true);
      });

      it("every bit of what is offered", () => {
        const from = begun(kind);
        const bytes = kind === "ticket" ? from.offer.ticket! : from.offer.sessionId!;
        for (const bit of sampled(0, bytes.length * 8 - 1, 12)) {
          const bad = flipBit(bytes, bit);
          fully(from, kind === "ticket" ? { ticket: bad } : { sessionId: bad });
        }
        for (const length of sampled(0, bytes.length - 1, 6))
          fully(from, kind === "ticket" ? { ticket: bytes.slice(0, length) } : { sessionId: bytes.slice(0, length) });
        if (kind === "ticket") fully(from, { ticket: concat(bytes, [0]) });
        expect(again(from).tested.resumed, "unchanged").to.equal(true);
      });

      it("a random ticket, and a random ID", () => {
        const from = begun(kind);
        const random = new SeededRandom("nobody's");
        for (let i = 0; i < 20; i++)
          fully(from, kind === "ticket" ? { ticket: random.bytes(1 + 20 * i) } : { sessionId: random.bytes(1 + i) });
        expect(again(from).tested.resumed, "its own").to.equal(true);
      });

      it("the sentinel is set where TLS 1.3 is spoken too", () => {
        const from = begun(kind);
        expect(equal(again(from).peer.serverRandom.slice(24), DOWNGRADE)).to.equal(false);
        const both = again(from, {}, { tls13: undefined as never });
        both.expectOpen();
        expect(both.tested.resumed).to.equal(true);
        expect(equal(both.peer.serverRandom.slice(24), DOWNGRADE)).to.equal(true);
      });

      it("every bit of the client's Finished, a Finished of another master secret", () => {
        for (const bit of sampled(32, 127, 6))
          again(begun(kind), { mutate: only("finished", (m) => flipBit(m, bit)) }).expectAlert(decrypt_error, null, true);
        for (const [change, alert] of [
          [(m: Uint8Array) => cutBody(m, 11), decode_error],
          [(m: Uint8Array) => append(m, [0]), decode_error],
          [(m: Uint8Array) => withBody(m, []), decode_error],
        ] as const)
          again(begun(kind), { mutate: only("finished", change) }).expectAlert(alert, null, true);
        const stolen = again(begun(kind), { master: new Uint8Array(48) });
        expect(stolen.peer.problems).to.deep.equal(["a record of the server does not open"]);
        expect(stolen.tested.state).to.equal(HANDSHAKING);
      });

      describe("each state and each message that may not come there", () => {
        refusesOutOfPlace<ClientName12>(
          [
            ["WAIT_CCS", "change_cipher_spec", []],
            ["WAIT_FINISHED", "finished", [T.finished]],
          ],
          (before) => again(begun(kind), { before }),
        );
      });

      it("change_cipher_spec missing, doubled, late, another value", () => {
        again(begun(kind), { mutate: only("change_cipher_spec", () => null) }).expectAlert(unexpected_message);
        again(begun(kind), { mutate: only("change_cipher_spec", (m) => [m, m]) }).expectAlert(unexpected_message, /change_cipher_spec/);
        again(begun(kind), { connected: (peer) => peer.record(20, [1], true) }).expectAlert(unexpected_message, /change_cipher_spec/);
        again(begun(kind), { mutate: only("change_cipher_spec", () => new Uint8Array([2])) }).expectAlert(unexpected_message);
      });

      it("application data before Finished", () => {
        for (const due of ["change_cipher_spec", "finished"] as const)
          again(begun(kind), { before: (name, peer) => name === due && peer.data(ascii("x")) }).expectAlert(unexpected_message);
      });

      it("OUTSIDE: what is looked up elsewhere is waited for", () => {
        const from = begun(kind);
        const { tickets, sessionIds } = from.server();
        let asked = 0;
        const late = <S extends { open(...args: never[]): unknown }>(store: S): S =>
          Object.create(store, { open: { value: (...args: never[]) => (asked++ < 2 ? OUTSIDE : store.open(...args)) } });
        const pair = again(from, {}, kind === "ticket" ? { tickets: late(tickets!) } : { sessionIds: late(sessionIds!) });
        for (let i = 0; i < 5; i++) {
          pair.tested.resume();
          pair.run();
        }
        pair.expectOpen();
        expect([asked, pair.tested.resumed]).to.deep.equal([3, true]);
      });

      it("a store that keeps nothing to itself", () => {
        const from = begun(kind);
        fully(from, {}, kind === "ticket" ? { tickets: ticketsOf("others") } : { sessionIds: new SessionIds(1) });
      });
    });

  describe("tickets", () => {
    it("an ID is not looked up where a ticket is there (RFC 5077 §3.4)", () => {
      const from = begun("session ID");
      fully(from, { ticket: new Uint8Array(80).fill(1) }, { tickets: ticketsOf() });
      const pair = again(from, { ticket: EMPTY }, { tickets: ticketsOf() });
      pair.expectOpen();
      expect([pair.tested.resumed, pair.peer.newTicket]).to.deep.equal([true, null]);
    });

    it("without an ID of the client's there is none to echo: the client sees by the messages", () => {
      const from = begun("ticket");
      const pair = again(from, { sessionId: EMPTY });
      expect(pair.peer.sessionId.length).to.equal(0);
      expect(pair.tested.resumed).to.equal(true);
    });

    it("its lifetime is told, and none is longer than a day", () => {
      const lifetime = (seconds: number) =>
        begun("ticket", {}, { tickets: new Tickets(new TicketKeys(chacha20Poly1305, new SeededRandom("x")), { lifetime: seconds }) }).peer
          .newLifetime;
      expect([lifetime(100), lifetime(86_400), lifetime(604_800)]).to.deep.equal([100, 86_400, 86_400]);
    });

    it("one whose time is up by the end of the handshake: an empty one (RFC 5077 §3.3)", () => {
      const tickets = ticketsOf();
      let asked = 0;
      const ending = Object.create(tickets, { lifetimeOf: { value: () => (asked++ === 0 ? 10 : 0) } }) as Tickets;
      const pair = bench.openServer12({ ticket: EMPTY }, { ...RESUMING_12_SERVER, tickets: ending });
      expect(pair.peer.newTicket!.length).to.equal(0);
    });

    it("goes out piece by piece", () => {
      const long: TicketBox = { seal: () => new Uint8Array(2000).fill(5), open: () => null };
      const pair = bench.openServer12({ ticket: EMPTY }, { ...RESUMING_12_SERVER, tickets: new Tickets(long), sendBuffer: 256 });
      expect(pair.peer.newTicket!.length).to.equal(2000);
    });

    it("the extension twice", () => {
      const twice = { extensions: (l: { type: number }[]) => [...l, extension(35, []), extension(35, [])] as never };
      bench.server12(twice, { ...RESUMING_12_SERVER, tickets: ticketsOf() }).expectAlert(illegal_parameter, /twice/);
    });

    it("forged: who has no ticket key has no session, whatever stands in the ticket", () => {
      const from = begun("ticket");
      fully(from, { ticket: concat(from.offer.ticket!.slice(0, 16), new Uint8Array(100)) });
    });
  });

  describe("session IDs", () => {
    it("one of 33 bytes", () => {
      bench.server12({ sessionId: new Uint8Array(33) }, { ...RESUMING_12_SERVER, sessionIds: new SessionIds(1) }).expectAlert(decode_error);
    });

    it("a handshake that fails, ours to blame or the client's, takes its session with it (RFC 5246 §7.2.2)", () => {
      const from = begun("session ID");
      expect(from.ids.size).to.equal(1);
      again(from, { mutate: only("finished", (m) => flipBit(m, 40)) }).expectAlert(decrypt_error);
      expect(from.ids.size).to.equal(0);
      const open = begun("session ID");
      again(open, { connected: (peer) => peer.alert(2, 80) });
      expect(open.ids.size).to.equal(0);
      const first = begun("session ID", { connected: (peer) => peer.data(ascii("x")) });
      expect(first.ids.size).to.equal(1);
    });

    it("a full handshake that fails leaves none", () => {
      const ids = new SessionIds(4);
      const pair = bench.server12({ mutate: only("finished", (m) => flipBit(m, 40)) }, { ...RESUMING_12_SERVER, sessionIds: ids });
      expect(pair.tested.state).to.equal(FAILED);
      expect((ids as unknown as { sessions: Map<string, Uint8Array> }).sessions.size).to.equal(0);
    });

    it("a connection that is lost, or closed, keeps it", () => {
      const from = begun("session ID");
      again(from).tested.receivedEnd();
      again(from).tested.close();
      again(from, { connected: (peer) => peer.alert(1, 0) });
      expect(from.ids.size).to.equal(1);
    });

    it("bytes of a session that is forgotten are zeroed", () => {
      const from = begun("session ID");
      const [bytes] = from.ids.values();
      again(from, { connected: (peer) => peer.alert(2, 80) });
      expect(bytes!.every((byte) => byte === 0)).to.equal(true);
    });
  });
});
