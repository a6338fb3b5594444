// Peers that do not speak TLS 1.3 to our server, or do not speak at all: each gets one clear end, and costs little until then.
import { expect } from "chai";
import { protocol_version, timed_out } from "../../src/alert.js";
import { ascii, concat, hex, u16, vector16 } from "../peer/bytes.js";
import { clientHello, extension, extensionBlock, numberList, serverNameBody } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { ON_XS } from "./effort.js";
import { byteByByte, COOKIES, FAILED, HANDSHAKING, OPEN, ServerBench, type ServerPair, type ServerParts } from "./server-pair.js";

const WANT_RECEIVE = 1;

/** One record of handshake around a message. */
function record(message: Uint8Array, version = 0x0301): Uint8Array {
  return concat([22], u16(version), vector16(message));
}

describe("server: strangers", function () {
  this.timeout(120000);
  const bench = new ServerBench();

  function refused(instead: Uint8Array, server: ServerParts = {}): ServerPair {
    for (const delivery of [undefined, byteByByte]) {
      const pair = bench.run({ instead }, server, delivery);
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.origin).to.equal("self");
      expect(pair.client.alerts).to.have.length(1);
      expect(pair.client.alerts[0]).to.deep.include({ level: 2, sealed: false });
      expect(pair.received).to.have.length(0);
    }
    return bench.run({ instead }, server);
  }

  describe("plain text", () => {
    it("HTTP: the reason shows what came, without control characters, bounded", () => {
      const pair = refused(ascii("GET /index.html HTTP/1.1\r\nHost: server.test\r\n\r\n"));
      expect(pair.failure!.reason).to.contain("GET /index.html");
      expect(pair.failure!.reason).to.match(/plain|HTTP/);
      expect(pair.failure!.reason).to.not.match(/[\r\n]/);
      expect(pair.failure!.reason.length).to.be.below(250);
    });

    it("a request of 2,000 bytes", () => {
      const pair = bench.run({ instead: ascii(`POST /${"a".repeat(1990)} HTTP/1.1\r\n`) });
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.reason.length).to.be.below(250);
    });

    for (const greeting of [
      "CONNECT server.test:443 HTTP/1.1\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "SSH-2.0-OpenSSH_9.6\r\n",
      "EHLO a\r\n",
      "{}",
    ])
      it(JSON.stringify(greeting), () => {
        refused(ascii(greeting));
      });

    it("line feeds and zeros", () => {
      for (const bytes of [ascii("\r\n\r\n\r\n"), new Uint8Array(8)]) refused(bytes);
    });
  });

  describe("older versions (Appendix E)", () => {
    /** A ClientHello of TLS 1.2 and before, with what their clients send. */
    const old = (version: number, extensions: boolean): Uint8Array => {
      const hello = clientHello({
        legacyVersion: version,
        random: new Uint8Array(32).fill(3),
        sessionId: new Uint8Array(0),
        suites: [0xc02f, 0x009c, 0x002f, 0x00ff],
        compression: [0],
        extensions: [extension(0, serverNameBody("server.test")), extension(10, numberList([0x1d, 0x17])), extension(11, [1, 0])],
      });
      const block = extensionBlock([
        extension(0, serverNameBody("server.test")),
        extension(10, numberList([0x1d, 0x17])),
        extension(11, [1, 0]),
      ]);
      if (extensions) return hello;
      const body = hello.slice(4, hello.length - block.length);
      return concat([1, 0, body.length >> 8, body.length], body);
    };
    for (const [name, version] of [
      ["SSL 3.0", 0x0300],
      ["TLS 1.0", 0x0301],
      ["TLS 1.1", 0x0302],
      ["TLS 1.2", 0x0303],
    ] as const)
      for (const extensions of [true, false])
        it(`${name}, ${extensions ? "with" : "without"} extensions: protocol_version, told so`, () => {
          const pair = refused(record(old(version, extensions)));
          expect(pair.failure!.description).to.equal(protocol_version);
          expect(pair.failure!.reason).to.match(/1\.3|version/);
        });

    it("a record of version 0x0300 around it", () => {
      expect(refused(record(old(0x0303, true), 0x0300)).failure!.description).to.equal(protocol_version);
    });

    it("SSLv2 ClientHello", () => {
      refused(
        new Uint8Array([
          0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, 1, 0, 0x80, 3, 0, 0x80, 7, 0, 0xc0, 6, 0, 0x40, 2, 0, 0x80, 4, 0, 0x80,
        ]),
      );
    });

    it("SSLv2 ClientHello that speaks of TLS 1.2", () => {
      refused(concat([0x80, 0x1c, 1, 3, 3, 0, 3, 0, 0, 0, 0x10, 0, 0x13, 1], new Uint8Array(16).fill(5)));
    });

    it("DTLS ClientHello", () => {
      refused(
        concat([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 28, 0xfe, 0xfd], new Uint8Array(26)),
      );
    });

    it("a heartbeat of 16 KB asked for (RFC 6520)", () => {
      refused(new Uint8Array([24, 3, 2, 0, 3, 1, 0x40, 0]));
    });
  });

  describe("rubbish", () => {
    it("random bytes never open, never hang, never throw", () => {
      const random = new SeededRandom("garbage");
      for (let i = 0; i < (ON_XS ? 20 : 500); i++) {
        const pair = bench.run({ instead: random.bytes(1 + random.below(600)) }, i % 2 === 0 ? {} : { cookies: COOKIES });
        expect(pair.server.state).to.not.equal(OPEN);
        expect(pair.server.appData()).to.equal(0);
        expect(pair.failure?.origin).to.not.equal("internal");
      }
    });

    it("random bytes as the body of a ClientHello", () => {
      const random = new SeededRandom("garbage hello");
      for (let i = 0; i < (ON_XS ? 10 : 500); i++) {
        const body = random.bytes(random.below(400));
        const pair = bench.run({ instead: record(concat([1, 0, body.length >> 8, body.length], body)) });
        expect(pair.server.state).to.equal(FAILED);
        expect(pair.failure!.origin).to.equal("self");
      }
    });

    it("random bytes behind the server's first flight", () => {
      const random = new SeededRandom("garbage behind");
      for (let i = 0; i < (ON_XS ? 3 : 100); i++) {
        const pair = bench.run({ before: (name, client) => name === "finished" && client.out.raw(random.bytes(40)) });
        expect(pair.server.state).to.not.equal(OPEN);
        expect(pair.failure?.origin).to.not.equal("internal");
      }
    });

    it("an alert first: its sender was wrong here", () => {
      const pair = bench.run({ instead: new Uint8Array([21, 3, 1, 0, 2, 2, 70]) });
      pair.expectPeerAlert(protocol_version);
    });
  });

  describe("silence", () => {
    it("a client that says nothing: the server waits, and sends nothing", () => {
      const pair = bench.run({ silent: true });
      expect(pair.server.state).to.equal(HANDSHAKING);
      expect(pair.server.wants).to.equal(WANT_RECEIVE);
      expect(pair.sent).to.have.length(0);
    });

    it("the host's time-out ends it, with no alert for a peer that never spoke TLS", () => {
      const pair = bench.run({ silent: true });
      pair.server.fail(timed_out, "no ClientHello came within 10 seconds");
      pair.run();
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.alert).to.equal("timed_out");
      expect(pair.sent).to.have.length(0);
      expect(pair.server.wants).to.equal(0);
    });

    it("the transport ends before the first byte", () => {
      const pair = bench.run({ silent: true });
      pair.server.receivedEnd();
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.origin).to.equal("peer");
      expect(pair.failure!.reason).to.contain("START");
      expect(pair.sent).to.have.length(0);
    });

    it("the host's time-out in the middle of a ClientHello, of a byte a minute", () => {
      const pair = bench.pair();
      const hello = pair.client.take();
      for (let i = 0; i < hello.length - 1; i++) {
        pair.deliver(hello.slice(i, i + 1));
        expect(pair.server.state).to.equal(HANDSHAKING);
        expect(pair.server.txPending()).to.equal(0);
      }
      pair.server.fail(timed_out, "the handshake takes too long");
      expect(pair.server.state).to.equal(FAILED);
      expect(hex(pair.server.io.slice(0, 100)), "nothing of it stays").to.equal("00".repeat(100));
    });

    it("a client that stops behind the first flight: the time-out sends an alert that it can read", () => {
      const pair = bench.run({ flight: [] });
      pair.server.fail(90, "the handshake takes too long");
      pair.run();
      expect(pair.client.alerts.map((one) => one.description)).to.deep.equal([90]);
    });

    it("the transport ends at every byte of the client", () => {
      const { delivered } = bench.open();
      for (let at = 1; at < delivered; at += ON_XS ? 60 : 1) {
        const pair = bench.run({ truncateAfter: at });
        expect(pair.server.state, `after ${at} bytes`).to.equal(FAILED);
        expect(pair.failure!.origin, `after ${at} bytes`).to.equal("peer");
        expect(pair.server.txPending()).to.equal(0);
      }
    });
  });

  it("a thousand that begin and stop: each is its own, and an honest one gets through", () => {
    const config = bench.config();
    const half: ServerPair[] = [];
    for (let i = 0; i < (ON_XS ? 20 : 1000); i++) half.push(bench.run({ flight: [] }, config));
    bench.open({}, config);
    for (const pair of half) expect(pair.server.state).to.equal(HANDSHAKING);
  });
});
