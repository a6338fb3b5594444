import { certificate, certificate_request, certificate_verify } from "../constants.js";
import type { Identity } from "../identity.js";
import { CertificateReader } from "../messages/certificate.js";
import { CertificateRequestReader } from "../messages/certificate-request.js";
import { ChainVerifier } from "../x509/chain.js";
import type { ServerName } from "../x509/name.js";
import type { TrustStore } from "../x509/trust.js";
import { CLIENT_13, type ClientHandshake13 } from "./client-13.js";
import type { Table } from "./handshake.js";
import { checkCertificate, checkCertificateVerify, onCertificateVerify } from "./peer-auth-13.js";
import { keepPeerKey } from "./peer-key.js";
import { Proof13, sendCertificate, sendCertificateVerify, sign } from "./proof-13.js";
import * as S from "./states-13.js";

type H = ClientHandshake13;

const NO_IDENTITIES: readonly Identity[] = [];

export function readCertificateRequest(h: H): CertificateRequestReader {
  h.request = new CertificateRequestReader(h.config.identities ?? NO_IDENTITIES, h.config.provider.sha256);
  return h.request;
}

/** §4.4.2: the first of our identities that the server can accept; none is an answer too. */
export function onCertificateRequest(h: H): number {
  const request = h.request as CertificateRequestReader;
  h.proof = new Proof13(request.identity, request.scheme);
  h.request = null;
  return S.WAIT_CERT;
}

export function readCertificate(h: H): CertificateReader {
  const { config } = h;
  h.chain = new ChainVerifier({
    trust: config.trust as TrustStore,
    clock: config.clock,
    signatures: config.provider.signatures,
    sha256: config.provider.sha256,
    serverName: h.name as ServerName,
    purpose: "server",
    workHash: h.workHash,
    // allow: spread — once a handshake
    ...config.checks,
  });
  return new CertificateReader(h.chain, h.extensions, false, h.negotiated.certificateTap);
}

export function onCertificate(h: H): number {
  h.session?.certified((h.chain as ChainVerifier).notAfter);
  keepPeerKey(h);
  return S.WAIT_CV;
}

export function signAsClient(h: H, budget: number): number {
  return sign(h, budget, h.config.random);
}

/** The client's table where servers may prove themselves with certificates. */
export const CERTIFICATES_13: Table<ClientHandshake13> = {
  rows: [
    ...CLIENT_13.rows,
    {
      state: S.WAIT_CERT_CR,
      type: certificate_request,
      stream: readCertificateRequest,
      early: true,
      endsRecord: false,
      handle: onCertificateRequest,
    },
    { state: S.WAIT_CERT_CR, type: certificate, stream: readCertificate, endsRecord: false, handle: onCertificate },
    { state: S.WAIT_CERT, type: certificate, stream: readCertificate, endsRecord: false, handle: onCertificate },
    { state: S.WAIT_CV, type: certificate_verify, stream: null, endsRecord: false, handle: onCertificateVerify },
  ],
  waits: [
    ...CLIENT_13.waits,
    { state: S.CHECK_CERT, step: checkCertificate },
    { state: S.CHECK_CV, step: checkCertificateVerify },
    { state: S.SEND_CERT, step: sendCertificate },
    { state: S.SIGN, step: signAsClient },
    { state: S.SEND_CV, step: sendCertificateVerify },
  ],
};
