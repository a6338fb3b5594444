// The handshake that shall succeed, in every way a server and a network may cut its bytes.
import { expect } from "chai";
import { ascii, concat, equal, hex, text } from "../peer/bytes.js";
import { extension } from "../peer/messages.js";
import { AES_128_GCM, CHACHA20_POLY1305, GROUP_X25519 } from "../peer/peer-crypto.js";
import type { ScriptedServer, ScriptedServerOptions } from "../peer/scripted-server.js";
import { ON_XS, sampled } from "./effort.js";
import { SERVER_ADDRESS, SERVER_NAME } from "./fixture.js";
import { allAtOnce, Bench, byteByByte, cutAt, inPieces, OPEN, type Pair, recordByRecord } from "./pair.js";

const SUITES: readonly (readonly [string, number])[] = [
  ["TLS_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305],
  ["TLS_AES_128_GCM_SHA256", AES_128_GCM],
];

/** A text that depends on its place, so that a lost or doubled byte shows. */
function pattern(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * 7 + (i >> 8)) & 255;
  return out;
}

describe("client and scripted server: handshakes that succeed", function () {
  this.timeout(120000);
  const bench = new Bench();

  function echo(pair: Pair, message: Uint8Array): void {
    expect(pair.write(message)).to.equal(true);
    expect(hex(pair.server.received)).to.equal(hex(message));
    expect(hex(pair.received)).to.equal(hex(message));
  }

  function empties(server: ScriptedServer): void {
    for (let i = 0; i < 3; i++) server.write(new Uint8Array(0));
  }

  describe("suite and ALPN", () => {
    for (const [name, suite] of SUITES) {
      it(`${name}: no ALPN`, () => {
        const pair = bench.open({ suite, echo: true });
        expect(pair.client.suite!.id).to.equal(suite);
        expect(pair.client.group!.id).to.equal(GROUP_X25519);
        expect(pair.client.version).to.equal(0x0304);
        expect(pair.client.alpn).to.equal(null);
        echo(pair, ascii("GET / HTTP/1.1\r\n\r\n"));
      });

      it(`${name}: ALPN agreed`, () => {
        const pair = bench.open({ suite, alpn: ["mqtt", "http/1.1"], echo: true }, { alpn: ["h2", "http/1.1"] });
        expect(pair.client.alpn).to.equal("http/1.1");
        expect(pair.server.clientHello!.alpn).to.deep.equal(["h2", "http/1.1"]);
        echo(pair, ascii("x"));
      });

      it(`${name}: ALPN offered, the server ignores it`, () => {
        expect(bench.open({ suite }, { alpn: ["http/1.1"] }).client.alpn).to.equal(null);
      });
    }
  });

  describe("what the client sends", () => {
    it("one ClientHello: SNI, compatibility session id, record version 0x0301; then 0x0303", () => {
      const { server } = bench.open();
      const hello = server.clientHello!;
      expect(server.clientHellos).to.have.length(1);
      expect(hello.serverName).to.equal(SERVER_NAME);
      expect(hello.sessionId).to.have.length(32);
      expect(hello.suites).to.have.members([CHACHA20_POLY1305, AES_128_GCM]);
      expect([...hello.keyShares.keys()]).to.deep.equal([GROUP_X25519]);
      expect(hello.schemes).to.include(0x0403);
      expect(server.incoming.versions[0]).to.be.oneOf([0x0301, 0x0303]);
      expect(new Set(server.incoming.versions.slice(1))).to.deep.equal(new Set([0x0303]));
    });

    it("no SNI for an address", () => {
      const { server } = bench.open({}, { serverName: SERVER_ADDRESS });
      expect(server.clientHello!.serverName).to.equal(null);
    });

    it("one change_cipher_spec before its second flight", () => {
      expect(bench.open().server.changeCipherSpecs).to.equal(1);
    });

    it("an empty Certificate where one is asked for", () => {
      const { server } = bench.open({ certificateRequest: {} });
      expect(server.clientMessages.map((one) => one[0])).to.deep.equal([11, 20]);
      expect(hex(server.clientMessages[0]!)).to.equal("0b00000400000000");
    });

    it("fresh randoms, session ids and shares for each connection", () => {
      const random = bench.config().random;
      const [a, b] = [bench.open({}, { random }), bench.open({}, { random })].map((pair) => pair.server.clientHello!);
      expect(equal(a!.random, b!.random)).to.equal(false);
      expect(equal(a!.sessionId, b!.sessionId)).to.equal(false);
      expect(equal(a!.keyShares.get(GROUP_X25519)!, b!.keyShares.get(GROUP_X25519)!)).to.equal(false);
    });
  });

  describe("what a server may do", () => {
    const allowed: readonly (readonly [string, Partial<ScriptedServerOptions>])[] = [
      ["no change_cipher_spec", { changeCipherSpec: false }],
      ["each message in its own record", { coalesce: false }],
      ["padding in every record (§5.4)", { padding: 100 }],
      ["legacy_record_version 0 in all records: ignored (§5.1)", { record: (plan) => ({ ...plan, version: 0 }) }],
      ["legacy_record_version 0x0301 in all records", { record: (plan) => ({ ...plan, version: 0x0301 }) }],
      ["empty records of application data (§5.1)", { connected: empties }],
      ["tickets", { tickets: 4 }],
      ["a CertificateRequest", { certificateRequest: {} }],
      [
        "a CertificateRequest with an unknown extension (§4.4.2: ignored)",
        { certificateRequest: { extensions: [extension(13, [0, 2, 4, 3]), extension(0x7a7a, [1, 2, 3])] } },
      ],
      [
        "change_cipher_spec before each message of the flight (§5)",
        { before: (_name, server) => server.out.data(20, new Uint8Array([1])) },
      ],
    ];
    for (const [name, options] of allowed)
      it(name, () => {
        const pair = bench.open({ ...options, echo: true });
        echo(pair, ascii("hello"));
      });

    it("application data right behind its Finished, before the client's (§4.5.3)", () => {
      const pair = bench.open({ sentFinished: (server) => server.write(ascii("early")) });
      expect(text(pair.received)).to.equal("early");
    });

    it("tickets right behind its Finished (§4.7.1)", () => {
      bench.open({ sentFinished: (server) => server.ticket() });
    });
  });

  describe("the server's bytes in pieces", () => {
    for (const [name, suite] of SUITES) {
      const options = { suite, alpn: ["http/1.1"], tickets: 1, echo: true };
      const client = { alpn: ["http/1.1"] };

      it(`${name}: every split point into two`, () => {
        const whole = bench.open(options, client);
        for (const point of sampled(1, whole.delivered - 1, 12)) {
          const pair = bench.open(options, client, cutAt(point));
          expect(pair.delivered, `cut at ${point}`).to.equal(whole.delivered);
          expect(equal(pair.sent, whole.sent), `cut at ${point}: the client's bytes`).to.equal(true);
        }
      });

      it(`${name}: one byte at a time`, () => {
        echo(bench.open(options, client, byteByByte), pattern(ON_XS ? 40 : 3000));
      });

      it(`${name}: in pieces of every size up to 40`, () => {
        for (const size of sampled(2, 40, 5)) echo(bench.open(options, client, inPieces(size)), ascii(`size ${size}`));
      });

      it(`${name}: each record alone; everything at once`, () => {
        echo(bench.open({ ...options, coalesce: false }, client, recordByRecord), ascii("alone"));
        echo(bench.open({ ...options, coalesce: false }, client, allAtOnce), ascii("at once"));
      });

      it(`${name}: messages split over records of 1 to 60 bytes`, () => {
        for (const fragment of sampled(1, 60, 4)) {
          // §5.1: ServerHello and Finished end their record, which cutting each flush on its own keeps true
          echo(bench.open({ ...options, fragment }, client), ascii(`fragment ${fragment}`));
          bench.open({ ...options, fragment, coalesce: false }, client, recordByRecord);
        }
      });

      it(`${name}: small records with padding, one byte at a time`, () => {
        echo(bench.open({ ...options, fragment: ON_XS ? 200 : 17, padding: 9 }, client, byteByByte), ascii("padded"));
      });
    }
  });

  describe("application data", () => {
    it("the largest record that fits in the receive buffer, and every size below a block", () => {
      for (const [, suite] of SUITES) {
        const pair = bench.open({ suite });
        let sum: Uint8Array = new Uint8Array(0);
        for (const size of [1, 2, 3, 15, 16, 17, 63, 64, 65, 1000, 2048 - 8 - 17]) {
          pair.server.write(pattern(size));
          sum = concat(sum, pattern(size));
        }
        pair.run();
        expect(pair.client.state).to.equal(OPEN);
        expect(equal(pair.received, sum)).to.equal(true);
      }
    });

    it("records of 16 KB where the receive buffer holds them (§5.1)", () => {
      const pair = bench.open({ echo: false }, { receiveBuffer: 16384 + 256 + 5 + 8 });
      const data = pattern(ON_XS ? 16384 : 50000);
      pair.server.write(data);
      pair.run();
      expect(pair.client.failure).to.equal(null);
      expect(equal(pair.received, data)).to.equal(true);
    });

    it("a long write goes out in records that the send buffer holds", () => {
      const pair = bench.open({ echo: true });
      echo(pair, pattern(ON_XS ? 1500 : 20000));
    });

    it("data is taken in small pieces while more waits", () => {
      const pair = bench.pair({ fragment: 100 });
      pair.run();
      pair.expectOpen();
      pair.server.write(pattern(900));
      const { client } = pair;
      const wire = pair.server.take();
      expect(client.rxSpace()).to.be.greaterThan(wire.length);
      client.io.set(wire, client.rxOffset);
      client.received(wire.length);
      let got: Uint8Array = new Uint8Array(0);
      while (client.appData() > 0) {
        const take = Math.min(7, client.appData());
        got = concat(got, client.io.slice(client.appOffset, client.appOffset + take));
        client.consumed(take);
      }
      expect(hex(got)).to.equal(hex(pattern(900)));
    });
  });

  describe("slices of public-key work", () => {
    it("the handshake is the same, whatever the slices", () => {
      const whole = bench.open();
      for (const sliceSteps of ON_XS ? [100] : [1, 3, 50, 1000]) {
        const sliced = bench.open({}, { sliceSteps });
        expect(equal(sliced.sent, whole.sent), `slices of ${sliceSteps}`).to.equal(true);
      }
    });

    it("bytes that arrive while the client works wait their turn", () => {
      bench.open({}, { sliceSteps: 1 }, byteByByte);
    });
  });

  it("hands out every secret to a key log, and none without", () => {
    const lines: string[] = [];
    const pair = bench.open({}, { keyLog: (label, random, secret) => lines.push(`${label} ${hex(random)} ${hex(secret)}`) });
    const labels = [
      "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
      "SERVER_HANDSHAKE_TRAFFIC_SECRET",
      "CLIENT_TRAFFIC_SECRET_0",
      "SERVER_TRAFFIC_SECRET_0",
    ];
    expect(lines.map((line) => line.split(" ")[0])).to.have.members(labels);
    const random = hex(pair.server.clientHello!.random);
    for (const line of lines) expect(line.split(" ")[1]).to.equal(random);
    const secrets = pair.server.secrets();
    for (const line of lines) {
      const [label, , secret] = line.split(" ");
      expect(secret, label).to.equal(hex(secrets[label!]!));
    }
  });
});
