import { handshake_failure, TLSAlert } from "../alert.js";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import type { ClientAuthentication, VirtualHost } from "../config.js";
import { server_hello_done } from "../constants.js";
import type { SignatureAlgorithm } from "../crypto/provider.js";
import { CertificateReader } from "../messages/certificate.js";
import { writeCertificateRequest12 } from "../messages/certificate-request-12.js";
import { BY_PSK } from "../record/cipher-suite-12.js";
import type { Prf12 } from "../schedule/prf-12.js";
import { ChainVerifier } from "../x509/chain.js";
import { putHeader } from "./handshake.js";
import { NO_SINKS } from "./handshake-12.js";
import { readAlgorithm, verifyOn } from "./peer-auth-12.js";
import { keepPeerKey } from "./peer-key.js";
import { Proof12, sendWaiting } from "./proof-12.js";
import type { ServerHandshake12 } from "./server-12.js";
import { digestOfAll } from "./sinks-12.js";
import * as S from "./states-12.js";
import type { Transcript } from "./transcript.js";

type H = ServerHandshake12;

/** RFC 5246 §7.4.4; never with a pre-shared key (RFC 4279 §2). */
export function asksForCertificate(h: H): boolean {
  return (h.host as VirtualHost).clientAuthentication !== undefined && h.suite.by !== BY_PSK;
}

function authentication(h: H): ClientAuthentication {
  return (h.host as VirtualHost).clientAuthentication as ClientAuthentication;
}

function outgoing(h: H): Proof12 {
  h.proof ??= new Proof12(null, 0, null);
  return h.proof;
}

export function sendCertificateRequest(h: H): number {
  const proof = outgoing(h);
  if (proof.message === null) {
    const { authorities = [] } = authentication(h);
    const { signatures } = h.config.provider;
    let length = 4 + 3 + 2 + 2 * signatures.length + 2;
    for (let i = 0; i < authorities.length; i++) length += 2 + authorities[i].length;
    const bytes = new Uint8Array(length);
    const w = new Writer(bytes);
    w.over(bytes, 0, length);
    writeCertificateRequest12(w, signatures, authorities);
    proof.message = bytes.slice(0, w.offset);
    h.passed(proof.message, 0, w.offset);
  }
  return sendWaiting(h) ? S.SEND_SHD : S.SEND_CR;
}

export function sendServerHelloDone(h: H): number {
  const proof = outgoing(h);
  if (proof.message === null) {
    proof.message = new Uint8Array(4);
    putHeader(proof.message, 0, server_hello_done << 24);
    h.passed(proof.message, 0, 4);
  }
  if (!sendWaiting(h)) return S.SEND_SHD;
  h.proof = null;
  return asksForCertificate(h) ? S.WAIT_CERT : S.WAIT_CKE;
}

export function readClientCertificate(h: H): CertificateReader {
  const { provider, clock } = h.config;
  h.chain = new ChainVerifier({
    trust: authentication(h).trust,
    clock,
    signatures: provider.signatures,
    sha256: provider.sha256,
    purpose: "client",
    workHash: h.workHash,
    // allow: spread — once a handshake
    ...authentication(h).checks,
  });
  return new CertificateReader(h.chain, null, true, h.resuming === null ? h.negotiated.certificateTap : h.resuming.tap(h));
}

/** RFC 5246 §7.4.6: an empty list is the answer of a client without a certificate; the server decides. */
export function onClientCertificate(h: H): number {
  const { notAfter } = h.chain as ChainVerifier;
  if (keepPeerKey(h)) h.resuming?.certified(notAfter);
  else if (authentication(h).required)
    throw new TLSAlert(handshake_failure, "Certificate: the client sent none, and this server requires one");
  return S.WAIT_CKE;
}

/** RFC 5246 §7.4.8: the client's signature over all messages before this one. */
export function onCertificateVerify(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "CertificateVerify");
  const algorithm: SignatureAlgorithm = readAlgorithm(h, r, "CertificateVerify", true);
  const length = r.u16();
  const signature = r.skip(length);
  r.finish();
  const { secrets, digest, length: hashLength } = h.prf as Prf12;
  const key = h.peerKey as Uint8Array;
  const size = algorithm.hash.outputLength;
  const same = size === hashLength;
  const out = same ? secrets : new Uint8Array(size);
  const o = same ? digest : 0;
  if (same) (h.transcript as Transcript).digest(secrets, digest);
  else digestOfAll(h.sinks, size, out);
  h.verifier = algorithm.createVerifier();
  h.verifier.begin(key, 0, key.length, out, o, size, bytes, signature, length);
  h.peerKey = null;
  h.sinks = NO_SINKS;
  h.passed(bytes, start, end - start);
  return S.CHECK_CV;
}

export function checkClientVerify(h: H, budget: number): number {
  return verifyOn(h, budget, "CertificateVerify") ? S.WAIT_CCS : S.CHECK_CV;
}
