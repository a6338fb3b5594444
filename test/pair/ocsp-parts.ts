// What tests of OCSP stapling share: chains, responses about their leaves, a client that asks and a server that staples.
import type { ClientConfig } from "../../src/config.js";
import type { Identity } from "../../src/identity.js";
import { type OcspOptions, ocspStapling } from "../../src/x509/ocsp-stapling.js";
import type { PeerCrypto } from "../peer/peer-crypto.js";
import type { PeerIdentity } from "../peer/server-options.js";
import * as ocsp from "../support/ocsp.js";
import * as pki from "../support/pki.js";
import { trustOf } from "./fixture.js";
import { identityOf } from "./signer.js";

export const HOST = "device.example";
export const STATUS_REQUEST = 5;

/** With an intermediate, and with none. */
export const made: pki.TestChain = pki.makeChain();
export const short: pki.TestChain = pki.makeChain({ intermediates: 0 });
export const peerOf = (chain: pki.TestChain): PeerIdentity => ({ chain: chain.chain, privateKey: chain.leafKey.secretKey });

export const GOOD: Uint8Array = ocsp.response();
export const REVOKED: Uint8Array = ocsp.response({ responses: [ocsp.single({ status: ocsp.revoked(pki.NOW - 5) })] });
/** About the leaf of `short`. */
export const OF_ROOT: Uint8Array = ocsp.response({
  responder: ocsp.byKey(pki.testKey("root")),
  signer: pki.testKey("root"),
  responses: [ocsp.single({ certId: ocsp.certId({ name: pki.commonName("Test Root"), key: pki.testKey("root").publicKey }) })],
});
const responder = pki.testKey("responder");
export const DELEGATED: Uint8Array = ocsp.response({
  responder: ocsp.byName(pki.commonName("Responder")),
  signer: responder,
  certs: [
    pki.makeCertificate({
      ...pki.baseFields(),
      issuer: pki.commonName("Test Issuer 1"),
      subject: pki.commonName("Responder"),
      spki: responder.spki,
      signer: pki.testKey("issuer 1"),
      extensions: [pki.extendedKeyUsage(ocsp.OCSP_SIGNING)],
    }),
  ],
});

/** A client that asks, unless options is null. */
export function asking(options: OcspOptions | null = {}, more: Partial<ClientConfig> = {}, chain = made): Partial<ClientConfig> {
  return {
    trust: trustOf(chain.anchor),
    serverName: HOST,
    clock: { seconds: () => pki.NOW },
    ...(options === null ? {} : { checks: { status: ocspStapling(options) } }),
    ...more,
  };
}

/** A server that staples. */
export function stapling(crypto: PeerCrypto, response: Uint8Array | null, chain = made): Identity {
  return { ...identityOf(crypto, peerOf(chain)), ocspResponse: response };
}
