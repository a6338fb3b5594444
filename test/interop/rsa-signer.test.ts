// The device's RSA keys (src/crypto/xs) that sign for OpenSSL in TLS 1.2, each scheme alone: as a server's, and as a client's.
import { createPrivateKey } from "node:crypto";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { connect } from "../../hosts/node/index.js";
import { client12, server12 } from "../../hosts/node/tls12.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { KeyTypes, type Pair } from "./key-types.js";
import { opensslVersion } from "./openssl-ca.js";
import { run } from "./run.js";
import { opensslServer, type Running } from "./servers.js";
import { type ThimbleServer, thimbleServer } from "./thimble-server.js";

const SCHEMES = ["RSA+SHA256", "RSA+SHA384", "RSA+SHA512", "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"];

describe("RSA keys of the device, TLS 1.2", function () {
  this.timeout(60000);
  let types: KeyTypes;
  let server: Running | ThimbleServer | null = null;

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    types = new KeyTypes();
  });

  after(() => types?.remove());

  afterEach(async () => {
    await server?.stop();
    server = null;
  });

  const identityOf = ({ cert, key }: Pair) =>
    identityFrom({
      certificates: certificatesFrom(cert, "certificate"),
      key: new Uint8Array(createPrivateKey(key).export({ type: "pkcs8", format: "der" })),
      keys: [rsaKeys],
      sha256: full.sha256,
    });

  it("openssl s_client", async () => {
    const { certFile, keyFile } = types.pair("server", "rsa");
    const hosts = new VirtualHosts([], { identities: [identityOf(types.pair("server", "rsa"))] });
    const own = await thimbleServer({ chainFile: certFile, leafFile: certFile, keyFile }, { hosts, tls12: server12 });
    server = own;
    for (const scheme of SCHEMES) {
      const args = ["s_client", "-connect", `127.0.0.1:${own.port}`, "-tls1_2", "-CAfile", types.rootsFile, "-verify_return_error"];
      const { output } = await run("openssl", [...args, "-sigalgs", scheme]);
      expect(output, scheme).to.include("Verify return code: 0 (ok)");
      expect(output, scheme).to.include(`Peer signature type: ${scheme.startsWith("RSA+") ? "RSA\n" : "RSA-PSS\n"}`);
      expect(output, scheme).to.include(`Peer signing digest: SHA${scheme.slice(-3)}`);
    }
  });

  it("openssl s_server asks for a certificate", async () => {
    const { certFile, keyFile } = types.pair("server", "p256");
    for (const scheme of SCHEMES) {
      const asks = ["-tls1_2", "-Verify", "2", "-verify_return_error", "-CAfile", types.rootsFile, "-client_sigalgs", scheme];
      const one = await opensslServer({ intermediateFile: certFile } as never, { leafFile: certFile, keyFile, chainFile: certFile }, asks);
      server = one;
      const secured = await new Promise<string>((done) => {
        const identities = [identityOf(types.pair("client", "rsa"))];
        const options = { host: "127.0.0.1", port: one.port, servername: "localhost", ca: types.roots, tls12: client12 } as const;
        const socket = connect({ ...options, tls13: false, identities });
        socket.on("error", (error) => done(error.message));
        socket.on("secureConnect", () => {
          done("open");
          socket.end();
        });
      });
      expect(secured, scheme).to.equal("open");
      await one.stop();
      expect(one.output(), scheme).to.match(/thimble client-rsa/);
    }
  });
});
