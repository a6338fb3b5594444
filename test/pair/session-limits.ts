// What holds for the sessions that a client keeps, whatever their version and kind.
import { expect } from "chai";
import { Resumption } from "../../src/session/resumption.js";
import type { BothBench } from "./both.js";
import { sampled } from "./effort.js";
import { AFTER_LEAF, SERVER_NAME } from "./fixture.js";
import { expectResumed } from "./resumed.js";
import type { SessionPair } from "./sessions.js";

/** One `it` for each. */
export function limitsOfSessions(bench: BothBench, make: () => SessionPair): void {
  it("until a certificate in the server's path ends", () => {
    const pair = make();
    pair.now = AFTER_LEAF - 10;
    pair.connect();
    pair.now = AFTER_LEAF - 1;
    expectResumed(pair.connect(), true);
    pair.now = AFTER_LEAF;
    const both = bench.joined(pair.parts());
    both.expectAlert(both.client, "certificate_expired");
  });

  it("exported, and resumed from a copy in another store", () => {
    const pair = make();
    pair.connect();
    const copy = pair.store.get(SERVER_NAME)!.slice();
    const store = { get: () => copy, put() {}, remove() {} };
    expectResumed(pair.connect({ resumption: new Resumption(store) }), true);
  });

  it("damaged anywhere, cut, longer, of another version, of another name: not offered, and forgotten", () => {
    const pair = make();
    pair.connect();
    const good = pair.store.get(SERVER_NAME)!.slice();
    const helloWith = (session: Uint8Array | null, serverName = SERVER_NAME): [length: number, removed: number] => {
      let removed = 0;
      const store = { get: () => session, put() {}, remove: () => void removed++ };
      const { client } = bench.join(pair.parts({ serverName, resumption: new Resumption(store) }));
      return [client.txPending(), removed];
    };
    const [none] = helloWith(null);
    const [whole, removed] = helloWith(good.slice());
    expect(whole).to.be.greaterThan(none);
    expect(removed).to.equal(0);
    const refused = (session: Uint8Array): void => {
      expect(helloWith(session)).to.deep.equal([none, 1]);
    };
    for (const bit of sampled(0, good.length * 8 - 1, 40)) {
      const bad = good.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      refused(bad);
    }
    for (const length of sampled(0, good.length - 1, 12)) refused(good.slice(0, length));
    refused(new Uint8Array([...good, 0]));
    refused(new Uint8Array(good.length));
    refused(new Uint8Array(good.length).fill(255));
    const other = "a.wild.test";
    expect(helloWith(good.slice(), other)).to.deep.equal([helloWith(null, other)[0], 1]);
  });
}
