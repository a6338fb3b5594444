// What a handshake leaves behind when it ends: keys and secrets are zeroed, a signature under way is told.
import { expect } from "chai";
import type { Signer } from "../../src/identity.js";
import { BothBench, FAILED, HANDSHAKING } from "./both.js";
import { Bench } from "./pair.js";
import { TestSigner } from "./signer.js";

/** What tests look at inside a connection. */
interface Inside {
  readonly keys: Uint8Array;
  readonly records: { readonly readProtection: unknown; readonly writeProtection: unknown };
  readonly flow: unknown;
}

const zeros = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

describe("what a connection leaves behind", () => {
  it("a signature under way is wiped when the handshake fails", () => {
    const bench = new BothBench();
    let wiped = 0;
    const made = new TestSigner(bench.crypto, bench.identity.privateKey, { outside: 1000 });
    const signer: Signer = {
      begin: (...rest) => made.begin(rest[0], rest[1], rest[2], rest[3]),
      step: (budget) => made.step(budget),
      writeSignature: (out, offset) => made.writeSignature(out, offset),
      wipe: () => {
        wiped++;
      },
    };
    const key = { schemes: made.schemes, maxSignature: made.maxSignature, createSigner: () => signer };
    const both = bench.joined({ server: { host: { identities: [{ certificates: bench.identity.chain, key }] } }, resumes: false });
    expect(both.server.state).to.equal(HANDSHAKING);
    expect(wiped).to.equal(0);
    both.server.fail(80, "the secure element is gone");
    expect(both.server.state).to.equal(FAILED);
    expect(wiped).to.equal(1);
  });

  for (const [name, end] of [
    ["close()", (pair: ReturnType<Bench["open"]>) => pair.client.close()],
    ["a failure", (pair: ReturnType<Bench["open"]>) => pair.client.fail(80, "enough")],
  ] as const)
    it(`${name}: secrets, protection and received bytes are gone`, () => {
      const pair = new Bench().open({ echo: true });
      pair.write(new Uint8Array(40).fill(0x5a));
      const inside = pair.client as unknown as Inside;
      const { keys } = inside;
      expect(zeros(keys)).to.equal(false);
      end(pair);
      expect(zeros(keys)).to.equal(true);
      expect(inside.flow).to.equal(null);
      expect(inside.records.readProtection).to.equal(null);
      expect(inside.records.writeProtection).to.equal(null);
      expect(zeros(pair.client.io.slice(3, 2048))).to.equal(true);
    });
});
