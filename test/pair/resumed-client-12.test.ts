// A TLS 1.2 client that resumes, against a server that misbehaves (RFC 5246 §7.3, §7.4.1.3; RFC 5077 §3; RFC 7627 §5.3).
import { expect } from "chai";
import {
  decode_error,
  decrypt_error,
  handshake_failure,
  illegal_parameter,
  unexpected_message,
  unsupported_extension,
} from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import { Resumption } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { ascii, concat, equal, flipBit, splice, text } from "../peer/bytes.js";
import { append, cutBody, editExtensions, fixLength, withBody } from "../peer/edit.js";
import { type Extension, extension, HANDSHAKE_TYPES as T } from "../peer/messages.js";
import { ECDSA_AES_128_GCM } from "../peer/schedule-12.js";
import type { ScriptedServer12, ServerName12, ServerOptions12 } from "../peer/scripted-server-12.js";
import { sampled } from "./effort.js";
import { rootAnchor, SERVER_NAME } from "./fixture.js";
import { byteByByte, cutAt, type Delivery, FAILED, HANDSHAKING } from "./joined.js";
import { refusesOutOfPlace } from "./out-of-place.js";
import { Bench12, client12, only, RESUMING_12 } from "./pair-12.js";
import { TYPES } from "./well-formed.js";

const TICKET = new Uint8Array(100).fill(0x74);
const ID = new Uint8Array(32).fill(0x69);

type Kind = "ticket" | "session ID";

