// Protected handshake records that are larger than the receive buffer: decrypted as they stream through, parsed before their tag is known.
import { expect } from "chai";
import {
  bad_certificate,
  bad_record_mac,
  certificate_expired,
  decode_error,
  record_overflow,
  unexpected_message,
  unsupported_extension,
} from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import type { CertificateTap } from "../../src/messages/certificate.js";
import { ascii, concat, equal, text } from "../peer/bytes.js";
import * as E from "../peer/edit.js";
import type { RecordPlan } from "../peer/record-layer.js";
import type { PeerIdentity, ScriptedServerOptions } from "../peer/scripted-server.js";
import * as der from "../support/der.js";
import { Seeded } from "../support/hex.js";
import { type CertificateFields, DAY, dnsName, extension, leafExtensions, makeChain, NOW, type TestChain } from "../support/pki.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { SERVER_NAME, trustOf } from "./fixture.js";
import { Bench, byteByByte, cutAt, type Delivery, FAILED, inPieces, OPEN, type Pair } from "./pair.js";
import { testProvider } from "./provider.js";
import { ServerBench } from "./server-pair.js";

/** The longest content of a record. */
const MOST = 16384;
const HANDSHAKE = 22;

const FULL = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env.THIMBLE_ALL_BITS === "1";
const SEED = Math.floor(Math.random() * 1e9);

/** A chain whose leaf has an extension of so many bytes, each of the value that is given. */
function chainOf(size: number, fill = 0x5a, leaf: Partial<CertificateFields> = {}, intermediates = 1): TestChain {
  const more = extension("1.3.6.1.4.1.32473.1", der.octetString(new Uint8Array(size).fill(fill)));
  return makeChain({
    host: SERVER_NAME,
    intermediates,
    leaf: { extensions: [...leafExtensions([dnsName(SERVER_NAME)]), more], ...leaf },
  });
}

interface Watched {
  readonly config: Partial<ClientConfig>;
  /** Calls that went outside. */
  readonly calls: string[];
}

