// change_cipher_spec, alerts, and servers that do not speak TLS: what interrupts a handshake (RFC 9846 §5, §6).
import { expect } from "chai";
import { close_notify, decode_error, handshake_failure, unexpected_message, user_canceled } from "../../src/alert.js";
import { ascii } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { ALERT, CHANGE_CIPHER_SPEC, type RecordPlan } from "../peer/record-layer.js";
import type { FlightName } from "../peer/scripted-server.js";
import { at, put } from "./acts.js";
import { ON_XS } from "./effort.js";
import { Bench, byteByByte, FAILED, inPieces, OPEN } from "./pair.js";

const CCS = new Uint8Array([1]);

describe("client: interruptions", function () {
  this.timeout(120000);
  const bench = new Bench();

  describe("change_cipher_spec (§5, Appendix E.4)", () => {
    /** Content types of what the client sent, as a middlebox sees them. */
    const types = (stream: Uint8Array): number[] => {
      const seen: number[] = [];
      for (let o = 0; o < stream.length; o += 5 + stream[o + 3]! * 256 + stream[o + 4]!) seen.push(stream[o]!);
      return seen;
    };

    it("stands before a protected alert of ours too, once", () => {
      const wrong = (name: string) => ({
        mutate: (which: string, bytes: Uint8Array) => (which === name ? bytes.map((b, i) => (i > 4 ? b ^ 1 : b)) : bytes),
      });
      for (const name of ["encrypted_extensions", "certificate", "certificate_verify", "finished"])
        expect(types(bench.run(wrong(name)).sent), name).to.deep.equal([22, 20, 23]);
      expect(types(bench.run(wrong("server_hello")).sent)).to.deep.equal([22, 21]);
      const retried = types(bench.run({ ...wrong("certificate"), helloRetry: { cookie: ascii("again") } }).sent);
      expect(retried, "it went before the second ClientHello").to.deep.equal([22, 20, 22, 23]);
    });

    const STATES: readonly FlightName[] = ["server_hello", "encrypted_extensions", "certificate", "certificate_verify", "finished"];
    for (const due of STATES) {
      it(`dropped before ${due}, one byte at a time too`, () => {
        const options = at(due, (server) => server.out.data(CHANGE_CIPHER_SPEC, CCS));
        bench.open(options);
        bench.open({ ...options, fragment: 200 }, {}, ON_XS ? inPieces(9) : byteByByte);
      });

      for (const content of [[0], [2], [255], [1, 1], []])
        it(`[${content}] before ${due}`, () => {
          bench
            .run(put(due, { type: CHANGE_CIPHER_SPEC, content: new Uint8Array(content) }))
            .expectAlert([unexpected_message, decode_error], null, due !== "server_hello");
        });

      it(`in the middle of ${due} (§5.1: nothing may come between the records of a message)`, () => {
        const pair = bench.run({
          coalesce: false,
          changeCipherSpec: false,
          record: (plan) => {
            if (!plan.messages.includes(due)) return plan;
            const rest: RecordPlan = { ...plan, messages: [], content: plan.content.slice(2) };
            const spec: RecordPlan = { ...plan, messages: [], type: CHANGE_CIPHER_SPEC, content: CCS, seal: false, padding: 0 };
            return [{ ...plan, content: plan.content.slice(0, 2) }, spec, rest];
          },
        });
        pair.expectAlert(unexpected_message, null, due !== "server_hello");
      });
    }

    it("after the server's Finished", () => {
      bench
        .run({ sentFinished: (server) => server.out.record({ type: CHANGE_CIPHER_SPEC, content: CCS, seal: false }) })
        .expectAlert(unexpected_message);
    });

    it("on an open connection", () => {
      bench.run(put(null, { type: CHANGE_CIPHER_SPEC, content: CCS, seal: false })).expectAlert(unexpected_message, null, true);
    });

    it("a flood of them ends", () => {
      const pair = bench.run(
        at("server_hello", (server) => {
          for (let i = 0; i < 1000; i++) server.out.data(CHANGE_CIPHER_SPEC, CCS);
        }),
      );
      pair.expectAlert(unexpected_message, null, false);
    });
  });

  describe("alerts of the server (§6)", () => {
    const STATES: readonly (FlightName | null)[] = [
      "server_hello",
      "encrypted_extensions",
      "certificate",
      "certificate_verify",
      "finished",
      null,
    ];
    for (const due of STATES) {
      const where = due === null ? "on an open connection" : `before ${due}`;
      for (const level of [2, 1, 0])
        it(`handshake_failure of level ${level} ${where} is an error`, () => {
          bench.run(at(due, (server) => server.alert(level, handshake_failure))).expectPeerAlert(handshake_failure);
        });

      it(`an unknown alert ${where} is an error (§6)`, () => {
        bench.run(at(due, (server) => server.alert(1, 231))).expectPeerAlert(231);
      });

      it(`user_canceled and close_notify ${where} (§6.1)`, () => {
        const pair = bench.run(
          at(due, (server) => {
            server.alert(1, user_canceled);
            server.alert(1, close_notify);
          }),
        );
        if (due === null) expect(pair.client.peerClosed).to.equal(true);
        else {
          expect(pair.client.state).to.equal(FAILED);
          expect(pair.client.failure!.origin).to.equal("peer");
        }
      });

      if (due !== null)
        it(`close_notify ${where}: no handshake, no connection`, () => {
          const pair = bench.run(at(due, (server) => server.close()));
          expect(pair.client.state).to.equal(FAILED);
          expect(pair.client.failure!.origin).to.equal("peer");
          expect(pair.client.appData()).to.equal(0);
        });
    }

    it("an alert in the middle of a handshake message (§5.1)", () => {
      const pair = bench.run({
        coalesce: false,
        record: (plan) => {
          if (!plan.messages.includes("certificate")) return plan;
          const rest: RecordPlan = { ...plan, messages: [], content: plan.content.slice(9) };
          const between: RecordPlan = { ...plan, messages: [], type: ALERT, content: new Uint8Array([1, 0]) };
          return [{ ...plan, content: plan.content.slice(0, 9) }, between, rest];
        },
      });
      expect(pair.client.state).to.equal(FAILED);
    });

    it("user_canceled flood ends", () => {
      const pair = bench.run({
        connected: (server) => {
          for (let i = 0; i < 1000; i++) server.alert(1, user_canceled);
        },
      });
      expect(pair.client.state).to.equal(FAILED);
    });
  });

  describe("servers that do not speak TLS", () => {
    it("HTTP in clear: the reason shows what came", () => {
      const pair = bench.run({ instead: ascii("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n") });
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.reason).to.contain("HTTP/1.1 400 Bad Request");
      expect(pair.client.failure!.reason).to.not.contain("\r");
      expect(pair.client.failure!.reason.length).to.be.below(250);
    });

    it("HTTP in clear, byte by byte", () => {
      const pair = bench.run({ instead: ascii("HTTP/1.1 400 Bad Request\r\n\r\n") }, {}, byteByByte);
      expect(pair.client.state).to.equal(FAILED);
      expect(pair.client.failure!.origin).to.equal("self");
    });

    for (const greeting of ["SSH-2.0-OpenSSH_9.6\r\n", "220 mail.test ESMTP\r\n", "\r\n\r\n\r\n", "\x00\x00\x00\x00\x00\x00\x00\x00"])
      it(`${JSON.stringify(greeting)}`, () => {
        expect(bench.run({ instead: ascii(greeting) }).client.state).to.equal(FAILED);
      });

    it("random bytes never open, never hang, never throw", () => {
      const random = new SeededRandom("garbage");
      for (let i = 0; i < (ON_XS ? 20 : 500); i++) {
        const pair = bench.run({ instead: random.bytes(1 + random.below(600)) });
        expect(pair.client.state).to.not.equal(OPEN);
        expect(pair.client.appData()).to.equal(0);
      }
    });

    it("random bytes behind the ServerHello", () => {
      const random = new SeededRandom("garbage behind");
      for (let i = 0; i < (ON_XS ? 3 : 100); i++) {
        const pair = bench.run({ before: (name, server) => name === "certificate" && server.out.raw(random.bytes(40)) });
        expect(pair.client.state).to.not.equal(OPEN);
      }
    });

    it("TLS 1.2's fatal protocol_version alert with record version 0x0300", () => {
      const pair = bench.run({ instead: new Uint8Array([21, 3, 0, 0, 2, 2, 70]) });
      pair.expectPeerAlert(70);
    });

    it("SSLv2-like answer", () => {
      expect(bench.run({ instead: new Uint8Array([0x80, 3, 0, 0, 1, 0, 2, 0, 0, 0, 0]) }).client.state).to.equal(FAILED);
    });
  });
});
