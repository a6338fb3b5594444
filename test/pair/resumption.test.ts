import { expect } from "chai";
import { ascii } from "../peer/bytes.js";
import { BothBench } from "./both.js";
import { SessionPair } from "./sessions.js";

describe("Sessions", () => {
  const bench = new BothBench();

  it("a full handshake, then resumed ones", () => {
    const pair = new SessionPair(bench);
    expect(pair.connect().client.resumed).to.equal(false);
    for (let i = 0; i < 3; i++) {
      const both = pair.connect();
      expect(both.client.resumed).to.equal(true);
      expect(both.server.resumed).to.equal(true);
      expect(both.client.peerAuthenticated).to.equal(true);
      expect(both.server.peerAuthenticated).to.equal(false);
      both.write(both.client, ascii("hello"));
      both.write(both.server, ascii("hallo"));
      expect(both.serverReceived).to.deep.equal(ascii("hello"));
      expect(both.clientReceived).to.deep.equal(ascii("hallo"));
    }
  });
});
