// Each field of each message of the client damaged: the alert is the RFC's, it comes once, and in the right protection.
import { expect } from "chai";
import { decode_error, decrypt_error, missing_extension, protocol_version } from "../../src/alert.js";
import { flipBit } from "../peer/bytes.js";
import { blockAt, cutBody } from "../peer/edit.js";
import type { ClientMessageName, ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import * as C from "./damage.js";
import { sampled } from "./effort.js";
import { SERVER_NAME } from "./fixture.js";
import * as T from "./server-damage.js";
import { byteByByte, inPieces, ServerBench, type ServerPair, type ServerParts } from "./server-pair.js";

describe("server: damaged fields", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const identity = clientIdentity();
  const FULL: ScriptedClientOptions = { serverName: SERVER_NAME, alpn: ["mqtt", "http/1.1"], identity };
  const server: ServerParts = { host: { alpn: ["http/1.1"], ...bench.asked() } };

  /** A handshake in which one message is changed. */
  function damaged(name: ClientMessageName, change: (message: Uint8Array) => Uint8Array, more: ScriptedClientOptions = {}): ServerPair {
    return bench.run({ ...FULL, mutate: (which, bytes) => (which === name ? change(bytes) : bytes), ...more }, server);
  }

  const HELLO: readonly (readonly [string, readonly T.HelloDamage[]])[] = [
    ["fields", T.HELLO_FIELDS],
    ["versions", T.HELLO_VERSIONS],
    ["groups and shares", T.HELLO_GROUPS],
    ["signature schemes", T.HELLO_SCHEMES],
    ["names", T.HELLO_NAMES],
    ["protocols", T.HELLO_PROTOCOLS],
    ["extensions", T.HELLO_EXTENSIONS],
  ];

  for (const [title, table] of HELLO)
    describe(`ClientHello: ${title}`, () => {
      for (const one of table)
        it(`${one.field} (${one.section})`, () => {
          const pair = damaged("client_hello", one.change);
          pair.expectAlert(one.alert, one.reason ?? null, false);
          expect(pair.client.serverMessages, "nothing was answered").to.have.length(0);
        });
    });

  describe("ClientHello: shares that are no public keys", () => {
    for (const one of T.HELLO_KEYS)
      it(`${one.field} (${one.section})`, () => {
        const pair = damaged("client_hello", one.change);
        expect(pair.failure?.description).to.be.oneOf([one.alert].flat());
        expect(pair.failure!.origin).to.equal("self");
        expect(pair.failure!.reason).to.match(/x25519|secp256r1/);
      });
  });

  const LATER: readonly (readonly [string, readonly C.Damage[]])[] = [
    ["Certificate", C.CERTIFICATE_DAMAGE.filter((one) => one.field !== "an empty list")],
    ["CertificateVerify", C.CERTIFICATE_VERIFY_DAMAGE],
    ["Finished", C.FINISHED_DAMAGE],
  ];
  for (const [title, table] of LATER)
    describe(title, () => {
      for (const one of table)
        it(`${one.field} (${one.section})`, () => {
          damaged(one.message as ClientMessageName, one.change).expectAlert(one.alert, one.reason ?? null, true);
        });
    });

  describe("KeyUpdate", () => {
    for (const one of C.KEY_UPDATE_DAMAGE)
      it(`${one.field} (${one.section})`, () => {
        damaged("key_update", one.change, { opened: (client) => client.keyUpdate(0) }).expectAlert(one.alert, one.reason ?? null, true);
      });
  });

  /** The message in a handshake that succeeds. */
  function whole(name: ClientMessageName, more: ScriptedClientOptions = {}): Uint8Array {
    let found = new Uint8Array(0);
    bench
      .run(
        {
          ...FULL,
          ...more,
          mutate: (which, bytes) => {
            if (which === name) found = bytes.slice();
            return bytes;
          },
        },
        server,
      )
      .expectOpen();
    return found;
  }

  /** The message shortened to every length its header can say. */
  function cutEverywhere(name: ClientMessageName, expected: (length: number) => number | readonly number[], few: number, more = {}): void {
    const length = whole(name, more).length - 4;
    for (const to of sampled(0, length - 1, few)) {
      const pair = damaged(name, (bytes) => cutBody(bytes, to), more);
      try {
        pair.expectAlert(expected(to));
      } catch (error) {
        throw new Error(`${name} cut to ${to} bytes: ${(error as Error).message}`);
      }
    }
  }

  describe("messages cut short at every byte (§6.2: decode_error)", () => {
    it("ClientHello", () => {
      const block = blockAt(whole("client_hello")) - 4;
      cutEverywhere("client_hello", (to) => (to === block ? protocol_version : decode_error), 20);
    });
    it("the second ClientHello", () => {
      const block = blockAt(whole("second_client_hello", { shares: [] })) - 4;
      cutEverywhere("second_client_hello", (to) => (to === block ? [protocol_version, missing_extension] : decode_error), 10, {
        shares: [],
      });
    });
    it("Certificate", () => cutEverywhere("certificate", () => decode_error, 10));
    it("CertificateVerify", () => cutEverywhere("certificate_verify", () => decode_error, 5));
    it("Finished", () => cutEverywhere("finished", () => [decode_error, decrypt_error], 5));
  });

  describe("bits", () => {
    it("every bit of Finished: decrypt_error (§4.5.3)", () => {
      for (const bit of sampled(0, 255, 8)) damaged("finished", (m) => flipBit(m, 32 + bit)).expectAlert(decrypt_error);
    });

    for (const name of ["client_hello", "certificate", "certificate_verify"] as const)
      it(`every bit of ${name} ends the handshake, whatever it breaks`, () => {
        const { length } = whole(name);
        const step = name === "certificate" ? 3 : 1;
        for (const bit of sampled(0, Math.floor((length * 8 - 1) / step), 12)) {
          // The client's transcript holds what it meant to send: no bit may pass.
          const pair = damaged(name, (m) => flipBit(m, bit * step), { transcript: "original" });
          expect(pair.server.state, `bit ${bit * step}`).to.not.equal(1);
          if (pair.failure !== null) expect(pair.failure.origin, `bit ${bit * step}: ${pair.failure.message}`).to.not.equal("internal");
          expect(pair.server.appData()).to.equal(0);
        }
      });
  });

  describe("signatures that are right, but for something else (§4.5.2)", () => {
    for (const [name, proof] of [
      ["another transcript", { hash: new Uint8Array(32) }],
      ["the server's context string", { side: "server" }],
      ["another key", { privateKey: new Uint8Array(32).fill(9) }],
    ] as const)
      it(name, () => {
        bench.run({ ...FULL, proof }, server).expectAlert(decrypt_error, /signature/i, true);
      });
  });

  it("the same damage is found when the bytes come one by one", () => {
    for (const one of [...T.HELLO_FIELDS, ...T.HELLO_VERSIONS, ...T.HELLO_GROUPS].filter((_, i) => i % 3 === 0))
      bench
        .run({ ...FULL, fragment: 50, mutate: (name, m) => (name === "client_hello" ? one.change(m) : m) }, server, byteByByte)
        .expectAlert(one.alert, one.reason ?? null, false);
  });

  it("the same damage is found when the server works in slices", () => {
    for (const [, table] of LATER)
      for (const one of table.filter((_, i) => i % 3 === 0))
        bench
          .run({ ...FULL, mutate: (name, m) => (name === one.message ? one.change(m) : m) }, { ...server, sliceSteps: 1 }, inPieces(37))
          .expectAlert(one.alert, one.reason ?? null, true);
  });
});
