// Sessions of TLS 1.2 that began with an RSA certificate, or with RSA key exchange: what proved the server then is not asked for again.
import { expect } from "chai";
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { insecureRsaClient12 } from "../../src/handshake/rsa-client-12.js";
import { InsecureRsaIdentity12, InsecureRsaServer12 } from "../../src/handshake/rsa-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { decryptionIdentityFrom } from "../../src/keys/decryption-identity.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { tlsEcdheRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-ecdhe-rsa-with-aes-128-gcm-sha256.js";
import { tlsRsaWithAes128GcmSha256 } from "../../src/suites-12/tls-rsa-with-aes-128-gcm-sha256.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { DIGITAL_SIGNATURE, NOW } from "../support/pki.js";
import { RSA_2048 } from "../support/rsa-keys.js";
import { pieces } from "./both.js";
import { memoProvider } from "./memo-provider.js";
import { Bench12 } from "./pair-12.js";
import { expectResumed } from "./resumed.js";
import { KINDS, Pair12 } from "./resumed-12.js";
import { KEY_ENCIPHERMENT, rsaChain } from "./rsa-12.js";

describe("sessions of TLS 1.2 and RSA", function () {
  this.timeout(240000);
  const bench = new Bench12();
  const provider = memoProvider(full, bench.memo);
  const signing = rsaChain([DIGITAL_SIGNATURE]);
  const identities = [identityFrom({ certificates: signing.chain, key: RSA_2048, keys: [rsaKeys], sha256: full.sha256 })];
  const decrypting = new InsecureRsaIdentity12(decryptionIdentityFrom(rsaChain([KEY_ENCIPHERMENT]).chain, RSA_2048), true);

  for (const kind of KINDS)
    for (const [suite, server] of [
      [tlsEcdheRsaWithAes128GcmSha256, { host: { identities }, kinds: [ecdheServer12] }],
      [tlsRsaWithAes128GcmSha256, { host: {}, kinds: [new InsecureRsaServer12(decrypting)] }],
    ] as const)
      it(`${suite.name}, by ${kind}`, () => {
        const pair = new Pair12(bench, kind);
        pair.now = NOW;
        const parts = [
          {
            ...{ provider, trust: new AnchorList([signing.anchor]) },
            tls12: new Client12([suite], [ecdheClient12, insecureRsaClient12], null, resumeClient12),
          },
          { provider, host: server.host, tls12: new Server12([suite], server.kinds, null, resumeServer12) },
        ] as const;
        expectResumed(pair.connect(...parts), false);
        const both = expectResumed(pair.connect(...parts, { toServer: pieces(50), toClient: pieces(70) }), true);
        expect(both.client.suite).to.equal(suite);
        both.use(600);
      });
});
