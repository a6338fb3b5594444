// Each state of a TLS 1.2 client and each handshake message that may not come there; change_cipher_spec at its one place; renegotiation, which is refused.
import { expect } from "chai";
import { decode_error, unexpected_message } from "../../src/alert.js";
import { ascii, text } from "../peer/bytes.js";
import { HANDSHAKE_TYPES as T } from "../peer/messages.js";
import type { ServerName12 } from "../peer/scripted-server-12.js";
import { clientIdentity } from "./client-fixture.js";
import { FAILED, HANDSHAKING, OPEN } from "./joined.js";
import { refusesOutOfPlace, type StateRow } from "./out-of-place.js";
import { Bench12, only } from "./pair-12.js";
import { identityOf } from "./signer.js";
import { TYPES } from "./well-formed.js";

describe("TLS 1.2 client: order", function () {
  this.timeout(180000);
  const bench = new Bench12();
  const identities = [identityOf(bench.crypto, clientIdentity())];

  describe("each state and each message that may not come there", () => {
    const STATES: readonly StateRow<ServerName12>[] = [
      ["WAIT_SH", "server_hello", [T.server_hello, T.hello_request]],
      ["WAIT_CERT", "certificate", [T.certificate, T.hello_request]],
      ["WAIT_SKE", "server_key_exchange", [T.server_key_exchange, T.hello_request]],
      ["WAIT_CR", "certificate_request", [T.certificate_request, T.server_hello_done, T.hello_request]],
      ["WAIT_SHD", "server_hello_done", [T.server_hello_done, T.hello_request]],
      ["WAIT_CCS", "change_cipher_spec", []],
      ["WAIT_FINISHED", "finished", [T.finished]],
    ];
    refusesOutOfPlace(STATES, (before) => bench.client12({ request: {}, before }, { identities }));

    it("CONNECTED", () => {
      for (const [, type] of TYPES)
        if (type !== T.hello_request)
          bench
            .client12({ connected: (peer) => peer.handshake(new Uint8Array([type, 0, 0, 0])) })
            .expectAlert(unexpected_message, null, true);
    });

    it("a message is missing", () => {
      for (const missing of ["certificate", "server_key_exchange", "server_hello_done"] as const) {
        const pair = bench.client12({ mutate: only(missing, () => null) });
        if (missing === "server_hello_done") expect(pair.tested.state).to.equal(HANDSHAKING);
        else pair.expectAlert(unexpected_message);
      }
    });

    it("a message is there twice", () => {
      for (const twice of ["server_hello", "certificate", "server_key_exchange", "server_hello_done"] as const)
        bench.client12({ transcript: "original", mutate: only(twice, (m) => [m, m]) }).expectAlert(unexpected_message);
    });

    it("application data before Finished", () => {
      for (const due of ["server_hello", "certificate", "change_cipher_spec", "finished"] as const)
        bench.client12({ before: (name, peer) => name === due && peer.data(ascii("x")) }).expectAlert(unexpected_message);
    });
  });

  describe("change_cipher_spec", () => {
    it("missing: Finished in clear, or with keys that are not due", () => {
      bench.client12({ mutate: only("change_cipher_spec", () => null) }).expectAlert(unexpected_message, null, true);
    });

    it("early, before every message of the flight", () => {
      for (const early of ["server_hello", "certificate", "server_key_exchange", "server_hello_done"] as const)
        bench
          .client12({ before: (name, peer) => name === early && peer.record(20, [1], true) })
          .expectAlert(unexpected_message, /change_cipher_spec/);
    });

    it("doubled", () => {
      bench.client12({ mutate: only("change_cipher_spec", (m) => [m, m]) }).expectAlert(unexpected_message, /change_cipher_spec/, true);
    });

    it("late: behind Finished", () => {
      bench.client12({ connected: (peer) => peer.record(20, [1], true) }).expectAlert(unexpected_message, /change_cipher_spec/, true);
    });

    it("another value, another length", () => {
      bench.client12({ mutate: only("change_cipher_spec", () => new Uint8Array([2])) }).expectAlert(unexpected_message);
      bench.client12({ mutate: only("change_cipher_spec", () => new Uint8Array([1, 1])) }).expectAlert(unexpected_message);
      bench.client12({ mutate: only("change_cipher_spec", () => new Uint8Array(0)) }).expectAlert(unexpected_message);
    });

    it("in the middle of a handshake message", () => {
      const half = (peer: { record(type: number, content: readonly number[], clear?: boolean): void }) => {
        peer.record(22, [20, 0, 0]);
        peer.record(20, [1], true);
      };
      bench.client12({ before: (name, peer) => name === "change_cipher_spec" && half(peer) }).expectAlert(unexpected_message);
    });
  });

  describe("renegotiation", () => {
    const ask = (peer: { handshake(m: Uint8Array): void }) => peer.handshake(new Uint8Array([0, 0, 0, 0]));

    it("HelloRequest: no_renegotiation, and all goes on", () => {
      const pair = bench.openClient12({ echo: true, connected: ask });
      expect(pair.peer.alerts).to.deep.equal([{ level: 1, description: 100, sealed: true }]);
      pair.write(ascii("still"));
      pair.run();
      expect(text(pair.received)).to.equal("still");
    });

    it("33 of them in a row are a flood", () => {
      const pair = bench.client12({
        connected: (peer) => {
          for (let i = 0; i < 33; i++) ask(peer);
        },
      });
      expect(pair.tested.state).to.equal(FAILED);
      expect(pair.tested.failure!.description).to.equal(unexpected_message);
    });

    it("HelloRequest in the handshake is passed over, and no part of it", () => {
      for (const due of ["server_hello", "certificate", "server_key_exchange", "certificate_request", "server_hello_done"] as const)
        bench.openClient12({ request: {}, before: (name, peer) => name === due && ask(peer) }, { identities });
      bench
        .client12({
          before: (name, peer) => {
            if (name === "certificate") for (let i = 0; i < 33; i++) ask(peer);
          },
        })
        .expectAlert(unexpected_message, /flood/);
    });

    it("one with a body", () => {
      bench.client12({ connected: (peer) => peer.handshake(new Uint8Array([0, 0, 0, 1, 0])) }).expectAlert(decode_error);
    });

    it("there are no new keys: updateKeys() does nothing", () => {
      const pair = bench.openClient12({ echo: true });
      pair.tested.updateKeys(true);
      pair.write(ascii("same keys"));
      pair.run();
      expect(text(pair.received)).to.equal("same keys");
      expect(pair.tested.state).to.equal(OPEN);
    });
  });
});
