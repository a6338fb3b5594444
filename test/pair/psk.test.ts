import { expect } from "chai";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { ascii } from "../peer/bytes.js";
import { BothBench } from "./both.js";

const IDENTITY = ascii("sensor 7");
const KEY = new Uint8Array(32).fill(0x42);
const NOTHING = { trust: undefined, serverName: undefined } as never;

describe("External pre-shared keys", () => {
  const bench = new BothBench();
  const psk = new ExternalPsk(IDENTITY, KEY);
  const keys = new PskList([{ identity: IDENTITY, key: KEY }]);
  const none = { identities: [] };

  it("a server and a client with nothing but a key, psk_dhe_ke", () => {
    const both = bench.opened({ client: { psk, ...(NOTHING as object) }, server: { psk: keys, host: none } });
    expect(both.client.peerAuthenticated).to.equal(true);
    expect(both.server.peerAuthenticated).to.equal(true);
    expect(both.client.resumed).to.equal(false);
    both.write(both.client, ascii("hello"));
    expect(both.serverReceived).to.deep.equal(ascii("hello"));
  });
});
