import { expect } from "chai";
import type { CipherSuite } from "../../../src/crypto/provider.js";
import { tlsAes128Ccm8Sha256 } from "../../../src/crypto/suites/tls-aes-128-ccm-8-sha256.js";
import { tlsAes128CcmSha256 } from "../../../src/crypto/suites/tls-aes-128-ccm-sha256.js";
import { tlsAes128GcmSha256 } from "../../../src/crypto/suites/tls-aes-128-gcm-sha256.js";
import { tlsAes256GcmSha384 } from "../../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { tlsChacha20Poly1305Sha256 } from "../../../src/crypto/suites/tls-chacha20-poly1305-sha256.js";

/** RFC 9846 Appendix B.4: code point, name, hash, key length, tag length. */
const SUITES: [CipherSuite, number, string, string, number, number][] = [
  [tlsAes128GcmSha256, 0x1301, "TLS_AES_128_GCM_SHA256", "SHA-256", 16, 16],
  [tlsAes256GcmSha384, 0x1302, "TLS_AES_256_GCM_SHA384", "SHA-384", 32, 16],
  [tlsChacha20Poly1305Sha256, 0x1303, "TLS_CHACHA20_POLY1305_SHA256", "SHA-256", 32, 16],
  [tlsAes128CcmSha256, 0x1304, "TLS_AES_128_CCM_SHA256", "SHA-256", 16, 16],
  [tlsAes128Ccm8Sha256, 0x1305, "TLS_AES_128_CCM_8_SHA256", "SHA-256", 16, 8],
];

describe("The cipher suites", () => {
  for (const [suite, id, name, hash, keyLength, tagLength] of SUITES) {
    it(`${name} is made of its parts`, () => {
      expect([suite.id, suite.name, suite.hash.name]).to.deep.equal([id, name, hash]);
      expect([suite.aead.keyLength, suite.aead.tagLength]).to.deep.equal([keyLength, tagLength]);
      expect(suite.hash.create().outputLength).to.equal(suite.hash.outputLength);
      expect(suite.hash.fullHandshakeSalt.length).to.equal(suite.hash.outputLength);
      expect(suite.hash.fullHandshakeMidstates.length).to.equal(2 * suite.hash.stateLength);
    });
  }
});
