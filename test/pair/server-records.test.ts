// The server's record layer, held to RFC 9846 §5: types, lengths, protection, change_cipher_spec, alerts.
import { expect } from "chai";
import {
  bad_record_mac,
  close_notify,
  decode_error,
  handshake_failure,
  illegal_parameter,
  record_overflow,
  unexpected_message,
  user_canceled,
} from "../../src/alert.js";
import { ascii, concat, text, u16 } from "../peer/bytes.js";
import { certificate, keyUpdate } from "../peer/messages.js";
import { SeededRandom } from "../peer/random.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, type RecordPlan } from "../peer/record-layer.js";
import type { ClientMessageName, ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientAt, clientChange, clientPuts, raw } from "./acts.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import {
  byteByByte,
  COOKIES,
  FAILED,
  inPieces,
  OPEN,
  recordByRecord,
  ServerBench,
  type ServerPair,
  type ServerParts,
} from "./server-pair.js";

const CCS = new Uint8Array([1]);

describe("server: records", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const identity = clientIdentity();
  const asked: ServerParts = { host: bench.asked() };
  const run = (options: ScriptedClientOptions, delivery?: Parameters<ServerBench["run"]>[2]): ServerPair =>
    bench.run({ identity, ...options }, asked, delivery);

  describe("before protection", () => {
    const STATES: readonly (readonly [string, ClientMessageName, ScriptedClientOptions, ServerParts])[] = [
      ["START", "client_hello", {}, {}],
      ["START after a HelloRetryRequest", "second_client_hello", { shares: [] }, {}],
      ["START after a HelloRetryRequest with a cookie", "second_client_hello", { shares: [] }, { cookies: COOKIES }],
    ];
    for (const [state, due, client, server] of STATES)
      describe(state, () => {
        const put = (parts: Partial<RecordPlan>): ServerPair => bench.run({ ...client, ...clientPuts(due, parts) }, server);

        for (const type of [0, 1, 19, 24, 25, 127, 128, 255])
          it(`content type ${type} (§5)`, () => put({ type, content: CCS }).expectAlert(unexpected_message, null, false));
        it("application data in clear (§5.1)", () =>
          put({ type: APPLICATION_DATA, content: ascii("x") }).expectAlert(unexpected_message, null, false));
        it("an empty handshake record (§5.1)", () => put({ type: HANDSHAKE }).expectAlert([unexpected_message, decode_error], null, false));
        it("an empty alert record", () => put({ type: ALERT }).expectAlert([unexpected_message, decode_error], null, false));
        for (const content of [[2], [2, 40, 0], [1, 0, 1, 0]])
          it(`an alert record of ${content.length} bytes (§5.1)`, () =>
            put({ type: ALERT, content: new Uint8Array(content) }).expectAlert([unexpected_message, decode_error], null, false));
        it("a record of 16,385 bytes (§5.1)", () => put(raw(22, 3, 3, 0x40, 1, 2)).expectAlert(record_overflow, /16385/, false));
        it("a record of 65,535 bytes (§5.1)", () => put(raw(22, 3, 3, 255, 255, 2)).expectAlert(record_overflow, /65535/, false));
        it("a ClientHello of 16 MB: refused before it is stored", () =>
          put(raw(22, 3, 3, 0x40, 0, 1, 255, 255, 255, 3, 3)).expectAlert([illegal_parameter, decode_error], /16777215/, false));
        it("a ClientHello longer than receiveBuffer: the reason names both sizes", () =>
          put(raw(22, 3, 3, 0x20, 4, 1, 0, 0x20, 0, 3, 3)).expectAlert([illegal_parameter, decode_error], /8192.*2048|2048.*8192/, false));
        it("an empty ClientHello", () => put(raw(22, 3, 3, 0, 4, 1, 0, 0, 0)).expectAlert(decode_error, null, false));
      });
  });

  describe("change_cipher_spec (§5, Appendix E.4)", () => {
    it("before the first ClientHello (§5): unexpected_message", () => {
      bench
        .run(clientPuts("client_hello", { type: CHANGE_CIPHER_SPEC, content: CCS, seal: false }))
        .expectAlert(unexpected_message, null, false);
    });

    it("before the first ClientHello, where the server may have answered before without keeping state (§4.3.2): dropped", () => {
      bench.open(clientPuts("client_hello", { type: CHANGE_CIPHER_SPEC, content: CCS, seal: false }), { cookies: COOKIES });
    });

    for (const due of ["second_client_hello", "certificate", "certificate_verify", "finished"] as const) {
      const client: ScriptedClientOptions = due === "second_client_hello" ? { shares: [] } : {};
      const sealed = due !== "second_client_hello";

      it(`dropped before ${due}, one byte at a time too`, () => {
        const options = { ...client, identity, ...clientAt(due, (peer) => peer.out.data(CHANGE_CIPHER_SPEC, CCS)) };
        bench.open(options, asked);
        bench.open({ ...options, fragment: 200 }, asked, ON_XS ? inPieces(9) : byteByByte);
      });

      for (const content of [[0], [2], [255], [1, 1], []])
        it(`[${content}] before ${due}`, () => {
          run({ ...client, ...clientPuts(due, { type: CHANGE_CIPHER_SPEC, content: new Uint8Array(content), seal: false }) }).expectAlert(
            [unexpected_message, decode_error],
            null,
            sealed,
          );
        });

      it(`in the middle of ${due} (§5.1: nothing may come between the records of a message)`, () => {
        run({
          ...client,
          ...clientChange(due, (plan) => [
            { ...plan, content: plan.content.slice(0, 2) },
            { ...plan, messages: [], type: CHANGE_CIPHER_SPEC, content: CCS, seal: false, padding: 0 },
            { ...plan, messages: [], content: plan.content.slice(2) },
          ]),
        }).expectAlert(unexpected_message, null, sealed);
      });
    }

    it("on an open connection", () => {
      run(clientPuts(null, { type: CHANGE_CIPHER_SPEC, content: CCS, seal: false })).expectAlert(unexpected_message, null, true);
    });

    it("a flood of them ends, before and behind the ClientHello", () => {
      const flood = (name: ClientMessageName): ScriptedClientOptions =>
        clientAt(name, (client) => {
          for (let i = 0; i < 1000; i++) client.out.data(CHANGE_CIPHER_SPEC, CCS);
        });
      bench.run(flood("client_hello"), { cookies: COOKIES }).expectAlert(unexpected_message, null, false);
      bench.run({ shares: [], ...flood("second_client_hello") }).expectAlert(unexpected_message, null, false);
      bench.run(flood("finished")).expectAlert(unexpected_message, null, true);
    });
  });

  describe("with protection", () => {
    const STATES: readonly (ClientMessageName | null)[] = ["certificate", "certificate_verify", "finished", null];
    for (const due of STATES) {
      const where = due === null ? "connected" : `before ${due}`;
      const put = (parts: Partial<RecordPlan>): ServerPair => run(clientPuts(due, parts));

      it(`${where}: a handshake record in clear`, () =>
        put({ type: HANDSHAKE, content: certificate([]), seal: false }).expectAlert(unexpected_message, null, true));
      it(`${where}: an alert in clear ends the connection, whoever sent it`, () => {
        const pair = run(clientAt(due, (client) => client.alert(2, handshake_failure, true)));
        expect(pair.server.state).to.equal(FAILED);
        expect(pair.server.appData()).to.equal(0);
      });
      it(`${where}: content type 24 in clear`, () =>
        put({ type: 24, content: CCS, seal: false }).expectAlert(unexpected_message, null, true));
      it(`${where}: a sealed record of content type 24 (§5)`, () =>
        put({ type: 24, content: CCS }).expectAlert(unexpected_message, null, true));
      it(`${where}: a sealed record of content type 0 is padding alone (§5.4)`, () =>
        put({ type: 0, content: new Uint8Array(5) }).expectAlert(unexpected_message, null, true));
      it(`${where}: a sealed record without a byte of content type (§5.4)`, () =>
        put({ noInnerType: true, padding: 0, type: APPLICATION_DATA }).expectAlert([unexpected_message, bad_record_mac], null, true));
      it(`${where}: a sealed empty handshake record (§5.4)`, () =>
        put({ type: HANDSHAKE, padding: 3 }).expectAlert(unexpected_message, null, true));
      it(`${where}: a sealed empty alert (§5.4)`, () => put({ type: ALERT }).expectAlert([unexpected_message, decode_error], null, true));
      for (const content of [[1], [1, 0, 1, 0]])
        it(`${where}: a sealed alert record of ${content.length} bytes (§5.1)`, () =>
          put({ type: ALERT, content: new Uint8Array(content) }).expectAlert([unexpected_message, decode_error], null, true));
      it(`${where}: a sealed change_cipher_spec (§5)`, () =>
        put({ type: CHANGE_CIPHER_SPEC, content: CCS, seal: true }).expectAlert(unexpected_message, null, true));
      for (const length of [0, 1, 15, 16])
        it(`${where}: a protected record of ${length} bytes (§5.2)`, () =>
          put({ raw: concat([23, 3, 3], u16(length), new Uint8Array(length)) }).expectAlert([bad_record_mac, decode_error], null, true));
      it(`${where}: a protected record of 16,641 bytes (§5.2)`, () =>
        put({ raw: concat([23, 3, 3], u16(16641), new Uint8Array(9)) }).expectAlert(record_overflow, /16641/, true));
      it(`${where}: a protected record larger than receiveBuffer is looked at as it comes: its tag decides`, () =>
        put({ raw: concat([23, 3, 3], u16(2300), new Uint8Array(2300)) }).expectAlert(bad_record_mac, null, true));
      it(`${where}: application data ${due === null ? "is given out" : "before the handshake is complete"}`, () => {
        const pair = put({ type: APPLICATION_DATA, content: ascii("data") });
        if (due === null) expect(text(pair.received)).to.equal("data");
        else {
          pair.expectAlert(unexpected_message, null, true);
          expect(pair.received).to.have.length(0);
        }
      });
    }

    it("padding alone up to the whole record (§5.4)", () => {
      const pair = bench.open({ opened: (client) => client.out.record({ type: APPLICATION_DATA, content: ascii("x"), padding: 2000 }) });
      expect(text(pair.received)).to.equal("x");
    });

    it("a plaintext of 16,385 bytes in a record that is small enough (§5.2)", () => {
      const pair = bench.run(
        { opened: (client) => client.out.record({ type: APPLICATION_DATA, content: new Uint8Array(16385) }) },
        { receiveBuffer: 20000 },
      );
      pair.expectAlert(record_overflow, /1638[56]/, true);
      expect(pair.received).to.have.length(0);
    });

    for (const name of ["certificate", "certificate_verify", "finished"] as const) {
      it(`the record of ${name} in clear`, () =>
        run(clientChange(name, (plan) => ({ ...plan, seal: false }))).expectAlert(unexpected_message, null, true));
      it(`the record of ${name} sealed, but of outer type handshake`, () =>
        run(clientChange(name, (plan) => ({ ...plan, outerType: HANDSHAKE }))).expectAlert(unexpected_message, null, true));
      it(`the tag of ${name}`, () => {
        for (const suite of [0x1301, 0x1303])
          for (const flip of [-1, -128, 0])
            run({ suites: [suite], ...clientChange(name, (plan) => ({ ...plan, flip })) }).expectAlert(bad_record_mac, null, true);
      });
    }

    it("records that come twice, change places, or are left out (§5.3)", () => {
      for (const order of [[0, 0], [1, 0], [1]]) {
        const pair = bench.open();
        pair.client.write(ascii("one"));
        pair.client.write(ascii("two"));
        const records = pair.client.takeRecords();
        pair.deliver(concat(...order.map((i) => records[i]!)));
        pair.run();
        pair.expectAlert(bad_record_mac, null, true);
        expect(text(pair.received)).to.equal(order[0] === 0 ? "one" : "");
      }
    });

    it("bits of a record of application data, by seed", () => {
      for (const suite of [0x1301, 0x1303]) {
        const random = new SeededRandom(`bits ${suite}`);
        const content = random.bytes(100);
        for (let i = 0; i < (ON_XS ? 4 : 150); i++) {
          const flip = i < 2 ? -1 - 127 * i : random.below((100 + 17) * 8);
          const pair = bench.open({ suites: [suite] });
          pair.client.out.record({ type: APPLICATION_DATA, content, flip });
          pair.flushPeer();
          expect(pair.server.appData(), `bit ${flip}`).to.equal(0);
          pair.run();
          pair.expectAlert(bad_record_mac, null, true);
        }
      }
    });

    it("bits of a record's header", () => {
      for (const bit of sampled(0, 39, 4)) {
        const pair = bench.open();
        pair.client.write(ascii("a record whose header is changed"));
        const wire = pair.client.take();
        wire[bit >> 3] = wire[bit >> 3]! ^ (0x80 >> (bit & 7));
        pair.deliver(wire);
        pair.run();
        expect(pair.received, `bit ${bit}`).to.have.length(0);
        if (pair.server.state !== OPEN)
          expect(pair.failure!.alert, `bit ${bit}`).to.be.oneOf(["bad_record_mac", "unexpected_message", "record_overflow"]);
      }
    });

    it("each record alone and together: the same failure", () => {
      for (const delivery of [recordByRecord, inPieces(100)])
        run(
          clientChange("finished", (plan) => ({ ...plan, flip: -1 })),
          delivery,
        ).expectAlert(bad_record_mac, null, true);
    });
  });

  describe("alerts of the client (§6)", () => {
    const STATES: readonly (ClientMessageName | null)[] = [
      "client_hello",
      "second_client_hello",
      "certificate",
      "certificate_verify",
      "finished",
      null,
    ];
    for (const due of STATES) {
      const where = due === null ? "on an open connection" : `before ${due}`;
      const client: ScriptedClientOptions = due === "second_client_hello" ? { shares: [] } : {};

      for (const level of [2, 1, 0])
        it(`handshake_failure of level ${level} ${where} is an error`, () => {
          run({ ...client, ...clientAt(due, (peer) => peer.alert(level, handshake_failure)) }).expectPeerAlert(handshake_failure);
        });

      it(`an unknown alert ${where} is an error (§6)`, () => {
        run({ ...client, ...clientAt(due, (peer) => peer.alert(1, 231)) }).expectPeerAlert(231);
      });

      it(`user_canceled and close_notify ${where} (§6.1)`, () => {
        const pair = run({
          ...client,
          ...clientAt(due, (peer) => {
            peer.alert(1, user_canceled);
            peer.alert(1, close_notify);
          }),
        });
        if (due === null) expect(pair.server.peerClosed).to.equal(true);
        else {
          expect(pair.server.state).to.equal(FAILED);
          expect(pair.failure!.origin).to.equal("peer");
        }
      });

      if (due !== null)
        it(`close_notify ${where}: no handshake, no connection`, () => {
          const pair = run({ ...client, ...clientAt(due, (peer) => peer.close()) });
          expect(pair.server.state).to.equal(FAILED);
          expect(pair.failure!.origin).to.equal("peer");
          expect(pair.server.appData()).to.equal(0);
        });
    }

    it("an alert in the middle of a handshake message (§5.1)", () => {
      const pair = run(
        clientChange("certificate", (plan) => [
          { ...plan, content: plan.content.slice(0, 9) },
          { ...plan, messages: [], type: ALERT, content: new Uint8Array([1, 0]) },
          { ...plan, messages: [], content: plan.content.slice(9) },
        ]),
      );
      expect(pair.server.state).to.equal(FAILED);
    });

    it("a client that refuses our certificate: its alert comes where its flight is due, under its handshake keys", () => {
      bench.run(clientAt("finished", (client) => client.alert(2, 42))).expectPeerAlert(42);
    });

    it("an alert in clear of a client that has no keys yet: it refused our ServerHello (§6)", () => {
      const pair = bench.pair();
      pair.deliver(pair.client.take());
      while (pair.server.txPending() > 0) pair.server.sent(pair.server.txPending());
      pair.deliver(new Uint8Array([21, 3, 3, 0, 2, 2, 47]));
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.description, pair.failure!.message).to.be.oneOf([47, unexpected_message]);
    });
  });

  it("KeyUpdate before Finished (§4.7.3)", () => {
    run(clientAt("finished", (client) => client.out.handshake("key_update", keyUpdate(0)))).expectAlert(unexpected_message, /24/, true);
  });
});
