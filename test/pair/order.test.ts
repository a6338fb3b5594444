// Each state of the client and each handshake message that may not come there: unexpected_message (RFC 9846 §4, Appendix A.1).
import { expect } from "chai";
import { illegal_parameter, unexpected_message } from "../../src/alert.js";
import { concat } from "../peer/bytes.js";
import { encryptedExtensions, HANDSHAKE_TYPES, newSessionTicket, RETRY_RANDOM } from "../peer/messages.js";
import type { FlightName, ScriptedServerOptions } from "../peer/scripted-server.js";
import { ON_XS } from "./effort.js";
import { Bench, byteByByte, OPEN } from "./pair.js";
import { TYPES, wellFormed } from "./well-formed.js";

interface State {
  readonly name: string;
  /** The message that is due in this state: the wrong one comes before it. */
  readonly due: FlightName;
  /** What may come. */
  readonly legal: readonly number[];
  readonly options: Partial<ScriptedServerOptions>;
}

const T = HANDSHAKE_TYPES;
const STATES: readonly State[] = [
  { name: "WAIT_SH", due: "server_hello", legal: [T.server_hello], options: {} },
  { name: "WAIT_EE", due: "encrypted_extensions", legal: [T.encrypted_extensions], options: {} },
  { name: "WAIT_CERT_CR", due: "certificate", legal: [T.certificate, T.certificate_request], options: {} },
  { name: "WAIT_CERT", due: "certificate", legal: [T.certificate], options: { certificateRequest: {} } },
  { name: "WAIT_CV", due: "certificate_verify", legal: [T.certificate_verify], options: {} },
  { name: "WAIT_FINISHED", due: "finished", legal: [T.finished], options: {} },
];

