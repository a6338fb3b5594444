import { nobleProvider } from "../../hosts/node/provider-noble.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";

/** The primitives that the pair suites run the client with. */
export function testProvider(): CryptoProvider {
  return nobleProvider;
}
