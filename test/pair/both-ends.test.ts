// Our client with our server, once they are open: KeyUpdates of both, and every way in which it may end.
import { expect } from "chai";
import type { Connection } from "../../src/connection.js";
import { ascii, equal, text } from "../peer/bytes.js";
import { type Both, BothBench, FAILED, HANDSHAKING, isClosed, OPEN, pattern, pieces, step } from "./both.js";
import { ON_XS } from "./effort.js";

describe("client and server: KeyUpdates and ends", function () {
  this.timeout(120000);
  const bench = new BothBench();

  describe("KeyUpdate (§4.7.3)", () => {
    const sides = (both: Both): readonly (readonly [Connection, Connection])[] => [
      [both.client, both.server],
      [both.server, both.client],
    ];

    for (const suite of bench.provider.suites)
      it(`${suite.name}: of either side, with and without a request, data both ways behind each`, () => {
        const provider = { ...bench.provider, suites: [suite] };
        const both = bench.opened({ client: { provider }, server: { provider }, toServer: pieces(7), toClient: pieces(5) });
        for (let i = 0; i < (ON_XS ? 2 : 20); i++)
          for (const [one, other] of sides(both)) {
            one.updateKeys(i % 2 === 0);
            both.write(one, ascii("a"));
            both.write(other, ascii("b"));
          }
        both.expectOpen();
        expect(both.serverReceived.length).to.equal(both.clientReceived.length);
      });

    it("both at once, each asking for the other's", () => {
      const both = bench.opened();
      for (let i = 0; i < 10; i++) {
        both.client.updateKeys(true);
        both.server.updateKeys(true);
        both.run();
        both.write(both.client, ascii("x"));
        both.write(both.server, ascii("y"));
      }
      both.expectOpen();
      expect(text(both.serverReceived)).to.equal("xxxxxxxxxx");
    });

    it("automatic, before a cipher's limit (§5.5)", () => {
      const short = {
        ...bench.provider,
        suites: bench.provider.suites.map((one) => ({ ...one, aead: { ...one.aead, recordLimit: 3, create: one.aead.create } })),
      };
      const both = bench.opened({ client: { provider: short }, server: { provider: short } });
      for (let i = 0; i < 30; i++) {
        both.write(both.client, ascii("up"));
        both.write(both.server, ascii("down"));
      }
      both.expectOpen();
      expect(both.serverReceived).to.have.length(60);
      expect(both.clientReceived).to.have.length(120);
    });
  });

  describe("ends", () => {
    it("half-close of the client, then of the server: both closed, nothing lost", () => {
      const both = bench.opened({ toServer: pieces(3), toClient: pieces(3) });
      both.write(both.client, ascii("request"));
      both.client.closeWrite();
      both.run();
      expect(both.server.peerClosed).to.equal(true);
      expect(both.client.state).to.equal(OPEN);
      both.write(both.server, pattern(2000));
      both.server.closeWrite();
      both.run();
      expect(equal(both.clientReceived, pattern(2000))).to.equal(true);
      expect(isClosed(both.client) && isClosed(both.server)).to.equal(true);
    });

    it("half-close of the server, then of the client", () => {
      const both = bench.opened();
      both.server.closeWrite();
      both.run();
      expect(both.client.peerClosed).to.equal(true);
      both.write(both.client, pattern(1000));
      both.client.closeWrite();
      both.run();
      expect(equal(both.serverReceived, pattern(1000))).to.equal(true);
      expect(isClosed(both.client) && isClosed(both.server)).to.equal(true);
    });

    it("both at once", () => {
      const both = bench.opened();
      both.client.closeWrite();
      both.server.closeWrite();
      both.run();
      expect(isClosed(both.client) && isClosed(both.server)).to.equal(true);
    });

    it("updateKeys() and data before close(): all of it arrives", () => {
      const both = bench.opened();
      both.client.updateKeys(true);
      both.client.write(ascii("last"), 0, 4);
      both.client.close();
      both.run();
      expect(text(both.serverReceived)).to.equal("last");
      expect(both.server.peerClosed).to.equal(true);
      expect(both.server.failure).to.equal(null);
    });

    it("close() in the handshake, at every step", () => {
      for (let steps = 0; steps < (ON_XS ? 3 : 60); steps++)
        for (const which of ["client", "server"] as const) {
          const both = bench.join({ client: { sliceSteps: 20 }, server: { sliceSteps: 20 }, toServer: pieces(60), toClient: pieces(60) });
          step(both, steps);
          both[which].close();
          both.run();
          const other = which === "client" ? both.server : both.client;
          if (other.state === HANDSHAKING) other.receivedEnd();
          else if (other.state === OPEN) expect(other.peerClosed, `${which} ${steps}`).to.equal(true);
          // A side that has its keys takes no alert in clear, which is all that a side without keys can send; none takes one inside a message.
          const clear = /unprotected record of content type 21|content type 21 in the middle/.test(other.failure?.reason ?? "");
          if (other.state === FAILED && !clear)
            expect(other.failure!.origin, `${which} ${steps}: ${other.failure!.message}`).to.equal("peer");
        }
    });

    it("the transport ends at every step of the handshake", () => {
      for (let steps = 0; steps < (ON_XS ? 3 : 40); steps++) {
        const both = bench.join({ toServer: pieces(60), toClient: pieces(60) });
        step(both, steps);
        both.client.receivedEnd();
        both.server.receivedEnd();
        both.run();
        for (const one of [both.client, both.server]) {
          expect(one.state, `${steps}`).to.equal(FAILED);
          expect(one.failure!.origin).to.equal("peer");
        }
      }
    });
  });
});
