import { decode_error, TLSAlert, unexpected_message } from "../alert.js";
import type { Identity } from "../identity.js";
import { CertificateReader } from "../messages/certificate.js";
import { CertificateRequestReader12 } from "../messages/certificate-request-12.js";
import { KX_RSA } from "../record/cipher-suite-12.js";
import { ChainVerifier } from "../x509/chain.js";
import type { ServerName } from "../x509/name.js";
import type { TrustStore } from "../x509/trust.js";
import type { ClientHandshake12 } from "./client-12.js";
import { type ClientKind12, MUST } from "./exchange-12.js";
import { NO_SINKS } from "./handshake-12.js";
import { checkKeyFits } from "./peer-auth-12.js";
import { keepPeerKey } from "./peer-key.js";
import { Proof12 } from "./proof-12.js";
import { sinkFor } from "./sinks-12.js";
import * as S from "./states-12.js";

type H = ClientHandshake12;

const NO_IDENTITIES: readonly Identity[] = [];

export function readCertificate(h: H): CertificateReader {
  const { config } = h;
  h.chain = new ChainVerifier({
    trust: config.trust as TrustStore,
    clock: config.clock,
    signatures: config.provider.signatures,
    sha256: config.provider.sha256,
    serverName: h.name as ServerName,
    purpose: "server",
    enciphers: h.suite.kx === KX_RSA,
    workHash: h.workHash,
    // allow: spread — once a handshake
    ...config.checks,
    // allow: spread — once a handshake
    ...(h.status === null ? null : { status: h.status }),
  });
  return new CertificateReader(h.chain, null, false, h.negotiated.certificateTap);
}

export function onCertificate(h: H): number {
  h.resuming?.certified((h.chain as ChainVerifier).notAfter);
  keepPeerKey(h);
  checkKeyFits(h);
  return afterCertificate(h);
}

export function afterCertificate(h: H): number {
  return (h.kind as ClientKind12).serverKeyExchange === MUST ? S.WAIT_SKE : S.WAIT_CR;
}

/** A message has come that stands behind CertificateStatus. The server may have announced one and send none (RFC 6066 §8): then none is stapled. */
export function endStatus(h: H): void {
  h.status?.endWithout();
  h.status = null;
}

/** Those whose keys can sign all messages by their hash. */
function signers(identities: readonly Identity[] | undefined): readonly Identity[] {
  if (identities === undefined) return NO_IDENTITIES;
  const usable: Identity[] = [];
  for (let i = 0; i < identities.length; i++) if (identities[i].key.createContent !== undefined) usable.push(identities[i]);
  return usable;
}

export function readCertificateRequest(h: H): CertificateRequestReader12 {
  endStatus(h);
  h.request = new CertificateRequestReader12(signers(h.config.identities), h.config.provider.sha256);
  return h.request;
}

/** RFC 5246 §7.4.4: the first of our identities that the server can accept; none is an answer too. */
export function onCertificateRequest(h: H): number {
  const { identity, scheme } = h.request as CertificateRequestReader12;
  const content = identity === null ? null : sinkFor(h.sinks, identity, scheme);
  h.proof = new Proof12(content === null ? null : identity, scheme, content);
  h.sinks = content === null ? NO_SINKS : [content];
  h.request = null;
  return S.WAIT_SHD;
}

export function onServerHelloDone(h: H, bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4) throw new TLSAlert(decode_error, `ServerHelloDone: ${end - start - 4} bytes, it has none`);
  if (h.state === S.WAIT_SKE && (h.kind as ClientKind12).serverKeyExchange === MUST)
    throw new TLSAlert(unexpected_message, `${h.stateName}: ServerHelloDone before the ServerKeyExchange that ${h.suite.name} needs`);
  endStatus(h);
  h.passed(bytes, start, end - start);
  if (h.proof !== null) return S.SEND_CERT;
  h.sinks = NO_SINKS;
  return S.EXCHANGE;
}