describe("client: handshake messages out of place", function () {
  this.timeout(120000);
  const bench = new Bench();

  for (const state of STATES)
    describe(state.name, () => {
      for (const [name, type] of TYPES)
        if (!state.legal.includes(type))
          it(`${name} (${type})`, () => {
            const wrong = wellFormed(type, bench.identity.chain);
            const options: Partial<ScriptedServerOptions> = {
              ...state.options,
              transcript: "original",
              mutate: (which, bytes) => (which === state.due ? [wrong, bytes] : bytes),
            };
            const pair = bench.run(options);
            pair.expectAlert(unexpected_message, new RegExp(`(^|[^0-9])${type}([^0-9]|$)`), state.due !== "server_hello");
            if (!ON_XS) bench.run({ ...options, coalesce: false, fragment: 3 }, {}, byteByByte).expectAlert(unexpected_message);
          });
    });

  describe("CONNECTED", () => {
    for (const [name, type] of TYPES)
      if (type !== T.new_session_ticket && type !== T.key_update)
        it(`${name} (${type})`, () => {
          const wrong = wellFormed(type, bench.identity.chain);
          bench.run({ connected: (server) => server.out.handshake(name, wrong) }).expectAlert(unexpected_message, null, true);
        });
  });

  describe("a message is missing", () => {
    const flight: readonly FlightName[] = ["encrypted_extensions", "certificate", "certificate_verify", "finished"];
    for (const missing of flight)
      if (missing !== "finished")
        it(missing, () => {
          bench.run({ mutate: (name, bytes) => (name === missing ? null : bytes) }).expectAlert(unexpected_message, null, true);
        });

    it("everything between EncryptedExtensions and Finished: a server that does not authenticate itself", () => {
      bench.run({ flight: ["server_hello", "encrypted_extensions", "finished"] }).expectAlert(unexpected_message, null, true);
    });

    it("server_hello: the first message is protected", () => {
      const pair = bench.run({ mutate: (name, bytes) => (name === "server_hello" ? null : bytes) });
      expect(pair.client.state).to.equal(3);
      expect(pair.client.failure!.description).to.equal(unexpected_message);
    });

    it("finished: the client waits, with nothing given out", () => {
      const pair = bench.run({ mutate: (name, bytes) => (name === "finished" ? null : bytes) });
      expect(pair.client.state).to.equal(0);
      expect(pair.client.appData()).to.equal(0);
    });
  });

  describe("a message comes twice", () => {
    for (const twice of ["encrypted_extensions", "certificate", "certificate_verify"] as const)
      it(twice, () => {
        bench
          .run({ mutate: (name, bytes) => (name === twice ? [bytes, bytes] : bytes), transcript: "original" })
          .expectAlert(unexpected_message, null, true);
      });

    it("server_hello, the second in the record of the first (§5.1)", () => {
      const pair = bench.run({ mutate: (name, bytes) => (name === "server_hello" ? [bytes, bytes] : bytes), transcript: "original" });
      pair.expectAlert(unexpected_message, null, false);
    });

    it("finished, the second in the record of the first (§5.1)", () => {
      const pair = bench.run({ mutate: (name, bytes) => (name === "finished" ? [bytes, bytes] : bytes), transcript: "original" });
      pair.expectAlert(unexpected_message, null, true);
    });

    it("certificate_request", () => {
      bench
        .run({
          certificateRequest: {},
          mutate: (name, bytes) => (name === "certificate_request" ? [bytes, bytes] : bytes),
          transcript: "original",
        })
        .expectAlert(unexpected_message, null, true);
    });
  });

  describe("two messages change places", () => {
    const order: readonly (readonly FlightName[])[] = [
      ["server_hello", "certificate", "encrypted_extensions", "certificate_verify", "finished"],
      ["server_hello", "encrypted_extensions", "certificate_verify", "certificate", "finished"],
      ["server_hello", "encrypted_extensions", "certificate", "finished", "certificate_verify"],
      ["server_hello", "encrypted_extensions", "certificate", "certificate_request", "certificate_verify", "finished"],
      ["server_hello", "certificate_request", "encrypted_extensions", "certificate", "certificate_verify", "finished"],
    ];
    for (const flight of order)
      it(flight.join(", "), () => {
        bench.run({ flight }).expectAlert(unexpected_message, null, true);
      });
  });

  describe("messages and the change of keys (§5.1)", () => {
    it("ServerHello and EncryptedExtensions in one record", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "server_hello" ? [bytes, encryptedExtensions([])] : bytes),
        transcript: "original",
      });
      pair.expectAlert(unexpected_message, null, false);
    });

    it("the first byte of EncryptedExtensions behind ServerHello", () => {
      const pair = bench.run({ mutate: (name, bytes) => (name === "server_hello" ? concat(bytes, [8]) : bytes), transcript: "original" });
      pair.expectAlert(unexpected_message, null, false);
    });

    it("a ticket behind Finished in the same record", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "finished" ? [bytes, newSessionTicket()] : bytes),
        transcript: "original",
      });
      pair.expectAlert(unexpected_message, null, true);
    });

    it("a ticket behind KeyUpdate in the same record", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "key_update" ? [bytes, newSessionTicket()] : bytes),
        connected: (server) => server.keyUpdate(0),
      });
      pair.expectAlert(unexpected_message, null, true);
    });

    it("a ticket before KeyUpdate in the same record is right", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "key_update" ? [newSessionTicket(), bytes] : bytes),
        connected: (server) => server.keyUpdate(0),
      });
      pair.expectOpen();
      expect(pair.client.state).to.equal(OPEN);
    });

    it("Finished of the client's size announced, ended by a key that never came: half a Finished, then application data", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "finished" ? bytes.slice(0, 20) : bytes),
        sentFinished: (server) => server.write(new Uint8Array(10)),
      });
      expect(pair.client.state).to.equal(3);
    });
  });

  describe("HelloRetryRequest (§4.2.4)", () => {
    const retry = (change: (bytes: Uint8Array) => Uint8Array, wanted: { group?: number; cookie?: Uint8Array }) =>
      bench.run({ helloRetry: wanted, mutate: (name, bytes) => (name === "hello_retry_request" ? change(bytes) : bytes) });
    const same = (bytes: Uint8Array) => bytes;

    it("one that changes nothing", () => retry(same, {}).expectAlert(illegal_parameter, null, false));
    it("the group whose share was sent (§4.3.8)", () => retry(same, { group: 0x1d }).expectAlert(illegal_parameter, null, false));
    it("a group that was not offered (§4.3.8)", () => retry(same, { group: 0x1e }).expectAlert(illegal_parameter, null, false));
    it("a suite that was not offered", () => {
      const pair = retry(
        (bytes) => {
          const out = bytes.slice();
          out[72] = 2;
          return out;
        },
        { group: 0x1e },
      );
      pair.expectAlert(illegal_parameter, null, false);
    });
    it("another session id", () => {
      const pair = retry(
        (bytes) => {
          const out = bytes.slice();
          out[40] = out[40]! ^ 1;
          return out;
        },
        { group: 0x1e },
      );
      pair.expectAlert(illegal_parameter, null, false);
    });
    it("its random in a ServerHello with a whole key share", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "server_hello" ? concat(bytes.slice(0, 6), RETRY_RANDOM, bytes.slice(38)) : bytes),
      });
      expect(pair.client.state).to.equal(3);
      expect(pair.client.failure!.origin).to.equal("self");
    });
  });
});
