// NewSessionTicket as a client that resumes sees it (RFC 9846 §4.7.1), from a scripted server that shares no code with src.
import { expect } from "chai";
import { decode_error, illegal_parameter, unexpected_message } from "../../src/alert.js";
import { postHandshakeAuth } from "../../src/handshake/post-handshake-auth.js";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { concat, u16 } from "../peer/bytes.js";
import { ticketKey } from "../peer/key-schedule.js";
import { certificateRequest, extension, message, newSessionTicket, type TicketParts } from "../peer/messages.js";
import type { ScriptedServer } from "../peer/scripted-server.js";
import { ON_XS } from "./effort.js";
import { rootAnchor, SERVER_NAME } from "./fixture.js";
import { allAtOnce, Bench, byteByByte, type Pair } from "./pair.js";

/** resumption_secret as the scripted server has it, once the client has finished. */
function resumptionOf(server: ScriptedServer): Uint8Array {
  const { schedule, transcript } = server as unknown as {
    schedule: { resumption(hash: Uint8Array): Uint8Array };
    transcript: { hash(): Uint8Array };
  };
  return schedule.resumption(transcript.hash());
}

describe("client: tickets of a scripted server", function () {
  this.timeout(120000);
  const bench = new Bench();
  const trust = new AnchorList([rootAnchor()]);

  function given(
    parts: TicketParts | Uint8Array,
    store = new MemorySessionStore(),
    delivery = allAtOnce,
  ): { pair: Pair; store: MemorySessionStore } {
    const bytes = parts instanceof Uint8Array ? parts : newSessionTicket(parts);
    const connected = (server: ScriptedServer) => void server.send("new_session_ticket", bytes);
    return { pair: bench.run({ connected, fragment: 1000 }, { trust, resumption: new Resumption(store) }, delivery), store };
  }

  it("the key of a ticket is what the RFC says; its age is obfuscated", () => {
    for (const nonce of [new Uint8Array(0), new Uint8Array([7]), new Uint8Array(255).fill(3)]) {
      const store = new MemorySessionStore();
      let resumption = new Uint8Array(0);
      let now = 1893456000;
      const client = { trust, resumption: new Resumption(store), clock: { seconds: () => now } };
      const connected = (server: ScriptedServer) => {
        resumption = resumptionOf(server) as never;
        server.ticket({ nonce, ageAdd: 0xffffff00, lifetime: 7200 });
      };
      bench.open({ connected }, client);
      now += 600;
      const pair = bench.open({ psk: { key: ticketKey(resumption, nonce), external: false } }, client);
      expect(pair.client.resumed).to.equal(true);
      expect(pair.client.peerAuthenticated).to.equal(true);
      const body = pair.server.clientHello!.extensions.get(41)!;
      const at = 2 + 2 + 64;
      const age = ((body[at]! << 24) | (body[at + 1]! << 16) | (body[at + 2]! << 8) | body[at + 3]!) >>> 0;
      expect(age).to.equal((0xffffff00 + 600_000) % 2 ** 32);
    }
  });

  it("one byte at a time", () => {
    const { store } = given({}, new MemorySessionStore(), byteByByte);
    expect(store.get(SERVER_NAME)).to.not.equal(null);
  });

  it("kept, or passed over without harm", () => {
    const kept = (parts: TicketParts) => {
      const { pair, store } = given(parts);
      pair.expectOpen();
      return store.get(SERVER_NAME) !== null;
    };
    expect(kept({})).to.equal(true);
    expect(kept({ ticket: new Uint8Array(512) })).to.equal(true);
    expect(kept({ ticket: new Uint8Array(513) })).to.equal(false);
    expect(kept({ ticket: new Uint8Array(ON_XS ? 4000 : 65535) })).to.equal(false);
    expect(kept({ lifetime: 0 })).to.equal(false);
    expect(kept({ lifetime: 0xffffffff })).to.equal(true);
    expect(kept({ extensions: [extension(42, [0, 0, 16, 0]), extension(0x5a5a, [1, 2, 3])] })).to.equal(true);
  });

  it("forbidden and double extensions", () => {
    given({ extensions: [extension(42, [0, 0, 16, 0]), extension(42, [0, 0, 16, 0])] }).pair.expectAlert(illegal_parameter, /twice/, true);
    for (const type of [0, 10, 13, 16, 41, 43, 45, 51])
      given({ extensions: [extension(type, [0, 0])] }).pair.expectAlert(illegal_parameter, /may not stand/, true);
  });

  it("every truncation, and bytes too many: decode_error, and nothing is kept", () => {
    const whole = newSessionTicket({
      nonce: new Uint8Array(3),
      ticket: new Uint8Array(9),
      extensions: [extension(42, [0, 0, 1, 0])],
    }).slice(4);
    for (let length = 0; length < whole.length; length += ON_XS ? 5 : 1) {
      const { pair, store } = given(message(4, whole.slice(0, length)));
      pair.expectAlert(decode_error, /NewSessionTicket/, true);
      expect(store.get(SERVER_NAME)).to.equal(null);
    }
    given(message(4, concat(whole, [0]))).pair.expectAlert(decode_error, /NewSessionTicket/, true);
    given(message(4, concat(new Uint8Array(8), [0], u16(0), u16(0)))).pair.expectAlert(decode_error, /empty ticket/, true);
  });

  it("a flood of tickets ends the connection; the store holds one", () => {
    const store = new MemorySessionStore();
    const pair = bench.run(
      {
        fragment: 1000,
        connected: (server) => {
          for (let i = 0; i < 100; i++) server.ticket({ nonce: new Uint8Array([i]) });
        },
      },
      { trust, resumption: new Resumption(store) },
    );
    pair.expectAlert(unexpected_message, /flood/, true);
    expect((store as unknown as { list: unknown[] }).list.length).to.equal(1);
  });

  it("beside authentication after the handshake: tickets are kept there too", () => {
    const store = new MemorySessionStore();
    const connected = (server: ScriptedServer) => server.ticket();
    bench.open({ connected }, { trust, resumption: new Resumption(store), postHandshakeAuth });
    expect(store.get(SERVER_NAME)).to.not.equal(null);
  });

  it("after an external key no certificate is asked for, not later either (§4.4.2)", () => {
    const key = new Uint8Array(32).fill(1);
    const request = certificateRequest(new Uint8Array([1]), [extension(13, [0, 2, 4, 3])]);
    const connected = (server: ScriptedServer) => void server.send("certificate_request", request);
    const client = { psk: new ExternalPsk(new Uint8Array([7]), key), postHandshakeAuth };
    bench.run({ connected, psk: { key } }, client).expectAlert(unexpected_message, null, true);
  });

  it("not before the handshake is complete", () => {
    for (const due of ["encrypted_extensions", "certificate", "finished"] as const) {
      const store = new MemorySessionStore();
      bench
        .run(
          { transcript: "original", mutate: (name, bytes) => (name === due ? [newSessionTicket(), bytes] : bytes) },
          { trust, resumption: new Resumption(store) },
        )
        .expectAlert(unexpected_message, null, true);
      expect(store.get(SERVER_NAME)).to.equal(null);
    }
  });
});
