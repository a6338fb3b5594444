// A recorded flight can be played again, without its server: what figures and fuzzing start from.
import { expect } from "chai";
import { ClientConnection } from "../../src/client.js";
import { concat, equal } from "../peer/bytes.js";
import { type RecordedFlight, recordFlight } from "../peer/flight.js";
import { Bench, OPEN } from "./pair.js";

const WANT_RESUME = 4;

describe("recorded flights", function () {
  this.timeout(60000);
  const bench = new Bench();

  /** Gives an answer to the client and takes what it says then. */
  function speaker(client: ClientConnection): (answer: Uint8Array) => Uint8Array {
    return (answer) => {
      let at = 0;
      for (;;) {
        while ((client.wants & WANT_RESUME) !== 0) client.resume();
        if (at === answer.length) break;
        const length = Math.min(client.rxSpace(), answer.length - at);
        client.io.set(answer.subarray(at, at + length), client.rxOffset);
        client.received(length);
        at += length;
      }
      const said = client.io.slice(client.txOffset, client.txOffset + client.txPending());
      client.sent(said.length);
      return said;
    };
  }

  const record = (): RecordedFlight =>
    recordFlight({ identity: bench.identity, crypto: bench.crypto, tickets: 2 }, speaker(new ClientConnection(bench.config())));

  it("the same client says the same again, and connects without a server", () => {
    const flight = record();
    expect(flight.client).to.have.length(2);
    const client = new ClientConnection(bench.config());
    const speak = speaker(client);
    let said = speak(new Uint8Array(0));
    for (let i = 0; i < flight.client.length; i++) {
      expect(equal(said, flight.client[i]!), `piece ${i}`).to.equal(true);
      said = speak(flight.server[i]!);
    }
    expect(client.state).to.equal(OPEN);
  });

  it("two recordings are equal, byte by byte", () => {
    const [a, b] = [record(), record()];
    expect(equal(concat(...a.server), concat(...b.server))).to.equal(true);
  });
});
