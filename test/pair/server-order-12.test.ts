// Each state of a TLS 1.2 server and each handshake message that may not come there; change_cipher_spec at its one place; renegotiation, which is refused.
import { expect } from "chai";
import { unexpected_message } from "../../src/alert.js";
import { ascii, concat, text } from "../peer/bytes.js";
import { fixLength } from "../peer/edit.js";
import { HANDSHAKE_TYPES as T } from "../peer/messages.js";
import type { ClientName12 } from "../peer/scripted-client-12.js";
import { clientIdentity } from "./client-fixture.js";
import { FAILED } from "./joined.js";
import { refusesOutOfPlace, type StateRow } from "./out-of-place.js";
import { Bench12, only } from "./pair-12.js";
import { TYPES } from "./well-formed.js";

describe("TLS 1.2 server: order", function () {
  this.timeout(180000);
  const bench = new Bench12();
  const identity = clientIdentity();

  describe("each state and each message that may not come there", () => {
    const STATES: readonly StateRow<ClientName12>[] = [
      ["START", "client_hello", [T.client_hello]],
      ["WAIT_CERT", "certificate", [T.certificate]],
      ["WAIT_CKE", "client_key_exchange", [T.client_key_exchange]],
      ["WAIT_CV", "certificate_verify", [T.certificate_verify]],
      ["WAIT_CCS", "change_cipher_spec", []],
      ["WAIT_FINISHED", "finished", [T.finished]],
    ];
    refusesOutOfPlace(STATES, (before) => bench.server12({ identity, before }, { host: bench.asked(true) }));

    it("CONNECTED", () => {
      for (const [, type] of TYPES)
        if (type !== T.client_hello)
          bench
            .server12({ connected: (peer) => peer.handshake(new Uint8Array([type, 0, 0, 0])) })
            .expectAlert(unexpected_message, null, true);
    });

    it("application data before Finished", () => {
      for (const due of ["client_key_exchange", "change_cipher_spec", "finished"] as const)
        bench.server12({ before: (name, peer) => name === due && peer.data(ascii("x")) }).expectAlert(unexpected_message);
    });
  });

  describe("change_cipher_spec", () => {
    it("missing, early, doubled, late, with another value", () => {
      bench.server12({ mutate: only("change_cipher_spec", () => null) }).expectAlert(unexpected_message);
      for (const early of ["client_hello", "client_key_exchange"] as const)
        bench
          .server12({ before: (name, peer) => name === early && peer.record(20, [1], true) })
          .expectAlert(unexpected_message, /change_cipher_spec/);
      bench.server12({ mutate: only("change_cipher_spec", (m) => [m, m]) }).expectAlert(unexpected_message, /change_cipher_spec/);
      bench.server12({ connected: (peer) => peer.record(20, [1], true) }).expectAlert(unexpected_message, /change_cipher_spec/);
      bench.server12({ mutate: only("change_cipher_spec", () => new Uint8Array([0])) }).expectAlert(unexpected_message);
    });

    it("before CertificateVerify: the client's key is not proved", () => {
      const before = (name: ClientName12, peer: { record(t: number, c: readonly number[], clear?: boolean): void }) => {
        if (name === "certificate_verify") peer.record(20, [1], true);
      };
      bench.server12({ identity, before }, { host: bench.asked(true) }).expectAlert(unexpected_message, /change_cipher_spec/);
    });
  });

  describe("renegotiation", () => {
    const again = (peer: { handshake(m: Uint8Array): void }) => peer.handshake(fixLength(concat([1, 0, 0, 0], new Uint8Array(2000))));

    it("a ClientHello, whatever is in it: no_renegotiation, and all goes on", () => {
      const pair = bench.openServer12({ echo: true, connected: again });
      expect(pair.peer.alerts).to.deep.equal([{ level: 1, description: 100, sealed: true }]);
      pair.write(ascii("still"));
      pair.run();
      expect(text(pair.received)).to.equal("still");
    });

    it("33 of them in a row are a flood", () => {
      const pair = bench.server12({
        connected: (peer) => {
          for (let i = 0; i < 33; i++) peer.handshake(new Uint8Array([1, 0, 0, 0]));
        },
      });
      expect(pair.tested.state).to.equal(FAILED);
      expect(pair.tested.failure!.description).to.equal(unexpected_message);
    });
  });
});