describe("client: handshake records larger than the receive buffer", function () {
  this.timeout(ON_XS ? 600000 : 120000);
  const bench = new Bench();
  const chains = new Map<number, TestChain>();

  function chain(size: number): TestChain {
    let made = chains.get(size);
    if (made === undefined) {
      made = chainOf(size);
      chains.set(size, made);
    }
    return made;
  }

  function identity(made: TestChain): PeerIdentity {
    return { chain: made.chain, privateKey: made.leafKey.secretKey };
  }

  /** A client that trusts the chain's root and tells of every call that goes outside. */
  function watched(made: TestChain, more: Partial<ClientConfig> = {}): Watched {
    const calls: string[] = [];
    const store = trustOf(made.anchor);
    const provider = bench.config().provider;
    const config: Partial<ClientConfig> = {
      trust: {
        find(hash, offset, nth) {
          calls.push("trust");
          return store.find(hash, offset, nth);
        },
      },
      clock: {
        seconds() {
          calls.push("clock");
          return NOW;
        },
      },
      provider: {
        ...provider,
        signatures: provider.signatures.map((one) => ({
          ...one,
          createVerifier() {
            calls.push("verifier");
            return one.createVerifier();
          },
        })),
      },
      checks: {
        verify() {
          calls.push("verify");
          return "";
        },
      },
      keyLog(label) {
        if (!label.includes("HANDSHAKE")) calls.push(label);
      },
      alpn: ["mqtt"],
      ...more,
    };
    return { config, calls };
  }

  const server = (made: TestChain, more: Partial<ScriptedServerOptions> = {}): Partial<ScriptedServerOptions> => ({
    identity: identity(made),
    alpn: ["mqtt"],
    echo: true,
    ...more,
  });

  function open(made: TestChain, more: Partial<ScriptedServerOptions> = {}, config: Partial<ClientConfig> = {}, delivery?: Delivery): Pair {
    const pair = bench.run(server(made, more), watched(made, config).config, delivery);
    if (pair.client.failure !== null) throw pair.client.failure;
    pair.expectOpen();
    return pair;
  }

  /** Changes the first protected record, which holds the whole flight. */
  const flight = (change: (plan: RecordPlan) => Partial<RecordPlan>): Partial<ScriptedServerOptions> => ({
    record: (plan) => (plan.messages.includes("encrypted_extensions") ? { ...plan, ...change(plan) } : plan),
  });

  function alertOf(made: TestChain, more: Partial<ScriptedServerOptions>, config: Partial<ClientConfig> = {}): [number, string] {
    const pair = bench.run(server(made, more), watched(made, config).config);
    const { failure, state } = pair.client;
    if (failure === null) throw new Error(`no failure; state ${state}`);
    expect(pair.server.alerts.map((one) => one.description)).to.deep.equal([failure.description]);
    return [failure.description, failure.reason];
  }

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

  describe("a wrong tag is bad_record_mac, and nothing else happened", () => {
    function flipped(made: TestChain, more: Partial<ScriptedServerOptions>, bit: number): void {
      const { config, calls } = watched(made);
      const changed = flight((plan) => ({ ...(more.record === undefined ? {} : more.record(plan)), flip: bit }));
      const pair = bench.run(server(made, { ...more, ...changed }), config);
      const what = `bit ${bit}`;
      expect(pair.client.failure?.alert, what).to.equal("bad_record_mac");
      expect(pair.client.state).to.equal(FAILED);
      expect(calls, what).to.deep.equal([]);
      expect(pair.client.alpn).to.equal(null);
      expect(pair.server.alerts.map((one) => one.description)).to.deep.equal([bad_record_mac]);
    }

    function bitsOf(made: TestChain): number {
      let bits = 0;
      bench.run(
        server(
          made,
          flight((plan) => {
            bits = 8 * (plan.content.length + 17);
            return {};
          }),
        ),
        watched(made).config,
      );
      return bits;
    }

    it(FULL ? "every bit" : `bits by chance, seed ${SEED}; all of them with THIMBLE_ALL_BITS=1`, function () {
      const made = chain(1500);
      const bits = bitsOf(made);
      expect(bits).to.be.greaterThan(8 * 2100);
      if (FULL) {
        this.timeout(0);
        for (let bit = 0; bit < bits; bit++) flipped(made, {}, bit);
        return;
      }
      const random = new Seeded(SEED);
      for (let n = 0; n < (ON_XS ? 12 : 500); n++) flipped(made, {}, random.number(bits));
      for (let bit = 1; bit <= (ON_XS ? 8 : 128); bit += ON_XS ? 7 : 1) flipped(made, {}, -bit);
    });

    it("whatever is wrong inside", () => {
      const made = chain(3000);
      const wrong: Partial<ScriptedServerOptions>[] = [
        { mutate: (name, bytes) => (name === "encrypted_extensions" ? E.addExtension(bytes, 99, []) : bytes) },
        { mutate: (name, bytes) => (name === "certificate" ? concat(bytes.slice(0, 300), [0xff], bytes.slice(301)) : bytes) },
        { flight: ["server_hello", "certificate", "encrypted_extensions", "certificate_verify", "finished"] },
        { mutate: (name, bytes) => (name === "finished" ? concat(bytes.slice(0, -1), [1]) : bytes) },
      ];
      for (const one of wrong) flipped(made, one, -1);
      flipped(chainOf(3000, 0x5a, { notAfter: NOW - DAY }), {}, -1);
      flipped(chainOf(3000, 0x5a, { subject: der.concat(Uint8Array.of(0x30, 0xff)) }), {}, 20000);
    });

    it("whatever its content type, and where it is padding alone", () => {
      const made = chain(3000);
      for (const type of [0, 20, 21, 23, 24]) {
        const pair = bench.run(
          server(
            made,
            flight(() => ({ type, flip: -9 })),
          ),
          watched(made).config,
        );
        expect(pair.client.failure?.alert, `type ${type}`).to.equal("bad_record_mac");
      }
      const zeros = { type: 0, content: new Uint8Array(0), padding: 6000, flip: -9 };
      expect(
        bench.run(
          server(
            made,
            flight(() => zeros),
          ),
          watched(made).config,
        ).client.failure?.alert,
      ).to.equal("bad_record_mac");
    });
  });

  it("an error inside is told as in a record that fits, once the tag has held", () => {
    const good = chain(3000);
    const cases: [string, number, TestChain, Partial<ScriptedServerOptions>][] = [
      [
        "extension nobody offered",
        unsupported_extension,
        good,
        { mutate: (name, bytes) => (name === "encrypted_extensions" ? E.addExtension(bytes, 99, []) : bytes) },
      ],
      ["order", unexpected_message, good, { flight: ["server_hello", "encrypted_extensions", "finished", "certificate"] }],
      ["expired", certificate_expired, chainOf(3000, 0x5a, { notAfter: NOW - DAY }), {}],
      ["another's name", bad_certificate, chainOf(3000, 0x5a, { extensions: leafExtensions([dnsName("x.example")]) }), { padding: 3000 }],
      ["signature", bad_certificate, chainOf(3000, 0x5a, { signature: der.bitString(new Uint8Array(70).fill(1)) }), {}],
      ["wrong issuer", bad_certificate, chainOf(3000, 0x5a, { signer: makeChain().leafKey }), {}],
      ["malformed", bad_certificate, chainOf(3000, 0x5a, { tail: Uint8Array.of(5, 0) }), {}],
    ];
    for (const [what, alert, made, more] of cases) {
      const [long, reason] = alertOf(made, more);
      const [short, expected] = alertOf(made, more, { receiveBuffer: 20000 });
      expect(long, `${what}: ${reason}`).to.equal(alert);
      expect([long, reason], what).to.deep.equal([short, expected]);
    }
  });

  it("an error of an issuer keeps it out of the path, as ever", () => {
    const expired = makeChain({
      host: SERVER_NAME,
      leaf: {
        extensions: [...leafExtensions([dnsName(SERVER_NAME)]), extension("1.3.6.1.4.1.32473.1", der.octetString(new Uint8Array(3000)))],
      },
      issuers: [{ notAfter: NOW - DAY }],
    });
    expect(alertOf(expired, {})).to.deep.equal(alertOf(expired, {}, { receiveBuffer: 20000 }));
    expect(alertOf(expired, {})[0]).to.equal(certificate_expired);
  });

  it("an unset clock ends it once the tag has held", () => {
    const made = chain(3000);
    const clock = { seconds: () => -1 };
    const [, reason] = alertOf(made, {}, { clock });
    expect(reason).to.match(/clock/);
  });

  it("the content type at its end decides", () => {
    const made = chain(3000);
    const typed = (type: number, content?: Uint8Array, padding = 4000): [number, string] =>
      alertOf(
        made,
        flight((plan) => ({ type, content: content ?? plan.content, padding })),
      );
    expect(typed(23)[0]).to.equal(unexpected_message);
    expect(typed(23, ascii("ab"))[0]).to.equal(unexpected_message);
    expect(typed(20)[0]).to.equal(unexpected_message);
    expect(typed(20, Uint8Array.of(1))[0]).to.equal(unexpected_message);
    expect(typed(24)[0]).to.equal(unexpected_message);
    expect(typed(21)[0]).to.equal(decode_error);
    expect(typed(22, new Uint8Array(0))[0]).to.equal(unexpected_message);
    expect(typed(0, new Uint8Array(0))[1]).to.match(/padding alone/);
    const pair = bench.run(
      server(
        made,
        flight(() => ({ type: 21, content: Uint8Array.of(2, 40), padding: 4000 })),
      ),
      watched(made).config,
    );
    expect(pair.client.failure?.alert).to.equal("handshake_failure");
    expect(pair.client.failure?.origin).to.equal("peer");
  });

  it("what follows the certificates and does not fit is record_overflow, with the sizes; padding does not count", () => {
    const made = chain(3000);
    const more = (size: number, fill: number) =>
      flight((plan) => ({ content: concat(plan.content, new Uint8Array(size).fill(fill)), padding: 3000 }));
    const [alert, reason] = alertOf(made, more(2500, 7));
    expect(alert).to.equal(record_overflow);
    expect(reason).to.match(/receiveBuffer has 2048 bytes, \d+ are needed/);
    expect(alertOf(made, more(100, 7))[0]).to.equal(unexpected_message);
    open(made, { padding: 10000 });
    open(made, { padding: 10000 }, {}, inPieces(100));
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
          create(sibling) {
            return Object.create(suite.aead.create(sibling), { openInParts: { value: undefined } });
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

  describe("after the handshake", () => {
    const ticket = (size: number) =>
      concat(
        [4],
        [0, (size + 13) >> 8, (size + 13) & 255],
        [0, 0, 1, 0, 0, 0, 0, 1, 0],
        [size >> 8, size & 255],
        new Uint8Array(size).fill(3),
        [0, 0],
      );

    it("tickets longer than the buffer pass, and data behind them", () => {
      for (const content of [ticket(5000), concat(ticket(3000), ticket(100), ticket(200))]) {
        const pair = bench.open({ echo: true, connected: (peer) => peer.out.record({ type: HANDSHAKE, content, padding: 100 }) });
        pair.write(ascii("after it"));
        expect(text(pair.received)).to.equal("after it");
      }
    });

    it("a ticket of zeros, and another behind it", () => {
      const zeros = ticket(5000).fill(0, 15);
      const pair = bench.open({
        echo: true,
        connected: (peer) => peer.out.record({ type: HANDSHAKE, content: concat(zeros, ticket(100)) }),
      });
      pair.write(ascii("after it"));
      expect(text(pair.received)).to.equal("after it");
    });

    it("application data does not: record_overflow names the setting and the bytes", () => {
      for (const padding of [0, 3000]) {
        const data = new Uint8Array(padding === 0 ? 3000 : 1).fill(4);
        const pair = bench.run({ connected: (peer) => peer.out.record({ type: 23, content: data, padding }) });
        expect(pair.received).to.have.length(0);
        pair.expectAlert(record_overflow, /receiveBuffer has 2048 bytes, 30\d\d are needed.*lender/);
      }
      const bad = bench.run({ connected: (peer) => peer.out.record({ type: 23, content: new Uint8Array(3000), flip: 77 }) });
      expect(bad.client.failure?.alert).to.equal("bad_record_mac");
    });

    it("close_notify with a lot of padding", () => {
      const pair = bench.run({ connected: (peer) => peer.out.record({ type: 21, content: Uint8Array.of(1, 0), padding: 9000 }) });
      expect(pair.client.peerClosed).to.equal(true);
      expect(pair.client.failure).to.equal(null);
    });

    it("a KeyUpdate behind a long ticket, in its record", () => {
      const pair = bench.open({ echo: true });
      pair.server.out.record({ type: HANDSHAKE, content: concat(ticket(3000), [24, 0, 0, 1, 7]) });
      pair.flushServer();
      expect(pair.client.failure?.reason).to.match(/request_update 7/);
    });

    it("we may write while such a record is under way", () => {
      const pair = bench.open({ echo: true });
      pair.server.out.record({ type: HANDSHAKE, content: ticket(6000) });
      const wire = pair.server.take();
      const { client } = pair;
      for (let at = 0; at < wire.length; ) {
        const n = Math.min(500, client.rxSpace(), wire.length - at);
        client.io.set(wire.slice(at, at + n), client.rxOffset);
        client.received(n);
        at += n;
        client.write(ascii("."), 0, 1);
      }
      pair.run();
      expect(text(pair.server.received)).to.match(/^\.{13,}$/);
      expect(client.failure).to.equal(null);
    });
  });
});

describe("server: handshake records larger than the receive buffer", () => {
  const bench = new ServerBench();
  const identity = clientIdentity();

  it("a client's certificate, signature and Finished", () => {
    const server = { host: bench.asked(true), receiveBuffer: 1024 };
    const pair = bench.run({ identity, padding: 5000 }, server);
    if (pair.server.failure !== null) throw pair.server.failure;
    pair.expectOpen();
    expect(pair.server.peerAuthenticated).to.equal(true);
  });

  it("a wrong tag is bad_record_mac, whatever is inside", () => {
    const server = { host: bench.asked(true) };
    for (const flip of [1000, 20000, 39000, -1])
      bench
        .run({ identity, padding: 5000, record: (plan) => (plan.epoch === "handshake" ? { ...plan, flip } : plan) }, server)
        .expectAlert(bad_record_mac);
  });
});
