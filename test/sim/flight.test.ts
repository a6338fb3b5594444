// Recorded flights must fit the client as it is: where its ClientHello changes, they are recorded anew.
import { expect } from "chai";
import { fixedClock, insecureFixedRandom } from "../../sim/apps/fixed-random.js";
import { readFlight } from "../../sim/flights/flight.js";
import { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";

describe("recorded flights", function () {
  this.timeout(20_000);

  for (const name of ["client13-chacha", "client13-aesgcm"]) {
    it(`${name} can be replayed`, () => {
      const flight = readFlight(name);
      const root = new Uint8Array(Buffer.from(flight.root, "hex"));
      const connection = new ClientConnection({
        provider: iotClient,
        random: insecureFixedRandom,
        clock: fixedClock,
        trust: new AnchorList([anchorFromCertificate(root, iotClient.sha256)]),
        serverName: flight.serverName,
      });
      connection.sent(connection.txPending());
      for (const record of flight.records) {
        const bytes = Buffer.from(record, "hex");
        connection.io.set(bytes, connection.rxOffset);
        connection.received(bytes.length);
        connection.sent(connection.txPending());
      }
      const why =
        connection.failure === null ? "" : `${connection.failure.message}; record the flights anew: node dist/sim/flights/record.js`;
      expect(why).to.equal("");
      expect(connection.state).to.equal(OPEN);
    });
  }

  it("says which one is missing", () => {
    expect(() => readFlight("none")).to.throw(/none\.json cannot be read/);
  });
});
