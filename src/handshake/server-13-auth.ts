import { certificate_required, TLSAlert } from "../alert.js";
import { Writer } from "../bytes/writer.js";
import type { ClientAuthentication, VirtualHost } from "../config.js";
import { encrypted_extensions } from "../constants.js";
import type { CipherSuite } from "../crypto/provider.js";
import { fragmentLengthOf } from "../extensions/max-fragment-length.js";
import { SERVER_EXTENSIONS } from "../extensions/server-13.js";
import { IN_ENCRYPTED_EXTENSIONS, sendServerExtensions } from "../extensions/server-extension.js";
import { CertificateReader } from "../messages/certificate.js";
import { writeCertificateRequest } from "../messages/certificate-request.js";
import type { Protection13 } from "../record/protection-13.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { ChainVerifier } from "../x509/chain.js";
import { limitRecords, takeSpareSecret, useTrafficSecret } from "./common-13.js";
import { checkFinished, sendFinished } from "./finished-13.js";
import { PROVED_CERTIFICATE, PROVED_PSK } from "./handshake-13.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import { LeafDigest } from "./leaf-digest.js";
import { keepPeerKey } from "./peer-key.js";
import { Proof13, sendMessage, sign } from "./proof-13.js";
import type { ServerHandshake13 } from "./server-13.js";
import { afterFinished } from "./server-13-ticket.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ServerHandshake13;

export function sendEncryptedExtensions(h: H): number {
  h.proof ??= new Proof13(null, 0); // none was made where a pre-shared key proves this server: its message goes out by it
  const { proof } = h;
  if (proof.message === null) {
    // Header and block length; server_name, record_size_limit or max_fragment_length, ALPN with its one name; an extension that is tried and not sent.
    const bytes = new Uint8Array(6 + 4 + 6 + (h.alpn === null ? 0 : 7 + h.alpn.length) + 4);
    const w = new Writer(bytes);
    w.over(bytes, 0, bytes.length);
    w.u8(encrypted_extensions);
    const message = w.open24();
    sendServerExtensions(SERVER_EXTENSIONS, h, w, IN_ENCRYPTED_EXTENSIONS);
    w.close24(message);
    (h.transcript as Transcript).update(bytes, 0, w.offset);
    proof.message = bytes.slice(0, w.offset);
  }
  if (!sendMessage(h, proof)) return S.SEND_EE;
  limitRecords(h.records, h.sizeLimit, h.fragmentCode === 0 ? 0 : fragmentLengthOf(h.fragmentCode));
  if (h.pskIndex < 0) return h.asksForCertificate ? S.SEND_CR : S.SEND_CERT;
  h.proof = null;
  return S.SEND_FINISHED;
}

export function sendCertificateRequest(h: H): number {
  const proof = h.proof as Proof13;
  if (proof.message === null) {
    const { authorities = [] } = authentication(h);
    const { signatures } = h.config.provider;
    let length = 4 + 1 + 2 + 6 + 2 * signatures.length + (authorities.length > 0 ? 6 : 0);
    for (let i = 0; i < authorities.length; i++) length += 2 + authorities[i].length;
    const bytes = new Uint8Array(length);
    const w = new Writer(bytes);
    w.over(bytes, 0, length);
    writeCertificateRequest(w, signatures, authorities);
    (h.transcript as Transcript).update(bytes, 0, w.offset);
    proof.message = bytes.slice(0, w.offset);
  }
  return sendMessage(h, proof) ? S.SEND_CERT : S.SEND_CR;
}

function authentication(h: H): ClientAuthentication {
  return (h.host as VirtualHost).clientAuthentication as ClientAuthentication;
}

export function signAsServer(h: H, budget: number): number {
  return sign(h, budget, h.config.random);
}

/** After our Finished we write with the application traffic secret; the client's waits for its Finished. */
export function finishServer(h: H): number {
  if (!sendFinished(h)) return S.SEND_FINISHED;
  const { keys } = h;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, digest, length } = schedule;
  (h.transcript as Transcript).digest(secrets, digest);
  schedule.setMainSecret();
  schedule.deriveApplicationSecrets(secrets, digest, keys, WRITE_SECRET);
  h.logSecret("CLIENT_TRAFFIC_SECRET_0", secrets, schedule.spare, length);
  h.logSecret("SERVER_TRAFFIC_SECRET_0", keys, WRITE_SECRET, length);
  h.keepExported();
  return S.WRITE_KEYS;
}

export function useServerSecret(h: H): number {
  const { records, negotiated, keys } = h;
  const { aead } = negotiated.suite as CipherSuite;
  useTrafficSecret(h.schedule as KeySchedule13, records.writeProtection as Protection13, aead.keyLength, keys, false);
  return h.asksForCertificate ? S.WAIT_CERT : S.WAIT_FINISHED;
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
  const { certificateTap } = h.negotiated;
  if (h.config.tickets !== undefined) h.leaf = new LeafDigest(provider.sha256.create(), certificateTap);
  return new CertificateReader(h.chain, SERVER_EXTENSIONS, true, h.leaf ?? certificateTap);
}

/** §4.5.1.3: an empty list is the answer of a client without a certificate; the server decides. */
export function onClientCertificate(h: H): number {
  const { notAfter } = h.chain as ChainVerifier;
  if (keepPeerKey(h)) {
    h.until = notAfter;
    return S.WAIT_CV;
  }
  if (authentication(h).required)
    throw new TLSAlert(certificate_required, "Certificate: the client sent none, and this server requires one");
  return S.WAIT_FINISHED;
}

export function onClientFinished(h: H, bytes: Uint8Array, start: number, end: number): number {
  checkFinished(h, bytes, start, end);
  const { session, negotiated } = h;
  if (session !== null) {
    if (session.external) negotiated.proved |= PROVED_PSK;
    if (session.client !== null) {
      negotiated.proved |= PROVED_CERTIFICATE;
      negotiated.certificateTap?.identified?.(session.client);
    }
  }
  return S.READ_KEYS;
}

export function useClientSecret(h: H): number {
  const { records, negotiated, keys } = h;
  const schedule = h.schedule as KeySchedule13;
  const { aead } = negotiated.suite as CipherSuite;
  takeSpareSecret(schedule, keys, READ_SECRET);
  useTrafficSecret(schedule, records.readProtection as Protection13, aead.keyLength, keys, true);
  return afterFinished(h);
}
