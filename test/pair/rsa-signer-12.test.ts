// RSA keys of ours that sign in TLS 1.2: with PSS, and with PKCS#1 v1.5 for a peer that has no PSS; in TLS 1.3 never with that.
import { expect } from "chai";
import type { CryptoProvider, SignatureAlgorithm } from "../../src/crypto/provider.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { rsaPkcs1Sha256 } from "../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPkcs1Sha512 } from "../../src/crypto/xs/rsa-pkcs1-sha512.js";
import { rsaPssRsaeSha256 } from "../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { tlsEcdheRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-ecdhe-rsa-with-aes-128-gcm-sha256.js";
import { CLIENT_AUTH, DIGITAL_SIGNATURE, NOW } from "../support/pki.js";
import { RSA_2048 } from "../support/rsa-keys.js";
import { BothBench, type BothParts } from "./both.js";
import { SERVER_NAME, trustOf } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { rsaChain } from "./rsa-12.js";

const SUITES = [tlsEcdheRsaWithAes128GcmSha256];

describe("TLS 1.2: RSA keys that sign", function () {
  this.timeout(180000);
  const bench = new BothBench();
  const provider = memoProvider(full, bench.memo);
  const clock = { seconds: () => NOW };
  const ofServer = rsaChain([DIGITAL_SIGNATURE]);
  const ofClient = rsaChain([DIGITAL_SIGNATURE], "client.test", CLIENT_AUTH);
  const identityOf = (certificates: readonly Uint8Array[]) =>
    identityFrom({ certificates, key: RSA_2048, keys: [rsaKeys], sha256: full.sha256 });

  /** The certificates below the leaf are on P-256. */
  const knowing = (...signatures: SignatureAlgorithm[]): CryptoProvider => ({
    ...provider,
    signatures: provider.signatures.filter(({ scheme }) => [ecdsaSecp256r1Sha256, ...signatures].some((one) => one.scheme === scheme)),
  });

  function parts(client: CryptoProvider, server = provider, authenticates = false): BothParts {
    const clientAuthentication = { trust: trustOf(ofClient.anchor), required: true };
    return {
      client: {
        ...{ tls12: new Client12(SUITES), tls13: false, provider: client, clock, trust: trustOf(ofServer.anchor), serverName: SERVER_NAME },
        ...(authenticates ? { identities: [identityOf(ofClient.chain)] } : {}),
      },
      server: {
        ...{ tls12: new Server12(SUITES), tls13: false, provider: server, clock },
        host: { identities: [identityOf(ofServer.chain)], ...(authenticates ? { clientAuthentication } : {}) },
      },
    };
  }

  for (const algorithm of [rsaPkcs1Sha256, rsaPkcs1Sha512, rsaPssRsaeSha256])
    it(`a server, for a client that has ${algorithm.name} alone`, () => {
      const both = bench.opened(parts(knowing(algorithm)), 0x0303);
      expect(both.client.peerAuthenticated).to.equal(true);
      bench.opened({ ...parts(knowing(algorithm)), server: { ...parts(provider).server, sliceSteps: 64 } }, 0x0303);
    });

  for (const algorithm of [rsaPkcs1Sha256, rsaPkcs1Sha512])
    it(`a client, for a server that has ${algorithm.name} alone`, () => {
      const both = bench.opened(parts(provider, knowing(algorithm), true), 0x0303);
      expect(both.server.peerAuthenticated).to.equal(true);
    });

  it("not in TLS 1.3 (RFC 9846 §4.3.3)", () => {
    const { client, server } = parts(knowing(rsaPkcs1Sha256));
    const both = bench.joined({ client: { ...client, tls13: undefined as never }, server: { ...server, tls13: undefined as never } });
    both.expectAlert(both.server, "handshake_failure", /signature_algorithms/);
  });
});
