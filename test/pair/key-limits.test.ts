// KeyUpdates of our own: before a cipher's limit is reached (RFC 9846 §5.5), and on request (§4.7.3).
import { expect } from "chai";
import type { AeadAlgorithm, CryptoProvider } from "../../src/crypto/provider.js";
import { Bench } from "./pair.js";
import { testProvider } from "./provider.js";

const bench = new Bench();

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The provider with ciphers whose keys are used up after a few records. */
function shortLived(recordLimit: number): CryptoProvider {
  const provider = testProvider();
  const shorten = (aead: AeadAlgorithm): AeadAlgorithm => ({
    name: aead.name,
    keyLength: aead.keyLength,
    tagLength: aead.tagLength,
    recordLimit,
    create: (keys) => aead.create(keys),
  });
  return { ...provider, suites: provider.suites.map((suite) => ({ ...suite, aead: shorten(suite.aead) })) };
}

describe("client: KeyUpdates of its own", () => {
  for (const suite of [0x1303, 0x1301])
    it(`suite ${suite.toString(16)}: a key of 4 records is replaced in time, again and again`, () => {
      const pair = bench.open({ suite, echo: true }, { provider: shortLived(4) });
      for (let i = 0; i < 20; i++) expect(pair.write(bytesOf(`${i}`))).to.equal(true);
      pair.expectOpen();
      expect(pair.server.keyUpdates).to.be.within(4, 7);
      expect(pair.server.problems).to.deep.equal([]);
      expect(pair.received).to.have.length(30);
    });

  it("no KeyUpdate where the limit is far", () => {
    const pair = bench.open({ echo: true });
    for (let i = 0; i < 20; i++) pair.write(bytesOf("x"));
    expect(pair.server.keyUpdates).to.equal(0);
  });

  it("updateKeys(false): the client's keys change", () => {
    const pair = bench.open({ echo: true });
    pair.client.updateKeys(false);
    pair.run();
    expect(pair.write(bytesOf("after"))).to.equal(true);
    expect(pair.server.keyUpdates).to.equal(1);
    expect(pair.server.problems).to.deep.equal([]);
  });

  it("updateKeys() after closeWrite(): nothing is sent", () => {
    const pair = bench.open();
    pair.client.closeWrite();
    pair.run();
    pair.client.updateKeys(true);
    pair.run();
    expect(pair.server.keyUpdates).to.equal(0);
    expect(pair.server.problems).to.deep.equal([]);
  });
});