describe("TLS 1.2: a client that resumes", function () {
  this.timeout(240000);
  const bench = new Bench12();

  /** A store with a session of a full handshake in it, and what the server knows of that. */
  function begun(kind: Kind, options: Partial<ServerOptions12> = {}) {
    const store = new MemorySessionStore();
    const client: Partial<ClientConfig> = { ...RESUMING_12, resumption: new Resumption(store), trust: new AnchorList([rootAnchor()]) };
    const given = kind === "ticket" ? { ticket: TICKET } : { sessionId: ID };
    const { peer } = bench.openClient12({ ...given, ...options }, client);
    return { store, client, resume: { master: peer.master } };
  }

  function again(
    from: ReturnType<typeof begun>,
    options: Partial<ServerOptions12> = {},
    client: Partial<ClientConfig> = {},
    delivery?: Delivery,
  ) {
    return bench.client12({ resume: from.resume, seed: "again", ...options }, { ...from.client, ...client }, delivery);
  }

  const session = ({ store }: ReturnType<typeof begun>) => store.get(SERVER_NAME);

  for (const kind of ["ticket", "session ID"] as const)
    describe(`by ${kind}`, () => {
      it("what it offers", () => {
        const from = begun(kind);
        const pair = again(from, { echo: true });
        pair.expectOpen();
        const { sessionId, extensions } = pair.peer.hello!;
        if (kind === "ticket") {
          expect(equal(extensions.get(35)!, TICKET)).to.equal(true);
          expect(sessionId.length, "an ID of its own (RFC 5077 §3.4)").to.equal(32);
        } else {
          expect(extensions.get(35)!.length).to.equal(0);
          expect(equal(sessionId, ID)).to.equal(true);
        }
        expect(pair.tested.resumed && pair.tested.peerAuthenticated).to.equal(true);
        pair.write(ascii("hello"));
        pair.run();
        expect(text(pair.received)).to.equal("hello");
      });

      it("every cut of the server's bytes", () => {
        const from = begun(kind);
        const pair = again(from);
        for (const at of sampled(1, pair.delivered, 5)) {
          const cut = again(from, {}, {}, cutAt(at));
          cut.expectOpen();
          expect(cut.tested.resumed).to.equal(true);
        }
        again(from, {}, { sliceSteps: 1 }, byteByByte).expectOpen();
      });

      it("every size of fragment", () => {
        const from = begun(kind);
        for (const fragment of sampled(1, 60, 6)) again(from, { fragment }).expectOpen();
      });

      it("not resumed: the full handshake goes on, and its session takes over", () => {
        const from = begun(kind);
        const pair = bench.openClient12({ sessionId: new Uint8Array(32).fill(1), seed: "again" }, from.client);
        expect(pair.tested.resumed).to.equal(false);
        const id = new Uint8Array(32).fill(1);
        const next = bench.openClient12({ resume: { master: pair.peer.master }, seed: "third" }, from.client);
        expect([next.tested.resumed, equal(next.peer.hello!.sessionId, id)]).to.deep.equal([true, true]);
      });

      it("another suite: illegal_parameter, and the session is forgotten", () => {
        const from = begun(kind);
        again(from, { suite: ECDSA_AES_128_GCM }).expectAlert(illegal_parameter, /not its suite/, false);
        expect(session(from)).to.equal(null);
      });

      it("without extended_master_secret: handshake_failure (RFC 7627 §5.3)", () => {
        const from = begun(kind);
        again(from, { extended: false }).expectAlert(handshake_failure, /without extended_master_secret/, false);
        expect(session(from)).to.equal(null);
      });

      it("without renegotiation_info", () => {
        const drop = (list: Extension[]) => list.filter(({ type }) => type !== 0xff01);
        again(begun(kind), { extensions: drop }).expectAlert(handshake_failure, /renegotiation_info/, false);
      });

      it("the downgrade sentinel in a session that is resumed beside TLS 1.3", () => {
        const from = begun(kind);
        const randomEnd = concat(ascii("DOWNGRD"), [1]);
        const both = { tls13: undefined as never };
        again(from, {}, both).expectOpen();
        again(from, { randomEnd }, both).expectAlert(illegal_parameter, /somebody changed/, false);
      });

      it("every bit of Finished, and a Finished of another master secret", () => {
        for (const bit of sampled(32, 127, 6)) {
          const from = begun(kind);
          again(from, { mutate: only("finished", (m) => flipBit(m, bit)) }).expectAlert(decrypt_error, null, false);
          expect(session(from)).to.equal(null);
        }
        const from = begun(kind);
        const wrong = bench.client12({ resume: { master: new Uint8Array(48) }, seed: "again" }, from.client);
        expect(wrong.tested.failure!.alert).to.equal("bad_record_mac");
        expect(session(from)).to.equal(null);
      });

      it("Finished short, long, empty", () => {
        for (const change of [(m: Uint8Array) => cutBody(m, 11), (m: Uint8Array) => append(m, [0]), (m: Uint8Array) => withBody(m, [])])
          again(begun(kind), { mutate: only("finished", change) }).expectAlert(decode_error, null, false);
      });

      it("what somebody changed in the ServerHello, and no other check sees, ends at Finished", () => {
        const mutate = only("server_hello", (m) => editExtensions(m, (list) => [...list].reverse()));
        again(begun(kind), { transcript: "original", mutate }).expectAlert(decrypt_error, /verify_data/, false);
      });

      describe("each state and each message that may not come there", () => {
        refusesOutOfPlace<ServerName12>(
          [
            ["WAIT_SH", "server_hello", [T.server_hello, T.hello_request]],
            ["WAIT_CCS", "change_cipher_spec", []],
            ["WAIT_FINISHED", "finished", [T.finished]],
          ],
          (before) => again(begun(kind), { before }),
        );
      });

      it("the rest of a full handshake behind a session that is resumed", () => {
        const before = (which: ServerName12, peer: { handshake(m: Uint8Array): void }) => {
          if (which === "change_cipher_spec") peer.handshake(concat([T.certificate, 0, 0, 3], [0, 0, 0]));
        };
        again(begun(kind), { before }).expectAlert(unexpected_message, /WAIT_CCS/);
      });

      describe("change_cipher_spec", () => {
        it("missing, early, doubled, late, another value", () => {
          again(begun(kind), { mutate: only("change_cipher_spec", () => null) }).expectAlert(unexpected_message);
          const early = (which: ServerName12, peer: { record(t: number, c: readonly number[], clear: boolean): void }) =>
            which === "server_hello" && peer.record(20, [1], true);
          again(begun(kind), { before: early }).expectAlert(unexpected_message, /change_cipher_spec/);
          again(begun(kind), { mutate: only("change_cipher_spec", (m) => [m, m]) }).expectAlert(unexpected_message, /change_cipher_spec/);
          again(begun(kind), { connected: (peer) => peer.record(20, [1], true) }).expectAlert(
            unexpected_message,
            /change_cipher_spec/,
            true,
          );
          again(begun(kind), { mutate: only("change_cipher_spec", () => new Uint8Array([2])) }).expectAlert(unexpected_message);
        });

        it("in the middle of a message", () => {
          const half = (which: ServerName12, peer: ScriptedServer12) => {
            if (which !== "change_cipher_spec") return;
            peer.record(22, [20, 0, 0]);
          };
          again(begun(kind), { before: half as never }).expectAlert(unexpected_message);
        });
      });

      it("a fatal alert of the server: the session is forgotten; a connection that is lost: it is not", () => {
        const from = begun(kind);
        const lost = again(from);
        lost.tested.receivedEnd();
        expect(lost.tested.state).to.equal(FAILED);
        expect(session(from)).to.not.equal(null);
        again(from, { connected: (peer) => peer.alert(1, 90) }).expectOpen();
        expect(session(from)).to.not.equal(null);
        again(from, { connected: (peer) => peer.alert(2, 80) }).expectPeerAlert(80);
        expect(session(from)).to.equal(null);
        const early = begun(kind);
        again(early, { before: (which, peer) => which === "server_hello" && peer.alert(2, 40) }).expectPeerAlert(40);
        expect(session(early)).to.equal(null);
      });
    });

  describe("the ID of a session", () => {
    it("one with a bit changed is another: no session is resumed", () => {
      const from = begun("session ID");
      const other = flipBit(ID, 77);
      const pair = bench.openClient12({ sessionId: other, seed: "again" }, from.client);
      expect(pair.tested.resumed).to.equal(false);
    });

    it("of 1 byte, and of 31", () => {
      for (const length of [1, 31]) {
        const from = begun("session ID", { sessionId: ID.slice(0, length) });
        for (const client of [{}, { tls13: undefined as never }]) {
          const pair = again(from, {}, client);
          pair.expectOpen();
          expect(pair.peer.hello!.sessionId.length).to.equal(length);
          expect(pair.tested.resumed).to.equal(true);
        }
      }
    });

    it("none: the session cannot be resumed", () => {
      expect(session(begun("session ID", { sessionId: new Uint8Array(0) }))).to.equal(null);
    });

    it("the one made up beside TLS 1.3, and one beside a ticket that was not offered, are of no session", () => {
      const from = begun("ticket");
      const fresh = { ...from.client, resumption: new Resumption(new MemorySessionStore()) };
      const both = { ...fresh, tls13: undefined as never };
      bench.client12({ resume: from.resume }, both).expectAlert(illegal_parameter, /never was/, false);
      const pair = bench.client12({ resume: from.resume }, fresh);
      expect(pair.tested.state).to.equal(FAILED);
    });
  });

  describe("a session without an extended master secret", () => {
    it("is not kept", () => {
      for (const kind of ["ticket", "session ID"] as const) expect(session(begun(kind, { extended: false }))).to.equal(null);
    });
  });

  describe("session_ticket", () => {
    it("is not there where nothing is resumed", () => {
      const pair = bench.openClient12({}, { tls12: client12 });
      expect(pair.peer.hello!.extensions.has(35)).to.equal(false);
      bench.client12({ extensions: (l) => [...l, extension(35, [])] }, { tls12: client12 }).expectAlert(unsupported_extension);
    });

    it("an answer with a body", () => {
      const from = begun("ticket");
      const answer = (l: Extension[]) => [...l, extension(35, [1])];
      again(from, { extensions: answer }).expectAlert(decode_error);
      bench.client12({ extensions: answer }, begun("ticket").client).expectAlert(decode_error);
    });

    it("twice", () => {
      again(begun("ticket"), { ticket: TICKET, extensions: (l) => [...l, extension(35, [])] }).expectAlert(illegal_parameter, /twice/);
    });
  });

  describe("NewSessionTicket", () => {
    const renewed = new Uint8Array(60).fill(0x6e);

    it("in a session that is resumed: the next connection offers it, with the same master secret", () => {
      const from = begun("ticket");
      again(from, { ticket: renewed }).expectOpen();
      const pair = again(from, { seed: "third" });
      pair.expectOpen();
      expect(equal(pair.peer.hello!.extensions.get(35)!, renewed)).to.equal(true);
    });

    it("promised and not sent; sent and not promised; twice", () => {
      for (const run of [
        (o: Partial<ServerOptions12>) => again(begun("ticket"), o),
        (o: Partial<ServerOptions12>) => bench.client12(o, begun("ticket").client),
      ]) {
        run({ ticket: renewed, mutate: only("new_session_ticket", () => null) }).expectAlert(unexpected_message, /change_cipher_spec/);
        const without = (l: Extension[]) => l.filter(({ type }) => type !== 35);
        run({ ticket: renewed, extensions: without }).expectAlert(unexpected_message, /WAIT_CCS/);
        run({ ticket: renewed, mutate: only("new_session_ticket", (m) => [m, m]) }).expectAlert(unexpected_message);
      }
    });

    it("another message in its place", () => {
      for (const [, type] of TYPES) {
        if (type === T.new_session_ticket) continue;
        const mutate = only("new_session_ticket", () => new Uint8Array([type, 0, 0, 0]));
        again(begun("ticket"), { ticket: renewed, mutate }).expectAlert(unexpected_message, /WAIT_TICKET/);
      }
    });

    it("an empty one takes the promise back: the session stays as it was", () => {
      const from = begun("ticket");
      const before = session(from);
      again(from, { ticket: new Uint8Array(0) }).expectOpen();
      expect(session(from)).to.equal(before);
      for (const sessionId of [new Uint8Array(0), ID]) {
        const none = begun("ticket", { ticket: new Uint8Array(0), sessionId });
        expect(session(none)).to.equal(null);
      }
    });

    for (const [name, change] of [
      ["empty", (m: Uint8Array) => withBody(m, [])],
      ["a lifetime alone", (m: Uint8Array) => cutBody(m, 4)],
      ["no ticket, but its length", (m: Uint8Array) => cutBody(m, 6)],
      ["cut short", (m: Uint8Array) => cutBody(m, m.length - 5)],
      ["bytes behind it", (m: Uint8Array) => append(m, [0])],
      ["a length one too large", (m: Uint8Array) => splice(m, 9, 1, [m[9]! + 1])],
      ["a length one too small", (m: Uint8Array) => splice(m, 9, 1, [m[9]! - 1])],
      ["the form of TLS 1.3", (m: Uint8Array) => fixLength(concat(m.slice(0, 8), [0, 0, 0, 1], [1, 0], m.slice(8), [0, 0]))],
    ] as const)
      it(name, () => {
        const from = begun("ticket");
        again(from, { ticket: renewed, mutate: only("new_session_ticket", change) }).expectAlert(decode_error, /NewSessionTicket/);
        bench.client12({ ticket: renewed, mutate: only("new_session_ticket", change) }, begun("ticket").client).expectAlert(decode_error);
      });

    it("a changed byte ends at Finished, and the ticket is not kept", () => {
      const from = begun("ticket");
      const mutate = only("new_session_ticket", (m) => flipBit(m, 20 * 8));
      again(from, { ticket: renewed, transcript: "original", mutate }).expectAlert(decrypt_error);
      expect(session(from)).to.equal(null);
    });

    it("is kept when the server's Finished is good, not before", () => {
      const from = begun("ticket");
      const before = session(from);
      const pair = again(from, { ticket: renewed, mutate: only("finished", () => null) });
      expect(pair.tested.state).to.equal(HANDSHAKING);
      expect(session(from)).to.equal(before);
    });

    it("in a small buffer, over many records; too long to be kept: passed over", () => {
      const long = new Uint8Array(5000).fill(3);
      const from = begun("ticket");
      const before = session(from);
      again(from, { ticket: long, fragment: 300 }, { receiveBuffer: 620 }).expectOpen();
      expect(session(from)).to.equal(before);
      again(from, { ticket: long.slice(0, 512), fragment: 300 }, { receiveBuffer: 620 }).expectOpen();
      const next = again(from, { seed: "third" }, { sendBuffer: 1024 });
      next.expectOpen();
      expect(equal(next.peer.hello!.extensions.get(35)!, long.slice(0, 512))).to.equal(true);
    });

    it("a lifetime hint of 0 says nothing: a day; a long one is no longer", () => {
      for (const [lifetime, kept] of [
        [0, 86_400],
        [604_800, 604_800],
      ] as const) {
        const from = begun("ticket", { lifetime });
        expect(new DataView(session(from)!.buffer).getUint32(5)).to.equal(kept);
      }
    });
  });
});
