// Each field of each message of the server damaged: the alert is the RFC's, it comes once, and in the right protection.
import { expect } from "chai";
import { decode_error, decrypt_error, protocol_version, unexpected_message } from "../../src/alert.js";
import { flipBit } from "../peer/bytes.js";
import { cutBody, SERVER_HELLO } from "../peer/edit.js";
import { signedContent } from "../peer/messages.js";
import type { FlightName, MessageName, ScriptedServerOptions } from "../peer/scripted-server.js";
import * as T from "./damage.js";
import { sampled } from "./effort.js";
import { Bench, byteByByte, inPieces, type Pair } from "./pair.js";

describe("client: damaged fields", function () {
  this.timeout(120000);
  const bench = new Bench();
  const ALPN = { alpn: ["http/1.1", "a"] };

  /** A handshake in which one message is changed. */
  function damaged(name: MessageName, change: (message: Uint8Array) => Uint8Array, more: Partial<ScriptedServerOptions> = {}): Pair {
    return bench.run({ mutate: (which, bytes) => (which === name ? change(bytes) : bytes), ...more }, ALPN);
  }

  const FIRST_FLIGHT: readonly (readonly [string, readonly T.Damage[], Partial<ScriptedServerOptions>])[] = [
    ["ServerHello", T.SERVER_HELLO_DAMAGE, {}],
    ["EncryptedExtensions", T.ENCRYPTED_EXTENSIONS_DAMAGE, {}],
    ["CertificateRequest", T.CERTIFICATE_REQUEST_DAMAGE, { certificateRequest: {} }],
    ["Certificate", T.CERTIFICATE_DAMAGE, {}],
    ["CertificateVerify", T.CERTIFICATE_VERIFY_DAMAGE, {}],
    ["Finished", T.FINISHED_DAMAGE, {}],
  ];

  for (const [title, table, options] of FIRST_FLIGHT)
    describe(title, () => {
      for (const row of table)
        it(`${row.field} (${row.section})`, () => {
          const pair = damaged(row.message, row.change, options);
          pair.expectAlert(row.alert, row.reason ?? null, row.message !== "server_hello");
        });
    });

  describe("NewSessionTicket", () => {
    for (const row of T.TICKET_DAMAGE)
      it(`${row.field} (${row.section})`, () => {
        damaged(row.message, row.change, { tickets: 1 }).expectAlert(row.alert, row.reason ?? null, true);
      });
  });

  describe("KeyUpdate", () => {
    for (const row of T.KEY_UPDATE_DAMAGE)
      it(`${row.field} (${row.section})`, () => {
        damaged(row.message, row.change, { connected: (server) => server.keyUpdate(0) }).expectAlert(row.alert, row.reason ?? null, true);
      });
  });

  /** Bytes of the message in a handshake that succeeds. */
  function lengthOf(name: FlightName, more: Partial<ScriptedServerOptions> = {}): number {
    let length = 0;
    const look = (which: MessageName, bytes: Uint8Array) => {
      if (which === name) length = bytes.length;
      return bytes;
    };
    bench.run({ mutate: look, ...more }, ALPN).expectOpen();
    return length;
  }

  /** The message shortened to every length its header can say. */
  function cutEverywhere(
    name: FlightName,
    more: Partial<ScriptedServerOptions>,
    expected: (length: number) => number | readonly number[],
    few: number,
  ): void {
    const whole = lengthOf(name, more) - 4;
    expect(whole).to.be.greaterThan(1);
    for (const length of sampled(0, whole - 1, few)) {
      const pair = damaged(name, (bytes) => cutBody(bytes, length), more);
      try {
        pair.expectAlert(expected(length));
      } catch (error) {
        throw new Error(`${name} cut to ${length} bytes: ${(error as Error).message}`);
      }
    }
  }

  describe("messages cut short at every byte (§6.2: decode_error)", () => {
    it("ServerHello", () =>
      cutEverywhere("server_hello", {}, (length) => (length === SERVER_HELLO.extensions - 4 ? protocol_version : decode_error), 10));
    it("EncryptedExtensions", () => cutEverywhere("encrypted_extensions", { alpn: ["a"] }, () => decode_error, 5));
    it("CertificateRequest", () => cutEverywhere("certificate_request", { certificateRequest: {} }, () => decode_error, 5));
    it("Certificate", () => cutEverywhere("certificate", {}, () => decode_error, 10));
    it("CertificateVerify", () => cutEverywhere("certificate_verify", {}, () => decode_error, 5));
    it("Finished", () => cutEverywhere("finished", {}, () => [decode_error, decrypt_error], 5));
  });

  describe("bits", () => {
    it("every bit of Finished: decrypt_error (§4.5.3)", () => {
      for (const bit of sampled(0, 255, 8)) damaged("finished", (m) => flipBit(m, 32 + bit)).expectAlert(decrypt_error);
    });

    it("every bit of ServerHello ends the handshake, whatever it breaks", () => {
      const length = lengthOf("server_hello");
      for (const bit of sampled(0, length * 8 - 1, 20)) {
        // The server's transcript holds what it meant to send: no bit may pass, not even the one that X25519 ignores.
        const pair = damaged("server_hello", (m) => flipBit(m, bit), { transcript: "original" });
        expect(pair.client.state, `bit ${bit}`).to.not.equal(1);
        if (pair.client.failure !== null) expect(pair.client.failure.origin, `bit ${bit}`).to.equal("self");
        expect(pair.client.appData()).to.equal(0);
      }
    });
  });

  describe("signatures that are right, but for something else (§4.5.2)", () => {
    const sign = (content: Uint8Array) => bench.crypto.sign(bench.identity.privateKey, content);
    const replace = (message: Uint8Array, signature: Uint8Array) => {
      const body = new Uint8Array(4 + signature.length);
      body.set([4, 3, 0, signature.length]);
      body.set(signature, 4);
      const out = new Uint8Array(4 + body.length);
      out.set([message[0]!, 0, 0, body.length]);
      out.set(body, 4);
      return out;
    };

    it("another transcript", () => {
      damaged("certificate_verify", (m) => replace(m, sign(signedContent("server", new Uint8Array(32))))).expectAlert(
        decrypt_error,
        /signature/i,
        true,
      );
    });

    it("the client's context string", () => {
      let hash: Uint8Array = new Uint8Array(32);
      const pair = bench.run({
        mutate: (name, m) => (name === "certificate_verify" ? replace(m, sign(signedContent("client", hash))) : m),
        before: (name, server) => {
          if (name === "certificate_verify") hash = server.transcriptHash();
        },
      });
      pair.expectAlert(decrypt_error, null, true);
    });

    it("another key", () => {
      const other = bench.identity.privateKey.slice();
      other[31] = other[31]! ^ 1;
      bench.run({ identity: { chain: bench.identity.chain, privateKey: other } }).expectAlert(decrypt_error, null, true);
    });
  });

  it("a ServerHello longer than it is: what comes next is no part of it (§5.1)", () => {
    const pair = damaged("server_hello", (m) => {
      const out = m.slice();
      out[3] = out[3]! + 1;
      return out;
    });
    pair.expectAlert(unexpected_message, null, false);
  });

  it("the same damage is found when the bytes come one by one", () => {
    for (const row of [...T.SERVER_HELLO_DAMAGE.slice(0, 4), ...T.CERTIFICATE_DAMAGE.slice(0, 8), ...T.FINISHED_DAMAGE.slice(0, 3)])
      bench
        .run({ mutate: (name, m) => (name === row.message ? row.change(m) : m), fragment: 50 }, ALPN, byteByByte)
        .expectAlert(row.alert, row.reason ?? null, row.message !== "server_hello");
  });

  it("the same damage is found when the client works in slices", () => {
    for (const [, table, options] of FIRST_FLIGHT)
      for (const row of table.filter((_, i) => i % 4 === 0))
        bench
          .run({ mutate: (name, m) => (name === row.message ? row.change(m) : m), ...options }, { ...ALPN, sliceSteps: 1 }, inPieces(37))
          .expectAlert(row.alert, row.reason ?? null, row.message !== "server_hello");
  });
});
