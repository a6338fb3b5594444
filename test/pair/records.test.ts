// The record layer, held to RFC 9846 §5: types, lengths and protection.
import { expect } from "chai";
import { bad_record_mac, decode_error, handshake_failure, record_overflow, unexpected_message } from "../../src/alert.js";
import { ascii, concat, text, u16 } from "../peer/bytes.js";
import { newSessionTicket } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE } from "../peer/record-layer.js";
import type { FlightName } from "../peer/scripted-server.js";
import { at, change, put, raw } from "./acts.js";
import { ON_XS, sampled } from "./effort.js";
import { Bench, FAILED, inPieces, OPEN, recordByRecord } from "./pair.js";

const CCS = new Uint8Array([1]);

describe("client: records", function () {
  this.timeout(120000);
  const bench = new Bench();

  describe("before protection", () => {
    for (const type of [0, 1, 19, 24, 25, 127, 128, 255])
      it(`content type ${type} (§5)`, () =>
        bench.run(put("server_hello", { type, content: CCS })).expectAlert(unexpected_message, null, false));

    it("application data in clear (§5.1)", () => {
      bench.run(put("server_hello", { type: APPLICATION_DATA, content: ascii("x") })).expectAlert(unexpected_message, null, false);
    });

    it("an empty handshake record (§5.1)", () => {
      bench.run(put("server_hello", { type: HANDSHAKE })).expectAlert([unexpected_message, decode_error], null, false);
    });

    it("an empty alert record", () => {
      bench.run(put("server_hello", { type: ALERT })).expectAlert([unexpected_message, decode_error], null, false);
    });

    for (const content of [[2], [2, 40, 0], [1, 0, 1, 0]])
      it(`an alert record of ${content.length} bytes (§5.1)`, () => {
        bench
          .run(put("server_hello", { type: ALERT, content: new Uint8Array(content) }))
          .expectAlert([unexpected_message, decode_error], null, false);
      });

    it("a record of 16,385 bytes (§5.1)", () => {
      bench.run(put("server_hello", raw(22, 3, 3, 0x40, 1, 2))).expectAlert(record_overflow, /16385/, false);
    });

    it("a record of 65,535 bytes (§5.1)", () => {
      bench.run(put("server_hello", raw(22, 3, 3, 255, 255, 2))).expectAlert(record_overflow, /65535/, false);
    });

    it("a ServerHello of 16 MB (§4.2.3: it is bounded before it is stored)", () => {
      const pair = bench.run({ instead: new Uint8Array([22, 3, 3, 0x40, 0, 2, 255, 255, 255, 3, 3]) });
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.alert).to.be.oneOf(["illegal_parameter", "decode_error", "unexpected_message", "record_overflow"]);
    });
  });

  describe("with protection", () => {
    const STATES: readonly (FlightName | null)[] = ["encrypted_extensions", "certificate", "certificate_verify", "finished", null];
    for (const due of STATES) {
      const where = due === null ? "connected" : `before ${due}`;
      it(`${where}: a handshake record in clear`, () => {
        bench.run(put(due, { type: HANDSHAKE, content: newSessionTicket(), seal: false })).expectAlert(unexpected_message, null, true);
      });

      it(`${where}: an alert in clear ends the connection, whoever sent it`, () => {
        const pair = bench.run(at(due, (server) => server.alert(2, handshake_failure, true)));
        expect(pair.client.state).to.equal(FAILED);
        expect(pair.client.appData()).to.equal(0);
      });

      it(`${where}: content type 24 in clear`, () => {
        bench.run(put(due, { type: 24, content: CCS, seal: false })).expectAlert(unexpected_message, null, true);
      });

      it(`${where}: a sealed record of content type 24 (§5)`, () => {
        bench.run(put(due, { type: 24, content: CCS })).expectAlert(unexpected_message, null, true);
      });

      it(`${where}: a sealed record of content type 0 is padding alone (§5.4)`, () => {
        bench.run(put(due, { type: 0, content: new Uint8Array(5) })).expectAlert(unexpected_message, null, true);
      });

      it(`${where}: a sealed record without a byte of content type (§5.4)`, () => {
        bench
          .run(put(due, { noInnerType: true, padding: 0, type: APPLICATION_DATA }))
          .expectAlert([unexpected_message, bad_record_mac], null, true);
      });

      it(`${where}: a sealed empty handshake record (§5.4)`, () => {
        bench.run(put(due, { type: HANDSHAKE, padding: 3 })).expectAlert(unexpected_message, null, true);
      });

      it(`${where}: a sealed empty alert (§5.4)`, () => {
        bench.run(put(due, { type: ALERT })).expectAlert([unexpected_message, decode_error], null, true);
      });

      for (const content of [[1], [1, 0, 1, 0]])
        it(`${where}: a sealed alert record of ${content.length} bytes (§5.1)`, () => {
          bench
            .run(put(due, { type: ALERT, content: new Uint8Array(content) }))
            .expectAlert([unexpected_message, decode_error], null, true);
        });

      it(`${where}: a sealed change_cipher_spec (§5)`, () => {
        bench.run(put(due, { type: CHANGE_CIPHER_SPEC, content: CCS, seal: true })).expectAlert(unexpected_message, null, true);
      });

      for (const length of [0, 1, 15, 16])
        it(`${where}: a protected record of ${length} bytes (§5.2)`, () => {
          bench
            .run(put(due, { raw: concat([23, 3, 3], u16(length), new Uint8Array(length)) }))
            .expectAlert([bad_record_mac, decode_error], null, true);
        });

      it(`${where}: a protected record of 16,641 bytes (§5.2)`, () => {
        bench.run(put(due, { raw: concat([23, 3, 3], u16(16641), new Uint8Array(9)) })).expectAlert(record_overflow, /16641/, true);
      });

      it(`${where}: a protected record larger than receiveBuffer is looked at as it comes: its tag decides`, () => {
        bench.run(put(due, { raw: concat([23, 3, 3], u16(2300), new Uint8Array(2300)) })).expectAlert(bad_record_mac, null, true);
      });

      it(`${where}: application data ${due === null ? "is given out" : "before the handshake is complete"}`, () => {
        const pair = bench.run(put(due, { type: APPLICATION_DATA, content: ascii("data") }));
        if (due === null) expect(text(pair.received)).to.equal("data");
        else {
          pair.expectAlert(unexpected_message, null, true);
          expect(pair.received).to.have.length(0);
        }
      });
    }

    it("a plaintext of 16,385 bytes in a record that is small enough (§5.2)", () => {
      const pair = bench.run(
        { connected: (server) => server.out.record({ type: APPLICATION_DATA, content: new Uint8Array(16385) }) },
        { receiveBuffer: 20000 },
      );
      pair.expectAlert(record_overflow, /1638[56]/, true);
      expect(pair.received).to.have.length(0);
    });

    it("a plaintext of 16,384 bytes and one of padding (§5.4)", () => {
      const pair = bench.run(
        { connected: (server) => server.out.record({ type: APPLICATION_DATA, content: new Uint8Array(16384), padding: 1 }) },
        { receiveBuffer: 20000 },
      );
      pair.expectAlert(record_overflow, null, true);
    });

    it("padding alone up to the whole record (§5.4)", () => {
      const pair = bench.open({ connected: (server) => server.out.record({ type: APPLICATION_DATA, content: ascii("x"), padding: 2000 }) });
      expect(text(pair.received)).to.equal("x");
    });

    for (const name of ["encrypted_extensions", "certificate", "certificate_verify", "finished"])
      it(`the record of ${name} in clear`, () => {
        bench.run(change(name, (plan) => ({ ...plan, seal: false }))).expectAlert(unexpected_message, null, true);
      });

    it("a record sealed, but of outer type handshake", () => {
      bench.run(change("encrypted_extensions", (plan) => ({ ...plan, outerType: HANDSHAKE }))).expectAlert(unexpected_message, null, true);
    });

    it("a record that comes twice (§5.3)", () => {
      let first: Uint8Array | null = null;
      const pair = bench.open();
      pair.server.write(ascii("once"));
      first = pair.server.take();
      pair.deliver(first);
      expect(text(pair.received)).to.equal("once");
      pair.deliver(first);
      pair.run();
      pair.expectAlert(bad_record_mac, null, true);
      expect(text(pair.received)).to.equal("once");
    });

    it("two records that change places (§5.3)", () => {
      const pair = bench.open();
      pair.server.write(ascii("one"));
      pair.server.write(ascii("two"));
      const [one, two] = pair.server.takeRecords();
      pair.deliver(concat(two!, one!));
      pair.run();
      pair.expectAlert(bad_record_mac, null, true);
      expect(pair.received).to.have.length(0);
    });

    it("a record left out (§5.3)", () => {
      const pair = bench.open();
      pair.server.write(ascii("one"));
      pair.server.write(ascii("two"));
      pair.deliver(pair.server.takeRecords()[1]!);
      pair.run();
      pair.expectAlert(bad_record_mac, null, true);
    });
  });

  describe("damaged bits: bad_record_mac (§5.2), and the app sees nothing", () => {
    for (const suite of [0x1303, 0x1301]) {
      for (const name of ["encrypted_extensions", "certificate", "certificate_verify", "finished"])
        it(`suite ${suite.toString(16)}: the tag of ${name}`, () => {
          for (const flip of [-1, -128, 0])
            bench.run({ suite, ...change(name, (plan) => ({ ...plan, flip })) }).expectAlert(bad_record_mac, null, true);
        });

      it(`suite ${suite.toString(16)}: bits of a record of application data, by seed`, () => {
        const random = new SeededRandom(`bits ${suite}`);
        const content = random.bytes(200);
        const count = ON_XS ? 6 : 300;
        for (let i = 0; i < count; i++) {
          const flip = i < 2 ? -1 - 127 * i : random.below((200 + 17) * 8);
          const pair = bench.open({ suite });
          pair.server.out.record({ type: APPLICATION_DATA, content, flip });
          pair.flushServer();
          expect(pair.client.appData(), `bit ${flip}`).to.equal(0);
          pair.run();
          pair.expectAlert(bad_record_mac, null, true);
          expect(pair.received, `bit ${flip}`).to.have.length(0);
        }
      });

      it(`suite ${suite.toString(16)}: bits of a record's header`, () => {
        for (const bit of sampled(0, 39, 4)) {
          const pair = bench.open({ suite });
          pair.server.write(ascii("a record whose header is changed"));
          const wire = pair.server.take();
          wire[bit >> 3] = wire[bit >> 3]! ^ (0x80 >> (bit & 7));
          pair.deliver(wire);
          pair.run();
          expect(pair.received, `bit ${bit}`).to.have.length(0);
          // a longer length only makes the client wait; all else fails at once
          if (pair.client.state !== OPEN)
            expect(pair.client.failure!.alert, `bit ${bit}`).to.be.oneOf(["bad_record_mac", "unexpected_message", "record_overflow"]);
        }
      });
    }
  });

  it("each record alone and together: the same failure", () => {
    for (const delivery of [recordByRecord, inPieces(100)])
      bench
        .run(
          change("finished", (plan) => ({ ...plan, flip: -1 })),
          {},
          delivery,
        )
        .expectAlert(bad_record_mac, null, true);
  });
});
