// Protected handshake records that are larger than the receive buffer: decrypted as they stream through, parsed before their tag is known.
import { expect } from "chai";
import { bad_certificate, record_overflow } from "../../src/alert.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import type { CertificateTap } from "../../src/messages/certificate.js";
import { ascii, concat, equal, text } from "../peer/bytes.js";
import * as E from "../peer/edit.js";
import { Seeded } from "../support/hex.js";
import { ON_XS } from "./effort.js";
import { byteByByte, cutAt, inPieces, OPEN } from "./pair.js";
import { testProvider } from "./provider.js";
import { chainOf, MOST, streamedBench } from "./streamed-bench.js";

describe("client: handshake records larger than the receive buffer", function () {
  this.timeout(ON_XS ? 600000 : 120000);
  const { bench, chain, watched, server, open, flight, alertOf } = streamedBench();

  it("a whole flight in one record of 2.5 to 16 KB, with each cipher", () => {
    for (const suite of [0x1303, 0x1301])
      for (const size of ON_XS ? [6000] : [1500, 3000, 6000, 15000]) {
        const pair = open(chain(size), { suite });
        expect(pair.client.alpn).to.equal("mqtt");
        expect(pair.client.peerAuthenticated).to.equal(true);
        pair.write(ascii("and on it goes"));
        expect(text(pair.received)).to.equal("and on it goes");
      }
  });

  it("records that are just as long as they may be, with and without padding", () => {
    const made = chain(6000);
    for (const padding of [0, 1]) {
      let length = 0;
      open(
        made,
        flight((plan) => {
          length = plan.content.length;
          return { padding: MOST - plan.content.length - padding };
        }),
      );
      expect(length).to.be.greaterThan(6000);
    }
    expect(
      alertOf(
        made,
        flight((plan) => ({ padding: MOST + 1 - plan.content.length })),
      )[0],
    ).to.equal(record_overflow);
    expect(
      alertOf(
        made,
        flight(() => ({ length: 16641 })),
      )[0],
    ).to.equal(record_overflow);
  });

  it("messages over several records, of which some are longer than the buffer", () => {
    for (const fragment of ON_XS ? [3000] : [2100, 2500, 3000, 4096, [100, 5000], [2500, 700, 6000]]) {
      open(chain(6000), { fragment });
      if (!ON_XS) open(chain(15000), { fragment });
    }
  });

  it("chains of several certificates, in order and out of it, with more than the path", () => {
    const made = chainOf(3000, 0x5a, {}, 3);
    const [leaf, one, two, three] = made.chain as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    for (const list of [
      [leaf, one, two, three],
      [leaf, three, two, one],
      [leaf, one, two, three, made.root],
      [leaf, made.root, two, one, one, three],
    ])
      for (const fragment of ON_XS ? [MOST] : [MOST, [2600, 900, 3000], 2300]) {
        const pair = bench.run(
          { identity: { chain: list, privateKey: made.leafKey.secretKey }, alpn: ["mqtt"], fragment },
          watched(made).config,
        );
        if (pair.client.failure !== null) throw pair.client.failure;
        pair.expectOpen();
      }
  });

  it("what has to be kept of a long list is bounded", () => {
    const made = chainOf(3000, 0x5a, {}, 3);
    const [alert, reason] = alertOf(made, {}, { checks: { maxParkedLength: 500 } });
    expect(alert).to.equal(bad_certificate);
    expect(reason).to.match(/longer than receiveBuffer/);
  });

  it("pins, and a chain that ends in one", () => {
    const made = chain(3000);
    for (const pinned of [0, 1, 2]) {
      const asked: number[] = [];
      const config = {
        trust: { pins: 2, find: () => null, pinned: () => asked.push(0) === pinned + 1 },
      };
      const pair = bench.run(server(made), { ...watched(made).config, ...config });
      if (pinned < 2) pair.expectOpen();
      else expect(pair.client.failure?.alert).to.equal("unknown_ca");
    }
  });

  it("every splitting of the stream", () => {
    const made = chain(1500);
    const length = open(made).delivered;
    const points: number[] = [];
    const random = new Seeded(5);
    for (let n = 0; n < (ON_XS ? 6 : 400); n++) points.push(1 + random.number(length - 1));
    for (const point of points) open(made, {}, {}, cutAt(point));
    for (const size of ON_XS ? [65] : [1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 79, 127, 1000, 2040]) open(made, {}, {}, inPieces(size));
    open(made, { padding: 5000 }, {}, ON_XS ? inPieces(500) : byteByByte);
  });

  it("zeros in the content, at the end of parts and for thousands of bytes", () => {
    for (const size of ON_XS ? [5000] : [2000, 2046, 2047, 2048, 2049, 2050, 2111, 5000, 15000]) {
      const made = chainOf(size, 0);
      open(made);
      for (const pieces of ON_XS ? [700] : [64, 300, 2000]) open(made, { padding: 40 }, {}, inPieces(pieces));
    }
  });

  it("small buffers and slices", () => {
    open(chain(3000), {}, { receiveBuffer: 400 });
    open(chain(3000), {}, { receiveBuffer: 1000, sliceSteps: 3 });
    open(chain(3000), { padding: 3000 }, { receiveBuffer: 512 });
  });

  it("before the tag has come nothing is asked, shown or sent; then all is", () => {
    const made = chain(3000);
    const { config, calls } = watched(made);
    const pair = bench.pair(server(made), config);
    const { client } = pair;
    const wire = concat(...pair.server.receiveRecords(client.io.slice(client.txOffset, client.txOffset + client.txPending())));
    client.sent(client.txPending());
    for (let at = 0; at < wire.length - 1; ) {
      const n = Math.min(client.rxSpace(), wire.length - 1 - at);
      expect(n).to.be.greaterThan(0);
      client.io.set(wire.slice(at, at + n), client.rxOffset);
      client.received(n);
      at += n;
      expect(calls).to.deep.equal([]);
      expect(client.alpn).to.equal(null);
      expect(client.peerAuthenticated).to.equal(false);
      expect(client.txPending()).to.equal(0);
      expect(client.failure).to.equal(null);
    }
    client.io.set(wire.slice(-1), client.rxOffset);
    client.received(1);
    pair.run();
    expect(client.state).to.equal(OPEN);
    expect(client.alpn).to.equal("mqtt");
    expect(calls.filter((one) => one === "verify")).to.have.length(1);
    expect(calls).to.include.members(["trust", "clock", "verifier", "verify", "CLIENT_TRAFFIC_SECRET_0"]);
  });
  it("a peer that has agreed to a limit is held to it", () => {
    const made = chain(3000);
    for (const [type, data, fragment] of [
      [28, [0x40, 1], [200, 200, 100, 4000]],
      [1, [2], [200, 200, 100, 4000]],
      [28, [0x40, 1], MOST],
    ] as const) {
      const [alert, reason] = alertOf(made, {
        fragment,
        mutate: (name, bytes) => (name === "encrypted_extensions" ? E.addExtension(bytes, type, [...data]) : bytes),
      });
      expect(alert).to.equal(record_overflow);
      expect(reason).to.match(/receiveBuffer has 2048 bytes, \d+ are needed.*agreed/);
    }
  });

  it("a connection with a tap, or with ciphers that can't open in parts, needs the room", () => {
    const made = chain(3000);
    const pair = bench.pair(server(made), watched(made).config);
    const seen: number[] = [];
    const tap: CertificateTap = { begin: (_, length) => seen.push(length), bytes() {} };
    pair.client.certificateTap = tap;
    pair.run();
    expect(pair.client.failure?.alert).to.equal("record_overflow");
    expect(seen).to.deep.equal([]);
    const whole = testProvider();
    const provider: CryptoProvider = {
      ...whole,
      suites: whole.suites.map((suite) => ({
        ...suite,
        aead: {
          ...suite.aead,
          create(keys) {
            return Object.create(suite.aead.create(keys), { openInParts: { value: undefined } });
          },
        },
      })),
    };
    const [alert, reason] = alertOf(made, {}, { provider });
    expect(alert).to.equal(record_overflow);
    expect(reason).to.match(/receiveBuffer has 2048 bytes, \d+ are needed/);
  });

  it("what is left of a record under way is wiped when the connection ends", () => {
    const made = chain(3000);
    const pair = bench.pair(server(made), watched(made).config);
    const { client } = pair;
    const wire = concat(...pair.server.receiveRecords(client.io.slice(client.txOffset, client.txOffset + client.txPending())));
    client.sent(client.txPending());
    for (let at = 0; at < 2500; ) {
      const n = Math.min(client.rxSpace(), 2500 - at);
      client.io.set(wire.slice(at, at + n), client.rxOffset);
      client.received(n);
      at += n;
    }
    client.receivedEnd();
    expect(client.failure?.alert).to.equal("connection_lost");
    expect(equal(client.io.slice(0, 2048), new Uint8Array(2048))).to.equal(true);
  });
});
