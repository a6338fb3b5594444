// A TLS 1.2 client: the server's Finished and its records, damaged and out of bounds.
import { expect } from "chai";
import { bad_record_mac, decode_error, decrypt_error, protocol_version, record_overflow, unexpected_message } from "../../src/alert.js";
import { flipBit, splice } from "../peer/bytes.js";
import { append, cutBody, editExtensions, fixLength, SERVER_HELLO, withBody } from "../peer/edit.js";
import { extension } from "../peer/messages.js";
import { sampled } from "./effort.js";
import { HANDSHAKING } from "./joined.js";
import { Bench12, only } from "./pair-12.js";

describe("TLS 1.2 client: Finished and records", function () {
  this.timeout(180000);
  const bench = new Bench12();

  describe("Finished", () => {
    it("every bit", () => {
      for (const bit of sampled(32, 127, 6))
        bench.client12({ mutate: only("finished", (m) => flipBit(m, bit)) }).expectAlert(decrypt_error, null, true);
    });

    it("short, long, empty", () => {
      bench.client12({ mutate: only("finished", (m) => cutBody(m, 11)) }).expectAlert(decode_error);
      bench.client12({ mutate: only("finished", (m) => append(m, [0])) }).expectAlert(decode_error);
      bench.client12({ mutate: only("finished", (m) => withBody(m, [])) }).expectAlert(decode_error);
    });

    it("over another transcript: what somebody changed in the server's flight, and no other check sees", () => {
      const sessionId = new Uint8Array(32).fill(1);
      for (const change of [
        { mutate: only("server_hello", (m) => flipBit(m, 8 * (SERVER_HELLO.suite - 1))) },
        { mutate: only("server_hello", (m) => editExtensions(m, (list) => [...list].reverse())) },
        { request: {}, mutate: only("certificate_request", (m) => fixLength(splice(m, 4, 2, [2, 64, 65]))) },
      ])
        for (const extended of [true, false]) {
          const pair = bench.client12({ sessionId, extended, transcript: "original", ...change });
          // With an extended master secret the keys are others already.
          expect(pair.tested.failure?.message ?? null).to.equal(null);
          expect(pair.peer.problems).to.deep.equal([extended ? "a record of the client does not open" : "the client's Finished is wrong"]);
          expect(pair.tested.state).to.equal(HANDSHAKING);
        }
    });

    it("without extended master secret where both said it", () => {
      const pair = bench.client12({ extensions: (l) => [extension(23, []), ...l.filter(({ type }) => type !== 23)], extended: false });
      expect(pair.peer.problems).to.deep.equal(["a record of the client does not open"]);
      expect(pair.tested.state).to.equal(HANDSHAKING);
    });
  });

  describe("records", () => {
    it("a tag that is wrong, a record that is too short, another version", () => {
      bench
        .client12({ connected: (peer) => peer.raw(new Uint8Array([23, 3, 3, 0, 20, ...new Array<number>(20).fill(1)])) })
        .expectAlert(bad_record_mac);
      bench
        .client12({ connected: (peer) => peer.raw(new Uint8Array([23, 3, 3, 0, 9, ...new Array<number>(9).fill(1)])) })
        .expectAlert(decode_error);
      bench
        .client12({ connected: (peer) => peer.raw(new Uint8Array([23, 3, 2, 0, 20, ...new Array<number>(20).fill(1)])) })
        .expectAlert(protocol_version);
    });

    it("an unknown content type, in clear and protected", () => {
      bench.client12({ before: (name, peer) => name === "certificate" && peer.record(24, [1]) }).expectAlert(unexpected_message);
      bench.client12({ connected: (peer) => peer.record(24, [1]) }).expectAlert(unexpected_message);
    });

    it("a record longer than there may be", () => {
      bench
        .client12({ before: (name, peer) => name === "certificate" && peer.raw(new Uint8Array([22, 3, 3, 0x40, 1])) })
        .expectAlert(record_overflow);
    });

    it("empty records of data are taken, but not for ever", () => {
      const empty = (count: number) => ({
        connected: (peer: { data(c: Uint8Array): void }) => {
          for (let i = 0; i < count; i++) peer.data(new Uint8Array(0));
        },
      });
      bench.openClient12(empty(32));
      bench.client12(empty(33)).expectAlert(unexpected_message, /flood/);
    });

    it("empty handshake records are not", () => {
      bench.client12({ before: (name, peer) => name === "certificate" && peer.record(22, []) }).expectAlert(unexpected_message);
    });

    it("an alert with no level: an error; warnings are passed over, but not for ever", () => {
      bench.client12({ connected: (peer) => peer.alert(2, 80) }).expectPeerAlert(80);
      const warn = (count: number) => ({
        connected: (peer: { alert(l: number, d: number): void }) => {
          for (let i = 0; i < count; i++) peer.alert(1, 90);
        },
      });
      bench.openClient12(warn(32));
      bench.client12(warn(33)).expectAlert(unexpected_message, /flood/);
    });
  });
});
