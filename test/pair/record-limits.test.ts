// Records are held to what the peer takes: record_size_limit (RFC 8449) and max_fragment_length (RFC 6066 §4), both roles.
import { expect } from "chai";
import * as E from "../peer/edit.js";
import { BothBench } from "./both.js";
import { Bench } from "./pair.js";

/** Lengths of the protected records in a stream. */
function protectedLengths(stream: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let o = 0; o < stream.length; ) {
    const length = (stream[o + 3] << 8) | stream[o + 4];
    if (stream[o] === 23) lengths.push(length);
    o += 5 + length;
  }
  return lengths;
}

describe("record limits", () => {
  describe("client and server: record_size_limit", () => {
    const bench = new BothBench();
    for (const receiveBuffer of [256, 512, 700, 2048])
      it(`a client with a receive buffer of ${receiveBuffer} bytes: no record of the server is longer, handshake and data`, () => {
        const both = bench.opened({ client: { receiveBuffer }, server: { sendBuffer: 4096 } });
        both.write(both.server, new Uint8Array(3000));
        expect(both.clientReceived).to.have.length(3000);
        const longest = Math.max(...protectedLengths(both.toClient.log));
        expect(longest).to.be.at.most(receiveBuffer - 5);
        expect(longest).to.be.at.least(Math.min(receiveBuffer - 5, 1000) - 8);
      });

    it("a server with a small receive buffer: no record of the client is longer", () => {
      const both = bench.opened({ client: { sendBuffer: 4096 }, server: { receiveBuffer: 300 } });
      both.write(both.client, new Uint8Array(3000));
      expect(both.serverReceived).to.have.length(3000);
      expect(Math.max(...protectedLengths(both.toServer.log))).to.equal(300 - 5);
    });
  });

  describe("client: what a server answers", () => {
    const bench = new Bench();
    const answer = (type: number, data: number[]) => ({
      mutate: (name: string, bytes: Uint8Array) => (name === "encrypted_extensions" ? E.addExtension(bytes, type, data) : bytes),
    });

    it("record_size_limit: content and content type fit it", () => {
      const pair = bench.open({ ...answer(28, [0, 100]), echo: true }, { sendBuffer: 2048 });
      pair.write(new Uint8Array(1000));
      expect(pair.received).to.have.length(1000);
      const lengths = protectedLengths(pair.sent);
      expect(Math.max(...lengths)).to.equal(100 + 16);
    });

    it("record_size_limit of 64: Finished and data fit it", () => {
      const pair = bench.open({ ...answer(28, [0, 64]), echo: true });
      pair.write(new Uint8Array(200));
      expect(Math.max(...protectedLengths(pair.sent))).to.equal(64 + 16);
    });

    it("max_fragment_length: content fits it", () => {
      const pair = bench.open({ ...answer(1, [2]), echo: true }, { sendBuffer: 4096 });
      pair.write(new Uint8Array(4000));
      expect(Math.max(...protectedLengths(pair.sent))).to.equal(1024 + 1 + 16);
    });

    it("max_fragment_length of 512 takes a receive buffer of 534 bytes, and is not asked for in less", () => {
      const asked = (receiveBuffer: number): number => {
        const hello = bench.open({}, { receiveBuffer, sendBuffer: 512 }).sent;
        // The extension: type 1, length 1. Random bytes come before.
        for (let o = 80; o + 4 < hello.length; o++)
          if (hello[o] === 0 && hello[o + 1] === 1 && hello[o + 2] === 0 && hello[o + 3] === 1) return hello[o + 4] as number;
        return 0;
      };
      expect([533, 534, 1045, 1046].map(asked)).to.deep.equal([0, 1, 1, 2]);
    });

    it("neither: records as long as the send buffer", () => {
      const pair = bench.open({ echo: true }, { sendBuffer: 4096 });
      pair.write(new Uint8Array(4000));
      expect(Math.max(...protectedLengths(pair.sent))).to.be.greaterThan(3500);
    });

    it("the limit told is what the receive buffer holds: a record of just that fits, one more byte is record_overflow", () => {
      const most = 2048 - 5 - 16 - 1;
      const fits = bench.open({ connected: (server) => server.write(new Uint8Array(most)) });
      expect(fits.received).to.have.length(most);
      const over = bench.run({ connected: (server) => server.write(new Uint8Array(most + 1)) });
      expect(over.client.failure?.alert).to.equal("record_overflow");
    });
  });
});
