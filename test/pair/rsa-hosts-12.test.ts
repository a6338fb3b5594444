// RSA key exchange of TLS 1.2 with virtual servers: each shows and decrypts with its own, never with what signs; and a status is stapled to it too.
import { expect } from "chai";
import { internal_error } from "../../src/alert.js";
import type { ClientConfig, VirtualHost } from "../../src/config.js";
import type { DecryptionKey } from "../../src/crypto/decryption-key.js";
import { OUTSIDE } from "../../src/crypto/provider.js";
import { RsaDecryptionKey } from "../../src/crypto/xs/rsa-decrypt.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { insecureRsaClient12 } from "../../src/handshake/rsa-client-12.js";
import { InsecureRsaIdentity12, InsecureRsaServer12 } from "../../src/handshake/rsa-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { parsePrivateKey } from "../../src/keys/private-key.js";
import { full } from "../../src/profiles/full.js";
import { tlsEcdheEcdsaWithAes128GcmSha256 } from "../../src/suites-12/tls-ecdhe-ecdsa-with-aes-128-gcm-sha256.js";
import { tlsRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-rsa-with-aes-128-gcm-sha256.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { type OcspOptions, ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { DIGITAL_SIGNATURE, makeChain, NOW } from "../support/pki.js";
import { RSA_2048 } from "../support/rsa-keys.js";
import { type Both, BothBench, type BothParts, pieces } from "./both.js";
import { trustOf } from "./fixture.js";
import { memoProvider } from "./memo-provider.js";
import { GOOD, REVOKED } from "./ocsp-parts.js";
import { KEY_ENCIPHERMENT, rsaChain } from "./rsa-12.js";
import { identityOf } from "./signer.js";

const SUITES = [tlsEcdheEcdsaWithAes128GcmSha256, tlsRsaWithAes128GcmSha256];
const CLIENT = new Client12([tlsRsaWithAes128GcmSha256], [insecureRsaClient12]);

describe("TLS 1.2, RSA key exchange: virtual servers", function () {
  this.timeout(180000);
  const bench = new BothBench();
  const provider = memoProvider(full, bench.memo);
  const own = new RsaDecryptionKey(parsePrivateKey(RSA_2048).rsa!);
  const clock = { seconds: () => NOW };
  const { anchor } = makeChain();
  const signing = makeChain({ host: "a.test" });
  const identities = [identityOf(bench.crypto, { chain: signing.chain, privateKey: signing.leafKey.secretKey })];
  let used: string[] = [];

  /** The key under a name: which one decrypts is told. */
  const keyOf = (name: string): DecryptionKey => ({
    modulusLength: own.modulusLength,
    constantTime: true,
    createDecrypter: () => {
      used.push(name);
      return own.createDecrypter();
    },
  });

  const identityFor = (name: string, ocspResponse: Uint8Array | null = null): InsecureRsaIdentity12 =>
    new InsecureRsaIdentity12({ certificates: rsaChain([KEY_ENCIPHERMENT], name).chain, key: keyOf(name), ocspResponse });

  const hosts = new VirtualHosts(
    [
      ["a.test", { identities, insecureRsa: identityFor("a.test") }],
      ["b.test", { identities, insecureRsa: identityFor("b.test") }],
      ["plain.test", { identities }],
    ],
    { identities },
  );
  const shared = new InsecureRsaServer12(identityFor("other.test"));
  const without = new InsecureRsaServer12();

  function parts(serverName: string, kind = shared, client: Partial<ClientConfig> = {}): BothParts {
    const tls12 = new Server12(SUITES, [ecdheServer12, kind]);
    return {
      client: { tls12: CLIENT, tls13: false, provider, clock, trust: trustOf(anchor), serverName, ...client },
      server: { tls12, tls13: false, provider, clock, hosts },
    };
  }

  const refused = (both: Both): void => both.expectAlert(both.server, "handshake_failure", /no cipher suite of TLS 1.2/);

  beforeEach(() => {
    used = [];
  });

  for (const name of ["a.test", "b.test", "other.test"])
    it(`${name}: its certificate, its key`, () => {
      const both = bench.opened(parts(name), 0x0303);
      expect([both.client.peerAuthenticated, both.server.sni]).to.deep.equal([true, name]);
      expect(used).to.deep.equal([name]);
    });

  it("one that is looked up elsewhere", () => {
    let asked = 0;
    const found: VirtualHost = { identities, insecureRsa: identityFor("late.test") };
    const all = parts("late.test");
    bench.opened({ ...all, server: { ...all.server, hosts: { find: () => (asked++ < 3 ? OUTSIDE : found) } } }, 0x0303);
    expect(used).to.deep.equal(["late.test"]);
  });

  it("without an identity for all, only those that have one do it", () => {
    bench.opened(parts("b.test", without), 0x0303);
    for (const name of ["plain.test", "unknown.test"]) refused(bench.joined(parts(name, without)));
    expect(used).to.deep.equal(["b.test"]);
  });

  it("they do nothing where the server has no RSA key exchange", () => {
    const all = parts("a.test");
    refused(bench.joined({ ...all, server: { ...all.server, tls12: new Server12([tlsEcdheEcdsaWithAes128GcmSha256]) } }));
  });

  it("a client with ECDHE gets the certificate that signs", () => {
    const both = bench.opened(parts("a.test", shared, { tls12: new Client12(SUITES, [ecdheClient12, insecureRsaClient12]) }), 0x0303);
    expect(both.client.suite!.id).to.equal(tlsEcdheEcdsaWithAes128GcmSha256.id);
    expect(used).to.deep.equal([]);
  });

  it("a key that signs too, under another certificate: no handshake", () => {
    const certificates = rsaChain([DIGITAL_SIGNATURE], "a.test").chain;
    const host: VirtualHost = { identities: [...identities, { ...identities[0]!, certificates }], insecureRsa: identityFor("a.test") };
    for (const kind of [shared, without]) {
      const all = parts("a.test", kind);
      const both = bench.joined({ ...all, server: { ...all.server, hosts: new VirtualHosts([["a.test", host]]) } });
      expect([both.server.failure!.description, both.server.failure!.origin]).to.deep.equal([internal_error, "internal"]);
      expect(both.server.failure!.reason).to.match(/its key is also that of a certificate that signs/);
    }
    expect(used).to.deep.equal([]);
  });

  describe("OCSP stapling", () => {
    function stapled(response: Uint8Array | null, options: OcspOptions = { required: true }): BothParts {
      const all = parts("a.test", shared, { checks: { status: ocspStapling(options) } });
      const host: VirtualHost = { identities, insecureRsa: identityFor("a.test", response) };
      return { ...all, server: { ...all.server, hosts: new VirtualHosts([["a.test", host]]) } };
    }

    it("good, however it comes", () => {
      for (const size of [1, 7, 5000]) bench.opened({ ...stapled(GOOD), toClient: pieces(size) }, 0x0303);
    });

    it("revoked, and none", () => {
      const revoked = bench.joined(stapled(REVOKED, {}));
      revoked.expectAlert(revoked.client, "certificate_revoked");
      const none = bench.joined(stapled(null));
      none.expectAlert(none.client, "bad_certificate_status_response", /required, and none is stapled/);
      bench.opened(stapled(null, {}), 0x0303);
    });
  });
});
