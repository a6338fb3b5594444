// What becomes of a chain whose leaf has a stapled OCSP response, and responses of a responder.
import { TLSAlert } from "../../../src/alert.js";
import { PENDING } from "../../../src/crypto/provider.js";
import { type ChainConfig, ChainVerifier } from "../../../src/x509/chain.js";
import { type OcspOptions, ocspStapling } from "../../../src/x509/ocsp-stapling.js";
import * as der from "../../support/der.js";
import * as ocsp from "../../support/ocsp.js";
import * as pki from "../../support/pki.js";
import { chainConfig } from "./verify.js";

export interface Case {
  chain?: pki.ChainOptions;
  /** The list as it is sent; default: the chain. */
  list?: readonly Uint8Array[];
  options?: OcspOptions;
  config?: Partial<ChainConfig>;
  /** Octets a push. */
  piece?: number;
}

/** Pushes a list, the status behind its leaf. */
export function feedAll(verifier: ChainVerifier, list: readonly Uint8Array[], stapled: Uint8Array | null, piece = 1 << 16): void {
  const step = (): void => {
    while (verifier.step(1) === PENDING);
  };
  list.forEach((certificate, i) => {
    verifier.beginCertificate(certificate.length);
    for (let at = 0; at < certificate.length; at += piece) verifier.push(certificate, at, Math.min(piece, certificate.length - at));
    if (verifier.endCertificate() === PENDING) step();
    if (i === 0 && stapled) {
      const body = ocsp.certificateStatus(stapled);
      verifier.status!.beginStatus(0, body.length);
      for (let at = 0; at < body.length; at += piece) verifier.status!.pushStatus(body, at, Math.min(piece, body.length - at));
    }
    if (verifier.endEntry() === PENDING) step();
  });
  verifier.endChain();
}

/** "valid", or "alert: reason". */
export function outcome(stapled: Uint8Array | null, { chain = {}, list, options = {}, config = {}, piece }: Case = {}): string {
  const made = pki.makeChain(chain);
  try {
    const verifier = new ChainVerifier(chainConfig([made.anchor], { status: ocspStapling(options), ...config }));
    feedAll(verifier, list ?? made.chain, stapled, piece);
    return "valid";
  } catch (error) {
    if (!(error instanceof TLSAlert)) throw error;
    return error.message;
  }
}

export const BAD = "bad_certificate_status_response: leaf: ";
export const RESPONSE = `${BAD}the stapled OCSP response: `;
export const RESPONDER = `${BAD}the certificate of the OCSP responder: `;

const feature = (...features: readonly number[]): Uint8Array =>
  pki.extension(ocsp.ID_TLS_FEATURE, der.sequence(...features.map((one) => der.integer(one))));
export const withFeature = (...features: readonly number[]): pki.ChainOptions => ({
  leaf: { extensions: [...pki.leafExtensions([pki.dnsName("device.example")]), feature(...features)] },
});

export const responderKey = pki.testKey("responder");
export const RESPONDER_NAME = pki.commonName("Test Responder");

/** A certificate of a responder that is right but for what is replaced. */
export function responderCertificate(fields: Partial<pki.CertificateFields> = {}): Uint8Array {
  return pki.makeCertificate({
    ...pki.baseFields(),
    issuer: pki.commonName("Test Issuer 1"),
    subject: RESPONDER_NAME,
    spki: responderKey.spki,
    signer: pki.testKey("issuer 1"),
    extensions: [
      pki.keyUsage(pki.DIGITAL_SIGNATURE),
      pki.extendedKeyUsage(ocsp.OCSP_SIGNING),
      pki.extension(ocsp.ID_NOCHECK, der.nullValue()),
    ],
    ...fields,
  });
}

export function delegated(certificate: Partial<pki.CertificateFields> = {}, fields: Partial<ocsp.ResponseFields> = {}): Uint8Array {
  return ocsp.response({
    responder: ocsp.byName(RESPONDER_NAME),
    signer: responderKey,
    certs: [responderCertificate(certificate)],
    ...fields,
  });
}
