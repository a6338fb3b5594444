// The end of a server's connection (RFC 9846 §6.1), KeyUpdate (§4.7.3), floods, buffers: after the handshake.
import { expect } from "chai";
import { bad_record_mac } from "../../src/alert.js";
import { ServerConnection } from "../../src/server.js";
import { ascii, concat, equal, hex, text } from "../peer/bytes.js";
import type { ScriptedClient } from "../peer/scripted-client.js";
import { ON_XS } from "./effort.js";
import { byteByByte, CLOSED, COOKIES, FAILED, OPEN, ServerBench, type ServerPair } from "./server-pair.js";

describe("server: open connections and their ends", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const FLOOD = ON_XS ? 100 : 5000;

  describe("close", () => {
    it("close(): close_notify goes out, nothing is read any more", () => {
      const pair = bench.open();
      pair.server.close();
      pair.run();
      expect(pair.server.state).to.equal(CLOSED);
      expect(pair.failure).to.equal(null);
      expect(pair.client.alerts).to.deep.equal([{ level: 1, description: 0, sealed: true }]);
      expect(pair.server.rxSpace()).to.equal(0);
    });

    it("closeWrite(): what the client still says is read (half-close)", () => {
      const pair = bench.open();
      pair.write(ascii("last words"));
      pair.server.closeWrite();
      pair.run();
      expect(pair.client.closeNotify).to.equal(true);
      pair.client.write(ascii("answer"));
      pair.run();
      expect(text(pair.received)).to.equal("answer");
      pair.client.close();
      pair.run();
      expect(pair.server.state).to.equal(CLOSED);
      expect(pair.client.problems).to.deep.equal([]);
    });

    it("close_notify of the client: the server can still write", () => {
      const pair = bench.open({
        opened: (client) => {
          client.write(ascii("GET"));
          client.close();
        },
      });
      expect(text(pair.received)).to.equal("GET");
      expect(pair.server.peerClosed).to.equal(true);
      expect(pair.server.state).to.equal(OPEN);
      expect(pair.write(ascii("answer"))).to.equal(true);
      expect(text(pair.client.received)).to.equal("answer");
      pair.server.receivedEnd();
      expect(pair.failure).to.equal(null);
      pair.server.close();
      pair.run();
      expect(pair.server.state).to.equal(CLOSED);
    });

    it("data after close_notify is ignored (§6.1)", () => {
      const pair = bench.open();
      pair.client.close();
      pair.client.write(ascii("after"));
      pair.client.out.raw(new Uint8Array(8));
      pair.run();
      expect(pair.received).to.have.length(0);
      expect(pair.failure).to.equal(null);
    });

    it("the transport ends without close_notify: truncated", () => {
      const pair = bench.open({ opened: (client) => client.write(ascii("half")) });
      pair.server.receivedEnd();
      expect(text(pair.received)).to.equal("half");
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.reason).to.match(/close_notify/);
    });

    it("write() before the handshake is complete", () => {
      const pair = bench.run({ flight: [] });
      expect(() => pair.server.write(new Uint8Array(1), 0, 1)).to.throw(Error);
      expect(pair.server.writeSpace()).to.equal(0);
    });
  });

  describe("KeyUpdate (§4.7.3)", () => {
    for (const suite of [0x1303, 0x1301])
      it(`suite ${suite.toString(16)}: not requested, requested, many`, () => {
        const pair = bench.open({ suites: [suite], echo: true });
        for (let i = 0; i < 40; i++) {
          pair.client.keyUpdate(i & 1);
          expect(pair.write(ascii("x"))).to.equal(true);
        }
        pair.expectOpen();
        expect(pair.received).to.have.length(40);
        expect(pair.client.keyUpdates).to.equal(20);
      });

    it("at once behind the client's Finished", () => {
      const pair = bench.open({
        opened: (client) => {
          client.keyUpdate(1);
          client.write(ascii("behind"));
        },
      });
      expect(text(pair.received)).to.equal("behind");
      expect(pair.client.keyUpdates).to.equal(1);
    });

    it("requested while the send buffer is full: the answer goes before the next data", () => {
      const pair = bench.open();
      const data = new Uint8Array(3000).fill(7);
      let at = pair.server.write(data, 0, data.length);
      pair.client.keyUpdate(1);
      pair.flushPeer();
      for (let tries = 0; at < data.length && tries < 1000; tries++) {
        at += pair.server.write(data, at, data.length - at);
        pair.run();
      }
      expect(pair.client.received).to.have.length(data.length);
      expect(pair.client.keyUpdates).to.equal(1);
      pair.expectOpen();
    });

    it("records under the old keys afterwards do not open", () => {
      const pair = bench.open();
      const old = pair.client.out.protection!;
      pair.client.keyUpdate(0);
      pair.run();
      pair.client.out.protection = old;
      pair.client.write(ascii("old"));
      pair.run();
      expect(pair.failure!.alert).to.equal("bad_record_mac");
    });
  });

  describe("floods end in one clear error", () => {
    function flooded(one: (client: ScriptedClient, i: number) => void): ServerPair {
      const pair = bench.open();
      let count = 0;
      while (count < FLOOD && pair.server.state === OPEN) {
        one(pair.client, count++);
        pair.run();
      }
      expect(pair.server.state, `${count} taken without an end`).to.equal(FAILED);
      expect(pair.failure!.origin).to.equal("self");
      expect(pair.failure!.reason).to.match(/\d/);
      return pair;
    }

    it("KeyUpdate", () => {
      expect(flooded((client) => client.keyUpdate(0)).failure!.reason).to.match(/KeyUpdate/);
    });
    it("KeyUpdate that asks for one each time", () => {
      flooded((client) => client.keyUpdate(1));
    });
    it("empty records of application data", () => {
      flooded((client) => client.write(new Uint8Array(0)));
    });
    it("empty records and KeyUpdates by turns", () => {
      flooded((client, i) => (i % 2 === 0 ? client.keyUpdate(0) : client.write(new Uint8Array(0))));
    });
    it("user_canceled", () => {
      flooded((client) => client.alert(1, 90));
    });
  });

  describe("buffers", () => {
    const small = { receiveBuffer: 512, sendBuffer: 256 };

    it("small buffers, a client that sends small records", () => {
      const pair = bench.open({ fragment: 60, echo: true }, small);
      const message = new Uint8Array(ON_XS ? 300 : 2000).fill(0x41);
      expect(pair.write(message)).to.equal(true);
      expect(equal(pair.received, message)).to.equal(true);
    });

    for (const sendBuffer of [256, 300, 511, 512, 1000, 5000])
      it(`sendBuffer of ${sendBuffer}: HelloRetryRequest, cookie, client authentication, a chain of many records`, () => {
        const [leaf, intermediate] = bench.identity.chain as [Uint8Array, Uint8Array];
        const identity = { ...bench.identity, chain: [leaf, intermediate, intermediate, intermediate] };
        const pair = bench.run(
          { shares: [], alpn: ["http/1.1"], serverName: "server.test", identity: null },
          {
            sendBuffer,
            cookies: COOKIES,
            host: { ...bench.asked(), alpn: ["http/1.1"], identities: [{ ...bench.host().identities[0]!, certificates: identity.chain }] },
          },
        );
        pair.expectOpen();
        expect(pair.client.chain).to.have.length(4);
      });

    it("tx is taken byte by byte, rx comes byte by byte", () => {
      const pair = bench.pair({ shares: [] }, { ...small, cookies: COOKIES, sliceSteps: 100 });
      const { server, client } = pair;
      let toServer = client.take();
      for (let round = 0; round < 20000 && !(server.state === OPEN && server.txPending() === 0 && toServer.length === 0); round++) {
        if ((server.wants & 4) !== 0) server.resume();
        if (server.txPending() > 0) {
          const byte = server.io.slice(server.txOffset, server.txOffset + 1);
          server.sent(1);
          toServer = concat(toServer, client.receive(byte));
        } else if (toServer.length > 0 && server.rxSpace() > 0) {
          server.io[server.rxOffset] = toServer[0]!;
          server.received(1);
          toServer = toServer.slice(1);
        }
      }
      pair.expectOpen();
    });

    it("buffers and cookie keys that cannot work are refused, with the value in the reason", () => {
      for (const bad of [{ receiveBuffer: 10 }, { sendBuffer: 10 }, { receiveBuffer: 1000.5 }, { sendBuffer: Number.NaN }])
        expect(() => bench.server(bad), JSON.stringify(bad)).to.throw(RangeError, /Buffer is/);
      expect(() => bench.server({ cookies: { key: new Uint8Array(16), lifetime: 9 } })).to.throw(RangeError, /16/);
      expect(() => bench.server({ sliceSteps: 0 })).to.throw(RangeError, /sliceSteps/);
      expect(() => bench.server({ provider: { ...bench.provider, suites: [] } })).to.throw(RangeError, /suite/);
      expect(() => new ServerConnection(bench.config(), new Uint8Array(100))).to.throw(RangeError, /100/);
    });

    it("a ClientHello in place, gathered from many records, and just as long as the buffer lets it be", () => {
      for (const [fragment, padding] of [
        [undefined, 1200],
        [100, 1200],
        [1, 300],
        [undefined, 1700],
      ] as const)
        bench.open({
          ...(fragment === undefined ? {} : { fragment }),
          lastExtensions: [{ type: 21, body: new Uint8Array(ON_XS && fragment === 1 ? 10 : padding) }],
        });
    });

    it("a failure while tx is full: the alert still goes out", () => {
      const pair = bench.open();
      const data = new Uint8Array(2000);
      while (pair.server.write(data, 0, data.length) > 0);
      pair.client.out.record({ type: 23, content: ascii("x"), flip: -1 });
      pair.flushPeer();
      expect(pair.server.state).to.equal(FAILED);
      pair.run();
      expect(pair.client.alerts).to.deep.equal([{ level: 2, description: bad_record_mac, sealed: true }]);
    });

    it("nothing of the connection stays in its memory after close()", () => {
      const io = new Uint8Array(2048 + 512);
      const pair = bench.open({ opened: (client) => client.write(ascii("a secret of the application")) });
      const other = new ServerConnection(bench.config(), io);
      expect(other.io).to.equal(io);
      pair.server.close();
      const { txOffset } = pair.server;
      expect(hex(pair.server.io.slice(0, txOffset))).to.not.contain(hex(ascii("a secret of the application")));
    });
  });

  it("1,000 connects and closes, and 1,000 failed handshakes: each ends clean", () => {
    const { delivered } = bench.open();
    for (let i = 0; i < (ON_XS ? 5 : 1000); i++) {
      const good = bench.open({ echo: true });
      good.write(ascii("ping"));
      good.server.close();
      good.run();
      expect(good.server.state).to.equal(CLOSED);
      expect(bench.run({ truncateAfter: 1 + ((i * 131) % (delivered - 1)) }).server.state).to.equal(FAILED);
    }
    bench.open({}, {}, ON_XS ? undefined : byteByByte);
  });
});
