// Each state of the server and each handshake message that may not come there: unexpected_message (RFC 9846 §4, Appendix A.2).
import { expect } from "chai";
import { unexpected_message } from "../../src/alert.js";
import { ascii, concat } from "../peer/bytes.js";
import { certificate, finished, HANDSHAKE_TYPES, keyUpdate } from "../peer/messages.js";
import type { ClientFlightName, ClientMessageName, ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { byteByByte, COOKIES, HANDSHAKING, OPEN, ServerBench, type ServerParts } from "./server-pair.js";
import { TYPES, wellFormed } from "./well-formed.js";

interface State {
  readonly name: string;
  /** The message that is due in this state: the wrong one comes before it. */
  readonly due: ClientMessageName;
  readonly legal: number;
  readonly client: ScriptedClientOptions;
  readonly server: ServerParts;
}

const T = HANDSHAKE_TYPES;

describe("server: handshake messages out of place", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const identity = clientIdentity();
  const asked = { host: bench.asked() };

  const STATES: readonly State[] = [
    { name: "START", due: "client_hello", legal: T.client_hello, client: {}, server: {} },
    { name: "START after a HelloRetryRequest", due: "second_client_hello", legal: T.client_hello, client: { shares: [] }, server: {} },
    {
      name: "START after a HelloRetryRequest with a cookie",
      due: "second_client_hello",
      legal: T.client_hello,
      client: { shares: [] },
      server: { cookies: COOKIES },
    },
    { name: "WAIT_CERT", due: "certificate", legal: T.certificate, client: { identity }, server: asked },
    { name: "WAIT_CV", due: "certificate_verify", legal: T.certificate_verify, client: { identity }, server: asked },
    { name: "WAIT_FINISHED", due: "finished", legal: T.finished, client: {}, server: {} },
    { name: "WAIT_FINISHED behind CertificateVerify", due: "finished", legal: T.finished, client: { identity }, server: asked },
    { name: "WAIT_FINISHED behind an empty Certificate", due: "finished", legal: T.finished, client: { identity: null }, server: asked },
  ];

  for (const state of STATES)
    describe(state.name, () => {
      const sealed = !state.due.endsWith("client_hello");
      for (const [name, type] of TYPES)
        if (type !== state.legal)
          it(`${name} (${type})`, () => {
            const wrong = wellFormed(type, identity.chain);
            const options: ScriptedClientOptions = {
              ...state.client,
              transcript: "original",
              mutate: (which, bytes) => (which === state.due ? [wrong, bytes] : bytes),
            };
            const pair = bench.run(options, state.server);
            pair.expectAlert(unexpected_message, new RegExp(`(^|[^0-9])${type}([^0-9]|$)`), sealed);
            if (!ON_XS) bench.run({ ...options, coalesce: false, fragment: 3 }, state.server, byteByByte).expectAlert(unexpected_message);
          });
    });

  describe("CONNECTED", () => {
    for (const [name, type] of TYPES)
      if (type !== T.key_update)
        it(`${name} (${type})`, () => {
          const wrong = wellFormed(type, identity.chain);
          bench.run({ opened: (client) => client.out.handshake(name, wrong) }).expectAlert(unexpected_message, null, true);
        });
  });

  describe("a message is missing", () => {
    it("finished: the server waits, with nothing given out", () => {
      const pair = bench.run({ flight: [] });
      expect(pair.server.state).to.equal(HANDSHAKING);
      expect(pair.server.appData()).to.equal(0);
    });

    it("finished, and application data comes: bad_record_mac, since it has other keys", () => {
      const pair = bench.run({ flight: [], opened: (client) => client.write(ascii("early")) });
      pair.expectAlert(20, null, true);
      expect(pair.received).to.have.length(0);
    });

    it("application data under the handshake keys, before the client's Finished", () => {
      const pair = bench.run({ before: (name, client) => name === "finished" && client.write(ascii("early")) });
      pair.expectAlert(unexpected_message, null, true);
      expect(pair.received).to.have.length(0);
    });

    it("certificate, where one was asked for", () => {
      bench.run({ flight: ["finished"] }, asked).expectAlert(unexpected_message, null, true);
    });

    it("certificate, where one is required", () => {
      bench.run({ flight: ["finished"] }, { host: bench.asked(true) }).expectAlert(unexpected_message, null, true);
    });

    it("certificate_verify behind a certificate", () => {
      bench.run({ identity, flight: ["certificate", "finished"] }, asked).expectAlert(unexpected_message, null, true);
    });

    it("certificate before certificate_verify", () => {
      bench.run({ identity, flight: ["certificate_verify", "finished"] }, asked).expectAlert(unexpected_message, null, true);
    });
  });

  describe("a message comes that nobody asked for, or twice, or out of turn", () => {
    const flights: readonly (readonly [string, readonly ClientFlightName[], ScriptedClientOptions, ServerParts])[] = [
      ["certificate, not asked for", ["certificate", "finished"], { identity: null }, {}],
      ["certificate and its signature, not asked for", ["certificate", "certificate_verify", "finished"], { identity }, {}],
      ["certificate twice", ["certificate", "certificate", "certificate_verify", "finished"], { identity }, asked],
      ["certificate_verify twice", ["certificate", "certificate_verify", "certificate_verify", "finished"], { identity }, asked],
      ["certificate_verify behind an empty certificate", ["certificate", "certificate_verify", "finished"], { identity: null }, asked],
      ["finished before certificate_verify", ["certificate", "finished", "certificate_verify"], { identity }, asked],
      ["finished first", ["finished", "certificate", "certificate_verify"], { identity }, asked],
    ];
    for (const [name, flight, client, server] of flights)
      it(name, () => {
        bench.run({ ...client, flight }, server).expectAlert(unexpected_message, null, true);
      });

    it("finished twice, the second under the handshake keys: bad_record_mac", () => {
      const pair = bench.run({ coalesce: false, flight: ["finished", "finished"] });
      expect(pair.failure!.alert).to.equal("bad_record_mac");
    });

    it("a ClientHello on an open connection: no renegotiation (§4.2.2)", () => {
      bench
        .run({ opened: (client) => client.out.handshake("client_hello", wellFormed(1, [])) })
        .expectAlert(unexpected_message, /(^|[^0-9])1([^0-9]|$)/, true);
    });

    it("a third ClientHello", () => {
      const pair = bench.run({
        shares: [],
        transcript: "original",
        mutate: (name, bytes) => (name === "second_client_hello" ? [bytes, bytes] : bytes),
        coalesce: false,
      });
      // the second one is right, and answered: what follows in clear is no protected record
      expect(pair.server.failure!.alert).to.equal("unexpected_message");
    });
  });

  describe("messages and the change of keys (§5.1)", () => {
    it("two ClientHello in one record", () => {
      bench
        .run({ transcript: "original", mutate: (name, bytes) => (name === "client_hello" ? [bytes, bytes] : bytes) })
        .expectAlert(unexpected_message, null, false);
    });

    it("one byte of more behind the ClientHello", () => {
      bench
        .run({ transcript: "original", mutate: (name, bytes) => (name === "client_hello" ? concat(bytes, [11]) : bytes) })
        .expectAlert(unexpected_message, null, false);
    });

    it("one byte of more behind the second ClientHello", () => {
      bench
        .run({
          shares: [],
          transcript: "original",
          mutate: (name, bytes) => (name === "second_client_hello" ? concat(bytes, [11]) : bytes),
        })
        .expectAlert(unexpected_message, null, false);
    });

    for (const [name, more] of [
      ["a KeyUpdate", keyUpdate(0)],
      ["a byte", new Uint8Array([24])],
      ["a second Finished", finished(new Uint8Array(32))],
    ] as const)
      it(`${name} behind Finished in the same record`, () => {
        bench
          .run({ transcript: "original", mutate: (which, bytes) => (which === "finished" ? concat(bytes, more) : bytes) })
          .expectAlert(unexpected_message, null, true);
      });

    it("a KeyUpdate behind a KeyUpdate in the same record", () => {
      bench
        .run({
          mutate: (name, bytes) => (name === "key_update" ? [bytes, bytes] : bytes),
          opened: (client) => client.keyUpdate(0),
        })
        .expectAlert(unexpected_message, null, true);
    });

    it("half a Finished, then application data", () => {
      const pair = bench.run({
        mutate: (name, bytes) => (name === "finished" ? bytes.slice(0, 20) : bytes),
        opened: (client) => client.write(new Uint8Array(10)),
      });
      expect(pair.server.state).to.equal(3);
      expect(pair.received).to.have.length(0);
    });

    it("half a Certificate, then an alert: its sender gave up", () => {
      const pair = bench.run(
        {
          identity,
          flight: ["certificate"],
          mutate: (name, bytes) => (name === "certificate" ? bytes.slice(0, 100) : bytes),
          after: (name, client) => name === "certificate" && client.alert(2, 42),
        },
        asked,
      );
      expect(pair.server.state).to.equal(3);
    });

    it("certificate of the client before the server's flight is out: it can't be protected yet", () => {
      const pair = bench.run({ after: (name, client) => name === "client_hello" && client.out.handshake("certificate", certificate([])) });
      pair.expectAlert(unexpected_message, null, false);
    });
  });

  it("a handshake that goes well is not disturbed by the suite itself", () => {
    expect(bench.open({ identity }, asked).server.state).to.equal(OPEN);
  });
});
