// Work in slices: the host gets control back after each, and nothing of the handshake changes.
import { expect } from "chai";
import { BothBench } from "./both.js";
import { Bench } from "./pair.js";

describe("slices", () => {
  it("a client with sliceSteps 1 gives control back hundreds of times, one with 50 a few dozen, without slices never", () => {
    // Benches of their own: results of public-key work that are kept would leave nothing to slice.
    expect(new Bench().open({}, { sliceSteps: 1 }).resumes).to.be.greaterThan(300);
    expect(new Bench().open({}, { sliceSteps: 50 }).resumes).to.be.within(10, 60);
    expect(new Bench().open().resumes).to.equal(0);
  });

  it("a slice holds one step at most: the shares of a new connection are not ready after the constructor", () => {
    const both = new BothBench().join({ client: { sliceSteps: 1 } });
    expect(both.client.txPending()).to.equal(0);
    expect(both.client.wants & 4).to.equal(4);
    let slices = 0;
    while (both.client.txPending() === 0 && slices < 1000) {
      both.client.resume();
      slices++;
    }
    expect(slices).to.be.within(40, 100);
  });

  it("one record a turn: ten records of data that came at once are looked at one by one", () => {
    const both = new BothBench().opened({ client: { sliceSteps: 1, receiveBuffer: 4096 } });
    for (let i = 0; i < 10; i++) both.server.write(new Uint8Array([i]), 0, 1);
    const records = both.server.io.slice(both.server.txOffset, both.server.txOffset + both.server.txPending());
    const { client } = both;
    client.io.set(records, client.rxOffset);
    client.received(records.length);
    for (let i = 0; i < 10; i++) {
      expect(client.appData()).to.equal(1);
      expect(client.io[client.appOffset]).to.equal(i);
      client.consumed(1);
    }
    expect(client.wants & 4).to.equal(0);
    expect(client.wants & 1).to.equal(1);
  });

  it("one record a turn: KeyUpdates that came at once; then an end without close_notify is found", () => {
    const both = new BothBench().opened({ client: { sliceSteps: 1, receiveBuffer: 4096 } });
    for (let i = 0; i < 4; i++) both.server.updateKeys(false);
    const records = both.server.io.slice(both.server.txOffset, both.server.txOffset + both.server.txPending());
    const { client } = both;
    client.io.set(records, client.rxOffset);
    client.received(records.length);
    client.receivedEnd();
    let turns = 0;
    for (; client.state === 1; turns++) {
      expect(client.wants & 4).to.equal(4);
      client.resume();
    }
    expect(turns).to.be.within(3, 4);
    expect(client.failure?.alert).to.equal("connection_lost");
  });
});
