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
});
