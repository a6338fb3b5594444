// What is wrong with a long record, and in it: told when the tag has held, and nothing but bad_record_mac before.
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
import { ascii, concat } from "../peer/bytes.js";
import * as E from "../peer/edit.js";
import type { ScriptedServerOptions } from "../peer/scripted-server.js";
import * as der from "../support/der.js";
import { Seeded } from "../support/hex.js";
import { DAY, dnsName, extension, leafExtensions, makeChain, NOW, type TestChain } from "../support/pki.js";
import { ON_XS } from "./effort.js";
import { SERVER_NAME } from "./fixture.js";
import { FAILED, inPieces } from "./pair.js";
import { chainOf, streamedBench } from "./streamed-bench.js";

const FULL = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env.THIMBLE_ALL_BITS === "1";
const SEED = Math.floor(Math.random() * 1e9);

describe("client: handshake records larger than the receive buffer: refusals", function () {
  this.timeout(ON_XS ? 600000 : 120000);
  const { bench, chain, watched, server, open, flight, alertOf } = streamedBench();

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
});
