// What comes after the handshake (RFC 9846 §4.7), in sane and in insane amounts.
import { expect } from "chai";
import { ascii, concat, text } from "../peer/bytes.js";
import { extension, message, newSessionTicket } from "../peer/messages.js";
import type { ScriptedServer } from "../peer/scripted-server.js";
import { ON_XS } from "./effort.js";
import { Bench, byteByByte, FAILED, OPEN, type Pair } from "./pair.js";

describe("client: post-handshake messages and floods", function () {
  this.timeout(120000);
  const bench = new Bench();
  const FLOOD = ON_XS ? 100 : 5000;

  describe("NewSessionTicket (§4.7.1: ignored where sessions are not resumed)", () => {
    const fine: readonly (readonly [string, Uint8Array])[] = [
      ["plain", newSessionTicket()],
      ["tiny: one byte of ticket, no nonce", newSessionTicket({ nonce: new Uint8Array(0), ticket: new Uint8Array(1) })],
      ["a nonce of 255 bytes", newSessionTicket({ nonce: new Uint8Array(255) })],
      ["a ticket of 2,000 bytes, more than a record", newSessionTicket({ ticket: new Uint8Array(2000) })],
      ["a ticket of 65,535 bytes", newSessionTicket({ ticket: new Uint8Array(ON_XS ? 4000 : 65535) })],
      ["lifetime 0", newSessionTicket({ lifetime: 0 })],
      ["lifetime of 7 days", newSessionTicket({ lifetime: 604800 })],
      ["early_data", newSessionTicket({ extensions: [extension(42, [0, 0, 16, 0])] })],
      ["unknown extensions", newSessionTicket({ extensions: [extension(0x5a5a, []), extension(0x1234, new Uint8Array(300))] })],
      ["lifetime beyond 7 days: the server errs, but a ticket that is not used is ignored", newSessionTicket({ lifetime: 604801 })],
    ];
    for (const [name, ticket] of fine)
      it(name, () => {
        const pair = bench.open({ echo: true, fragment: 1000, connected: (server) => server.send("new_session_ticket", ticket) });
        expect(pair.write(ascii("ping"))).to.equal(true);
        expect(text(pair.received)).to.equal("ping");
      });

    it("one byte a record, one byte at a time", () => {
      bench.open(
        { connected: (server) => server.send("new_session_ticket", newSessionTicket()), fragment: ON_XS ? 40 : 1 },
        {},
        byteByByte,
      );
    });

    it("four at once, and four more after data", () => {
      const pair = bench.open({ tickets: 4, echo: true });
      pair.write(ascii("x"));
      for (let i = 0; i < 4; i++) pair.server.ticket();
      pair.run();
      pair.expectOpen();
    });

    it("a ticket of 16 MB is refused, not stored", () => {
      const pair = bench.open();
      pair.server.out.handshake("new_session_ticket", concat([4, 255, 255, 255], newSessionTicket().slice(4), new Uint8Array(500)));
      pair.run();
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.alert).to.be.oneOf(["decode_error", "illegal_parameter"]);
    });
  });

  /** Floods the client and expects one clear end, and soon. */
  function flooded(name: string, one: (server: ScriptedServer, i: number) => void): Pair {
    const pair = bench.open();
    let count = 0;
    while (count < FLOOD && pair.client.state === OPEN) {
      one(pair.server, count++);
      pair.run();
    }
    expect(pair.client.state, `${name}: ${count} taken without an end`).to.equal(FAILED);
    expect(pair.client.failure!.origin).to.equal("self");
    expect(pair.client.failure!.reason, `${count} were sent`).to.match(/: 33 in a row without application data/);
    expect(pair.received).to.have.length(0);
    return pair;
  }

  describe("floods end in one clear error", () => {
    it("NewSessionTicket", () => {
      expect(flooded("tickets", (server) => server.ticket()).failure!.reason).to.match(/NewSessionTicket|ticket/);
    });

    it("KeyUpdate", () => {
      expect(flooded("key updates", (server) => server.keyUpdate(0)).failure!.reason).to.match(/KeyUpdate/);
    });

    it("KeyUpdate that asks for one each time", () => {
      flooded("key updates", (server) => server.keyUpdate(1));
    });

    it("tickets and KeyUpdates by turns", () => {
      flooded("both", (server, i) => (i % 2 === 0 ? server.ticket() : server.keyUpdate(0)));
    });

    it("empty records of application data", () => {
      flooded("empty records", (server) => server.write(new Uint8Array(0)));
    });

    it("empty records and tickets by turns", () => {
      flooded("both", (server, i) => (i % 2 === 0 ? server.ticket() : server.write(new Uint8Array(0))));
    });

    it("all in one piece", () => {
      const pair = bench.open();
      for (let i = 0; i < FLOOD; i++) pair.server.write(new Uint8Array(0));
      pair.run();
      expect(pair.client.state).to.equal(FAILED);
      pair.expectDead();
    });
  });

  describe("KeyUpdate (§4.7.3)", () => {
    for (const suite of [0x1303, 0x1301]) {
      it(`suite ${suite.toString(16)}: not requested, the server's keys change`, () => {
        const pair = bench.open({ suite, echo: true });
        pair.server.keyUpdate(0);
        pair.write(ascii("after"));
        expect(text(pair.received)).to.equal("after");
        expect(pair.server.keyUpdates).to.equal(0);
      });

      it(`suite ${suite.toString(16)}: requested, both change`, () => {
        const pair = bench.open({ suite, echo: true });
        pair.server.keyUpdate(1);
        pair.run();
        pair.write(ascii("after"));
        expect(text(pair.received)).to.equal("after");
        expect(pair.server.keyUpdates).to.equal(1);
        expect(pair.server.problems).to.deep.equal([]);
      });
    }

    it("many, with data between them, go on and on", () => {
      const pair = bench.open({ echo: true });
      for (let i = 0; i < (ON_XS ? 40 : 200); i++) {
        pair.server.keyUpdate(i & 1);
        expect(pair.write(ascii("x"))).to.equal(true);
      }
      pair.expectOpen();
      expect(pair.received).to.have.length(ON_XS ? 40 : 200);
    });

    it("requested several times before the client can answer: one answer or more, never none", () => {
      const pair = bench.open();
      for (let i = 0; i < 5; i++) pair.server.keyUpdate(1);
      pair.run();
      pair.write(ascii("x"));
      expect(pair.server.keyUpdates).to.be.greaterThan(0);
      expect(text(pair.server.received)).to.equal("x");
      pair.expectOpen();
    });

    it("requested while the send buffer is full: the answer goes before the next data", () => {
      const pair = bench.open();
      const { client } = pair;
      const data = new Uint8Array(3000).fill(7);
      let at = client.write(data, 0, data.length);
      pair.server.keyUpdate(1);
      pair.flushServer();
      for (let tries = 0; at < data.length && tries < 1000; tries++) {
        at += client.write(data, at, data.length - at);
        pair.run();
      }
      expect(at).to.equal(data.length);
      expect(pair.server.received).to.have.length(data.length);
      expect(pair.server.keyUpdates).to.equal(1);
      pair.expectOpen();
    });

    it("split over two records", () => {
      const pair = bench.open({ fragment: 2, echo: true });
      pair.server.keyUpdate(0);
      pair.server.write(ascii("ok"));
      pair.run();
      expect(text(pair.received)).to.equal("ok");
    });

    it("records under the old keys afterwards do not open", () => {
      const pair = bench.open();
      const old = pair.server.out.protection!;
      pair.server.keyUpdate(0);
      pair.run();
      pair.server.out.protection = old;
      pair.server.write(ascii("old"));
      pair.run();
      expect(pair.client.failure!.alert).to.equal("bad_record_mac");
      expect(pair.received).to.have.length(0);
    });
  });

  it("a CertificateRequest after the handshake, which was not offered (§4.7.2)", () => {
    const pair = bench.open();
    pair.server.out.handshake("certificate_request", message(13, concat([4, 1, 2, 3, 4], [0, 8, 0, 13, 0, 4, 0, 2, 4, 3])));
    pair.run();
    expect(pair.client.failure!.alert).to.equal("unexpected_message");
  });

  it("half a ticket, then application data (§5.1)", () => {
    const pair = bench.open();
    pair.server.out.handshake("new_session_ticket", newSessionTicket().slice(0, 30));
    pair.server.write(ascii("between"));
    pair.run();
    expect(pair.client.failure!.alert).to.equal("unexpected_message");
    expect(pair.received).to.have.length(0);
  });
});
