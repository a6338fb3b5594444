// The room that a ticket of TLS 1.2 takes in a ClientHello: where there is too little, the session is not offered.
import { expect } from "chai";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { SavedSession } from "../../src/session/session-bytes.js";
import { ascii } from "../peer/bytes.js";
import { p256Retry } from "./both-parts.js";
import { sampled } from "./effort.js";
import { SERVER_NAME } from "./fixture.js";
import { Bench12 } from "./pair-12.js";
import { expectResumed } from "./resumed.js";
import { BOTH_CLIENT, BOTH_SERVER, Pair12 } from "./resumed-12.js";

describe("sessions of TLS 1.2: room in the ClientHello", function () {
  this.timeout(240000);
  const bench = new Bench12();

  it("whatever the send buffer's size, it is offered or left out, with a key for TLS 1.3 behind it or without", () => {
    const psk = new ExternalPsk(ascii("sensor 7"), new Uint8Array(32).fill(7), "SHA-256");
    for (const client of [{}, BOTH_CLIENT, { ...BOTH_CLIENT, psk }]) {
      const pair = new Pair12(bench, "ticket");
      pair.connect(client);
      const hello = (sendBuffer: number): number => {
        const one = bench.join(pair.parts({ ...client, sendBuffer })).client;
        expect(one.failure, `${sendBuffer}`).to.equal(null);
        return one.txPending();
      };
      const whole = hello(2048);
      const lengths = new Set<number>();
      for (let size = whole - 40; size < whole + 100; size++) lengths.add(hello(size));
      const { length } = SavedSession.from(pair.session!)!.identity;
      expect([...lengths], "without it, and with it").to.deep.equal([whole - length, whole]);
    }
  });

  it("a second ClientHello has the ticket of the first, or neither has one (RFC 9846 §4.2.2)", () => {
    const { server } = p256Retry(bench);
    for (const size of sampled(380, 560, 25)) {
      const pair = new Pair12(bench, "ticket");
      pair.connect();
      expectResumed(bench.opened(pair.parts({ ...BOTH_CLIENT, sendBuffer: size }, { ...BOTH_SERVER, ...server })), false, `${size}`);
    }
  });

  it("a cookie that leaves no room for the ticket: the session is forgotten, and the next handshake is a full one", () => {
    const server = { ...p256Retry(bench).server, cookies: { key: new Uint8Array(32).fill(3), lifetime: 30 } };
    const failed = new Set<string>();
    for (const size of sampled(440, 600, 30)) {
      const pair = new Pair12(bench, "ticket");
      const parts = () => pair.parts({ ...BOTH_CLIENT, sendBuffer: size }, { ...BOTH_SERVER, ...server });
      if (bench.joined(parts()).client.failure !== null) continue; // without a ticket too
      pair.store.remove(SERVER_NAME, pair.session!);
      pair.connect();
      const { failure } = bench.joined(parts()).client;
      failed.add(failure?.alert ?? "none");
      if (failure === null) continue;
      expect(pair.session).to.equal(null);
      bench.opened(parts());
    }
    expect([...failed].sort()).to.deep.equal(["internal_error", "none"]);
  });
});
